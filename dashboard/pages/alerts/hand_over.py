"""The Hand-over page: what the next shift has to know, on one sheet that prints. Its state is
`dashboard/state/alerts/hand_over.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components import table
from dashboard.components.alerts import marks
from dashboard.components.link import link
from dashboard.components.panel import panel
from dashboard.components.shell import frame
from dashboard.components.states import skeleton, trouble
from dashboard.components.when import when
from dashboard.state.alerts.hand_over import HandOverState

state: Any = HandOverState  # its attributes are Vars on the class, which mypy cannot know


def page() -> rx.Component:
    """Return the page."""
    return frame(
        nav.HAND_OVER,
        trouble(state.trouble, HandOverState.open),
        rx.cond(state.ready, _content(), skeleton(12)),
    )


def _content() -> rx.Component:
    return rx.fragment(
        rx.el.header(
            rx.el.div(
                rx.el.p(
                    link("Alerts", href=nav.ALERTS.route),
                    rx.icon("chevron-right", size=14),
                    "Hand-over",
                    class_name="crumbs",
                ),
                rx.el.h1("Hand-over"),
                rx.el.p("From ", when(state.begun_at), " to ", when(state.read_at), class_name="muted"),
                class_name="page-head",
            ),
            _tools(),
            class_name="head-row",
        ),
        rx.el.div(table.choices("Length of the shift", state.shifts), class_name="filters"),
        rx.el.p(state.answer, class_name="panel hand-answer"),
        _alerts("Waits for somebody", state.waiting, "Nothing waits for somebody."),
        _alerts("In hand", state.taken, "Nobody has anything in hand."),
        _alerts("Over in this shift", state.over, "Nothing came to an end."),
        rx.cond(state.over_more != "", rx.el.p(state.over_more, class_name="muted")),
        panel(
            "Silenced",
            rx.cond(
                state.silences.length() > 0,
                rx.el.ul(rx.foreach(state.silences, _silence), class_name="handed"),
                rx.el.p("Nothing is silenced.", class_name="panel-body muted"),
            ),
        ),
    )


def _tools() -> rx.Component:
    return rx.el.div(
        rx.el.a(
            rx.icon("file-text", size=16),
            "As text",
            href=state.text,
            target="_blank",
            rel="noopener",
            class_name="button",
        ),
        rx.el.button(
            rx.icon("printer", size=16),
            "Print",
            type="button",
            class_name="button",
            custom_attrs={"data-prints": ""},
        ),
        class_name="head-actions",
    )


def _alerts(title: str, alerts: Any, nothing: str) -> rx.Component:
    return panel(
        title,
        rx.cond(
            alerts.length() > 0,
            rx.el.ul(rx.foreach(alerts, _alert), class_name="handed"),
            rx.el.p(nothing, class_name="panel-body muted"),
        ),
    )


def _alert(one: Any) -> rx.Component:
    return rx.el.li(
        marks.severity(one.severity, one.severity_word),
        rx.el.div(
            link(one.title, href=one.href),
            rx.el.span(one.where, " · ", one.how, class_name="row-more"),
            rx.el.ul(rx.foreach(one.notes, lambda line: rx.el.li(line, key=line)), class_name="handed-notes"),
        ),
        key=one.key,
    )


def _silence(one: Any) -> rx.Component:
    return rx.el.li(
        rx.icon("bell-off", size=16),
        rx.el.div(
            link(one.what, href=one.href),
            rx.el.span(
                one.reason, " · ", one.owner, " · until ", when(one.ends_at), " (", one.left, ")", class_name="row-more"
            ),
        ),
        key=one.key,
    )
