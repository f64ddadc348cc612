"""The page Channels: where alerts go, how each channel fares, and what may be done to it. Its state is
`dashboard/state/receivers/channels.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components import receivers
from dashboard.components.alerts.tabs import alert_tabs
from dashboard.components.link import link
from dashboard.components.panel import panel_head
from dashboard.components.routing.ticker import ticker
from dashboard.components.shell import frame
from dashboard.components.states import notice, trouble
from dashboard.components.step import work_step
from dashboard.state.receivers.channels import ChannelsState

state: Any = ChannelsState  # its attributes are Vars on the class, which mypy cannot know

_ONCE = "Copy it to the receiver now. Whoever has it can sign messages as if they were ours."


def page() -> rx.Component:
    """Return the page."""
    return frame(
        nav.CHANNELS,
        _head(),
        alert_tabs(nav.CHANNELS),
        trouble(state.trouble, ChannelsState.open),
        *receivers.list_and_panel(ChannelsState, label="Channels", nothing=_empty(), detail=_detail),
        _questions(),
    )


def _head() -> rx.Component:
    return rx.el.header(
        rx.el.div(
            rx.el.h1("Channels"),
            rx.el.p("Where alerts go: incident tools, chats, mail, programs of yours.", class_name="muted"),
            class_name="page-head",
        ),
        rx.cond(state.may_write, rx.el.div(_new(), class_name="head-actions")),
        class_name="head-row",
    )


def _new() -> rx.Component:
    return rx.el.button(
        rx.icon("plus", size=16),
        "New channel",
        type="button",
        class_name="button is-main",
        on_click=state.begin,
    )


def _empty() -> Any:
    return rx.cond(
        state.filtered,
        notice(
            "search-x",
            "No channel is in this state",
            "Take the filter away to see all of them.",
            link("Show all channels", href=nav.CHANNELS.route, class_name="button is-main"),
        ),
        notice(
            "radio-tower",
            "No channels yet",
            "A policy tells channels. Add one, send a test, then name it in a policy.",
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
        rx.cond(state.tried.delivery > 0, _tried()),
        receivers.facts(one.facts),
        rx.el.h3("Told by these policies"),
        rx.cond(
            one.policies.length() > 0,
            rx.el.ul(
                rx.foreach(one.policies, lambda told: rx.el.li(link(told.title, href=told.href), key=told.key)),
                class_name="receiver-policies",
            ),
            rx.el.p("No policy names it, so it is told nothing.", class_name="muted"),
        ),
        rx.el.p(link("All messages to it", href=one.deliveries)),
        class_name="panel delivery receiver",
        aria_label="Channel",
    )


def _actions(one: Any) -> rx.Component:
    return rx.el.div(
        rx.el.button(
            rx.icon("send", size=16), "Send a test", type="button", class_name="button is-main", on_click=state.test
        ),
        receivers.action("Edit", "pencil", state.edit),
        rx.cond(
            one.paused | one.disabled,
            receivers.action("Resume", "circle-play", state.resume),
            receivers.action("Pause", "circle-pause", state.pause),
        ),
        rx.cond(one.rotates, receivers.asking("New secret…", "rotate-cw", "rotate")),
        receivers.asking("Delete…", "trash-2", "delete"),
        class_name="stock-actions",
    )


def _tried() -> rx.Component:
    one = state.tried
    return rx.el.div(
        rx.el.p(rx.el.strong("Test"), work_step(one.state, one.word), class_name="card-state"),
        rx.el.p(one.text),
        rx.cond(one.response != "", rx.el.pre(one.response)),
        rx.el.p(link("Delivery ", one.delivery, href=one.href)),
        rx.cond(one.waits, ticker(ChannelsState.look_again, every=500)),
        class_name="tried",
        role="status",
    )


def _questions() -> rx.Component:
    return rx.fragment(
        receivers.rotating(ChannelsState),
        receivers.question(
            "delete", "Delete this channel?", state.detail.losing, word="Delete it", does=ChannelsState.delete
        ),
    )
