"""The strip of figures that answers first, and the small line that shows where they come from."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard.components.status import mark


def strip(kpis: Any, *extra: Any) -> rx.Component:
    """Return the figures in a row; a figure with a tone carries its status mark."""
    return rx.el.section(
        rx.el.h2("Key figures", class_name="sr-only"),
        rx.el.dl(rx.foreach(kpis, _kpi), *extra, class_name="kpis"),
    )


def waiting(*labels: str) -> rx.Component:
    """Return the strip before its figures are there: the same boxes, so that nothing moves when they arrive."""
    blank = rx.el.span(class_name="skeleton-line is-text")
    return rx.el.section(
        rx.el.span("Loading", class_name="sr-only"),
        rx.el.dl(
            *[
                rx.el.div(
                    rx.el.dt(label),
                    rx.el.dd(rx.el.span(blank, class_name="kpi-value"), rx.el.span("\u00a0", class_name="kpi-hint")),
                    class_name="kpi",
                )
                for label in labels
            ],
            class_name="kpis",
        ),
        aria_busy="true",
    )


def _kpi(kpi: Any) -> rx.Component:
    return rx.el.div(
        rx.el.dt(rx.cond(kpi.tone != "", mark(kpi.tone)), kpi.label),
        rx.el.dd(rx.el.span(kpi.value, class_name="kpi-value"), rx.el.span(kpi.hint, class_name="kpi-hint")),
        class_name="kpi",
        key=kpi.label,
    )


def spark(label: str, trend: Any) -> rx.Component:
    """Return a figure over time from a `views.Trend`."""
    return rx.el.div(
        rx.el.dt(label),
        rx.el.dd(
            rx.el.span(trend.value, class_name="kpi-value"),
            rx.el.span(trend.hint, class_name="kpi-hint"),
            rx.el.svg(  # empty for who sees a part of the network: history is kept for the whole only
                rx.el.path(d=trend.area, class_name="spark-area"),
                rx.el.path(d=trend.line, class_name="spark-line", fill="none", vector_effect="non-scaling-stroke"),
                view_box="0 0 120 32",
                preserve_aspect_ratio="none",
                class_name="spark",
                aria_hidden="true",
            ),
        ),
        class_name="kpi kpi-spark",
    )
