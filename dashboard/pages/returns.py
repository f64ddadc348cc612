"""The Returns page: what customers send back, and what is to be done with it. Its state is
`dashboard/state/returns.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components import table
from dashboard.components.filters import find_box
from dashboard.components.form import described_form
from dashboard.components.link import link
from dashboard.components.panel import panel_head
from dashboard.components.shell import frame
from dashboard.components.states import notice, skeleton, trouble
from dashboard.components.step import return_step
from dashboard.state.returns import ReturnsState

state: Any = ReturnsState  # its attributes are Vars on the class, which mypy cannot know


def page() -> rx.Component:
    """Return the page."""
    return frame(
        nav.RETURNS,
        rx.el.div(
            rx.el.h1("Returns"),
            rx.el.p("What customers send back, and what is to be done with it.", class_name="muted"),
            class_name="page-head",
        ),
        trouble(state.trouble, ReturnsState.open),
        rx.el.div(
            find_box(
                "return-search",
                "Find a return",
                "Number of a return or of an order",
                value=state.search,
                on_change=ReturnsState.find,
                size="is-small",
            ),
            table.choices("State", state.statuses),
            class_name="filters",
        ),
        rx.el.div(
            rx.el.div(
                table.live_list(ReturnsState, _row, label="Returns", nothing=_empty(), waiting=skeleton(8)),
                class_name="panel deliveries-list returns-list",
            ),
            rx.cond(state.asked != "", _new(), rx.cond(state.detail.id > 0, _detail())),
            class_name="deliveries",
        ),
    )


def _empty() -> Any:
    return rx.cond(
        state.filtered,
        notice(
            "search-x",
            "No return matches",
            "Take a filter away to see more.",
            link("Show all returns", href=nav.RETURNS.route, class_name="button is-main"),
        ),
        notice(
            "undo-2",
            "Nothing was sent back yet",
            "Open an order whose customer wants to send something back, and choose Send back.",
            link("Find the order", href=nav.ORDERS.route, class_name="button is-main"),
        ),
    )


def _row(row: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            link(row.number, href=row.href, custom_attrs=table.ROW, prevent_scroll_reset=True, class_name="row-link"),
            rx.el.span(row.order, class_name="row-place"),
            scope="row",
        ),
        rx.el.td(return_step(row.state, row.word), class_name="col-state"),
        rx.el.td(row.what, class_name="col-what"),
        rx.el.td(row.location, class_name="col-where"),
        rx.el.td(rx.el.span(row.when, title=row.title), class_name="col-when"),
        class_name=rx.cond(row.chosen, "row is-chosen", "row"),
        key=row.key,
    )


def _new() -> rx.Component:
    return rx.el.aside(
        panel_head("New return", "of order ", state.asked, close=state.asked_close),
        rx.el.p(state.said, role="status", class_name="said"),
        rx.cond(state.form.action != "", _form()),
        class_name="panel delivery return-panel",
        aria_label="New return",
    )


def _detail() -> rx.Component:
    one = state.detail
    return rx.el.aside(
        panel_head(one.number, "of order ", link(one.order, href=one.order_href), close=one.close),
        rx.el.p(return_step(one.state, one.word), class_name="card-state"),
        rx.el.dl(
            rx.foreach(one.facts, lambda fact: rx.el.div(rx.el.dt(fact[0]), rx.el.dd(fact[1]), key=fact[0])),
            class_name="detail-facts return-facts",
        ),
        rx.el.ul(rx.foreach(one.parts, _part), class_name="return-parts"),
        rx.cond(
            (one.actions.length() > 0) & (state.form.action == ""),
            rx.el.div(rx.foreach(one.actions, _action), class_name="stock-actions"),
        ),
        rx.el.p(state.said, role="status", class_name="said"),
        rx.cond(state.form.action != "", _form()),
        class_name="panel delivery return-panel",
        aria_label="Return",
    )


def _part(part: Any) -> rx.Component:
    return rx.el.li(
        rx.el.div(rx.el.strong(part.name), rx.el.span(part.about, class_name="row-more")),
        rx.el.span(part.units),
        key=part.key,
    )


def _action(action: Any, index: Any) -> rx.Component:
    return rx.el.button(
        action[1],
        type="button",
        class_name=rx.cond(index == 0, "button is-main", "button"),
        on_click=state.begin(action[0]),
        key=action[0],
    )


def _form() -> rx.Component:
    return described_form(
        state.form,
        head=rx.el.h3(state.form.title),
        save=ReturnsState.confirm,
        leave=ReturnsState.leave,
        key=state.form.action,
        class_name="stock-form",
    )
