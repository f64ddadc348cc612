"""The page Subscriptions: programs that are told of events, how each fares, and what may be done to it. Its state is
`dashboard/state/receivers/subscriptions.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components import receivers
from dashboard.components.alerts.tabs import alert_tabs
from dashboard.components.link import link
from dashboard.components.panel import panel_head
from dashboard.components.shell import frame
from dashboard.components.states import notice, trouble
from dashboard.state.receivers.subscriptions import SubscriptionsState

state: Any = SubscriptionsState  # its attributes are Vars on the class, which mypy cannot know

_ONCE = "Copy it to the receiver now, which checks our signature with it (Standard Webhooks)."


def page() -> rx.Component:
    """Return the page."""
    return frame(
        nav.SUBSCRIPTIONS,
        _head(),
        alert_tabs(nav.SUBSCRIPTIONS),
        trouble(state.trouble, SubscriptionsState.open),
        *receivers.list_and_panel(SubscriptionsState, label="Subscriptions", nothing=_empty(), detail=_detail),
        _questions(),
    )


def _head() -> rx.Component:
    return rx.el.header(
        rx.el.div(
            rx.el.h1("Subscriptions"),
            rx.el.p(
                "Programs that are told of ",
                link("events", href=nav.EVENT_TYPES.route),
                " as they happen, and how far each has come.",
                class_name="muted",
            ),
            class_name="page-head",
        ),
        rx.cond(
            state.may_write,
            rx.el.div(
                rx.el.button(
                    rx.icon("plus", size=16),
                    "New subscription",
                    type="button",
                    class_name="button is-main",
                    on_click=state.begin,
                ),
                class_name="head-actions",
            ),
        ),
        class_name="head-row",
    )


def _empty() -> Any:
    return rx.cond(
        state.filtered,
        notice(
            "search-x",
            "No subscription is in this state",
            "Take the filter away to see all of them.",
            link("Show all subscriptions", href=nav.SUBSCRIPTIONS.route, class_name="button is-main"),
        ),
        notice(
            "webhook",
            "No subscriptions yet",
            "A program that wants to know what happens subscribes here, or by PUT /api/v1/subscriptions/{code}.",
        ),
    )


def _detail() -> rx.Component:
    one = state.detail
    return rx.el.aside(
        panel_head(one.heading, one.kind, close=one.close),
        rx.el.p(
            receivers.health(one.health, one.word),
            rx.el.span(one.more, class_name="muted"),
            class_name="card-state",
        ),
        rx.cond(one.may_write, _actions(one)),
        receivers.said(state),
        receivers.secret(state, _ONCE),
        receivers.facts(one.facts),
        rx.cond(one.deliveries != "", rx.el.p(link("All messages to it", href=one.deliveries))),
        class_name="panel delivery receiver",
        aria_label="Subscription",
    )


def _actions(one: Any) -> rx.Component:
    return rx.el.div(
        receivers.action("Edit", "pencil", state.edit),
        rx.cond(
            one.paused | one.disabled,
            receivers.action("Resume", "circle-play", state.resume),
            receivers.action("Pause", "circle-pause", state.pause),
        ),
        rx.cond(one.rotates, receivers.asking("New secret…", "rotate-cw", "rotate")),
        receivers.action("Send again from…", "history", state.again),
        receivers.asking("Delete…", "trash-2", "delete"),
        class_name="stock-actions",
    )


def _questions() -> rx.Component:
    return rx.fragment(
        receivers.rotating(SubscriptionsState),
        receivers.question(
            "delete",
            "Delete this subscription?",
            state.detail.losing,
            word="Delete it",
            does=SubscriptionsState.delete,
        ),
    )
