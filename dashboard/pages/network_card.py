"""The chosen location, beside map and list: what is wrong, why, and the way to its page."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard.components.link import link
from dashboard.components.panel import panel_head
from dashboard.components.status import mark, pill
from dashboard.state.network import NetworkState

state: Any = NetworkState  # its attributes are Vars on the class, which mypy cannot know


def card() -> rx.Component:
    """Return the panel; Esc closes it."""
    chosen = state.card
    return rx.el.aside(
        panel_head(chosen.name, chosen.place, close=chosen.close),
        rx.el.p(
            pill(chosen.status, chosen.word), rx.el.span(chosen.since, class_name="muted"), class_name="card-state"
        ),
        rx.el.p(chosen.why, class_name="card-why"),
        rx.el.dl(rx.foreach(chosen.counts, _count), class_name="card-counts"),
        rx.el.p(rx.icon("clock", size=14), rx.el.span("It is " + chosen.local_time), class_name="card-time muted"),
        link("Open ", chosen.name, rx.icon("arrow-right", size=16), href=chosen.page, class_name="button is-main"),
        class_name="card",
        aria_label="Chosen location",
    )


def _count(count: Any) -> rx.Component:
    return rx.el.div(
        rx.el.dt(mark(count.tone), count.label), rx.el.dd(count.value, class_name="kpi-value"), key=count.label
    )
