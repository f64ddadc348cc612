"""Decide where orders go and hold the stock they need. The rule itself is `rules.py`; nothing here writes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import sqlalchemy as sa

from backend.auth.scope import visible
from backend.inventory import queries as stock
from backend.inventory import service as inventory
from backend.inventory.rules import Key, total
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from backend.routing.rules import Decision, OrderFacts, Place, route_all
from models.enums import Method
from models.tables import Location

#: How often a decision made without locks may be overtaken before the next one is made with all candidates locked.
_OPTIMISTIC_ROUNDS = 2


def assign(uow: Uow, orders: Sequence[OrderFacts]) -> list[Decision]:
    """Return where each order goes, with the stock of every chosen place locked until this transaction ends.

    Decides on a snapshot, locks what was chosen in key order and looks again. When another transaction took a unit in
    between, the locks are given back and all is decided anew; the last round locks every candidate first, so it
    always ends, and never in a deadlock.
    """
    given = {order.location for order in orders}
    places = network(uow) if None in given else network(uow, codes=given)
    products = {product for order in orders for product in order.needs}
    for _ in range(_OPTIMISTIC_ROUNDS):
        decisions = route_all(orders, places, stock.available(uow, products))
        wanted = _wanted(orders, decisions)
        attempt = uow.session.begin_nested()
        held = inventory.lock_available(uow, wanted)
        if all(held.get(key, 0) >= units for key, units in wanted.items()):
            attempt.commit()
            return decisions
        attempt.rollback()
    return route_all(orders, places, inventory.lock_available(uow, stock.available(uow, products)))


def network(uow: Uow, *, codes: Collection[str | None] | None = None) -> dict[str, Place]:
    """Return the locations with these codes (all by default) that the actor may see, as routing sees them, by code."""
    places = table_of(Location).c
    columns = (places.id, places.code, places.methods, places.closed_reason, places.latitude, places.longitude)
    statement = sa.select(*columns).where(visible(uow.actor.scope, places.id))
    if codes is None:
        rows = uow.session.execute(statement).all()
    else:
        rows = fetch_in(uow.session, statement, places.code, codes)
    return {
        code: Place(id_, code, frozenset(map(Method, methods)), reason is not None, latitude, longitude)
        for id_, code, methods, reason, latitude, longitude in rows
    }


def _wanted(orders: Iterable[OrderFacts], decisions: Iterable[Decision]) -> dict[Key, int]:
    return total(
        ((decision.place.location_id, product), units)
        for order, decision in zip(orders, decisions, strict=True)
        if decision.place is not None
        for product, units in order.needs.items()
    )
