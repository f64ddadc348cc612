"""What stands where the content would be: nothing yet, something failed, not allowed, not there, still loading."""

from __future__ import annotations

from typing import Any

import reflex as rx


def notice(icon: str, title: Any, text: Any, *actions: Any, role: str = "") -> rx.Component:
    """Return a calm block: what is so, why, and what to do about it."""
    return rx.el.div(
        rx.el.span(rx.icon(icon, size=28), class_name="notice-icon", aria_hidden="true"),
        rx.el.p(title, class_name="notice-title"),
        rx.el.p(text, class_name="notice-text"),
        rx.el.div(*actions, class_name="notice-actions") if actions else rx.fragment(),
        class_name="notice",
        **({"role": role} if role else {}),
    )


def trouble(text: Any, again: Any) -> Any:
    """Return the error state while `text` says something: what failed, what is safe, a retry."""
    return rx.cond(
        text != "",
        notice(
            "circle-alert",
            "This could not be loaded",
            text,
            rx.el.button("Try again", type="button", class_name="button is-main", on_click=again),
            role="alert",
        ),
    )


def skeleton(lines: int = 6) -> rx.Component:
    """Return grey lines that keep the layout still while data is on its way."""
    return rx.el.div(
        *[rx.el.div(class_name="skeleton-line") for _ in range(lines)],
        rx.el.span("Loading", class_name="sr-only"),
        class_name="skeleton",
        aria_busy="true",
    )
