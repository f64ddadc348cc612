"""What a valid order is, and which state may follow which. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from models.enums import Method, OrderStatus
from models.errors import DomainError, ErrorCode, Fault

#: An order may say it was placed a little ahead of our clock (clocks differ), never further.
CLOCK_TOLERANCE = timedelta(minutes=5)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST_DUE = timedelta(days=3660)


class StockMode(StrEnum):
    """Whether orders promise stock, or only tell a history in which stock was not recorded."""

    RESERVE = "reserve"
    UNTRACKED = "untracked"


class OrderMove(StrEnum):
    """What changes the state of an order: a command, a decision of routing, or what became of its shipments."""

    ROUTE = "route"  # all of it has a location
    ROUTE_PARTLY = "route_partly"  # some of it has
    FIND_NONE = "find_none"  # none of it has: nobody can fill it
    BACKORDER = "backorder"  # none of it has: it waits for stock
    SEND_TO_CARE = "send_to_care"  # none of it has: it waits for a person
    GIVE_UP = "give_up"  # routing may cancel what nobody can fill
    GIVE_BACK = "give_back"  # a location gave its share back, which waits for routing
    HOLD = "hold"
    RELEASE = "release"
    CANCEL = "cancel"
    CANCEL_REST = "cancel_rest"  # what had not left is given up, the rest goes on
    SETTLE = "settle"  # its last open shipment is done, or was cancelled


class OrderCommand(StrEnum):
    """What may be asked of an order."""

    HOLD = "hold"
    RELEASE = "release"
    CANCEL = "cancel"


_O = OrderStatus
_WAITS = frozenset({_O.PLACED, _O.UNASSIGNED, _O.BACKORDERED, _O.CUSTOMER_CARE})
_AT_WORK = frozenset({_O.ROUTED, _O.PARTLY_ROUTED})
_OPEN = _WAITS | _AT_WORK

#: From which states each move may be made, and to which it leads. Nothing else ever happens to an order's state.
TRANSITIONS: Mapping[OrderMove, tuple[frozenset[OrderStatus], frozenset[OrderStatus]]] = {
    OrderMove.ROUTE: (_OPEN, frozenset({_O.ROUTED})),
    OrderMove.ROUTE_PARTLY: (_OPEN, frozenset({_O.PARTLY_ROUTED})),
    OrderMove.FIND_NONE: (_OPEN, frozenset({_O.UNASSIGNED})),
    OrderMove.BACKORDER: (_OPEN, frozenset({_O.BACKORDERED})),
    OrderMove.SEND_TO_CARE: (_OPEN, frozenset({_O.CUSTOMER_CARE})),
    OrderMove.GIVE_UP: (_OPEN, frozenset({_O.CANCELLED})),
    OrderMove.GIVE_BACK: (_AT_WORK, frozenset({_O.PLACED, _O.PARTLY_ROUTED})),
    OrderMove.HOLD: (_OPEN, frozenset({_O.HELD})),
    OrderMove.RELEASE: (frozenset({_O.HELD}), frozenset({_O.PLACED, _O.ROUTED, _O.PARTLY_ROUTED})),
    OrderMove.CANCEL: (_OPEN | {_O.HELD}, frozenset({_O.CANCELLED})),
    OrderMove.CANCEL_REST: (_AT_WORK | {_O.HELD}, frozenset({_O.ROUTED, _O.FULFILLED})),
    OrderMove.SETTLE: (_AT_WORK | {_O.HELD}, frozenset({_O.FULFILLED, _O.CANCELLED}) | _WAITS),
}

#: From which states each command is allowed.
ALLOWED: Mapping[OrderCommand, frozenset[OrderStatus]] = {
    command: TRANSITIONS[OrderMove(command)][0] for command in OrderCommand
}

#: What routing may make of an order, by the state it leaves it in.
ROUTING_MOVES: Mapping[OrderStatus, OrderMove] = {
    _O.ROUTED: OrderMove.ROUTE,
    _O.PARTLY_ROUTED: OrderMove.ROUTE_PARTLY,
    _O.UNASSIGNED: OrderMove.FIND_NONE,
    _O.BACKORDERED: OrderMove.BACKORDER,
    _O.CUSTOMER_CARE: OrderMove.SEND_TO_CARE,
    _O.CANCELLED: OrderMove.GIVE_UP,
}


def may(move: OrderMove, was: OrderStatus) -> bool:
    """Return whether the move may be made from this state."""
    return was in TRANSITIONS[move][0]


def moved(move: OrderMove, was: OrderStatus, to: OrderStatus) -> OrderStatus:
    """Return `to`, or raise ILLEGAL_TRANSITION when the table does not know the move from `was` to it."""
    origins, targets = TRANSITIONS[move]
    if was in origins and to in targets:
        return to
    words = f"An order that is {was.replace('_', ' ')} does not become {to.replace('_', ' ')} by {move}."
    raise DomainError(ErrorCode.ILLEGAL_TRANSITION, words, faults=[Fault("", "illegal_transition", words)])


def routed(was: OrderStatus, to: OrderStatus) -> OrderStatus:
    """Return `to`, the state in which routing leaves an order; raises ILLEGAL_TRANSITION as `moved`."""
    return moved(ROUTING_MOVES[to], was, to)


#: What one unit may cost at most, so that the worth of the largest order fits into 64 bits.
MAX_PRICE_MINOR = 2_000_000_000


@dataclass(frozen=True, slots=True)
class NewLine:
    """One product asked for; money in minor units."""

    sku: str
    quantity: int
    unit_price_minor: int = 0


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order as it comes in.

    `pickup_location` is the customer's choice; `location` is where it was assigned already, as in a history that is
    replayed. `placed_at` and `assigned_at` default to now. `ship_to` may hold `latitude` and `longitude`.
    """

    external_id: str
    channel: str
    method: Method
    lines: tuple[NewLine, ...]
    customer: Mapping[str, Any] = field(default_factory=dict)
    service_level: str = "standard"
    ship_to: Mapping[str, Any] = field(default_factory=dict)
    pickup_location: str | None = None
    location: str | None = None
    placed_at: datetime | None = None
    assigned_at: datetime | None = None
    due_at: datetime | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def given_location(self) -> str | None:
        """Return the location that fulfils it whatever is nearer."""
        return self.location or self.pickup_location


