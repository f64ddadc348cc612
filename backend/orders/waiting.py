"""Orders that wait for stock, or for a location that may give it, are looked at again when there is some.

The transaction that brings stock holds locks on balances, and order rows come before those in the order of locks. So
it never waits for an order: one that somebody holds at that moment is skipped (`SKIP LOCKED`), which cannot
deadlock. `sweep` finds later what was skipped, was one too many, or was put on the waiting list in the same instant.
What ends at an instant (a block, the window of a limit) needs no waking: the order is due then (`routing/again.py`).
"""

from __future__ import annotations

import operator
from collections.abc import Collection
from functools import reduce

import sqlalchemy as sa

from backend.persistence.bulk import is_one_of, table_of
from backend.persistence.pairs import Pair, are_one_of
from backend.persistence.uow import Uow
from backend.routing.words import Why
from backend.wakeups import Topic
from models.enums import OrderStatus
from models.tables import Location, Order, OrderLine, RoutingDecision, StockBalance
from models.tables.orders import WAITS_FOR_STOCK

_ORDER, _LINE, _STOCK = table_of(Order), table_of(OrderLine), table_of(StockBalance)
_PLACE, _DECISION = table_of(Location), table_of(RoutingDecision)

#: At most so many orders are woken by one transaction; the sweep takes the others.
MOST = 1_000
#: So many are woken however few units came, as the first of them may need more than that.
FEW = 100

#: Orders in these states may wait for stock; a person decides on the others, or nothing of them is open.
_WAITING = (OrderStatus.UNASSIGNED, OrderStatus.PARTLY_ROUTED, OrderStatus.BACKORDERED)


def wake(uow: Uow, keys: Collection[Pair], *, units: int = MOST) -> int:
    """Have routing look again at orders that wait for what there is more of, as (location id, product id); return how
    many there were. An order for one location gets it there or nowhere, and sleeps on when it came elsewhere.

    Each needs one unit at least, so that hundreds are not asked for the few `units` that came."""
    if not keys:
        return 0
    of_these = is_one_of(uow.session, _LINE.c.product_id, sorted({product_id for _, product_id in keys}))
    there = are_one_of(uow.session, (_chosen(), _LINE.c.product_id), sorted(set(keys)))
    anywhere = _ORDER.c.pickup_location.is_(None)
    which = sa.exists().where(_waits(), of_these, sa.or_(anywhere, there))
    return _make_due(uow, which, most=min(MOST, max(FEW, units)))


def wake_all(uow: Uow) -> int:
    """Have routing look again at everything that waits for stock: a rule changed."""
    return _make_due(uow, sa.exists().where(_waits()))


def look_again(uow: Uow, location_id: int) -> int:
    """Have routing look again at what waits and may get it at this location, which takes more than before."""
    here = sa.exists().where(_waits(), _may_get(), _PLACE.c.id == location_id)
    theirs = sa.exists().where(_waits(), _PLACE.c.id == location_id, _PLACE.c.code == _ORDER.c.pickup_location)
    return _make_due(uow, sa.or_(here, theirs))


def sweep(uow: Uow) -> int:
    """Wake orders whose product is available where they may get it, and moved there, or the location changed, since
    the order was last touched; those that were not looked at for longest come first.

    An order for one location (pickup) gets it there or nowhere: what moves elsewhere would wake it for nothing, again
    and again.
    """
    moved = sa.or_(_STOCK.c.updated_at >= _ORDER.c.updated_at, _PLACE.c.updated_at >= _ORDER.c.updated_at)
    which = sa.exists().where(_waits(), _may_get(), moved)
    return _make_due(uow, which, first=(_ORDER.c.lane, _ORDER.c.updated_at, _ORDER.c.id))


def _waits() -> sa.ColumnElement[bool]:
    return sa.and_(_LINE.c.order_id == _ORDER.c.id, sa.text(WAITS_FOR_STOCK))  # word by word, as its index has it


def _may_get() -> sa.ColumnElement[bool]:
    """Whether a location has some of the line's product, and the order may be given there."""
    kept = (_STOCK.c[name] for name in ("unsellable", "allocated", "pending", "safety_stock", "floor"))
    return sa.and_(
        _STOCK.c.product_id == _LINE.c.product_id,
        _PLACE.c.id == _STOCK.c.location_id,
        sa.or_(_ORDER.c.pickup_location.is_(None), _PLACE.c.code == _ORDER.c.pickup_location),
        reduce(operator.sub, kept, _STOCK.c.on_hand) > 0,
    )


def _chosen() -> sa.ScalarSelect[int]:
    """Return the id of the location that an order is for."""
    return sa.select(_PLACE.c.id).where(_PLACE.c.code == _ORDER.c.pickup_location).correlate(_ORDER).scalar_subquery()


def _given_up() -> sa.ColumnElement[bool]:
    """Whether too many locations gave it back already: who did is remembered, so that nothing changes that."""
    return sa.exists().where(_DECISION.c.order_id == _ORDER.c.id, _DECISION.c.reason == Why.TOO_MANY_ATTEMPTS.value)


def _make_due(
    uow: Uow,
    which: sa.ColumnElement[bool],
    *,
    most: int = MOST,
    first: tuple[sa.ColumnElement[object], ...] = (_ORDER.c.lane, _ORDER.c.id),
) -> int:
    asleep = sa.or_(_ORDER.c.routing_due_at.is_(None), _ORDER.c.routing_due_at > uow.now)
    found = (
        sa.select(_ORDER.c.id)
        .where(which, asleep, _ORDER.c.status.in_(_WAITING), ~_given_up())
        .order_by(*first)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    ids = list(uow.session.connection().execute(found).scalars())
    if ids:
        uow.session.connection().execute(
            _ORDER.update().where(is_one_of(uow.session, _ORDER.c.id, ids)).values(routing_due_at=uow.now)
        )
        uow.wake(Topic.ROUTING)
    return len(ids)
