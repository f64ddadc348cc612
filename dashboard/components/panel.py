"""Panels: a part of a page under a head, and the head of one that opens beside a list (Esc closes it)."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard.components.link import link


def panel(title: str, *content: Any, tools: Any = None, class_name: str = "") -> rx.Component:
    """Return a part of a page: its head, with `tools` at the right, then its content."""
    return rx.el.section(
        rx.el.div(rx.el.h2(title), tools if tools is not None else rx.fragment(), class_name="panel-head"),
        *content,
        class_name=f"panel {class_name}",
    )


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
