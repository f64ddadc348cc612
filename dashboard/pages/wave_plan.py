"""A plan of waves before it is kept: how it is made, what it comes to, who is left out and why."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard.components.form import described_form
from dashboard.components.status import pill
from dashboard.state.waves import WavesState

state: Any = WavesState  # its attributes are Vars on the class, which mypy cannot know


def plan_panel() -> rx.Component:
    """Return the form, and below it the plan once it was asked for."""
    return rx.el.section(
        described_form(
            state.form,
            head=rx.el.h2(state.form.title, " for ", state.title),
            save=WavesState.preview,
            leave=WavesState.leave,
            key=state.form.action,
            class_name="wave-form",
        ),
        rx.cond(state.plan.says != "", _shown()),
        class_name="panel wave-plan",
        aria_label="Plan waves",
    )


def _shown() -> rx.Component:
    plan = state.plan
    return rx.el.div(
        rx.el.p(plan.says, role="status", class_name="wave-plan-says"),
        rx.cond(
            plan.waves.length() > 0,
            rx.fragment(
                rx.el.div(
                    _keep("Keep this plan", "keep", "is-main", "check"),
                    _keep("Keep and release", "release", "", "play"),
                    class_name="confirm-buttons",
                ),
                rx.el.ol(rx.foreach(plan.waves, _wave), class_name="planned"),
                rx.el.p(plan.more, class_name="muted"),
            ),
        ),
        rx.cond(
            plan.left_out.length() > 0,
            rx.fragment(
                rx.el.h3("Left out"),
                rx.el.ul(rx.foreach(plan.left_out, _left_out), class_name="left-out"),
            ),
        ),
        class_name="wave-plan-shown",
    )


def _keep(word: str, how: str, look: str, icon: str) -> rx.Component:
    return rx.el.button(
        rx.icon(icon, size=16),
        word,
        type="button",
        class_name=f"button {look}".strip(),
        on_click=state.keep(how),
    )


def _wave(wave: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.strong(wave.title, " ", wave.why),
            rx.cond(wave.tone != "", pill(wave.tone, wave.tone_word)),
            class_name="wave-card-head",
        ),
        rx.el.p(wave.amounts, " · ", wave.per_stop),
        rx.el.p("From ", wave.start, ", done ", wave.finish, class_name="muted"),
        rx.el.p(wave.walk, class_name="wave-walk muted"),
        key=wave.key,
    )


def _left_out(row: Any) -> rx.Component:
    return rx.el.li(rx.el.strong(row.count, " ", row.word), rx.el.span(row.example, class_name="row-more"), key=row.key)
