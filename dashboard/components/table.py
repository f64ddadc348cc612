"""Parts of every list: heads that sort, rows that one can walk with j and k, paging, the way to CSV. All addresses
are in the URL, so that a list can be sent to somebody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from dashboard.components.link import link


def data_table(columns: Any, rows: Any, *, label: str) -> rx.Component:
    """Return a table with a sticky head; `rows` are `<tr>`s whose link carries `ROW`."""
    return rx.el.div(
        rx.el.table(
            rx.el.caption(label, class_name="sr-only"),
            rx.el.thead(rx.el.tr(rx.foreach(columns, _head))),
            rx.el.tbody(rows, custom_attrs={"data-rows": ""}),
            class_name="table",
        ),
        class_name="table-scroll",
        tab_index=0,
        role="region",
        aria_label=label,
    )


def news(text: Any, show: Any) -> Any:
    """Return the button behind which new order waits, while `text` says so; it stands in the list's foot, where it
    covers and moves nothing."""
    return rx.cond(
        text != "",
        rx.el.button(
            rx.icon("arrow-down-up", size=14),
            text,
            rx.el.span("· show"),
            type="button",
            class_name="news",
            on_click=show,
        ),
    )


#: Put on the link of a row: j and k move between these.
ROW = {"data-row": ""}


def _head(column: Any) -> Any:
    arrow = rx.match(
        column.sort,
        ("ascending", rx.icon("arrow-up", size=12)),
        ("descending", rx.icon("arrow-down", size=12)),
        rx.fragment(),
    )
    return rx.el.th(
        rx.cond(
            column.href != "",
            link(column.label, arrow, href=column.href, prevent_scroll_reset=True, replace=True),
            rx.el.span(column.label),
        ),
        scope="col",
        aria_sort=column.sort,
        class_name=rx.cond(column.numeric, "is-number col-" + column.key, "col-" + column.key),
        key=column.key,
    )


def foot(pager: Any, csv: str | rx.Var[str], *news: Any) -> rx.Component:
    """Return the list's foot: where one is, what is new, the pages around it, and all of it as CSV."""
    return rx.el.div(
        rx.el.span(pager.text, class_name="pager-text"),
        *news,
        _page("Previous page", "chevron-left", pager.previous),
        _page("Next page", "chevron-right", pager.next),
        rx.el.a(rx.icon("download", size=16), "CSV", href=csv, class_name="button", download=True),
        class_name="table-foot",
    )


def _page(word: str, icon: str, href: Any) -> Any:
    """Return the way to the next or previous page, or nothing where there is none."""
    return rx.cond(
        href != "",
        link(rx.icon(icon, size=18), href=href, class_name="button is-square", aria_label=word, title=word),
        rx.fragment(),
    )


def choices(label: str, options: Any, *, marks: Any = None) -> rx.Component:
    """Return a filter as a row of links, one of them chosen; `marks` draws before the word of an option."""

    def one(option: Any) -> Any:
        return link(
            marks(option) if marks else rx.fragment(),
            rx.el.span(option.label),
            rx.cond(option.count != "", rx.el.span(option.count, class_name="choice-count")),
            href=option.href,
            class_name=rx.cond(option.active, "choice is-active", "choice"),
            aria_current=rx.cond(option.active, "true", "false"),
            prevent_scroll_reset=True,
            replace=True,
            key=option.value,
        )

    return rx.el.div(rx.foreach(options, one), class_name="choices", role="group", aria_label=label)


def live_list(page: Any, row: Callable[[Any], rx.Component], *, label: str, nothing: Any, waiting: Any) -> rx.Component:
    """Return a page's list that follows the server: `waiting` until it is ready, `nothing` when it is empty.

    `page` is a state with `ready`, `rows`, `columns`, `pager`, `csv`, `news` and the handler `show_news`.
    """
    return rx.fragment(
        rx.cond(
            page.ready,
            rx.cond(
                page.rows.length() > 0,
                data_table(page.columns, rx.foreach(page.rows, row), label=label),
                nothing,
            ),
            waiting,
        ),
        foot(page.pager, page.csv, news(page.news, page.show_news)),
    )
