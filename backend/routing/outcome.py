"""From order rows to facts, and from a decision to what becomes of the order. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from backend.orders.routed import DueOrder
from backend.routing.facts import Assignment, Decision, LineFacts, OrderFacts
from models.enums import OrderStatus, Remainder, RoutingOutcome
from models.events import EventType

#: The word of a leftover whose units are given up; the others are words of `Remainder`.
CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class History:
    """What a caller knows of an order besides its rows: where it was given already, when, and whether stock counts."""

    given: str | None = None
    assigned_at: datetime | None = None
    stock_matters: bool = True

    @property
    def told(self) -> bool:
        """Whether this only tells what happened already, so that no limit holds it up or counts it."""
        return self.given is not None or not self.stock_matters


@dataclass(frozen=True, slots=True)
class Settled:
    """What a decision makes of its order; units by line id."""

    status: OrderStatus
    outcome: RoutingOutcome
    remainders: Mapping[int, str | None]
    cancelled: Mapping[int, int]


def facts_of(order: DueOrder, history: History) -> OrderFacts:
    """Return what is left of an order as the engine sees it; lines with nothing left are not there."""
    ship_to = order.ship_to
    lines = tuple(
        LineFacts(line.id, line.product_id, line.sku, line.open, line.unit_price_minor, line.weight_g, line.attributes)
        for line in order.lines
        if line.open > 0
    )
    return OrderFacts(
        external_id=order.external_id,
        channel=order.channel,
        method=order.method,
        lines=lines,
        order_id=order.id,
        service_level=order.service_level,
        customer=order.customer,
        ship_to=ship_to,
        attributes=order.attributes,
        latitude=ship_to.get("latitude"),
        longitude=ship_to.get("longitude"),
        placed_at=order.placed_at,
        due_at=order.due_at,
        total_minor=order.total_minor,
        given=history.given or order.pickup_location,
        refused_by=order.refused_by,
        attempt=len(order.refused_by) + 1,  # a place that gave it back is never asked again, so this counts refusals
        splits=order.shipments,
        stock_matters=history.stock_matters,
    )


def settle(order: DueOrder, decision: Decision) -> Settled:
    """Return what becomes of an order: its state, its outcome, and what the units without a place wait for."""
    remainders: dict[int, str | None] = {}
    cancelled: dict[int, int] = {}
    waited = {line.id for line in order.lines if line.remainder == Remainder.BACKORDERED}
    for left in decision.leftovers:
        if left.action == CANCEL:
            cancelled[left.line_id] = cancelled.get(left.line_id, 0) + left.units
        elif left.line_id in waited and left.action == Remainder.UNASSIGNED:
            remainders[left.line_id] = Remainder.BACKORDERED.value  # what waited for stock goes on waiting
        else:
            remainders[left.line_id] = left.action
    waiting = {word for word in remainders.values() if word is not None}
    placed = bool(decision.assignments) or order.shipments > 0
    return Settled(status_after(placed, waiting), outcome_of(decision), remainders, cancelled)


def status_after(placed: bool, waiting: Collection[str]) -> OrderStatus:  # noqa: FBT001  # two facts, no option
    """Return the state of an order of which something has a place (or nothing), and whose rest waits for `waiting`."""
    if not waiting:
        return OrderStatus.ROUTED if placed else OrderStatus.CANCELLED
    if placed:
        return OrderStatus.PARTLY_ROUTED
    for word in (Remainder.CUSTOMER_CARE, Remainder.UNASSIGNED):  # what needs a person is told first
        if word in waiting:
            return OrderStatus(word.value)
    return OrderStatus.BACKORDERED


def outcome_of(decision: Decision) -> RoutingOutcome:
    """Return what a decision came to."""
    if not decision.assignments:
        return RoutingOutcome.NONE
    if decision.leftovers:
        return RoutingOutcome.PARTIAL
    return RoutingOutcome.SPLIT if len(decision.assignments) > 1 else RoutingOutcome.ASSIGNED


def event_of(settled: Settled) -> EventType:
    """Return the event that tells how an order was routed."""
    if settled.outcome is not RoutingOutcome.NONE:
        return EventType.ORDER_ROUTED
    return _EVENTS.get(settled.status, EventType.ORDER_UNASSIGNED)


_EVENTS = {
    OrderStatus.BACKORDERED: EventType.ORDER_BACKORDERED,
    OrderStatus.CUSTOMER_CARE: EventType.ORDER_SENT_TO_CARE,
    OrderStatus.CANCELLED: EventType.ORDER_CANCELLED,
}


def units_by_line(assignments: Collection[Assignment]) -> dict[int, int]:
    """Return the assigned units by line id."""
    sums: dict[int, int] = {}
    for assignment in assignments:
        for line_id, units in assignment.units:
            sums[line_id] = sums.get(line_id, 0) + units
    return sums


def main_reason(facts: OrderFacts, decision: Decision) -> str:
    """Return the one word that says most about a decision."""
    if decision.leftovers:
        return decision.leftovers[0].reason
    if facts.given is not None:
        return "given_location"
    return "split" if len(decision.assignments) > 1 else "ranked_first"
