"""Asks again while it stands on a page. Its browser side is `assets/routing/Ticker.jsx`."""

from __future__ import annotations

from typing import Any

import reflex as rx


class Ticker(rx.Component):
    """Calls `on_tick` every so many milliseconds."""

    library = "$/public/routing/Ticker.jsx"
    tag = "Ticker"

    every: rx.Var[int]
    on_tick: rx.EventHandler[rx.event.no_args_event_spec]  # type: ignore[type-arg, valid-type]


def ticker(on_tick: Any, *, every: int = 1500) -> rx.Component:
    """Return it; `every` in milliseconds."""
    return Ticker.create(every=every, on_tick=on_tick)
