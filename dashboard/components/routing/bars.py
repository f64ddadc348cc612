"""Several figures as bars in one neutral tone: colour is for the promises of the network alone."""

from __future__ import annotations

from typing import Any

import reflex as rx


def bars(shares: Any) -> rx.Component:
    """Return a list of `views.routing.Share`."""
    return rx.el.dl(rx.foreach(shares, _bar), class_name="bars")


def _bar(one: Any) -> rx.Component:
    return rx.el.div(
        rx.el.dt(one.label),
        rx.el.dd(
            rx.el.span(one.value, class_name="bar-value"),
            rx.cond(one.hint != "", rx.el.span(one.hint, class_name="muted")),
            rx.el.span(
                rx.el.span(style={"width": one.percent.to(str) + "%"}, class_name="bar-fill"),
                class_name="bar-track",
                aria_hidden="true",
            ),
        ),
        key=one.label,
    )
