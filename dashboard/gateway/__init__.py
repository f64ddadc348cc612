"""THE door: what pages learn from the backend, or ask of it, goes through here. Each method takes the actor, opens one
transaction, calls the same queries and services as the JSON API, and returns view dataclasses. They block: states
call them by `dashboard/state/asking.py`, which runs them in a thread.
One module per page; no rule and no SQL in here."""

from __future__ import annotations

from backend import program
from dashboard.gateway.alert import AlertDoor
from dashboard.gateway.alerts import AlertsDoor
from dashboard.gateway.base import Asker
from dashboard.gateway.catalogue import CatalogueDoor
from dashboard.gateway.channels import ChannelsDoor
from dashboard.gateway.controls import ControlsDoor
from dashboard.gateway.deliveries import DeliveriesDoor
from dashboard.gateway.drills import DrillsDoor
from dashboard.gateway.hand_over import HandOverDoor
from dashboard.gateway.handing import HandingDoor
from dashboard.gateway.inventory import InventoryDoor
from dashboard.gateway.location import LocationDoor
from dashboard.gateway.moves import MovesDoor
from dashboard.gateway.network import NetworkDoor
from dashboard.gateway.order import OrderDoor
from dashboard.gateway.orders import OrdersDoor
from dashboard.gateway.policies import PoliciesDoor
from dashboard.gateway.queue import QueueDoor
from dashboard.gateway.release import ReleaseDoor
from dashboard.gateway.returns import ReturnsDoor
from dashboard.gateway.routing import RoutingDoor
from dashboard.gateway.segments import SegmentDoor
from dashboard.gateway.shadow import ShadowDoor
from dashboard.gateway.silences import SilencesDoor
from dashboard.gateway.subscriptions import SubscriptionsDoor
from dashboard.gateway.trial import TrialDoor
from dashboard.gateway.waves import WavesDoor
from dashboard.gateway.workflows import WorkflowsDoor

__all__ = ["Asker", "Gateway", "door", "use"]


class Gateway(
    NetworkDoor,
    LocationDoor,
    ControlsDoor,
    HandingDoor,
    ReleaseDoor,
    DeliveriesDoor,
    ChannelsDoor,
    SubscriptionsDoor,
    CatalogueDoor,
    PoliciesDoor,
    AlertsDoor,
    AlertDoor,
    HandOverDoor,
    SilencesDoor,
    DrillsDoor,
    OrdersDoor,
    OrderDoor,
    ReturnsDoor,
    InventoryDoor,
    QueueDoor,
    MovesDoor,
    SegmentDoor,
    RoutingDoor,
    TrialDoor,
    ShadowDoor,
    WavesDoor,
    WorkflowsDoor,
):
    """The door of the running program; tests put another in its place with `use`."""


_door = Gateway(program.current)


def door() -> Gateway:
    """Return the door in use."""
    return _door


def use(gateway: Gateway) -> None:
    """Put another door in its place; for tests."""
    global _door
    _door = gateway
