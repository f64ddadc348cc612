"""The page Event types: what programs can be told of, what each type means, what its data holds. Its state is
`dashboard/state/receivers/catalogue.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components import table
from dashboard.components.alerts.tabs import alert_tabs
from dashboard.components.filters import find_box
from dashboard.components.link import link
from dashboard.components.panel import panel_head
from dashboard.components.shell import frame
from dashboard.components.states import notice, skeleton, trouble
from dashboard.state.receivers.catalogue import CatalogueState
from dashboard.state.session import Session

session: Any = Session
state: Any = CatalogueState  # its attributes are Vars on the class, which mypy cannot know


def page() -> rx.Component:
    """Return the page."""
    return frame(
        nav.EVENT_TYPES,
        rx.el.div(
            rx.el.h1("Event types"),
            rx.el.p("What programs can be told of, by a subscription or with GET /api/v1/events.", class_name="muted"),
            class_name="page-head",
        ),
        alert_tabs(nav.EVENT_TYPES),
        trouble(state.trouble, CatalogueState.open),
        rx.el.div(
            find_box(
                "type-search",
                "Find an event type",
                "A word of its name, meaning or data",
                value=state.search,
                on_change=CatalogueState.find,
                size="is-small",
            ),
            rx.el.div(
                rx.el.span(state.found, class_name="muted"),
                rx.el.a(rx.icon("download", size=16), "CSV", href=state.csv, class_name="button", download=True),
                class_name="catalogue-tools",
            ),
            class_name="filters",
        ),
        rx.el.div(
            rx.el.div(rx.cond(state.ready, _families(), skeleton(14)), class_name="panel catalogue-list"),
            rx.cond(state.detail.name != "", _detail()),
            class_name="deliveries",
        ),
    )


def _families() -> Any:
    return rx.cond(
        state.families.length() > 0,
        rx.el.div(rx.foreach(state.families, _family), custom_attrs={"data-rows": ""}),
        notice(
            "search-x",
            "No type has that",
            "Try another word.",
            link("Show all types", href=nav.EVENT_TYPES.route, class_name="button is-main"),
        ),
    )


def _family(family: Any) -> rx.Component:
    return rx.el.section(
        rx.el.h2(family.name),
        rx.el.ul(rx.foreach(family.types, _type)),
        class_name="catalogue-family",
        key=family.key,
    )


def _type(row: Any) -> rx.Component:
    return rx.el.li(
        link(row.name, href=row.href, custom_attrs=table.ROW, prevent_scroll_reset=True, class_name="row-link"),
        rx.el.span(row.about, class_name="muted"),
        class_name=rx.cond(row.chosen, "row catalogue-type is-chosen", "row catalogue-type"),
        key=row.key,
    )


def _detail() -> rx.Component:
    one = state.detail
    return rx.el.aside(
        panel_head(one.name, one.about, close=one.close),
        rx.cond(
            session.routes.contains(nav.SUBSCRIPTIONS.route) & (one.subscribe != ""),
            rx.el.p(link(rx.icon("webhook", size=16), "Subscribe to it", href=one.subscribe, class_name="button")),
        ),
        rx.el.h3("Its data"),
        rx.el.ul(rx.foreach(one.fields, _field), class_name="catalogue-fields"),
        rx.el.details(
            rx.el.summary("JSON Schema"),
            rx.el.pre(one.schema, class_name="catalogue-schema", tab_index=0, aria_label="JSON Schema"),
            class_name="catalogue-schema-box",
        ),
        class_name="panel delivery receiver",
        aria_label="Event type",
    )


def _field(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.p(rx.el.code(row.name), rx.el.span(row.kind, class_name="muted")),
        rx.cond(row.about != "", rx.el.p(row.about)),
        key=row.key,
    )
