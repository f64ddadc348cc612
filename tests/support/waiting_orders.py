"""Orders that wait for the routing worker, and the worker's run."""

from __future__ import annotations

import sqlalchemy as sa

from backend.context import Context
from backend.orders import service as orders
from backend.orders.rules import NewOrder
from backend.persistence.bulk import table_of
from models.tables import Order

ORDER = table_of(Order)


def wait(ctx: Context, *new: NewOrder, lane: int = 9) -> list[int]:
    """Accept orders without routing them, in a transaction of their own, and return their ids."""
    with ctx.uow() as uow:
        ids = [accepted.id for accepted in orders.accept(uow, new)]
        uow.session.execute(sa.update(ORDER).where(ORDER.c.id.in_(ids)).values(lane=lane))
    return ids


def due_again(ctx: Context, *order_ids: int) -> None:
    """Have routing look at orders again."""
    with ctx.uow() as uow:
        uow.session.execute(sa.update(ORDER).where(ORDER.c.id.in_(order_ids)).values(routing_due_at=uow.now))
