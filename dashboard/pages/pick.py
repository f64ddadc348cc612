"""Pick a shipment, or a wave: for a handheld with a scanner. What happens there happens in the browser, also without a
connection (`components/pick.py`); its state is `dashboard/state/pick.py`."""

from __future__ import annotations

from typing import Any

import reflex as rx

from dashboard import nav
from dashboard.components import moves
from dashboard.components.pick import pick
from dashboard.components.shell import frame
from dashboard.components.states import skeleton
from dashboard.live import Live
from dashboard.state.pick import PickState
from dashboard.state.session import Session

state: Any = PickState  # a state's attributes are Vars on its class, which mypy cannot know
session: Any = Session


def shipment() -> rx.Component:
    """Return the page of one shipment."""
    return frame(nav.PICK, _area())


def wave() -> rx.Component:
    """Return the page of one wave."""
    return frame(nav.PICK_WAVE, _area())


def _area() -> rx.Component:
    ready = (state.of != "") & (session.name != "")
    others = moves.menu(state.moves, of="this shipment")
    return rx.fragment(
        moves.said(),
        rx.cond(ready, pick(others, of=state.of, who=session.name, beat=Live.version), skeleton(8)),
        moves.dialog(),
    )
