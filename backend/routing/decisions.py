"""Decisions as they were made: of one order, and those that left something without a place. SELECT only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from backend.orders import queries as orders
from backend.orders.scope import visible_order
from backend.persistence.uow import Uow
from models.enums import RoutingOutcome
from models.tables import Order, RoutingDecision, RoutingStrategy

#: These left something without a place; the words of the partial index.
EMPTY = (RoutingOutcome.NONE, RoutingOutcome.PARTIAL)


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision with the strategy that made it, null for the shipped one, and its order."""

    decision: RoutingDecision
    strategy: str | None
    version: int | None
    order: Order

    @property
    def reason(self) -> str:
        """Return why the first units that were left over have no place, empty when all have one."""
        return self.decision.reason or ""


def of_order(uow: Uow, order_id: int, *, after: int = 0, limit: int | None = None) -> list[DecisionView]:
    """Return the decisions on an order, oldest first, those past the id `after`; NOT_FOUND for one that the actor does
    not see."""
    orders.get(uow, order_id)
    own = _views(uow).where(col(RoutingDecision.order_id) == order_id, col(RoutingDecision.id) > after)
    statement = own.order_by(col(RoutingDecision.id)).limit(limit)
    return [DecisionView(*row) for row in uow.session.execute(statement)]


def listing(
    uow: Uow, *, outcome: RoutingOutcome | None = None, before: int | None = None, limit: int = 100
) -> list[DecisionView]:
    """Return decisions, newest first, those before the id `before`; without an outcome those that left something."""
    statement = _views(uow)
    if outcome is None:
        statement = statement.where(sa.text("routing_decision.outcome IN ('none', 'partial')"))
    else:
        statement = statement.where(col(RoutingDecision.outcome) == outcome.value)
    if before is not None:
        statement = statement.where(col(RoutingDecision.id) < before)
    return [
        DecisionView(*row)
        for row in uow.session.execute(statement.order_by(col(RoutingDecision.id).desc()).limit(limit))
    ]


def _views(uow: Uow) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(RoutingDecision, col(RoutingStrategy.name), col(RoutingStrategy.version), Order)
        .join(Order, col(Order.id) == col(RoutingDecision.order_id))
        .outerjoin(RoutingStrategy, col(RoutingStrategy.id) == col(RoutingDecision.strategy_id))
        .where(visible_order(uow.actor.scope))
    )
