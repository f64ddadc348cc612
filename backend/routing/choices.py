"""A decision on its way to becoming rows, and what came of it. Facts only; `writing.py` writes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from backend.inventory.service import StockNeed
from backend.orders.routed import DueOrder
from backend.routing.facts import Decision, OrderFacts
from backend.routing.limits import Given
from models.enums import OrderStatus


@dataclass(frozen=True, slots=True)
class OpenedShipment:
    """A shipment opened for an order."""

    id: int
    location: str


@dataclass(frozen=True, slots=True)
class Routed:
    """What became of an order; `reason` says why it went where it went, or nowhere."""

    order_id: int
    external_id: str
    channel: str
    status: OrderStatus
    reason: str
    shipments: tuple[OpenedShipment, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A decision with the ids its shipments will have, and what each takes of stock and limits."""

    order: DueOrder
    facts: OrderFacts
    decision: Decision
    assigned_at: datetime
    shipment_ids: tuple[int, ...]
    needs: tuple[StockNeed, ...]
    gifts: tuple[Given, ...]
    given_id: int | None = None  # the one location it may come from
