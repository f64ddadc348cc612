"""The one writer of orders: accept, place, hold, release, cancel. A finished shipment finishes its order in
`progress.py`; which state may follow which is `rules.TRANSITIONS`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.fulfillment import service as fulfillment
from backend.fulfillment import store as shipments
from backend.fulfillment.rules import ShipmentFacts
from backend.fulfillment.workflow import has_left, is_done
from backend.inventory import future
from backend.orders import incoming, lines, store
from backend.orders.incoming import Sound
from backend.orders.rules import NewOrder, OrderMove, StockMode, check_orders, may
from backend.persistence.bulk import Insert
from backend.persistence.uow import Uow
from backend.routing import service as routing
from backend.routing.outcome import History
from backend.routing.writing import Routed
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


@dataclass(frozen=True, slots=True)
class Checked:
    """Everything wrong with each order, in order, and the ids of the products they name, by SKU."""

    faults: list[list[Fault]]
    products: Mapping[str, int]


def check(uow: Uow, orders: Sequence[NewOrder]) -> Checked:
    """Return what is wrong with orders, and change nothing; those without a fault may go to `accept_sound`."""
    known = incoming.known(uow, orders)
    return Checked(check_orders(orders, known), known.products)


def accept(uow: Uow, orders: Sequence[NewOrder]) -> list[AcceptedOrder]:
    """Take orders in, all or none: they are `placed`, and due for routing at once.

    Raises INVALID with every fault, pointers `/{index}/…` (CONFLICT when all that is wrong is that they exist already),
    and Overtaken, a CONFLICT too, when another transaction placed one of them at the same moment.
    """
    checked = check(uow, orders)
    _refuse(checked.faults)
    return accept_sound(uow, [Sound(order, uow.actor) for order in orders], checked.products)


def accept_sound(
    uow: Uow,
    orders: Sequence[Sound],
    products: Mapping[str, int],
    *,
    beside: Callable[[Sequence[AcceptedOrder]], Insert] | None = None,
) -> list[AcceptedOrder]:
    """Take in orders that were checked; `products` are ids by SKU. Raises Overtaken.

    What `beside` makes of them is inserted with them and their events: each statement less is a wait less for everyone
    who waits for this transaction.
    """
    drawn = incoming.draw_up(uow, orders, products)
    rows = [draft.row for draft in drawn.drafts]
    accepted = [
        AcceptedOrder(row.id, item.order, row.status, row.placed_at, row.version)
        for row, item in zip(rows, orders, strict=True)
    ]
    more = [beside(accepted)] if beside else []
    incoming.write(uow, [*drawn.inserts, *more, uow.told()])
    uow.wake(Topic.ROUTING)
    return accepted


def place(uow: Uow, orders: Sequence[NewOrder], *, reserve_stock: StockMode = StockMode.RESERVE) -> list[PlacedOrder]:
    """Take orders in and route them, all or none, in one transaction: for histories, imports and tests.

    Raises as `accept`.
    """
    accepted = accept(uow, orders)
    matters = reserve_stock is StockMode.RESERVE
    histories = {
        item.id: History(item.order.location, item.order.assigned_at or item.placed_at, matters) for item in accepted
    }
    routed = {item.order_id: item for item in routing.route_orders(uow, list(histories), histories=histories)}
    return [_placed(routed[item.id]) for item in accepted]


def _placed(routed: Routed) -> PlacedOrder:
    opened = tuple(PlacedShipment(shipment.id, shipment.location) for shipment in routed.shipments)
    return PlacedOrder(routed.order_id, routed.external_id, routed.channel, routed.status, routed.reason, opened)


def route_accepted(uow: Uow, order_ids: Sequence[int]) -> list[int]:
    """Route those of these orders that are due and that nobody else is routing; return their ids."""
    claimed = store.claim(uow, order_ids)
    if claimed:
        routing.route_orders(uow, claimed)
    return claimed


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
        to = OrderStatus.PARTLY_ROUTED if alive(uow, order_id) else OrderStatus.PLACED
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
    future.release_future(uow, [line.id for line in given_up])
    rest = alive(uow, order_id)
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


def alive(uow: Uow, order_id: int) -> list[ShipmentFacts]:
    """Return the shipments to the customer that were not cancelled."""
    facts = [fact for fact in _all(uow, order_id) if fact.for_shipment_id is None]
    return [fact for fact in facts if fact.status is not ShipmentStatus.CANCELLED]


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
