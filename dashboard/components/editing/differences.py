"""Differences of two documents: in words, and line by line beside each other. Signs and words tell what happened to a
part; colour is for the promises of the network alone."""

from __future__ import annotations

from typing import Any

import reflex as rx


def changes(items: Any) -> rx.Component:
    """Return a list of `views.editing.ChangeView`."""
    return rx.el.ul(rx.foreach(items, _change), class_name="changes")


def _change(one: Any) -> rx.Component:
    icon = rx.match(
        one.kind,
        ("added", rx.icon("plus", size=14)),
        ("removed", rx.icon("minus", size=14)),
        ("order", rx.icon("arrow-down-up", size=14)),
        rx.icon("pencil", size=14),
    )
    return rx.el.li(
        rx.el.span(icon, one.word, class_name="change-word"),
        rx.el.div(
            rx.el.p(one.where, class_name="change-where"),
            rx.cond(one.before != "", rx.el.p(rx.el.span("Before: ", class_name="muted"), rx.el.span(one.before))),
            rx.cond(one.after != "", rx.el.p(rx.el.span("Now: ", class_name="muted"), rx.el.span(one.after))),
        ),
        key=one.key,
    )


def side_by_side(lines: Any, *, other: Any) -> rx.Component:
    """Return `other`, in a word, and this one: a table of `views.editing.SideLine`."""
    return rx.el.div(
        rx.el.table(
            rx.el.caption(other, " and this one, line by line", class_name="sr-only"),
            rx.el.colgroup(
                rx.el.col(class_name="side-number"), rx.el.col(), rx.el.col(class_name="side-number"), rx.el.col()
            ),
            rx.el.thead(
                rx.el.tr(
                    rx.el.th(other, col_span=2, scope="colgroup"), rx.el.th("This one", col_span=2, scope="colgroup")
                )
            ),
            rx.el.tbody(rx.foreach(lines, _line)),
            class_name="sides",
        ),
        class_name="sides-scroll",
        tab_index=0,
        role="region",
        aria_label="Line by line",
    )


def _line(line: Any) -> Any:
    return rx.cond(
        line.kind == "fold",
        rx.el.tr(rx.el.td(line.text, col_span=4), class_name="side side-fold"),
        rx.el.tr(
            rx.el.td(line.old, class_name="side-number"),
            rx.el.td(line.before, class_name=rx.cond(line.old != "", "side-old", "side-none")),
            rx.el.td(line.new, class_name="side-number"),
            rx.el.td(line.after, class_name=rx.cond(line.new != "", "side-new", "side-none")),
            class_name=f"side side-{line.kind}",
        ),
    )
