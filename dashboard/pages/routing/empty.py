"""The page of empty suggestions: orders for which routing found no place, and why. Its state is
`dashboard/state/routing/empty.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components import kpi, table
from dashboard.components.link import link
from dashboard.components.routing.bars import bars
from dashboard.components.routing.tabs import routing_tabs
from dashboard.components.shell import frame
from dashboard.components.states import notice, skeleton, trouble
from dashboard.state.routing.empty import EmptyState

state: Any = EmptyState  # its attributes are Vars on the class, which mypy cannot know


def page() -> rx.Component:
    """Return the page."""
    return frame(
        nav.ROUTING_EMPTY,
        rx.el.div(
            rx.el.h1("Empty suggestions"),
            rx.el.p("Orders for which routing found no location, or not for all of them, and why.", class_name="muted"),
            class_name="page-head",
        ),
        routing_tabs(nav.ROUTING_EMPTY),
        trouble(state.trouble, EmptyState.open),
        rx.el.div(table.choices("What was found", state.outcomes), class_name="filters"),
        rx.el.div(
            rx.el.section(_list(), class_name="panel empties-list"),
            rx.el.aside(_reasons(), class_name="empties-side"),
            class_name="empties",
        ),
    )


def _list() -> rx.Component:
    return table.live_list(EmptyState, _row, label="Empty suggestions", nothing=_nothing(), waiting=skeleton(8))


def _nothing() -> Any:
    return rx.cond(
        state.filtered,
        notice(
            "search-x",
            "None of this kind",
            "Every order that was routed found what this filter asks for.",
            link("Show all", href=nav.ROUTING_EMPTY.route, class_name="button is-main"),
        ),
        notice(
            "package-check",
            "Every order found its location",
            "Orders stand here when the strategy finds no location for them, or not for all of their units.",
            link("Read the strategy", href=nav.ROUTING.route, class_name="button"),
        ),
    )


def _row(row: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            link(row.order, href=row.href, custom_attrs=table.ROW, class_name="row-link"),
            rx.el.span(row.what, class_name="row-place"),
            scope="row",
        ),
        rx.el.td(row.reason, rx.el.span(row.outcome, class_name="row-more"), class_name="col-reason"),
        rx.el.td(row.now, rx.el.span(row.again, class_name="row-more"), class_name="col-now"),
        rx.el.td(rx.el.span(row.when, title=row.title), class_name="col-when"),
        class_name="row",
        key=row.key,
    )


def _reasons() -> rx.Component:
    return rx.fragment(
        rx.el.dl(kpi.spark("Empty suggestions by hour", state.trend), class_name="kpis is-one"),
        rx.el.section(
            rx.el.div(rx.el.h2("Why, in 24 h"), class_name="panel-head"),
            rx.cond(
                state.reasons.length() > 0,
                rx.el.div(bars(state.reasons), class_name="panel-body"),
                rx.el.p("Nothing to explain.", class_name="panel-body muted"),
            ),
            class_name="panel",
        ),
    )
