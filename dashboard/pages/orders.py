"""The Orders page: one search box for anything a customer may say, and the list. Its state is
`dashboard/state/orders.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components import table
from dashboard.components.filters import choose, find_box
from dashboard.components.link import link
from dashboard.components.shell import frame
from dashboard.components.states import notice, skeleton, trouble
from dashboard.components.status import pill
from dashboard.components.step import order_step
from dashboard.present.orders import SINCE_WORDS
from dashboard.state.orders import OrdersState

state: Any = OrdersState  # its attributes are Vars on the class, which mypy cannot know
_PLACED = [("", "Any time"), *[(since.value, word) for since, word in SINCE_WORDS.items()]]


def page() -> rx.Component:
    """Return the page."""
    return frame(
        nav.ORDERS,
        rx.el.div(
            rx.el.h1("Orders"),
            rx.el.p("Where is my order? Type whatever the customer has at hand.", class_name="muted"),
            class_name="page-head",
        ),
        trouble(state.trouble, OrdersState.open),
        rx.el.div(_search(), _fields(), class_name="order-filters"),
        table.choices("State", state.statuses),
        rx.el.div(_list(), class_name="panel orders"),
    )


def _search() -> rx.Component:
    return find_box(
        "order-search",
        "Find an order by its number, e-mail, name, SKU or tracking number",
        "Order number, e-mail, name, SKU or tracking number",
        value=state.search,
        on_change=OrdersState.find,
    )


def _fields() -> rx.Component:
    return rx.el.div(
        choose("order-method", "Method", state.methods, value=state.method, on_change=OrdersState.choose_method),
        choose("order-channel", "Channel", state.channels, value=state.channel, on_change=OrdersState.choose_channel),
        choose("order-placed", "Placed", _PLACED, value=state.placed, on_change=OrdersState.choose_placed),
        class_name="filter-fields",
    )


def _list() -> rx.Component:
    return table.live_list(OrdersState, _row, label="Orders", nothing=_empty(), waiting=skeleton(10))


def _empty() -> Any:
    return rx.cond(
        state.filtered,
        notice(
            "search-x",
            rx.cond(state.search != "", "No order answers to “" + state.search + "”", "No order matches these filters"),
            "An order is found by its number, the customer's e-mail or name, a SKU in it, or a tracking number.",
            link("Show all orders", href=nav.ORDERS.route, class_name="button is-main"),
        ),
        notice(
            "package",
            "No orders yet",
            "Orders come in by POST /api/v1/orders, or from a file by pickwatch import orders FILE.",
        ),
    )


def _row(row: Any) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            link(row.number, href=row.href, custom_attrs=table.ROW, class_name="row-link"),
            rx.el.span(row.channel, class_name="row-place"),
            scope="row",
        ),
        rx.el.td(rx.el.span(row.customer, class_name="one-line"), class_name="col-customer"),
        rx.el.td(rx.el.span(row.placed, title=row.placed_title), class_name="col-placed"),
        rx.el.td(rx.el.span(row.promised, title=row.promised_title), class_name="col-promised"),
        rx.el.td(
            rx.el.span(row.method), rx.el.span(row.place, class_name="row-more one-line"), class_name="col-method"
        ),
        rx.el.td(row.units, class_name="is-number col-units"),
        rx.el.td(row.total, class_name="is-number col-total"),
        rx.el.td(order_step(row.state, row.state_word), class_name="col-state"),
        rx.el.td(
            rx.cond(row.sla != "", pill(row.sla, row.sla_word)),
            rx.el.span(row.due, title=row.due_title, class_name="row-more"),
            class_name="col-sla",
        ),
        class_name="row",
        key=row.key,
    )
