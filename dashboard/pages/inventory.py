"""The Inventory page: stock by product and by location, and one balance whole in the panel beside it
(`inventory_panel.py`). Its state is `dashboard/state/inventory.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components import table
from dashboard.components.filters import find_box
from dashboard.components.link import link
from dashboard.components.shell import frame
from dashboard.components.states import notice, skeleton, trouble
from dashboard.pages.inventory_panel import panel
from dashboard.pages.segments import segments
from dashboard.state.inventory import InventoryState

state: Any = InventoryState  # its attributes are Vars on the class, which mypy cannot know


def page() -> rx.Component:
    """Return the page."""
    return frame(
        nav.INVENTORY,
        trouble(state.trouble, InventoryState.open),
        rx.cond(
            state.missing,
            notice(
                "search-x",
                "There is no such product or location",
                "It may have another code, or lie outside the part of the network that you see.",
                link("Show all stock", href=nav.INVENTORY.route, class_name="button is-main"),
            ),
            _content(),
        ),
    )


def _content() -> rx.Component:
    return rx.fragment(
        rx.el.div(_title(), class_name="page-head"),
        rx.el.div(
            rx.cond(state.view == "", _search()),
            rx.el.div(
                table.choices("Shown by", state.sides),
                rx.cond(state.view == "", table.choices("How much", state.lows)),
            ),
            class_name="stock-filters",
        ),
        rx.cond(
            state.view == "segments",
            segments(),
            rx.el.div(
                rx.el.div(_list(), class_name="panel stock-list"),
                rx.cond(state.panel.of != "", panel()),
                class_name="stock",
            ),
        ),
    )


def _title() -> rx.Component:
    return rx.cond(
        state.title != "",
        rx.fragment(
            rx.el.p(
                link("Inventory", href=state.up),
                rx.icon("chevron-right", size=14),
                rx.cond(state.by == "sku", "Product", "Location"),
                class_name="crumbs",
            ),
            rx.el.h1(state.title),
            rx.el.p(state.code, class_name="muted"),
        ),
        rx.fragment(
            rx.el.h1("Inventory"),
            rx.el.p("What is where, what is promised, and what may still be.", class_name="muted"),
        ),
    )


def _search() -> rx.Component:
    return find_box(
        "stock-search",
        "Find by SKU, code or name",
        "SKU, code or name",
        value=state.search,
        on_change=InventoryState.find,
        size="is-small",
    )


def _list() -> rx.Component:
    return rx.fragment(
        rx.cond(
            state.ready,
            rx.cond(
                state.rows.length() > 0,
                table.data_table(state.columns, rx.foreach(state.rows, _row), label="Stock"),
                _empty(),
            ),
            skeleton(10),
        ),
        table.foot(state.pager, state.csv),
    )


def _empty() -> Any:
    return rx.cond(
        state.filtered,
        notice(
            "search-x",
            "Nothing matches",
            "Search for another SKU, code or name, or show all stock.",
            link("Show all", href=state.up, class_name="button is-main"),
        ),
        notice(
            "boxes",
            "No stock here yet",
            "Stock comes in by POST /api/v1/inventory/counts, or from a file by pickwatch import stock FILE.",
        ),
    )


def _row(row: Any) -> rx.Component:
    def number(key: str, value: Any) -> rx.Component:
        return rx.el.td(value, class_name=f"is-number col-{key}", custom_attrs={"data-label": key})

    return rx.el.tr(
        rx.el.th(
            link(row.name, href=row.href, custom_attrs=table.ROW, prevent_scroll_reset=True, class_name="row-link"),
            rx.el.span(
                row.code,
                rx.cond(row.more != "", rx.el.span(" · ", row.more)),
                rx.cond(row.mark != "", rx.el.span(rx.icon("ban", size=12), row.mark, class_name="stock-mark")),
                class_name="row-place",
            ),
            scope="row",
        ),
        number("on_hand", row.on_hand),
        rx.el.td(
            rx.cond(row.low, rx.el.span("low", class_name="stock-low")),
            row.available,
            class_name="is-number col-available",
        ),
        number("allocated", row.allocated),
        number("pending", row.pending),
        number("kept", row.kept),
        number("unsellable", row.unsellable),
        rx.cond(
            state.title != "", rx.el.td(rx.el.span(row.arrival, title=row.arrival_title), class_name="col-arrival")
        ),
        class_name=rx.cond(row.chosen, "row is-chosen", "row"),
        key=row.key,
    )
