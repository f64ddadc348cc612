"""The wall display (`/?wall=1`): no chrome, figures read from across a room, the worst one after another. It needs no
hand: `assets/js/wall.js` turns the pages."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard.components.map_frame import map_frame
from dashboard.components.status import mark, pill
from dashboard.state.network import NetworkState

state: Any = NetworkState  # its attributes are Vars on the class, which mypy cannot know


def wall() -> rx.Component:
    """Return the display."""
    return rx.el.div(
        rx.el.dl(rx.foreach(state.kpis, _figure), class_name="wall-figures"),
        rx.el.div(
            rx.el.h2("Worst now"),
            rx.el.ol(rx.foreach(state.worst, _slide), class_name="wall-slides", custom_attrs={"data-wall": ""}),
            class_name="wall-worst",
        ),
        rx.el.div(map_frame(filter_query=state.filter_query, selected="", on_pick=state.pick), class_name="wall-map"),
        class_name="wall",
    )


def _figure(kpi: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(rx.cond(kpi.tone != "", mark(kpi.tone)), kpi.label), rx.el.dd(kpi.value), key=kpi.label)


def _slide(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.p(row.name, class_name="wall-name"),
        rx.el.p(pill(row.status, row.word), rx.el.span(row.place), class_name="wall-state"),
        rx.el.dl(
            _number("Non-Compliant", row.late, "non_compliant"),
            _number("At Risk", row.at_risk, "at_risk"),
            _number("Open", row.open, ""),
            class_name="wall-numbers",
        ),
        key=row.key,
    )


def _number(label: str, value: Any, tone: str) -> rx.Component:
    return rx.el.div(rx.el.dt(mark(tone) if tone else "", label), rx.el.dd(value))
