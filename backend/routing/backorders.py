"""What a decision leaves backordered waits for arrivals: promised to its lines, the earliest first, and dated."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from backend.inventory import future
from backend.orders.routed import DueOrder
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from backend.promise import queries as promises
from backend.promise.rules import PartName
from backend.promise.service import Expected
from backend.routing.facts import Decision, Leftover, OrderFacts
from models.enums import Remainder
from models.tables import FutureAllocation, FutureStock, RoutingDecision

_FUTURE, _SHARE = table_of(FutureStock), table_of(FutureAllocation)
_DECISION = table_of(RoutingDecision)

Decided = tuple[DueOrder, OrderFacts, Decision]


def wait(uow: Uow, decided: Sequence[Decided]) -> Mapping[int, list[Expected]]:
    """Promise arrivals to backordered lines, and return what each line waits for by order line.

    Lines that waited before and need not any more give their share back. Orders that leave nothing backordered and
    never did cost no statement. Locks arrivals, after the balances of these decisions.
    """
    wants = [
        (left.line_id, product_id, left.units, given)
        for order, facts, decision in decided
        if any(left.action == Remainder.BACKORDERED for left in decision.leftovers)
        for given in [_given(uow, facts)]
        for product_id, left in _backordered(facts, decision)
    ]
    waiting = {line for line, *_ in wants}
    over = [line.id for order, *_ in decided for line in order.lines if line.remainder == Remainder.BACKORDERED]
    over = [line for line in over if line not in waiting]
    if not wants:
        future.release_future(uow, over)
        return {}
    if not future.promise_future(uow, wants, over=over):
        return {}
    return _expected(uow, waiting)


def foresee(
    uow: Uow, facts: OrderFacts, decision: Decision, *, places: Collection[int]
) -> Mapping[int, list[Expected]]:
    """Return what the backordered lines of an order that is only tried would wait for at these locations."""
    given = _given(uow, facts)
    wants = [(left.line_id, product_id, left.units, given) for product_id, left in _backordered(facts, decision)]
    expected: dict[int, list[Expected]] = {}
    for share, row in future.foresee(uow, wants, places=places) if wants else ():
        found = Expected(row.location_id, row.arrival.arrives_at, share.units)
        expected.setdefault(share.order_line_id, []).append(found)
    return expected


def _backordered(facts: OrderFacts, decision: Decision) -> list[tuple[int, Leftover]]:
    products = {line.line_id: line.product_id for line in facts.lines}
    left = [left for left in decision.leftovers if left.action == Remainder.BACKORDERED]
    return [(products[item.line_id], item) for item in left]


def _given(uow: Uow, facts: OrderFacts) -> int | None:
    """Return the location at which the goods must arrive, None for any."""
    place = promises.network(uow).by_code.get(facts.given) if facts.given else None
    return place.location_id if place else None


def _expected(uow: Uow, lines: set[int]) -> dict[int, list[Expected]]:
    statement = (
        sa.select(_SHARE.c.order_line_id, _FUTURE.c.location_id, _FUTURE.c.arrives_at, _SHARE.c.quantity)
        .join(_FUTURE, _FUTURE.c.id == _SHARE.c.future_id)
        .order_by(_FUTURE.c.arrives_at, _FUTURE.c.id)
    )
    expected: dict[int, list[Expected]] = {}
    for line, location_id, arrives_at, units in fetch_in(uow.session, statement, _SHARE.c.order_line_id, lines):
        expected.setdefault(line, []).append(Expected(location_id, arrives_at, units))
    return expected


def dates_before(uow: Uow, orders: Sequence[DueOrder]) -> dict[int, datetime]:
    """Return the latest date of the shipments that orders have already, by order id; from their earlier decisions.

    What had only waited for an arrival, and what a location gave back, no longer counts.
    """
    refused = {order.id: order.refused_by for order in orders if order.shipments}
    if not refused:
        return {}
    places = promises.network(uow).by_code
    statement = sa.select(_DECISION.c.order_id, _DECISION.c.trace)
    latest: dict[int, datetime] = {}
    for order_id, trace in fetch_in(uow.session, statement, _DECISION.c.order_id, refused):
        sources = {source for _, source, *_ in trace.get("brought", ())}
        for told in trace.get("promise", {}).get("shipments", ()):
            place = places.get(told["location"])
            awaited = any(part["part"] == PartName.ARRIVAL for part in told["parts"])
            gone = place is None or place.location_id in refused[order_id] or refused[order_id] & sources
            if told["promised_at"] is None or awaited or gone:
                continue
            date = datetime.fromisoformat(told["promised_at"])
            latest[order_id] = max(date, latest.get(order_id, date))
    return latest
