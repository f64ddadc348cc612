"""The head of a panel that opens beside a list: what it shows, and the way to close it (Esc does the same)."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard.components.link import link


def panel_head(title: Any, *about: Any, close: Any) -> rx.Component:
    """Return title, a line about it, and the link `close`, which is the address without the panel."""
    return rx.el.div(
        rx.el.div(rx.el.h2(title), rx.el.p(*about, class_name="muted")),
        link(
            rx.icon("x", size=18),
            href=close,
            class_name="icon-button",
            aria_label="Close this panel",
            prevent_scroll_reset=True,
            replace=True,
            custom_attrs={"data-close": ""},
        ),
        class_name="card-head",
    )
