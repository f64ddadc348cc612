"""A location's page: how it stands and why, its queue by time left, how it went, its hours, what happened, who was
told. Its state is `dashboard/state/location.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex_base.style import resolved_color_mode

from dashboard import nav
from dashboard.components import kpi, table
from dashboard.components.alerts.here import open_here
from dashboard.components.filters import choose
from dashboard.components.link import link
from dashboard.components.panel import panel
from dashboard.components.remaining import remaining
from dashboard.components.shell import frame
from dashboard.components.states import notice, skeleton, trouble
from dashboard.components.status import legend, mark, pill
from dashboard.components.timeline import timeline
from dashboard.pages import location_controls as controls
from dashboard.state.location import LocationState
from dashboard.state.session import Session

session: Any = Session
state: Any = LocationState  # its attributes are Vars on the class, which mypy cannot know

_SPANS = ((6, "6 h"), (24, "24 h"), (168, "7 d"))


def page() -> rx.Component:
    """Return the page."""
    return frame(
        nav.LOCATION,
        trouble(state.trouble, LocationState.open),
        rx.cond(
            state.missing,
            notice(
                "map-pin-off",
                "There is no such location",
                "It may have another code, or lie outside the part of the network that you see.",
                link("Back to the network", href=nav.NETWORK.route, class_name="button is-main"),
            ),
            rx.cond(state.ready, _content(), skeleton(12)),
        ),
    )


def _content() -> rx.Component:
    return rx.fragment(
        _head(),
        kpi.strip(state.kpis),
        open_here(state.alerts),
        controls.panel(),
        rx.el.div(
            rx.el.div(_queue(), class_name="location-work"),
            rx.el.div(_trend(), _events(), class_name="location-story"),
            rx.el.div(_told(), _hours(), _rule(), class_name="location-side"),
            class_name="location",
        ),
    )


def _head() -> rx.Component:
    head = state.head
    return rx.el.header(
        rx.el.div(
            rx.el.p(
                link("Network", href=nav.NETWORK.route),
                rx.icon("chevron-right", size=14),
                head.place,
                class_name="crumbs",
            ),
            rx.el.h1(head.name),
            rx.el.p(pill(head.status, head.word), rx.el.span(head.since, class_name="muted"), class_name="card-state"),
            rx.el.p(
                head.why,
                " ",
                rx.cond(head.runbook != "", rx.el.a("What to do", href=head.runbook, target="_blank")),
                class_name="location-why",
            ),
        ),
        rx.el.dl(
            _fact("clock", "Local time", head.local_time),
            _fact("store", "Today", head.hours_today),
            rx.el.div(
                rx.el.dt(rx.icon("tags", size=14), "Groups"),
                rx.el.dd(rx.foreach(head.groups, lambda group: link(group.label, href=group.href, class_name="tag"))),
            ),
            class_name="location-facts",
        ),
        class_name="location-head",
    )


def _fact(icon: str, label: str, value: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(rx.icon(icon, size=14), label), rx.el.dd(value))


def _queue() -> rx.Component:
    return panel(
        "Open shipments",
        rx.el.div(table.choices("Time left", state.bands, marks=_band_mark), class_name="panel-tools"),
        rx.cond(
            state.queue.length() > 0,
            table.data_table(state.columns, rx.foreach(state.queue, _shipment), label="Open shipments"),
            notice(
                "package-check",
                "Nothing waits here",
                "Shipments stand here from the moment they are assigned, the most urgent first.",
            ),
        ),
        table.foot(state.pager, state.csv),
        tools=rx.el.div(
            _to_work(),
            choose("queue-method", "Method", state.methods, value=state.method, on_change=LocationState.choose_method),
            class_name="panel-head-tools",
        ),
        class_name="queue",
    )


def _to_work() -> Any:
    """Return the way to this place's work queue, for those who work."""
    return rx.cond(
        session.routes.contains(nav.QUEUE.route),
        link(
            rx.icon("list-checks", size=16),
            "Work queue",
            href=nav.QUEUE.route + "?location=" + state.head.code,
            class_name="button",
        ),
    )


