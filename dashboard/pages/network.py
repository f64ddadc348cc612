"""The Network page: where it burns, worst first. Its state is `dashboard/state/network.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components import kpi, table
from dashboard.components.filters import choose
from dashboard.components.link import link
from dashboard.components.map_frame import map_frame
from dashboard.components.shell import frame
from dashboard.components.states import notice, skeleton, trouble
from dashboard.components.status import legend, mark, pill
from dashboard.pages.network_card import card
from dashboard.pages.network_wall import wall
from dashboard.present.network import COMPLIANT, KPI_LABELS
from dashboard.state.network import NetworkState

state: Any = NetworkState  # its attributes are Vars on the class, which mypy cannot know


def page() -> rx.Component:
    """Return the page."""
    return frame(
        nav.NETWORK,
        rx.el.h1("Network", class_name="sr-only"),
        rx.el.p(state.spoken, role="status", class_name="sr-only"),
        trouble(state.trouble, state.open),
        rx.cond(state.wall, wall(), _desk()),
        bare=state.wall,
    )


def _desk() -> rx.Component:
    return rx.el.div(
        rx.cond(
            state.ready,
            kpi.strip(state.kpis, kpi.spark(COMPLIANT, state.compliance)),
            kpi.waiting(*KPI_LABELS, COMPLIANT),
        ),
        _filters(),
        rx.el.div(
            _views(),
            rx.el.div(
                _map(),
                rx.el.div(legend(state.rule), class_name="map-legend"),
                class_name="split-map",
            ),
            rx.el.div(_list(), class_name="split-list"),
            rx.cond(state.card.code != "", card()),
            class_name="split",
            data_view=state.view,
            data_card=state.card.code != "",
        ),
        class_name="network",
    )


def _filters() -> rx.Component:
    return rx.el.div(
        table.choices("Status", state.statuses, marks=_status_mark),
        rx.el.div(
            choose("filter-method", "Method", state.methods, value=state.method, on_change=state.choose_method),
            choose("filter-group", "Group", state.groups, value=state.group, on_change=state.choose_group),
            rx.el.label("Filter by name or code", html_for="filter-search", class_name="sr-only"),
            rx.debounce_input(
                rx.el.input(
                    id="filter-search",
                    type="search",
                    value=state.search,
                    on_change=state.find,
                    placeholder="Filter by name or code",
                ),
                debounce_timeout=250,
            ),
            class_name="filter-fields",
        ),
        class_name="filters",
        role="search",
    )


def _status_mark(option: Any) -> Any:
    return rx.cond(option.value != "", mark(option.value))


def _views() -> rx.Component:
    def tab(view: str, word: str, icon: str) -> rx.Component:
        return rx.el.button(
            rx.icon(icon, size=16),
            word,
            type="button",
            on_click=state.show_view(view),
            aria_pressed=rx.cond(state.view == view, "true", "false"),
        )

    return rx.el.div(
        tab("map", "Map", "map"), tab("list", "List", "list"), class_name="tabs", role="group", aria_label="View"
    )


def _map() -> rx.Component:
    return map_frame(filter_query=state.filter_query, selected=state.card.code, on_pick=state.pick)


def _list() -> rx.Component:
    return table.live_list(NetworkState, _row, label="Locations", nothing=_empty(), waiting=skeleton(10))


def _empty() -> Any:
    return rx.cond(
        state.filtered,
        notice(
            "search-x",
            "No location matches these filters",
            "Take one away, or start again from the whole network.",
            link("Show all locations", href=nav.NETWORK.route, class_name="button is-main"),
        ),
        notice(
            "map-pin-plus",
            "No locations yet",
            "Stores and warehouses appear here once they are known. Send them with "
            "PUT /api/v1/locations/{code}, or run “pickwatch import locations FILE”.",
        ),
    )


def _row(row: Any) -> rx.Component:
    bar = rx.el.span(
        rx.el.span(style={"width": row.late_share.to(str) + "%"}, class_name="is-non_compliant"),
        rx.el.span(style={"width": row.risk_share.to(str) + "%"}, class_name="is-at_risk"),
        class_name="mix",
        aria_hidden="true",
    )
    return rx.el.tr(
        rx.el.th(
            link(row.name, href=row.href, custom_attrs=table.ROW, prevent_scroll_reset=True, class_name="row-link"),
            rx.el.span(row.place, class_name="row-place"),
            scope="row",
        ),
        rx.el.td(
            pill(row.status, row.word),
            rx.cond(row.recovering != "", rx.el.span(row.recovering, class_name="row-more")),
            class_name="col-status",
        ),
        rx.el.td(row.late, class_name="is-number col-late"),
        rx.el.td(row.at_risk, class_name="is-number col-risk"),
        rx.el.td(rx.el.span(row.open), bar, class_name="is-number col-open"),
        rx.el.td(rx.el.span(row.since, title=row.since_title), class_name="col-since"),
        class_name=rx.cond(row.chosen, "row is-chosen", "row"),
        key=row.key,
    )
