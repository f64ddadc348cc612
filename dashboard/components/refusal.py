"""Says that the last thing asked for was refused. It disappears with the next thing that is done."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard.guard import Seat


def refusal() -> Any:
    """Return the note; a screen reader hears it when it appears."""
    return rx.el.div(
        rx.cond(Seat.refused != "", rx.el.p(Seat.refused, class_name="banner")),
        role="alert",
        class_name="refusal",
    )
