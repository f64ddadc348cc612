"""The Routing page: the active strategy as people read it, its versions, key figures. Its state is
`dashboard/state/routing/overview.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components import kpi, table
from dashboard.components.editing.versions import version_list, version_state
from dashboard.components.link import link
from dashboard.components.routing.tabs import routing_tabs
from dashboard.components.routing.words import clauses, strategy_words
from dashboard.components.shell import frame
from dashboard.components.states import skeleton, trouble
from dashboard.state.routing.overview import RoutingState

state: Any = RoutingState  # its attributes are Vars on the class, which mypy cannot know


def page() -> rx.Component:
    """Return the page."""
    return frame(
        nav.ROUTING,
        _head(),
        routing_tabs(nav.ROUTING),
        trouble(state.trouble, RoutingState.open),
        rx.cond(
            state.ready,
            kpi.strip(state.kpis, kpi.spark("Empty suggestions by hour", state.empty)),
            kpi.waiting("Routed", "Split", "Waiting for a location", "Found no location", "Empty suggestions by hour"),
        ),
        rx.el.div(
            rx.el.section(rx.cond(state.ready, _strategy(), skeleton(10)), class_name="panel strategy"),
            rx.el.section(_versions(), class_name="panel versions"),
            class_name="routing",
        ),
    )


def _head() -> rx.Component:
    return rx.el.header(
        rx.el.div(
            rx.el.h1("Routing"),
            rx.el.p("How orders find their location.", class_name="muted"),
            class_name="page-head",
        ),
        rx.el.div(
            link(rx.icon("flask-conical", size=16), "Try an order", href=nav.ROUTING_TRY.route, class_name="button"),
            rx.cond(
                state.may_write,
                link(rx.icon("pencil", size=16), "Edit", href=state.edit, class_name="button is-main"),
            ),
            class_name="head-actions",
        ),
        class_name="head-row",
    )


def _strategy() -> Any:
    words = state.words
    return rx.fragment(
        rx.el.div(
            rx.el.div(rx.el.h2(words.title), rx.el.p(state.active, " · ", state.since, class_name="muted")),
            class_name="panel-head",
        ),
        rx.el.div(
            rx.cond(words.description != "", rx.el.p(words.description, class_name="strategy-about")),
            strategy_words(words),
            rx.el.div(
                clauses("Limits", words.limits),
                clauses("Guards", words.guards),
                clauses("Lanes, the most urgent first", words.lanes),
                class_name="strategy-rules",
            ),
            class_name="panel-body",
        ),
    )


def _versions() -> rx.Component:
    return rx.fragment(
        rx.el.div(rx.el.h2("Versions"), class_name="panel-head"),
        version_list(state, _version),
    )


def _version(row: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            link(row.version, href=row.href, custom_attrs=table.ROW, class_name="row-link"),
            rx.el.span(row.note, class_name="row-place"),
            scope="row",
        ),
        rx.el.td(version_state(row.state, row.word), class_name="col-state"),
        rx.el.td(
            rx.el.span(row.when, title=row.title), rx.el.span(row.who, class_name="row-more"), class_name="col-saved"
        ),
        class_name="row",
        key=row.key,
    )
