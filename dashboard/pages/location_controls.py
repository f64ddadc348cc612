"""The manager's part of a location's page: what is in force here, until when, and what else may be done."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard.components.form import described_form
from dashboard.components.link import link
from dashboard.components.status import mark
from dashboard.present import handing
from dashboard.present.control_forms import ControlAction
from dashboard.state.location import LocationState

state: Any = LocationState  # its attributes are Vars on the class, which mypy cannot know

_ACTIONS = (
    (ControlAction.CAP, "gauge", "Cap"),
    (ControlAction.PAUSE, "pause", "Pause a method"),
    (ControlAction.BLOCK, "ban", "Block a product"),
)


def panel() -> rx.Component:
    """Return it; nothing for those who may do nothing while nothing is in force or planned."""
    return rx.cond(
        state.may_control | (state.running.length() > 0) | (state.waves.length() > 0),
        rx.el.section(
            rx.cond(
                state.running.length() > 0,
                rx.el.ul(rx.foreach(state.running, _running), class_name="in-force"),
                rx.el.p("Nothing is capped, paused or blocked here.", class_name="muted"),
            ),
            rx.cond(
                state.may_control,
                rx.el.div(*map(_button, _ACTIONS), rx.cond(state.may_hand, _hand()), class_name="stock-actions"),
            ),
            _said(),
            rx.cond(state.form.action != "", _form()),
            rx.cond(state.waves.length() > 0, _waves()),
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


def _hand() -> rx.Component:
    return rx.el.button(
        rx.icon("forward", size=16),
        "Hand work to others",
        type="button",
        class_name="button",
        on_click=state.begin_handing,
        aria_pressed=rx.cond(state.form.action == handing.ACTION, "true", "false"),
    )


def _said() -> rx.Component:
    return rx.el.div(
        rx.el.p(state.said, role="status", class_name="said"),
        rx.cond(state.may_undo, rx.el.button("Take back", type="button", class_name="button", on_click=state.undo)),
        class_name="said-undo",
    )


def _waves() -> rx.Component:
    return rx.el.div(
        rx.el.h3("Planned waves"), rx.el.ul(rx.foreach(state.waves, _wave), class_name="in-force"), class_name="to-go"
    )


def _wave(wave: Any) -> rx.Component:
    return rx.el.li(
        rx.cond(wave.late, mark("non_compliant"), rx.icon("waves", size=16)),
        rx.el.div(
            rx.el.strong(
                link("Wave " + wave.number.to_string(), href=wave.href), " ", rx.el.span(wave.text, class_name="muted")
            ),
            rx.el.span(wave.start, class_name="row-more"),
        ),
        rx.el.button(
            "Release",
            type="button",
            class_name="button",
            on_click=state.release(wave.key, wave.version),
            aria_label="Release wave " + wave.number.to_string(),
        ),
        key=wave.key,
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
