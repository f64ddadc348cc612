"""What happened, newest first, in plain words."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard.components.status import mark


def timeline(entries: Any) -> rx.Component:
    """Return a list of `views.Entry`."""
    return rx.el.ol(rx.foreach(entries, _entry), class_name="timeline")


def _entry(entry: Any) -> rx.Component:
    return rx.el.li(
        rx.cond(entry.status != "", mark(entry.status), rx.el.span(class_name="timeline-dot", aria_hidden="true")),
        rx.el.div(
            rx.el.p(entry.text, class_name="timeline-text"),
            rx.el.p(rx.el.span(entry.when, title=entry.title), class_name="timeline-when"),
        ),
        key=entry.key,
    )
