"""The versions of a document: their state, and the list of all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import reflex as rx

from dashboard.components import table
from dashboard.components.states import notice, skeleton


def version_state(state: Any, word: Any) -> rx.Component:
    """Return a version's state: neutral, because colour is for the promises of the network alone."""
    icon = rx.match(
        state,
        ("active", rx.icon("circle-check", size=14)),
        ("draft", rx.icon("pencil", size=14)),
        rx.icon("archive", size=14),
    )
    return rx.el.span(icon, word, class_name=f"sent version-{state}")


def version_list(state: Any, row: Callable[[Any], rx.Component]) -> rx.Component:
    """Return the list of all versions, filtered by state, each drawn by `row`."""
    return rx.fragment(
        rx.el.div(table.choices("State", state.states), class_name="panel-tools"),
        rx.cond(
            state.ready,
            rx.cond(
                state.versions.length() > 0,
                table.data_table(state.columns, rx.foreach(state.versions, row), label="Versions"),
                notice("files", "Nothing saved here", "Every saved draft is a version of its own and stays here."),
            ),
            skeleton(5),
        ),
        table.foot(state.pager, state.csv),
    )
