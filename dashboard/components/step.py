"""How far something is, as an icon and a word: neutral, because colour is for the promises of the network alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import reflex as rx

_ORDER = {
    "placed": "inbox",
    "routed": "package-open",
    "partly_routed": "package-open",
    "unassigned": "map-pin-off",
    "backordered": "hourglass",
    "customer_care": "headset",
    "held": "circle-pause",
    "fulfilled": "check",
}
_WAVE = {
    "planned": "clipboard-list",
    "released": "play",
    "picking": "hand",
    "closed": "check",
}
_WORK = {
    "done": "check",
    "delivered": "check",
    "failed": "circle-x",
    "dead": "circle-x",
    "cancelled": "ban",
    "running": "loader",
    "sending": "loader",
}


_RETURN = {
    "authorised": "truck",
    "received": "package-open",
    "inspected": "hand-coins",
    "closed": "check",
    "cancelled": "ban",
}


def icon_of(key: Any, icons: Mapping[str, str], otherwise: str) -> Any:
    """Return the icon that stands for a key which is known only in the browser."""
    return rx.match(key, *[(one, rx.icon(name, size=14)) for one, name in icons.items()], rx.icon(otherwise, size=14))


def order_step(key: Any, word: Any) -> rx.Component:
    """Return how far an order is."""
    return rx.el.span(icon_of(key, _ORDER, "ban"), rx.el.span(word), class_name=f"state state-{key}")


def return_step(key: Any, word: Any) -> rx.Component:
    """Return how far a return is."""
    return rx.el.span(icon_of(key, _RETURN, "clock"), rx.el.span(word), class_name=f"state state-{key}")


def wave_step(key: Any, word: Any) -> rx.Component:
    """Return how far a wave is."""
    return rx.el.span(icon_of(key, _WAVE, "ban"), rx.el.span(word), class_name=f"state state-{key}")


def work_step(key: Any, word: Any) -> rx.Component:
    """Return how far something is that the machine does by itself: a message, a run."""
    return rx.el.span(icon_of(key, _WORK, "clock"), word, class_name=f"sent sent-{key}")
