"""What a decision becomes: shipments, the order's new state, its decision row and its events. All batch statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.fulfillment import service as fulfillment
from backend.fulfillment.service import NewShipment, NewShipmentLine
from backend.fulfillment.supplied import Coming, open_waiting
from backend.inventory.fences import Rulebook
from backend.inventory.service import StockNeed
from backend.metrics.registry import ORDERS_ROUTED
from backend.orders import routed
from backend.orders.routed import DueOrder
from backend.persistence.bulk import insert_rows
from backend.persistence.uow import Uow
from backend.promise.rules import Promise
from backend.promise.service import promise_for
from backend.routing import backorders
from backend.routing.facts import Assignment, Decision, OrderFacts, Supply
from backend.routing.limits import Given
from backend.routing.outcome import History, Settled, event_of, main_reason, settle
from backend.routing.repeats import repeated
from backend.routing.stock import segment_of
from backend.routing.strategies import Active
from models.enums import OrderStatus
from models.events import EventType
from models.tables import RoutingDecision


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
    """A decision with the ids its shipments will have, what each takes of stock and limits, and what comes to them."""

    order: DueOrder
    facts: OrderFacts
    decision: Decision
    assigned_at: datetime
    shipment_ids: tuple[int, ...]
    needs: tuple[StockNeed, ...]
    gifts: tuple[Given, ...]
    coming: tuple[Coming, ...] = ()
    look_again_at: datetime | None = None


def choose(
    uow: Uow,
    decided: Sequence[tuple[DueOrder, OrderFacts, Decision]],
    histories: Mapping[int, History],
    rules: Rulebook,
    again: Sequence[datetime | None],
) -> list[Choice]:
    """Return the choices of decisions, in their order, `again` saying when each is looked at anew by itself; nothing
    is written."""
    ids = iter(fulfillment.allocate(uow, sum(_shipments(decision) for _, _, decision in decided)))
    choices: list[Choice] = []
    for (order, facts, decision), look_again_at in zip(decided, again, strict=True):
        history = histories.get(order.id)
        segment = segment_of(rules, facts) if rules else None
        own = tuple(next(ids) for _ in decision.assignments)
        lines = {line.line_id: line for line in facts.lines}
        pairs = list(zip(own, decision.assignments, strict=True))
        coming = tuple(_coming(next(ids), id_, part.supply) for id_, part in pairs if part.supply)
        owners = {(one.for_id, one.source_id): one.id for one in coming}
        needs = [
            StockNeed(owners.get((id_, at.location_id), id_), at.location_id, lines[line].product_id, units, segment)
            for id_, part in pairs
            for at, line, units in part.needs()
            if facts.stock_matters
        ]
        gifts = [
            Given(
                at.location_id,
                sum(units for _, units in given),
                sum(lines[line_id].unit_price_minor * units for line_id, units in given),
            )
            for part in decision.assignments
            for at, given in part.given()
            if at.limit is not None
        ]
        at = (history.assigned_at if history else None) or max(uow.now, order.placed_at)
        choices.append(Choice(order, facts, decision, at, own, tuple(needs), tuple(gifts), coming, look_again_at))
    return choices


def _coming(id_: int, for_id: int, sent: Supply) -> Coming:
    return Coming(id_, for_id, sent.source.location_id, sent.source.code, dict(sent.units))


def _shipments(decision: Decision) -> int:
    return sum(len(part.given()) for part in decision.assignments)


def write(uow: Uow, choices: Sequence[Choice], active: Active) -> list[Routed]:
    """Open the shipments of these choices, whose stock is reserved, and leave their orders as routed; what only finds
    again what the look before found is left as it is, and not told."""
    settled = [settle(choice.order, choice.decision) for choice in choices]
    promises = _promises(uow, choices)
    dates = _dates(uow, choices, promises)
    new = [_shipment(choice, part) for choice in choices for part in choice.decision.assignments]
    ids = [id_ for choice in choices for id_ in choice.shipment_ids]
    rows = [_row(uow, *each, active) for each in zip(choices, settled, promises, strict=True)]
    orders = [choice.order for choice in choices]
    known = repeated(uow, list(zip(orders, settled, rows, strict=True)))
    routed.rest(uow, {choice.order.id: choice.look_again_at for choice in choices if choice.order.id in known})
    after = [_after(*each) for each in zip(choices, settled, dates, strict=True)]
    routed.save(uow, [item for item in after if item.order.id not in known])
    if new:
        fulfillment.open_shipments(uow, new, ids=ids)
        waiting = dict(zip(ids, new, strict=True))
        open_waiting(uow, [(waiting[one.for_id], one) for choice in choices for one in choice.coming])
    insert_rows(uow.session, RoutingDecision, [row for row in rows if row["order_id"] not in known])
    results: list[Routed] = []
    for choice, result, date in zip(choices, settled, dates, strict=True):
        if choice.order.id not in known:
            _tell(uow, choice, result, date)
        ORDERS_ROUTED.labels(result.outcome.value).inc()
        order = choice.order
        parts = zip(choice.shipment_ids, choice.decision.assignments, strict=True)
        opened = tuple(OpenedShipment(id_, part.place.code) for id_, part in parts)
        reason = main_reason(choice.facts, choice.decision)
        results.append(Routed(order.id, order.external_id, order.channel, result.status, reason, opened))
    return results


def _promises(uow: Uow, choices: Sequence[Choice]) -> list[Promise]:
    """Return when each order will be there, with arrivals promised to what waits; a history was promised by others."""
    live = [choice for choice in choices if choice.facts.stock_matters]
    arrivals = backorders.wait(uow, [(choice.order, choice.facts, choice.decision) for choice in live])
    made = iter(promise_for(uow, [(choice.facts, choice.decision) for choice in live], arrivals))
    return [next(made) if choice.facts.stock_matters else Promise(None) for choice in choices]


def _dates(uow: Uow, choices: Sequence[Choice], promises: Sequence[Promise]) -> list[datetime | None]:
    """Return each order's date: the latest of its shipments decides, those it had before included."""
    before = backorders.dates_before(uow, [choice.order for choice in choices])
    return [
        max(made.date, before.get(choice.order.id, made.date)) if made.date else None
        for choice, made in zip(choices, promises, strict=True)
    ]


