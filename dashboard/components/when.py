"""Instants at the clock of whoever looks; their browser side is `assets/alerts/When.jsx`. Times of a location stand at
that location's clock instead: `dashboard/format.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

_ZONE = rx.event.passthrough_event_spec(str)


class _When(rx.Component):
    library = "$/public/alerts/When.jsx"
    tag = "When"

    at: rx.Var[str]


class _Zone(rx.Component):
    library = "$/public/alerts/When.jsx"
    tag = "Zone"

    on_zone: rx.EventHandler[_ZONE]  # type: ignore[type-arg, valid-type]


def when(at: Any) -> rx.Component:
    """Return an instant (RFC 3339) as the viewer's clock shows it."""
    return _When.create(at=at)


def zone(on_zone: Any) -> rx.Component:
    """Tell `on_zone` once in which zone the viewer's clock is."""
    return _Zone.create(on_zone=on_zone)
