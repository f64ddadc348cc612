"""How routing did lately: outcomes, what found no place and why. SELECT only.

Figures look at the last `LOOKED_AT` decisions, so that they cost the same on a day of a million orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col

from backend.orders.scope import visible_order
from backend.persistence.uow import Uow
from backend.routing.decisions import EMPTY
from models.enums import OrderStatus, RoutingOutcome
from models.tables import Order, OrderLine, RoutingDecision

LOOKED_AT = 20_000
WAITING = (OrderStatus.UNASSIGNED, OrderStatus.BACKORDERED, OrderStatus.CUSTOMER_CARE, OrderStatus.PARTLY_ROUTED)

_D = RoutingDecision


@dataclass(frozen=True, slots=True)
class RoutingFigures:
    """Decisions by outcome since an instant; `capped` when there were more than were looked at. `waiting` are orders
    that are not, or not wholly, assigned, by state. `empties` are the instants of empty suggestions, oldest first."""

    outcomes: dict[RoutingOutcome, int]
    capped: bool
    waiting: dict[OrderStatus, int]
    empties: Sequence[datetime]


@dataclass(frozen=True, slots=True)
class EmptyView:
    """A decision that left something without a place. `reason` is a word of `backend/routing/words.py`."""

    id: int
    order_id: int
    external_id: str
    channel: str
    method: str
    lines: int
    units: int
    status: OrderStatus
    outcome: RoutingOutcome
    attempt: int
    reason: str
    at: datetime
    again_at: datetime | None


def figures(uow: Uow, *, hours: int = 24) -> RoutingFigures:
    """Return how the last `hours` went, as far as the actor sees the orders."""
    since = uow.now - timedelta(hours=hours)
    last = sa.select(col(_D.id), col(_D.outcome), col(_D.at), col(_D.order_id)).order_by(col(_D.id).desc())
    taken = last.limit(LOOKED_AT).subquery()
    counted = sa.select(taken.c.outcome, sa.func.count()).where(taken.c.at >= since).group_by(taken.c.outcome)
    if not uow.actor.scope.everything:
        seen = sa.select(col(Order.id)).where(visible_order(uow.actor.scope))
        counted = counted.where(taken.c.order_id.in_(seen))
    found = {RoutingOutcome(word): number for word, number in uow.session.execute(counted).all()}
    return RoutingFigures(
        outcomes={outcome: found.get(outcome, 0) for outcome in RoutingOutcome},
        capped=sum(found.values()) >= LOOKED_AT,
        waiting=_waiting(uow),
        empties=_empties(uow, since),
    )


def _waiting(uow: Uow) -> dict[OrderStatus, int]:
    query = (
        sa.select(col(Order.status), sa.func.count())
        .where(col(Order.status).in_([status.value for status in WAITING]), visible_order(uow.actor.scope))
        .group_by(col(Order.status))
    )
    found = {OrderStatus(word): number for word, number in uow.session.execute(query).all()}
    return {status: found.get(status, 0) for status in WAITING}


def _empties(uow: Uow, since: datetime) -> list[datetime]:
    query = (
        sa.select(col(_D.at))
        .join(Order, col(Order.id) == col(_D.order_id))
        .where(_empty(None), col(_D.at) >= since, visible_order(uow.actor.scope))
        .order_by(col(_D.at).desc())
        .limit(LOOKED_AT)
    )
    return sorted(uow.session.scalars(query))


def _empty(outcome: RoutingOutcome | None) -> sa.ColumnElement[bool]:
    # Written as the partial index is, so that it is used.
    every = sa.text("routing_decision.outcome IN ('none', 'partial')")
    return every if outcome is None else sa.and_(every, col(_D.outcome) == outcome.value)  # type: ignore[return-value]


def empty_suggestions(
    uow: Uow, *, outcome: RoutingOutcome | None = None, offset: int = 0, limit: int = 50
) -> Sequence[EmptyView]:
    """Return decisions that left something without a place, newest first, of the orders that the actor sees."""
    lines = sa.select(sa.func.count()).where(col(OrderLine.order_id) == col(Order.id)).scalar_subquery()
    units = sa.select(sa.func.sum(OrderLine.quantity)).where(col(OrderLine.order_id) == col(Order.id)).scalar_subquery()
    rows = uow.session.execute(
        sa.select(_D, Order, lines, units)
        .join(Order, col(Order.id) == col(_D.order_id))
        .where(_empty(outcome), visible_order(uow.actor.scope))
        .order_by(col(_D.at).desc(), col(_D.id).desc())
        .offset(offset)
        .limit(limit)
    ).all()
    return [_view(decision, order, number, sum_) for decision, order, number, sum_ in rows]


def _view(decision: RoutingDecision, order: Order, lines: int, units: int) -> EmptyView:
    return EmptyView(
        id=decision.id or 0,
        order_id=decision.order_id,
        external_id=order.external_id,
        channel=order.channel,
        method=order.method,
        lines=lines,
        units=int(units or 0),
        status=OrderStatus(order.status),
        outcome=RoutingOutcome(decision.outcome),
        attempt=decision.attempt,
        reason=decision.reason or "",
        at=decision.at,
        again_at=order.routing_due_at,
    )


def count_empty(uow: Uow) -> dict[RoutingOutcome, int]:
    """Return how many such decisions there are, by outcome."""
    query = (
        sa.select(col(_D.outcome), sa.func.count())
        .join(Order, col(Order.id) == col(_D.order_id))
        .where(_empty(None), visible_order(uow.actor.scope))
        .group_by(col(_D.outcome))
    )
    found = {RoutingOutcome(word): number for word, number in uow.session.execute(query).all()}
    return {outcome: found.get(outcome, 0) for outcome in EMPTY}


def empty_reasons(uow: Uow, *, hours: int = 24) -> list[tuple[str, int]]:
    """Return the main reasons of the last `hours`, the most frequent first."""
    reason = col(_D.reason)
    query = (
        sa.select(reason, sa.func.count())
        .join(Order, col(Order.id) == col(_D.order_id))
        .where(_empty(None), col(_D.at) >= uow.now - timedelta(hours=hours), visible_order(uow.actor.scope))
        .group_by(reason)
        .order_by(sa.func.count().desc(), reason)
    )
    return [(str(word or ""), number) for word, number in uow.session.execute(query).all()]
