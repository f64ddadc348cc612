"""The manager's part of a location's page: what is in force here, until when, and what else may be done."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard.components.form import described_form
from dashboard.present.control_forms import ControlAction
from dashboard.state.location import LocationState

state: Any = LocationState  # its attributes are Vars on the class, which mypy cannot know

_ACTIONS = (
    (ControlAction.CAP, "gauge", "Cap"),
    (ControlAction.PAUSE, "pause", "Pause a method"),
    (ControlAction.BLOCK, "ban", "Block a product"),
)


def panel() -> rx.Component:
    """Return it; nothing for those who may do nothing while nothing is in force."""
    return rx.cond(
        state.may_control | (state.running.length() > 0),
        rx.el.section(
            rx.cond(
                state.running.length() > 0,
                rx.el.ul(rx.foreach(state.running, _running), class_name="in-force"),
                rx.el.p("Nothing is capped, paused or blocked here.", class_name="muted"),
            ),
            rx.cond(state.may_control, rx.el.div(*map(_button, _ACTIONS), class_name="stock-actions")),
            rx.el.p(state.said, role="status", class_name="said"),
            rx.cond(state.form.action != "", _form()),
            class_name="panel controls",
            aria_label="Manager's controls",
        ),
    )


def _running(one: Any) -> rx.Component:
    return rx.el.li(
        rx.match(
            one.icon,
            ("gauge", rx.icon("gauge", size=16)),
            ("pause", rx.icon("pause", size=16)),
            rx.icon("ban", size=16),
        ),
        rx.el.div(
            rx.el.strong(one.text, " ", rx.el.span(one.until, class_name="muted")),
            rx.el.span(one.why, class_name="row-more"),
        ),
        rx.cond(
            state.may_control,
            rx.el.button(
                "Take back",
                type="button",
                class_name="button",
                on_click=state.take_back(one.key),
                aria_label="Take back: " + one.text,
            ),
        ),
        key=one.key,
    )


def _button(action: tuple[ControlAction, str, str]) -> rx.Component:
    what, icon, word = action
    return rx.el.button(
        rx.icon(icon, size=16),
        word,
        type="button",
        class_name="button",
        on_click=state.begin(what),
        aria_pressed=rx.cond(state.form.action == what, "true", "false"),
    )


def _form() -> rx.Component:
    return described_form(
        state.form,
        head=rx.el.h3(state.form.title),
        save=LocationState.confirm,
        leave=LocationState.leave,
        key=state.form.action,
        class_name="stock-form",
    )
