"""How far an order or a shipment is: an icon and a word, neutral, because colour is for promises alone."""

from __future__ import annotations

from typing import Any

import reflex as rx


def order_state(key: Any, word: Any) -> rx.Component:
    """Return an order's state."""
    icon = rx.match(
        key,
        ("placed", rx.icon("inbox", size=14)),
        ("routed", rx.icon("package-open", size=14)),
        ("partly_routed", rx.icon("package-open", size=14)),
        ("unassigned", rx.icon("map-pin-off", size=14)),
        ("backordered", rx.icon("hourglass", size=14)),
        ("customer_care", rx.icon("headset", size=14)),
        ("held", rx.icon("circle-pause", size=14)),
        ("fulfilled", rx.icon("check", size=14)),
        rx.icon("ban", size=14),
    )
    return rx.el.span(icon, rx.el.span(word), class_name=f"state state-{key}")
