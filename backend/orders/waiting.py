"""Orders that wait for stock are looked at again when there is some.

The transaction that brings stock holds locks on balances, and order rows come before those in the order of locks. So
it never waits for an order: one that somebody holds at that moment is skipped (`SKIP LOCKED`), which cannot
deadlock. `sweep` finds later what was skipped, or was put on the waiting list in the same instant.
"""

from __future__ import annotations

import operator
from collections.abc import Collection
from functools import reduce

import sqlalchemy as sa

from backend.persistence.bulk import is_one_of, table_of
from backend.persistence.pairs import Pair, are_one_of
from backend.persistence.uow import Uow
from backend.wakeups import Topic
from models.enums import OrderStatus, Remainder
from models.tables import Location, Order, OrderLine, StockBalance

_ORDER, _LINE, _STOCK = table_of(Order), table_of(OrderLine), table_of(StockBalance)
_PLACE = table_of(Location)

#: At most so many orders are woken by one transaction; the sweep takes the others.
MOST = 1_000


def wake(uow: Uow, keys: Collection[Pair]) -> int:
    """Have routing look again at orders that wait for what there is more of, as (location id, product id); return how
    many there were. An order for one location gets it there or nowhere, and sleeps on when it came elsewhere."""
    if not keys:
        return 0
    of_these = is_one_of(uow.session, _LINE.c.product_id, sorted({product_id for _, product_id in keys}))
    there = are_one_of(uow.session, (_chosen(), _LINE.c.product_id), sorted(set(keys)))
    anywhere = _ORDER.c.pickup_location.is_(None)
    return _make_due(uow, sa.exists().where(_waits(), of_these, sa.or_(anywhere, there)))


def wake_all(uow: Uow) -> int:
    """Have routing look again at everything that waits for stock: a rule changed."""
    return _make_due(uow, sa.exists().where(_waits()))


def look_again(uow: Uow) -> int:
    """Have routing look again at what found no location, or waits for stock: there is one more to ask."""
    without = (OrderStatus.UNASSIGNED.value, OrderStatus.PARTLY_ROUTED.value, OrderStatus.BACKORDERED.value)
    return _make_due(uow, _ORDER.c.status.in_(without))


def sweep(uow: Uow) -> int:
    """Wake orders whose product is available where they may get it, and moved there since the order was last touched.

    An order for one location (pickup) gets it there or nowhere: what moves elsewhere would wake it for nothing, again
    and again.
    """
    kept = (_STOCK.c[name] for name in ("unsellable", "allocated", "pending", "safety_stock", "floor"))
    moved = sa.exists().where(
        _STOCK.c.product_id == _LINE.c.product_id,
        _STOCK.c.updated_at >= _ORDER.c.updated_at,
        sa.or_(_ORDER.c.pickup_location.is_(None), _STOCK.c.location_id == _chosen()),
        reduce(operator.sub, kept, _STOCK.c.on_hand) > 0,
    )
    return _make_due(uow, sa.exists().where(_waits(), moved))


def _waits() -> sa.ColumnElement[bool]:
    return sa.and_(_LINE.c.order_id == _ORDER.c.id, _LINE.c.remainder == Remainder.BACKORDERED.value)


def _chosen() -> sa.ScalarSelect[int]:
    """Return the id of the location that an order is for."""
    return sa.select(_PLACE.c.id).where(_PLACE.c.code == _ORDER.c.pickup_location).correlate(_ORDER).scalar_subquery()


def _make_due(uow: Uow, which: sa.ColumnElement[bool]) -> int:
    found = (
        sa.select(_ORDER.c.id)
        .where(which, _ORDER.c.routing_due_at.is_(None))
        .order_by(_ORDER.c.lane, _ORDER.c.id)
        .limit(MOST)
        .with_for_update(skip_locked=True)
    )
    ids = list(uow.session.connection().execute(found).scalars())
    if ids:
        uow.session.connection().execute(
            _ORDER.update().where(is_one_of(uow.session, _ORDER.c.id, ids)).values(routing_due_at=uow.now)
        )
        uow.wake(Topic.ROUTING)
    return len(ids)
