"""Which looks found what the look before found: nothing, for the same reasons. They are not told again, or an order
that waits long would fill the log of decisions by itself. SELECT only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from backend.orders.routed import DueOrder
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from backend.routing.outcome import Settled
from models.codec import decode, encode
from models.tables import RoutingDecision

_DECISION = table_of(RoutingDecision)
_TOLD = sa.select(*(_DECISION.c[name] for name in ("order_id", "strategy_id", "outcome", "trace")))

#: What of a trace says that the order stands differently; who was asked and how far it is may change unheard.
_MATTERS = ("left", "problem", "promise")


def repeated(uow: Uow, made: Sequence[tuple[DueOrder, Settled, dict[str, Any]]]) -> frozenset[int]:
    """Return the ids of the orders, given with what becomes of them and their decision's row, for which nothing is
    new."""
    still = {order.id: row for order, settled, row in made if order.attempts and _stands(order, settled)}
    if not still:
        return frozenset()
    rows = fetch_in(uow.session, _TOLD.order_by(_DECISION.c.id), _DECISION.c.order_id, still)
    last = {row.order_id: row for row in rows}
    return frozenset(id_ for id_, row in last.items() if _same(row._mapping, still[id_]))


def _stands(order: DueOrder, settled: Settled) -> bool:
    """Return whether the order stays as it is: its state, and what each of its lines waits for."""
    waits = {line.id: line.remainder for line in order.lines if line.open}
    return settled.status is order.status and not settled.cancelled and settled.remainders == waits


def _same(last: Any, row: dict[str, Any]) -> bool:
    if (last["outcome"], last["strategy_id"]) != (row["outcome"], row["strategy_id"]):
        return False
    now = decode(encode(row["trace"]))  # as it would be read again
    return all(last["trace"].get(name) == now.get(name) for name in _MATTERS)
