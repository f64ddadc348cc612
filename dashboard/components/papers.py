"""Links to what can be printed; each opens beside the page."""

from __future__ import annotations

from typing import Any

import reflex as rx


def papers(them: Any, *, of: Any) -> Any:
    """Return the links to a list of `Paper`; `of` says to a screen reader whose paper it is."""
    # Not called as the list around it calls its own: in the browser the inner name would hide the outer one, and `of`.
    return rx.foreach(them, lambda sheet: _link(sheet, of))


def _link(one: Any, of: Any) -> Any:
    return rx.el.a(
        rx.icon("printer", size=16),
        one.label,
        href=one.href,
        target="_blank",
        rel="noopener",
        aria_label=one.label + " of " + of + ", to print",
        class_name="button",
        key=one.href,
    )
