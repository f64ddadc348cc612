"""The one writer of orders: accept, place, hold, release, cancel. A finished shipment finishes its order in
`progress.py`; which state may follow which is `rules.TRANSITIONS`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.fulfillment import service as fulfillment
from backend.fulfillment import store as shipments
from backend.fulfillment.rules import ShipmentFacts
from backend.fulfillment.workflow import has_left, is_done
from backend.inventory import service as inventory
from backend.orders import incoming, lines, store
from backend.orders.incoming import Sound
from backend.orders.rules import NewOrder, OrderMove, StockMode, check_orders, may
from backend.persistence.uow import Uow
from backend.routing import service as routing
from backend.routing.rules import Decision, OrderFacts
from backend.wakeups import Topic
from models.enums import OrderStatus, ShipmentStatus
from models.errors import DomainError, ErrorCode, Fault, invalid
from models.events import EventType


@dataclass(frozen=True, slots=True)
class AcceptedOrder:
    """An order that was taken in and waits for routing."""

    id: int
    order: NewOrder
    status: OrderStatus
    placed_at: datetime
    version: int


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
    return check_orders(orders, incoming.known(uow, orders))


def accept(uow: Uow, orders: Sequence[NewOrder]) -> list[AcceptedOrder]:
    """Take orders in, all or none: they are `placed`, and due for routing at once.

    Raises INVALID with every fault, pointers `/{index}/…` (CONFLICT when all that is wrong is that they exist already),
    and Overtaken, a CONFLICT too, when another transaction placed one of them at the same moment.
    """
    known = incoming.known(uow, orders)
    _refuse(check_orders(orders, known))
    return accept_sound(uow, [Sound(order, uow.actor) for order in orders], known.products)


def accept_sound(uow: Uow, orders: Sequence[Sound], products: Mapping[str, int]) -> list[AcceptedOrder]:
    """Take in orders that were checked; `products` are ids by SKU. Raises Overtaken."""
    drafts = incoming.write(uow, orders, products)
    uow.wake(Topic.ROUTING)
    return [
        AcceptedOrder(draft.row.id, draft.order, draft.row.status, draft.row.placed_at, draft.row.version)
        for draft in drafts
    ]


def place(uow: Uow, orders: Sequence[NewOrder], *, reserve_stock: StockMode = StockMode.RESERVE) -> list[PlacedOrder]:
    """Place orders, all or none: check, route, write, reserve stock, open shipments with their clocks.

    Raises as `accept`.
    """
    known = incoming.known(uow, orders)
    _refuse(check_orders(orders, known))
    wants = [_facts(order, incoming.needs(order, known.products), reserve_stock) for order in orders]
    decisions = routing.assign(uow, wants)
    sound = [Sound(order, uow.actor) for order in orders]
    drafts = incoming.write(uow, sound, known.products, statuses=[_status(decision) for decision in decisions])
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


def route_accepted(uow: Uow, order_ids: Sequence[int]) -> list[int]:
    """Route those of these orders that wait for it and that nobody else is routing; return their ids."""
    rows = store.claim(uow, order_ids)
    drafts = [store.draft(uow, row, assigned_at=uow.now) for row in rows]
    wants = [_facts(draft.order, draft.needs, StockMode.RESERVE) for draft in drafts]
    decisions = routing.assign(uow, wants)
    moves = {OrderStatus.ROUTED: OrderMove.ROUTE, OrderStatus.UNASSIGNED: OrderMove.FIND_NONE}
    drafts = [
        draft.become(store.move(uow, draft.row, moves[status], status))
        for draft, status in zip(drafts, map(_status, decisions), strict=True)
    ]
    open_routed(uow, drafts, decisions, wants)
    uow.wake(Topic.ROUTED)
    return [row.id for row in rows]


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
    """Stop an order: work on its shipments stops and their clocks pause, and routing leaves it alone."""
    order = _load(uow, order_id, OrderMove.HOLD, expected_version)
    here = _here(uow, order_id)
    if order.status is OrderStatus.ROUTED and not here:
        raise _illegal(f"Everything of order {order_id} has left; there is nothing to hold.")
    fulfillment.hold(uow, [item.id for item in here if not item.held], reason=reason, at=at)
    changed = store.move(uow, order, OrderMove.HOLD, OrderStatus.HELD)
    store.tell(uow, EventType.ORDER_HELD, changed, at=at, reason=reason)


def release_order(uow: Uow, order_id: int, *, at: datetime | None = None, expected_version: int | None = None) -> None:
    """Let a held order go on; what of it has no location is due for routing."""
    order = _load(uow, order_id, OrderMove.RELEASE, expected_version)
    fulfillment.release(uow, [item.id for item in _here(uow, order_id) if item.held], at=at)
    waits = bool(lines.open_lines(uow, [order_id]))
    if waits:
        alive = [item for item in _all(uow, order_id) if item.status is not ShipmentStatus.CANCELLED]
        to = OrderStatus.PARTLY_ROUTED if alive else OrderStatus.PLACED
        changed = store.move(uow, order, OrderMove.RELEASE, to, routing_due_at=uow.now)
        uow.wake(Topic.ROUTING)
    else:
        changed = store.move(uow, order, OrderMove.RELEASE, OrderStatus.ROUTED)
    store.tell(uow, EventType.ORDER_RELEASED, changed, at=at)


def cancel_order(
    uow: Uow, order_id: int, *, reason: str, at: datetime | None = None, expected_version: int | None = None
) -> None:
    """Give up what of an order has not left: shipments are called back, stock comes back, clocks end.

    When some of it has left already, that goes on and the order with it. Refused when all of it has left.
    """
    order = _load(uow, order_id, OrderMove.CANCEL, expected_version)
    here = _here(uow, order_id)
    waiting = lines.open_lines(uow, [order_id]).get(order_id, [])
    if not here and not waiting:
        raise _illegal(f"Everything of order {order_id} has left; there is nothing to cancel.")
    fulfillment.recall(uow, [item.id for item in here], reason=reason, at=at)
    given_up = lines.open_lines(uow, [order_id]).get(order_id, [])
    lines.give_up(uow, given_up)
    rest = [item for item in _all(uow, order_id) if item.status is not ShipmentStatus.CANCELLED]
    if not rest:
        changed = store.move(uow, order, OrderMove.CANCEL, OrderStatus.CANCELLED)
        store.tell(uow, EventType.ORDER_CANCELLED, changed, at=at, reason=reason)
        return
    done = all(is_done(item.method, item.status) for item in rest)
    to = OrderStatus.FULFILLED if done else OrderStatus.ROUTED
    changed = store.move(uow, order, OrderMove.CANCEL_REST, to)
    told = [{"sku": line.sku, "quantity": line.units} for line in given_up]
    store.tell(uow, EventType.ORDER_PARTLY_CANCELLED, changed, at=at, reason=reason, lines=told)
    if done:
        data = {"order": order.id, "external_id": order.external_id, "status": to.value}
        uow.record(EventType.ORDER_FULFILLED, subject=f"order/{order.id}", data=data, at=at)


def _all(uow: Uow, order_id: int) -> list[ShipmentFacts]:
    return shipments.load(uow, shipments.of_orders(uow, [order_id]))


def _here(uow: Uow, order_id: int) -> list[ShipmentFacts]:
    """Return the shipments that have neither left nor been cancelled."""
    facts = _all(uow, order_id)
    return [fact for fact in facts if not has_left(fact.method, fact.status) and not is_done(fact.method, fact.status)]


def _load(uow: Uow, order_id: int, move: OrderMove, expected_version: int | None) -> store.OrderRow:
    order = store.load(uow, order_id)
    if expected_version is not None and expected_version != order.version:
        raise DomainError(ErrorCode.STALE, f"Order {order_id} has changed since you read it.")
    if not may(move, order.status):
        raise _illegal(f"Order {order_id} is {order.status.replace('_', ' ')}; it cannot be asked to {move}.")
    return order


def _illegal(words: str) -> DomainError:
    return DomainError(ErrorCode.ILLEGAL_TRANSITION, words, faults=[Fault("", "illegal_transition", words)])


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