def _band_mark(option: Any) -> Any:
    return rx.cond(option.value != "", mark(option.value))


def _shipment(row: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.cond(
                row.href != "",
                link(row.order, href=row.href, custom_attrs=table.ROW, class_name="row-link"),
                rx.el.span(row.order, class_name="row-name"),
            ),
            rx.el.span(row.what, class_name="row-place"),
            scope="row",
        ),
        rx.el.td(pill(row.status, row.word)),
        rx.el.td(remaining(row.due, left=row.left, status=row.status, title=row.due_title)),
        rx.el.td(row.step, rx.cond(row.held != "", rx.el.span(row.held, class_name="row-more")), class_name="col-step"),
        class_name=rx.cond(row.href != "", "row", ""),
        key=row.key,
    )


def _trend() -> rx.Component:
    def span(hours: int, word: str) -> rx.Component:
        return rx.el.button(
            word,
            type="button",
            on_click=state.look_back(hours),
            aria_pressed=rx.cond(state.hours == hours, "true", "false"),
        )

    def chart(figure: Any) -> rx.Component:
        return rx.plotly.basic(
            data=figure, width="100%", height="240px", config={"displayModeBar": False, "responsive": True}
        )

    return panel(
        "Trend",
        rx.cond(
            state.nothing_drawn,
            notice(
                "chart-area", "Nothing drawn yet", "A point is added every minute; the first line stands after two."
            ),
            rx.el.figure(
                rx.cond(resolved_color_mode == "dark", chart(state.dark), chart(state.light)),
                rx.el.figcaption(
                    mark("non_compliant"),
                    "Non-Compliant",
                    mark("at_risk"),
                    "At Risk",
                    mark("compliant"),
                    "Compliant",
                    class_name="chart-legend",
                ),
            ),
        ),
        tools=rx.el.div(
            *[span(*one) for one in _SPANS], class_name="tabs is-small", role="group", aria_label="How far back"
        ),
    )


def _events() -> rx.Component:
    return panel(
        "What happened",
        rx.cond(
            state.entries.length() > 0,
            rx.el.div(timeline(state.entries), class_name="panel-body"),
            notice(
                "history", "Nothing to tell yet", "Changes of status, holds and moves are told here as they happen."
            ),
        ),
    )


def _told() -> Any:
    return rx.cond(
        state.may_see_told,
        panel(
            "Who was told",
            rx.cond(
                state.told.length() > 0,
                rx.el.ul(rx.foreach(state.told, _told_row), class_name="told panel-body"),
                rx.el.p(
                    "Nobody yet. Webhook messages about this location are listed here.", class_name="panel-body muted"
                ),
            ),
        ),
    )


def _told_row(one: Any) -> rx.Component:
    return rx.el.li(
        link(one.text, href=one.href), rx.el.span(one.state, " · ", one.when, class_name="muted"), key=one.key
    )


def _hours() -> rx.Component:
    return panel(
        "Hours",
        rx.el.div(
            _hours_table("Hours of the week", state.week),
            rx.cond(
                state.exceptions.length() > 0,
                rx.fragment(rx.el.h3("Other hours"), _hours_table("Days with other hours", state.exceptions)),
            ),
            class_name="panel-body",
        ),
    )


def _hours_table(caption: str, rows: Any) -> rx.Component:
    def one(row: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(row.day, rx.cond(row.note != "", rx.el.span(row.note, class_name="row-more")), scope="row"),
            rx.el.td(row.text),
            class_name=rx.cond(row.today, "is-today", ""),
            key=row.day,
        )

    return rx.el.table(
        rx.el.caption(caption, class_name="sr-only"), rx.el.tbody(rx.foreach(rows, one)), class_name="hours"
    )


def _rule() -> rx.Component:
    return rx.el.div(legend(state.rule), class_name="panel")
