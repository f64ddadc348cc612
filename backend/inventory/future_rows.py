"""Arrivals and the promises on them as rows: found, locked, written, told, listed. The acts are `future.py`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.auth.scope import visible
from backend.inventory.arrivals import Arrival, Share
from backend.inventory.detail import future_views, key_of
from backend.inventory.rules import Key
from backend.inventory.views import FutureView
from backend.persistence.bulk import fetch_in, insert_missing, insert_rows, is_one_of, table_of
from backend.persistence.columnwise import update_columns
from backend.persistence.pairs import are_one_of
from backend.persistence.uow import Uow
from models.errors import DomainError, ErrorCode, not_found
from models.events import EventType
from models.tables import FutureAllocation, FutureStock, Location, Product

FUTURE, SHARE = table_of(FutureStock), table_of(FutureAllocation)
_LOCATION, _PRODUCT = table_of(Location), table_of(Product)
_PAIR = (SHARE.c.order_line_id, SHARE.c.future_id)
_SHARES = sa.select(*_PAIR, SHARE.c.quantity)
_ARRIVALS = (
    sa.select(_LOCATION.c.code, _PRODUCT.c.sku, FUTURE)
    .select_from(FUTURE)
    .join(_LOCATION, _LOCATION.c.id == FUTURE.c.location_id)
    .join(_PRODUCT, _PRODUCT.c.id == FUTURE.c.product_id)
    .order_by(FUTURE.c.id)
)


@dataclass(frozen=True, slots=True)
class Row:
    """An arrival with the codes people use."""

    location: str
    sku: str
    reference: str
    location_id: int
    product_id: int
    arrival: Arrival
    received_at: datetime | None = None
    version: int = 0


def still_coming(uow: Uow, key: Key, reference: str) -> Row:
    """Lock and return an arrival; NOT_FOUND when it is unknown, or all of it has come."""
    row = find(uow, key, reference)
    if row is None or row.received_at is not None:
        raise not_found("arrival", reference)
    return row


def find(uow: Uow, key: Key, reference: str) -> Row | None:
    """Lock and return an arrival, if there is one."""
    mine = (FUTURE.c.location_id == key[0], FUTURE.c.product_id == key[1], FUTURE.c.reference == reference)
    id_ = uow.session.connection().execute(sa.select(FUTURE.c.id).where(*mine)).scalar_one_or_none()
    found = lock(uow, [id_]) if id_ is not None else []
    return found[0] if found else None


def ids_of(uow: Uow, product_ids: Iterable[int]) -> set[int]:
    """Return the arrivals of these products that are still to come; nothing is locked."""
    statement = sa.select(FUTURE.c.id).where(FUTURE.c.received_at.is_(None))
    return {id_ for (id_,) in fetch_in(uow.session, statement, FUTURE.c.product_id, product_ids)}


def lock(uow: Uow, ids: Iterable[int]) -> list[Row]:
    """Lock arrivals in ascending order and return them."""
    wanted = sorted(set(ids))
    if not wanted:
        return []
    chosen = _ARRIVALS.where(is_one_of(uow.session, FUTURE.c.id, wanted))
    return _rows(uow, chosen.with_for_update(of=FUTURE))


def coming(uow: Uow, product_ids: Iterable[int]) -> list[Row]:
    """Return the arrivals of these products that are still to come; nothing is locked."""
    wanted = is_one_of(uow.session, FUTURE.c.product_id, sorted(set(product_ids)))
    return _rows(uow, _ARRIVALS.where(wanted, FUTURE.c.received_at.is_(None)))


def _rows(uow: Uow, statement: sa.Select[*tuple[Any, ...]]) -> list[Row]:
    return [
        Row(
            row.code,
            row.sku,
            row.reference,
            row.location_id,
            row.product_id,
            Arrival(row.id, row.arrives_at, row.quantity, row.allocated),
            row.received_at,
            row.version,
        )
        for row in uow.session.connection().execute(statement)
    ]


def insert(uow: Uow, row: Row) -> None:
    """Write a new arrival and tell it; CONFLICT when another call announced it at the same moment."""
    values = {
        "location_id": row.location_id,
        "product_id": row.product_id,
        "reference": row.reference,
        "quantity": row.arrival.quantity,
        "allocated": 0,
        "arrives_at": row.arrival.arrives_at,
        "version": 1,
        "updated_at": uow.now,
    }
    if not insert_missing(uow.session, FutureStock, [values]):
        words = f"The arrival {row.reference} was announced at the same moment; try again."
        raise DomainError(ErrorCode.CONFLICT, words, retry_after=1)
    _tell(uow, row, "announced")


def write(uow: Uow, rows: Sequence[Row], change: str) -> None:
    """Write locked arrivals as they are now, and tell each."""
    values = [
        {
            "id": row.arrival.id,
            "quantity": row.arrival.quantity,
            "allocated": row.arrival.allocated,
            "arrives_at": row.arrival.arrives_at,
            "received_at": row.received_at,
            "version": row.version + 1,
            "updated_at": uow.now,
        }
        for row in rows
    ]
    update_columns(uow.session, FutureStock, values)
    for row in rows:
        _tell(uow, row, change)


def delete(uow: Uow, row: Row) -> None:
    """Remove an arrival with the promises on it, and tell it."""
    uow.session.connection().execute(SHARE.delete().where(SHARE.c.future_id == row.arrival.id))
    uow.session.connection().execute(FUTURE.delete().where(FUTURE.c.id == row.arrival.id))
    _tell(uow, row, "cancelled")


def shares(uow: Uow, future_ids: Iterable[int]) -> list[Share]:
    """Return the promises on arrivals."""
    return [Share(*row) for row in fetch_in(uow.session, _SHARES, SHARE.c.future_id, future_ids)]


def shares_of_lines(uow: Uow, order_line_ids: Iterable[int]) -> list[Share]:
    """Return what order lines wait for."""
    return [Share(*row) for row in fetch_in(uow.session, _SHARES, SHARE.c.order_line_id, order_line_ids)]


def add(uow: Uow, new: Sequence[Share]) -> None:
    """Write promises."""
    rows = [{"order_line_id": s.order_line_id, "future_id": s.future_id, "quantity": s.units} for s in new]
    insert_rows(uow.session, FutureAllocation, rows)


def take_off(uow: Uow, taken: Sequence[Share]) -> None:
    """Take units off promises; what is left of one stays."""
    if not taken:
        return
    off = {(share.order_line_id, share.future_id): share.units for share in taken}
    now = {
        (share.order_line_id, share.future_id): share.units
        for share in shares(uow, {share.future_id for share in taken})
    }
    uow.session.connection().execute(SHARE.delete().where(are_one_of(uow.session, _PAIR, sorted(off))))
    add(uow, [Share(*pair, now[pair] - units) for pair, units in sorted(off.items()) if now[pair] > units])


def get(uow: Uow, location: str, sku: str, reference: str) -> FutureView:
    """Return one arrival, received ones too, or raise NOT_FOUND."""
    key = key_of(uow, location, sku)
    mine = (FUTURE.c.location_id == key[0], FUTURE.c.product_id == key[1], FUTURE.c.reference == reference)
    row = uow.session.connection().execute(future_views().where(*mine)).mappings().one_or_none()
    if row is None:
        raise not_found("arrival", reference)
    return FutureView(**row)


def listing(
    uow: Uow,
    *,
    location: str | None = None,
    sku: str | None = None,
    after: tuple[datetime, int] | None = None,
    limit: int = 100,
) -> list[tuple[int, FutureView]]:
    """Return what is still to come with its row id, the earliest first; `after` is (arrives at, id) of the last."""
    statement = (
        future_views()
        .add_columns(FUTURE.c.id)
        .where(FUTURE.c.received_at.is_(None), visible(uow.actor.scope, FUTURE.c.location_id))
        .order_by(FUTURE.c.arrives_at, FUTURE.c.id)
        .limit(limit)
    )
    if location is not None:
        statement = statement.where(_LOCATION.c.code == location)
    if sku is not None:
        statement = statement.where(_PRODUCT.c.sku == sku)
    if after is not None:
        given = sa.tuple_(sa.literal(after[0], FUTURE.c.arrives_at.type), sa.literal(after[1]))
        statement = statement.where(sa.tuple_(FUTURE.c.arrives_at, FUTURE.c.id) > given)
    rows = [dict(row) for row in uow.session.connection().execute(statement).mappings()]
    return [(row.pop("id"), FutureView(**row)) for row in rows]


def _tell(uow: Uow, row: Row, change: str) -> None:
    data = {
        "location": row.location,
        "sku": row.sku,
        "reference": row.reference,
        "quantity": row.arrival.quantity,
        "allocated": row.arrival.allocated,
        "arrives_at": row.arrival.arrives_at.isoformat(),
        "change": change,
    }
    subject = f"location/{row.location}"
    uow.record(EventType.FUTURE_STOCK_CHANGED, subject=subject, data=data, location_id=row.location_id)
