"""The Alerts page: what is wrong, where, since when, who has it, what would clear it. Its state is
`dashboard/state/alerts/overview.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components import table
from dashboard.components.alerts import marks
from dashboard.components.alerts.tabs import alert_tabs
from dashboard.components.filters import choose, find_box
from dashboard.components.link import link
from dashboard.components.shell import frame
from dashboard.components.states import notice, skeleton, trouble
from dashboard.components.when import when
from dashboard.state.alerts.overview import AlertsState

state: Any = AlertsState  # its attributes are Vars on the class, which mypy cannot know


def page() -> rx.Component:
    """Return the page."""
    return frame(
        nav.ALERTS,
        rx.el.header(
            rx.el.div(
                rx.el.h1("Alerts"),
                rx.el.p("What is wrong, where, since when, and who has it.", class_name="muted"),
                class_name="page-head",
            ),
            rx.el.div(
                link(rx.icon("clipboard-list", size=16), "Hand-over", href=nav.HAND_OVER.route, class_name="button"),
                class_name="head-actions",
            ),
            class_name="head-row",
        ),
        alert_tabs(nav.ALERTS),
        trouble(state.trouble, AlertsState.open),
        _filters(),
        _said(),
        rx.el.section(
            table.live_list(AlertsState, _row, label="Alerts", nothing=_nothing(), waiting=skeleton(8)),
            class_name="panel alerts-list",
        ),
    )


def _filters() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            table.choices("Which", state.kinds),
            rx.el.div(
                choose(
                    "alert-severity",
                    "Severity",
                    state.severities,
                    value=state.severity,
                    on_change=AlertsState.choose_severity,
                ),
                choose(
                    "alert-policy",
                    "Policy",
                    state.policies,
                    value=state.policy_code,
                    on_change=AlertsState.choose_policy,
                ),
                class_name="filter-fields",
            ),
            class_name="filters",
        ),
        rx.el.div(
            find_box(
                "alert-search",
                "Find an alert",
                "Title, policy or location",
                value=state.search,
                on_change=AlertsState.find,
                size="is-small",
            ),
            rx.cond(state.reasons.length() > 0, table.choices("Why nobody is told", state.reasons)),
            rx.cond(state.location != "", _only_there()),
            class_name="filters",
        ),
    )


def _only_there() -> rx.Component:
    return rx.el.p(
        "Only ",
        rx.el.strong(state.location),
        rx.el.button(
            rx.icon("x", size=14),
            type="button",
            class_name="icon-button",
            aria_label="Show the alerts of all locations",
            on_click=AlertsState.everywhere,
        ),
        class_name="tag alerts-there",
    )


def _said() -> rx.Component:
    return rx.el.p(
        rx.cond(state.said != "", rx.el.span(state.said)),
        rx.cond(
            state.may_undo,
            rx.el.button("Undo", type="button", class_name="button is-small", on_click=AlertsState.undo),
        ),
        role="status",
        class_name=rx.cond(state.said != "", "said", "said is-silent"),
    )


def _nothing() -> Any:
    return rx.cond(
        state.filtered,
        notice(
            "search-x",
            "No alert matches these filters",
            "Take one away to see more.",
            link("Show all that are open", href=nav.ALERTS.route, class_name="button is-main"),
        ),
        notice(
            "shield-check",
            state.nothing,
            state.nothing_text,
            rx.el.p("Last looked ", when(state.looked), class_name="muted"),
        ),
    )


def _row(row: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            link(row.title, href=row.href, custom_attrs=table.ROW, class_name="row-link"),
            rx.el.span(
                rx.cond(row.drill, marks.drill()),
                row.where,
                rx.el.span(" · ", row.since, class_name="row-since"),
                class_name="row-place",
            ),
            scope="row",
        ),
        rx.el.td(marks.severity(row.severity, row.severity_word), class_name="col-severity"),
        rx.el.td(rx.el.span(row.since, title=row.since_title), class_name="col-since"),
        rx.el.td(
            marks.state(row.state, row.state_word),
            rx.cond(row.who != "", rx.el.span(row.who, class_name="row-more")),
            class_name="col-who",
        ),
        rx.el.td(row.clears, class_name="col-clears"),
        rx.el.td(rx.cond(row.may_acknowledge, _acknowledge(row)), class_name="col-do"),
        class_name="row",
        key=row.key,
    )


def _acknowledge(row: Any) -> rx.Component:
    return rx.el.button(
        rx.icon("user-check", size=16),
        rx.el.span("Acknowledge"),
        type="button",
        class_name="button is-over",
        aria_label="Acknowledge: " + row.title,
        title="Acknowledge (a)",
        on_click=state.acknowledge(row.id, row.version),
        custom_attrs={"data-acts": "a"},
    )