@dataclass(frozen=True, slots=True)
class Known:
    """What orders are checked against: product ids by SKU, methods by location code, and orders already there."""

    products: Mapping[str, int]
    locations: Mapping[str, frozenset[Method]]
    taken: frozenset[tuple[str, str]]
    now: datetime


def check_orders(orders: Sequence[NewOrder], known: Known) -> list[list[Fault]]:
    """Return everything wrong with each order, in order; pointers are relative to the order."""
    seen: set[tuple[str, str]] = set()
    results: list[list[Fault]] = []
    for order in orders:
        faults = [*_check_identity(order, known, seen), *_check_instants(order, known.now)]
        faults.extend(_check_location(order, known))
        faults.extend(_check_lines(order, known))
        seen.add((order.channel, order.external_id))
        results.append(faults)
    return results


def _check_identity(order: NewOrder, known: Known, seen: set[tuple[str, str]]) -> list[Fault]:
    key = (order.channel, order.external_id)
    if key in known.taken:
        return [Fault("/external_id", "already_exists", f"{order.channel} has an order {order.external_id} already.")]
    if key in seen:
        return [Fault("/external_id", "duplicate", f"{order.external_id} comes twice in this batch.")]
    return []


def _check_instants(order: NewOrder, now: datetime) -> list[Fault]:
    faults: list[Fault] = []
    for name, value in (("placed_at", order.placed_at), ("assigned_at", order.assigned_at)):
        if value is not None and not EARLIEST <= value <= now + CLOCK_TOLERANCE:
            faults.append(Fault(f"/{name}", "out_of_range", f"{name} lies in the future or before the year 2000."))
    if order.due_at is not None and not EARLIEST <= order.due_at <= now + LATEST_DUE:
        faults.append(
            Fault("/due_at", "out_of_range", "due_at lies more than ten years ahead or before the year 2000.")
        )
    return faults


def _check_location(order: NewOrder, known: Known) -> list[Fault]:
    faults: list[Fault] = []
    for name, code in (("pickup_location", order.pickup_location), ("location", order.location)):
        if code is None:
            continue
        if code not in known.locations:
            faults.append(Fault(f"/{name}", "unknown_location", f"There is no location {code}."))
        elif order.method not in known.locations[code]:
            faults.append(Fault(f"/{name}", "method_not_offered", f"{code} does not offer {order.method}."))
    return faults


def _check_lines(order: NewOrder, known: Known) -> list[Fault]:
    if not order.lines:
        return [Fault("/lines", "empty", "An order has at least one line.")]
    faults: list[Fault] = []
    for index, line in enumerate(order.lines):
        if line.sku not in known.products:
            faults.append(Fault(f"/lines/{index}/sku", "unknown_sku", f"There is no product {line.sku}."))
        if line.quantity < 1:
            faults.append(Fault(f"/lines/{index}/quantity", "out_of_range", "A quantity is at least 1."))
        if not 0 <= line.unit_price_minor <= MAX_PRICE_MINOR:
            words = f"A price is not below zero and at most {MAX_PRICE_MINOR // 100:,}."
            faults.append(Fault(f"/lines/{index}/unit_price", "out_of_range", words))
    return faults