def _after(choice: Choice, settled: Settled, promised_at: datetime | None) -> routed.After:
    return routed.After(
        choice.order, settled.status, choice.look_again_at, promised_at, settled.remainders, settled.cancelled
    )


def _shipment(choice: Choice, part: Assignment) -> NewShipment:
    order = choice.order
    lines = {line.line_id: line for line in choice.facts.lines}
    return NewShipment(
        order_id=order.id,
        order_external_id=order.external_id,
        location_id=part.place.location_id,
        location_code=part.place.code,
        method=order.method,
        service_level=order.service_level,
        channel=order.channel,
        customer_tier=order.customer.get("tier"),
        order_due_at=order.due_at,
        placed_at=order.placed_at,
        assigned_at=choice.assigned_at,
        lines=tuple(
            NewShipmentLine(line_id, lines[line_id].product_id, lines[line_id].sku, units)
            for line_id, units in part.units
        ),
    )


def _row(uow: Uow, choice: Choice, settled: Settled, promise: Promise, active: Active) -> dict[str, Any]:
    told = {"promise": promise.document()} if promise.shipments else {}
    return {
        "order_id": choice.order.id,
        "attempt": choice.order.attempts + 1,
        "strategy_id": active.id,
        "outcome": settled.outcome.value,
        "reason": _left_over(choice.decision),
        "trace": {**choice.decision.trace, **told},
        "at": uow.now,
    }


def _left_over(decision: Decision) -> str | None:
    """Return why the first units that were left over have no place."""
    left = decision.trace.get("left")
    return str(left[0][3])[:64] if left and len(left[0]) > 3 else decision.trace.get("problem")


def _tell(uow: Uow, choice: Choice, settled: Settled, promised_at: datetime | None) -> None:
    """Record where an order went, or that it found no place, and why; what waits for stock or a person is told too."""
    order, parts, reason = choice.order, choice.decision.assignments, main_reason(choice.facts, choice.decision)
    common = {"order": order.id, "external_id": order.external_id}
    about, at = f"order/{order.id}", choice.assigned_at
    type_ = event_of(settled)
    if type_ in (EventType.ORDER_ROUTED, EventType.ORDER_UNASSIGNED):
        body = {
            **common,
            "status": settled.status.value,
            "outcome": settled.outcome.value,
            "reason": reason,
            "location": parts[0].place.code if parts else None,
            "locations": [part.place.code for part in parts],
            "distance_km": parts[0].distance_km if parts else None,
            "shipments": list(choice.shipment_ids),
            "left": _left(choice),
            "promised_at": promised_at.isoformat() if promised_at else None,
        }
        uow.record(type_, subject=about, data=body, location_id=parts[0].place.location_id if parts else None, at=at)
    elif type_ is EventType.ORDER_CANCELLED:
        data = {**common, "status": settled.status.value, "reason": reason}
        uow.record(type_, subject=about, data=data, at=at)
    for word, told in _WAITS.items():
        if lines := _left(choice, word):
            uow.record(told, subject=about, data={**common, "lines": lines, "reason": reason}, at=at)


def _left(choice: Choice, action: str | None = None) -> list[dict[str, Any]]:
    """Return the lines without a place as events tell them."""
    skus = {line.line_id: line.sku for line in choice.facts.lines}
    return [
        {"sku": skus[left.line_id], "quantity": left.units, "action": left.action}
        for left in choice.decision.leftovers
        if action is None or left.action == action
    ]


_WAITS = {"backordered": EventType.ORDER_BACKORDERED, "customer_care": EventType.ORDER_SENT_TO_CARE}
