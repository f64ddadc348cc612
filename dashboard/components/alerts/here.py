"""The open alerts about one thing, on its own page."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard.components.alerts import marks
from dashboard.components.link import link


def open_here(alerts: Any) -> Any:
    """Return a list of `OpenHere`, nothing when none is open."""
    return rx.cond(
        alerts.length() > 0,
        rx.el.ul(rx.foreach(alerts, _one), class_name="panel open-here", aria_label="Open alerts"),
    )


def _one(one: Any) -> rx.Component:
    return rx.el.li(
        marks.severity(one.severity, one.severity_word),
        link(one.title, href=one.href),
        rx.el.span(one.more, class_name="muted"),
        key=one.key,
    )
