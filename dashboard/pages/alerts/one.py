"""An alert's page: what is wrong and who has it, what it is about, what to do, who was told, what happened. Its state
is `dashboard/state/alerts/one.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components.alerts import marks
from dashboard.components.form import described_form
from dashboard.components.link import link
from dashboard.components.shell import frame
from dashboard.components.states import notice, skeleton, trouble
from dashboard.components.status import pill
from dashboard.pages.alerts import parts
from dashboard.present.alerts.forms import AlertAction
from dashboard.state.alerts.one import AlertState

state: Any = AlertState  # its attributes are Vars on the class, which mypy cannot know


def page() -> rx.Component:
    """Return the page."""
    return frame(
        nav.ALERT,
        trouble(state.trouble, AlertState.open),
        rx.cond(
            state.missing,
            notice(
                "bell-off",
                "There is no such alert",
                "It may have been cleared before it was told, or lie outside the part of the network that you see.",
                link("Show what is open", href=nav.ALERTS.route, class_name="button is-main"),
            ),
            rx.cond(state.ready, _content(), skeleton(12)),
        ),
    )


def _content() -> rx.Component:
    return rx.fragment(
        _head(),
        rx.el.p(state.said, role="status", class_name=rx.cond(state.refused, "said is-refused", "said")),
        _dialog(),
        rx.el.div(
            rx.el.div(parts.todo(), parts.subjects(), parts.clears(), class_name="order-main"),
            rx.el.div(parts.told(), parts.story(), parts.labels(), class_name="order-side"),
            class_name="order alert",
        ),
    )


def _head() -> rx.Component:
    head = state.head
    return rx.el.header(
        rx.el.div(
            rx.el.p(
                link("Alerts", href=nav.ALERTS.route),
                rx.icon("chevron-right", size=14),
                head.policy,
                class_name="crumbs",
            ),
            rx.el.h1(head.title),
            rx.el.p(
                marks.severity(head.severity, head.severity_word),
                marks.state(head.state, head.state_word),
                rx.cond(head.who != "", rx.el.span(head.who, class_name="muted")),
                rx.cond(head.drill, marks.drill()),
                class_name="card-state",
            ),
            rx.el.p(head.lasting, class_name="muted"),
            rx.cond(head.over != "", rx.el.p(head.over)),
            rx.cond(head.quiet != "", _quiet()),
            rx.cond(head.summary != "", rx.el.p(head.summary, class_name="location-why")),
            _place(),
        ),
        _actions(),
        class_name="location-head order-head alert-head",
    )


def _quiet() -> rx.Component:
    head = state.head
    return rx.el.p(
        rx.icon("bell-off", size=16),
        rx.el.span(head.quiet, " ", rx.cond(head.parent_href != "", link(head.parent, href=head.parent_href))),
        class_name="alert-quiet",
    )


def _place() -> rx.Component:
    head = state.head
    return rx.el.p(
        rx.cond(head.where_href != "", link(head.where, href=head.where_href), rx.el.span(head.where)),
        rx.cond(head.place_status != "", rx.fragment(" is ", pill(head.place_status, head.place_word), " now")),
        rx.cond(
            head.map_href != "",
            link(rx.icon("map", size=16), "On the map", href=head.map_href, class_name="alert-map"),
        ),
        class_name="alert-place",
    )


def _actions() -> rx.Component:
    head = state.head

    def asks(action: AlertAction, icon: str, word: str) -> rx.Component:
        return rx.el.button(
            rx.icon(icon, size=16), word, type="button", class_name="button", on_click=state.begin(action.value)
        )

    return rx.el.div(
        rx.cond(
            head.may_acknowledge,
            rx.el.button(
                rx.icon("user-check", size=16),
                "Acknowledge",
                type="button",
                class_name="button is-main",
                on_click=state.acknowledge(head.version),
            ),
        ),
        rx.cond(
            head.may_give_back,
            rx.el.button(
                rx.icon("undo-2", size=16), "Give back", type="button", class_name="button", on_click=state.give_back
            ),
        ),
        rx.cond(head.may_resolve, asks(AlertAction.RESOLVE, "check", "Resolve")),
        rx.cond(
            head.silence_href != "",
            link(rx.icon("bell-off", size=16), "Silence", href=head.silence_href, class_name="button"),
        ),
        rx.cond(head.may_note, asks(AlertAction.NOTE, "pencil-line", "Note")),
        _report(),
        class_name="order-actions",
        tab_index=-1,
        custom_attrs={"data-keeps-focus": ""},
    )


def _report() -> rx.Component:
    return rx.el.a(
        rx.icon("printer", size=16),
        "Report",
        href=state.head.report,
        target="_blank",
        rel="noopener",
        aria_label="Report of this alert, to print",
        class_name="button",
    )


def _dialog() -> rx.Component:
    return rx.cond(
        state.form.action != "",
        rx.el.dialog(
            described_form(
                state.form,
                head=rx.el.h2(state.form.title, id="alert-form-title"),
                save=AlertState.confirm,
                leave=AlertState.leave,
                key=state.form.action,
                class_name="dialog-body",
            ),
            class_name="dialog move",
            aria_labelledby="alert-form-title",
            custom_attrs={"data-modal": ""},
        ),
    )
