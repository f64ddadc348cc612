"""Rows of returns: locking, moving on, telling. Decides nothing; called by `service.py` only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from backend.persistence.uow import Uow
from backend.returns import queries, rules
from backend.returns.rules import Line, ReturnMove
from models.errors import DomainError, ErrorCode, not_found
from models.events import EventType
from models.floor import ReturnStatus
from models.tables import Location, Order, Return, ReturnLine


def lock_order(uow: Uow, order_id: int) -> Order:
    """Lock an order: what may come back must not be announced twice. NOT_FOUND as `queries.returnable`."""
    statement = select(Order).where(col(Order.id) == order_id).with_for_update(key_share=True)
    order = uow.session.exec(statement).one_or_none()
    if order is None:
        raise not_found("order", order_id)
    return order


def lock(uow: Uow, return_id: int, move: ReturnMove, expected_version: int | None) -> tuple[Return, list[Line]]:
    """Lock a return for a move that its state allows."""
    queries.get(uow, return_id)  # NOT_FOUND for what the actor does not see
    statement = select(Return).where(col(Return.id) == return_id).with_for_update()
    row = uow.session.exec(statement.execution_options(populate_existing=True)).one()
    if expected_version is not None and expected_version != row.version:
        raise DomainError(ErrorCode.STALE, f"Return {return_id} has changed since you read it.")
    rules.moved(move, ReturnStatus(row.status), return_id)
    lines = select(ReturnLine).where(col(ReturnLine.return_id) == return_id).order_by(col(ReturnLine.id))
    fresh = uow.session.exec(lines.execution_options(populate_existing=True))
    return row, [Line(int(one.id or 0), one.sku, one.quantity, one.received, one.segment_id) for one in fresh]


def move(uow: Uow, row: Return, move: ReturnMove) -> None:
    """Take a return one move on."""
    row.status = rules.moved(move, ReturnStatus(row.status), int(row.id or 0)).value
    row.version += 1
    row.updated_at = uow.now
    uow.session.flush()


def code_of(uow: Uow, row: Return) -> str:
    """Return the code of the location that has a return."""
    return str(uow.session.execute(sa.select(col(Location.code)).where(col(Location.id) == row.location_id)).scalar())


def tell(uow: Uow, type_: EventType, row: Return, data: Mapping[str, Any]) -> None:
    """Record what happened to a return."""
    body = {"return": row.id, "order": row.order_id, "location": code_of(uow, row), **data}
    uow.record(type_, subject=f"return/{row.id}", data=body, location_id=row.location_id)
