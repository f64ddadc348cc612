"""The one writer of orders: place, hold, release, cancel. A finished shipment finishes its order in `progress.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.fulfillment import service as fulfillment
from backend.fulfillment import store as shipments
from backend.fulfillment.rules import ShipmentFacts
from backend.fulfillment.workflow import is_done
from backend.orders import store
from backend.orders.rules import ALLOWED, NewOrder, OrderCommand, StockMode, check_orders
from backend.persistence.uow import Uow
from backend.routing import service as routing
from backend.routing.outcome import History
from backend.routing.writing import Routed
from models.enums import OrderStatus
from models.errors import DomainError, ErrorCode, Fault, invalid
from models.events import EventType


@dataclass(frozen=True, slots=True)
class PlacedShipment:
    """A shipment opened for a new order."""

    id: int
    location: str


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """What became of a new order; `reason` says why it went where it went, or nowhere."""

    id: int
    external_id: str
    channel: str
    status: OrderStatus
    reason: str
    shipments: tuple[PlacedShipment, ...]


def check(uow: Uow, orders: Sequence[NewOrder]) -> list[list[Fault]]:
    """Return everything wrong with each order, in order, and change nothing."""
    return check_orders(orders, store.known(uow, orders))


def place(uow: Uow, orders: Sequence[NewOrder], *, reserve_stock: StockMode = StockMode.RESERVE) -> list[PlacedOrder]:
    """Place orders, all or none: check, write, route, reserve stock, open shipments with their clocks.

    Raises INVALID with every fault, pointers `/{index}/…` (CONFLICT when all that is wrong is that they exist already).
    """
    known = store.known(uow, orders)
    _refuse(check_orders(orders, known))
    drafts = store.write(uow, orders, known, [OrderStatus.PLACED] * len(orders))
    for draft in drafts:
        store.tell(uow, EventType.ORDER_PLACED, draft.row, at=draft.row.placed_at, lines=draft.event_lines)
    matters = reserve_stock is StockMode.RESERVE
    histories = {d.row.id: History(d.order.location, d.assigned_at, matters) for d in drafts}
    routed = {item.order_id: item for item in routing.route_orders(uow, list(histories), histories=histories)}
    return [_placed(routed[draft.row.id]) for draft in drafts]


def _placed(routed: Routed) -> PlacedOrder:
    shipments = tuple(PlacedShipment(shipment.id, shipment.location) for shipment in routed.shipments)
    return PlacedOrder(routed.order_id, routed.external_id, routed.channel, routed.status, routed.reason, shipments)


def hold_order(
    uow: Uow, order_id: int, *, reason: str, at: datetime | None = None, expected_version: int | None = None
) -> None:
    """Stop an order: work on its shipments stops and their clocks pause."""
    order = _load(uow, order_id, OrderCommand.HOLD, expected_version)
    live = [item.id for item in _unfinished(uow, order_id) if not item.held]
    fulfillment.hold(uow, live, reason=reason, at=at)
    changed = store.set_status(uow, order, OrderStatus.HELD)
    store.tell(uow, EventType.ORDER_HELD, changed, at=at, reason=reason)


def release_order(uow: Uow, order_id: int, *, at: datetime | None = None, expected_version: int | None = None) -> None:
    """Let a held order go on; one without a shipment is routed again."""
    order = _load(uow, order_id, OrderCommand.RELEASE, expected_version)
    held = [item.id for item in _unfinished(uow, order_id) if item.held]
    fulfillment.release(uow, held, at=at)
    to = OrderStatus.ROUTED if shipments.of_orders(uow, [order_id]) else OrderStatus.PLACED
    changed = store.set_status(uow, order, to)
    store.tell(uow, EventType.ORDER_RELEASED, changed, at=at)
    routing.route_orders(uow, [order_id])


def cancel_order(
    uow: Uow, order_id: int, *, reason: str, at: datetime | None = None, expected_version: int | None = None
) -> None:
    """Give up an order nothing of which has left: its stock is given back and its clocks end."""
    order = _load(uow, order_id, OrderCommand.CANCEL, expected_version)
    live = [item.id for item in _unfinished(uow, order_id)]
    if live:
        fulfillment.cancel(uow, live, reason=reason, at=at)  # the last shipment takes the order with it
        return
    changed = store.set_status(uow, order, OrderStatus.CANCELLED)
    store.tell(uow, EventType.ORDER_CANCELLED, changed, at=at, reason=reason)


def _unfinished(uow: Uow, order_id: int) -> list[ShipmentFacts]:
    facts = shipments.load(uow, shipments.of_orders(uow, [order_id]))
    return [fact for fact in facts if not is_done(fact.method, fact.status)]


def _load(uow: Uow, order_id: int, command: OrderCommand, expected_version: int | None) -> store.OrderRow:
    order = store.load(uow, order_id)
    if expected_version is not None and expected_version != order.version:
        raise DomainError(ErrorCode.STALE, f"Order {order_id} has changed since you read it.")
    if order.status not in ALLOWED[command]:
        words = f"Order {order_id} is {order.status}; it cannot be asked to {command}."
        raise DomainError(ErrorCode.ILLEGAL_TRANSITION, words, faults=[Fault("", "illegal_transition", words)])
    return order


def _refuse(results: Sequence[list[Fault]]) -> None:
    faults = [
        Fault(f"/{index}{fault.pointer}", fault.code, fault.message)
        for index, order_faults in enumerate(results)
        for fault in order_faults
    ]
    if not faults:
        return
    repeated = all(fault.code == "already_exists" for fault in faults)
    raise invalid(faults, code=ErrorCode.CONFLICT if repeated else ErrorCode.INVALID)
