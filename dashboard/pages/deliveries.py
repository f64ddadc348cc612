"""The Deliveries page: every webhook message with its attempts, and sending one again. Its state is
`dashboard/state/deliveries.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components import table
from dashboard.components.alerts.tabs import alert_tabs
from dashboard.components.filters import choose
from dashboard.components.link import link
from dashboard.components.panel import panel_head
from dashboard.components.shell import frame
from dashboard.components.states import notice, skeleton, trouble
from dashboard.components.step import work_step
from dashboard.components.when import when
from dashboard.state.deliveries import DeliveriesState

state: Any = DeliveriesState  # its attributes are Vars on the class, which mypy cannot know


def page() -> rx.Component:
    """Return the page."""
    return frame(
        nav.DELIVERIES,
        rx.el.div(
            rx.el.h1("Deliveries"),
            rx.el.p(
                "Every message to a channel or a subscriber, each attempt to send it, and what came back.",
                class_name="muted",
            ),
            class_name="page-head",
        ),
        alert_tabs(nav.DELIVERIES),
        trouble(state.trouble, DeliveriesState.open),
        rx.el.div(
            table.choices("State", state.statuses),
            rx.el.div(
                choose(
                    "delivery-subscription",
                    "Receiver",
                    state.subscriptions,
                    value=state.subscription,
                    on_change=DeliveriesState.choose_subscription,
                ),
                class_name="filter-fields",
            ),
            class_name="filters",
        ),
        rx.el.div(
            rx.el.div(_list(), class_name="panel deliveries-list"),
            rx.cond(state.detail.id > 0, _detail()),
            class_name="deliveries",
        ),
    )


def _list() -> rx.Component:
    return table.live_list(DeliveriesState, _row, label="Webhook messages", nothing=_empty(), waiting=skeleton(8))


def _empty() -> Any:
    return rx.cond(
        state.filtered,
        notice(
            "search-x",
            "No message matches these filters",
            "Take one away to see more.",
            link("Show all messages", href=nav.DELIVERIES.route, class_name="button is-main"),
        ),
        notice(
            "send",
            "No messages yet",
            "What is sent to channels and to subscriptions is listed here, with every attempt.",
        ),
    )


def _row(row: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            link(row.event, href=row.href, custom_attrs=table.ROW, prevent_scroll_reset=True, class_name="row-link"),
            rx.el.span(row.about, class_name="row-place"),
            scope="row",
        ),
        rx.el.td(row.subscription, rx.el.span(row.kind, class_name="row-more"), class_name="col-to"),
        rx.el.td(work_step(row.state, row.word), rx.el.span(row.more, class_name="row-more")),
        rx.el.td(row.attempts, class_name="is-number col-tries"),
        rx.el.td(when(row.created_at), rx.el.span(row.when, class_name="row-more"), class_name="col-when"),
        class_name=rx.cond(row.chosen, "row is-chosen", "row"),
        key=row.key,
    )


def _detail() -> rx.Component:
    one = state.detail
    return rx.el.aside(
        panel_head(one.event, one.about, close=one.close),
        rx.el.p(work_step(one.state, one.word), rx.el.span(one.more, class_name="muted"), class_name="card-state"),
        rx.cond(one.reason != "", rx.el.p(one.reason, class_name="delivery-reason")),
        rx.el.dl(
            rx.el.div(rx.el.dt("To"), rx.el.dd(link(one.receiver, href=one.receiver_href))),
            rx.cond(
                one.alert != "",
                rx.el.div(rx.el.dt("Tells of"), rx.el.dd(link(one.alert, href=one.alert_href))),
            ),
            rx.el.div(rx.el.dt("Created"), rx.el.dd(one.created, " (", when(one.created_at), ")")),
            rx.el.div(rx.el.dt("webhook-id"), rx.el.dd(rx.el.code(one.event_id))),
            class_name="detail-facts",
        ),
        rx.el.h3("Attempts"),
        rx.cond(
            one.attempts.length() > 0,
            rx.el.ol(rx.foreach(one.attempts, _attempt), class_name="attempts"),
            rx.el.p("Not tried yet.", class_name="muted"),
        ),
        rx.cond(
            one.replay != "",
            rx.el.button(
                rx.icon("rotate-cw", size=16),
                one.replay,
                type="button",
                class_name="button is-main",
                on_click=state.replay(one.id),
            ),
        ),
        rx.el.p(state.said, role="status", class_name="said"),
        class_name="panel delivery",
        aria_label="Message",
    )


def _attempt(attempt: Any) -> rx.Component:
    return rx.el.li(
        rx.el.p(
            rx.el.strong("#", attempt.number, " ", attempt.answer),
            rx.el.span(when(attempt.when), " · ", attempt.took, class_name="muted"),
            class_name="attempt-head",
        ),
        rx.cond(attempt.error != "", rx.el.p(attempt.error)),
        rx.cond(
            attempt.response != "",
            rx.el.pre(attempt.response),
        ),
        key=attempt.number,
    )
