"""The one writer of orders: place, hold, release, cancel. A finished shipment finishes its order in `progress.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.fulfillment import service as fulfillment
from backend.fulfillment import store as shipments
from backend.fulfillment.rules import ShipmentFacts
from backend.fulfillment.workflow import is_done
from backend.inventory import service as inventory
from backend.orders import store
from backend.orders.rules import ALLOWED, NewOrder, OrderCommand, StockMode, check_orders
from backend.persistence.uow import Uow
from backend.routing import service as routing
from backend.routing.rules import Decision, OrderFacts
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
    """Place orders, all or none: check, route, write, reserve stock, open shipments with their clocks.

    Raises INVALID with every fault, pointers `/{index}/…` (CONFLICT when all that is wrong is that they exist already).
    """
    known = store.known(uow, orders)
    _refuse(check_orders(orders, known))
    wants = [_facts(order, store.needs(order, known), reserve_stock) for order in orders]
    decisions = routing.assign(uow, wants)
    drafts = store.write(uow, orders, known, [_status(decision) for decision in decisions])
    for draft in drafts:
        store.tell(uow, EventType.ORDER_PLACED, draft.row, at=draft.row.placed_at, lines=draft.event_lines)
    opened = open_routed(uow, drafts, decisions, wants)
    return [
        PlacedOrder(
            draft.row.id,
            draft.row.external_id,
            draft.row.channel,
            draft.row.status,
            decision.reason.value,
            opened.get(draft.row.id, ()),
        )
        for draft, decision in zip(drafts, decisions, strict=True)
    ]


def open_routed(
    uow: Uow, drafts: Sequence[store.Draft], decisions: Sequence[Decision], wants: Sequence[OrderFacts]
) -> Mapping[int, tuple[PlacedShipment, ...]]:
    """Open a shipment for every order that found a place, reserve its stock, and tell where each order went."""
    routed = [(draft, d.place, want) for draft, d, want in zip(drafts, decisions, wants, strict=True) if d.place]
    new = [store.shipment(draft, place) for draft, place, _ in routed]
    ids = fulfillment.allocate(uow, len(new))
    needs = [
        inventory.StockNeed(id_, place.location_id, product, units)
        for id_, (_, place, want) in zip(ids, routed, strict=True)
        for product, units in want.needs.items()
    ]
    inventory.reserve(uow, needs)
    fulfillment.open_shipments(uow, new, ids=ids)
    opened = {
        draft.row.id: (PlacedShipment(id_, place.code),) for id_, (draft, place, _) in zip(ids, routed, strict=True)
    }
    for draft, decision in zip(drafts, decisions, strict=True):
        store.tell_routing(uow, draft, decision, [shipment.id for shipment in opened.get(draft.row.id, ())])
    return opened


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
    if shipments.of_orders(uow, [order_id]):
        changed = store.set_status(uow, order, OrderStatus.ROUTED)
        store.tell(uow, EventType.ORDER_RELEASED, changed, at=at)
        return
    draft = store.draft(uow, order, assigned_at=at or uow.now)
    want = _facts(draft.order, draft.needs, StockMode.RESERVE)
    decisions = routing.assign(uow, [want])
    draft = draft.become(store.set_status(uow, order, _status(decisions[0])))
    store.tell(uow, EventType.ORDER_RELEASED, draft.row, at=at)
    open_routed(uow, [draft], decisions, [want])


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


def _facts(order: NewOrder, needs: dict[int, int], mode: StockMode) -> OrderFacts:
    return OrderFacts(
        method=order.method,
        needs=needs if mode is StockMode.RESERVE else {},
        location=order.given_location,
        latitude=order.ship_to.get("latitude"),
        longitude=order.ship_to.get("longitude"),
    )


def _status(decision: Decision) -> OrderStatus:
    return OrderStatus.ROUTED if decision.place else OrderStatus.UNASSIGNED


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
