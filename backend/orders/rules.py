"""What a valid order is, and which state may follow which. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from models.enums import Method, OrderStatus
from models.errors import Fault

#: An order may say it was placed a little ahead of our clock (clocks differ), never further.
CLOCK_TOLERANCE = timedelta(minutes=5)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST_DUE = timedelta(days=3660)


class StockMode(StrEnum):
    """Whether orders promise stock, or only tell a history in which stock was not recorded."""

    RESERVE = "reserve"
    UNTRACKED = "untracked"


class OrderCommand(StrEnum):
    """What may be asked of an order."""

    HOLD = "hold"
    RELEASE = "release"
    CANCEL = "cancel"


#: From which states each command is allowed.
ALLOWED: Mapping[OrderCommand, frozenset[OrderStatus]] = {
    OrderCommand.HOLD: frozenset({OrderStatus.PLACED, OrderStatus.ROUTED, OrderStatus.UNASSIGNED}),
    OrderCommand.RELEASE: frozenset({OrderStatus.HELD}),
    OrderCommand.CANCEL: frozenset({OrderStatus.PLACED, OrderStatus.ROUTED, OrderStatus.UNASSIGNED, OrderStatus.HELD}),
}


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
        if line.unit_price_minor < 0:
            faults.append(Fault(f"/lines/{index}/unit_price", "out_of_range", "A price is not below zero."))
    return faults
