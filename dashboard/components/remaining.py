"""Time left as a bar that empties. The words and the percent come ready from `dashboard/present`."""

from __future__ import annotations

import reflex as rx


def remaining(
    text: rx.Var[str], *, left: rx.Var[int], status: rx.Var[str], title: rx.Var[str] | str = ""
) -> rx.Component:
    """Return "24 min left" over its bar; `left` is 0 to 100 percent, `title` the instant for those who hover."""
    return rx.el.span(
        rx.el.span(text, class_name="left-text"),
        rx.el.span(
            rx.el.span(style={"width": left.to(str) + "%"}, class_name=f"left-fill is-{status}"),
            class_name="left-track",
            aria_hidden="true",
        ),
        class_name="left",
        title=title,
    )
