"""Finding orders by anything a customer may say: one box, newest first. Which ids match, not what they look like.

Every way of looking is a range of one index, so that the millionth order costs no more than the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backend.orders.scope import visible_order
from backend.persistence.bulk import table_of
from backend.persistence.uow import Uow
from models.enums import Method, OrderStatus
from models.tables import Order, OrderLine, Product, Shipment

_ORDERS = table_of(Order)
_LINES = table_of(OrderLine)
_PRODUCTS = table_of(Product)
_SHIPMENTS = table_of(Shipment)

#: Greater than whatever text may follow a prefix.
_LAST = "\U0010ffff"
#: Shorter words are looked for as a whole only: a prefix of one letter is no search.
SHORTEST_PREFIX = 2
#: When more orders than this begin with the words, walking from the newest finds a page sooner than sorting them.
_MANY = 2_000
_INT64 = 2**63


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What a list of orders is narrowed to; None means any. Placed from (inclusive) to (exclusive)."""

    external_id: str | None = None
    customer: str | None = None
    status: OrderStatus | None = None
    channel: str | None = None
    method: Method | None = None
    placed_from: datetime | None = None
    placed_to: datetime | None = None


ANY = OrderFilter()


def matching(uow: Uow, text: str, wanted: OrderFilter, *, after: int | None, limit: int) -> list[int]:
    """Return the ids of visible orders that match, newest first, those before the id `after`, at most `limit`.

    `text` is an order's id or external id (or how it begins), the customer's id, e-mail or name (or how they begin),
    a SKU, or a tracking number; empty text matches every order.
    """
    statement = sa.select(_ORDERS.c.id).where(visible_order(uow.actor.scope), *conditions(wanted))
    if after is not None:
        statement = statement.where(_ORDERS.c.id < after)
    words = text.strip()
    if words:
        statement = statement.where(says(uow, words))
    statement = statement.order_by(_ORDERS.c.id.desc()).limit(limit)
    return list(uow.session.connection().execute(statement).scalars())


def folded(text: str | None, *, limit: int) -> str | None:
    """Return text as it is kept for search: lower case, single blanks; None when there is none."""
    short = " ".join(text.split()).casefold()[:limit] if text else ""
    return short or None


def conditions(wanted: OrderFilter) -> list[sa.ColumnElement[bool]]:
    """Return what the filter asks of an order."""
    conditions: list[sa.ColumnElement[bool]] = []
    stated = (
        (_ORDERS.c.external_id, wanted.external_id),
        (_ORDERS.c.customer_id, wanted.customer),
        (_ORDERS.c.status, wanted.status and wanted.status.value),
        (_ORDERS.c.channel, wanted.channel),
        (_ORDERS.c.method, wanted.method and wanted.method.value),
    )
    conditions.extend(column == value for column, value in stated if value is not None)
    if wanted.placed_from is not None:
        conditions.append(_ORDERS.c.placed_at >= wanted.placed_from)
    if wanted.placed_to is not None:
        conditions.append(_ORDERS.c.placed_at < wanted.placed_to)
    return conditions


def says(uow: Uow, words: str) -> sa.ColumnElement[bool]:
    """Return the condition on an order that the words are about it."""
    ranges = _prefixes(uow, words)
    if _are_many(uow, ranges):
        return sa.or_(*ranges, _ORDERS.c.id.in_(sa.union_all(*_exact(words))))
    return _ORDERS.c.id.in_(sa.union_all(*_exact(words), *(sa.select(_ORDERS.c.id).where(part) for part in ranges)))


def _exact(words: str) -> list[sa.Select[int]]:
    """Return the queries for orders that the words name as a whole."""
    product = sa.select(_PRODUCTS.c.id).where(_PRODUCTS.c.sku.in_(_spellings(words)))
    queries = [
        sa.select(_ORDERS.c.id).where(_ORDERS.c.external_id.in_(_spellings(words))),
        sa.select(_ORDERS.c.id).where(_ORDERS.c.customer_id.in_(_spellings(words))),
        sa.select(_LINES.c.order_id).where(_LINES.c.product_id.in_(product)),
        sa.select(_SHIPMENTS.c.order_id).where(
            _SHIPMENTS.c.tracking_number.is_not(None),  # the index holds no others
            _SHIPMENTS.c.tracking_number.in_(_spellings("".join(words.split()))),
        ),
    ]
    number = words.removeprefix("#")
    if number.isascii() and number.isdecimal() and int(number) < _INT64:
        queries.append(sa.select(_ORDERS.c.id).where(_ORDERS.c.id == int(number)))
    return queries


def _prefixes(uow: Uow, words: str) -> list[sa.ColumnElement[bool]]:
    """Return the conditions that an order's external id, e-mail or name begins with the words."""
    if len(words) < SHORTEST_PREFIX:
        return []
    low = folded(words, limit=254) or ""
    ranges = [_begins(uow, _ORDERS.c.external_id, spelling) for spelling in _spellings(words)]
    return [*ranges, _begins(uow, _ORDERS.c.customer_email, low), _begins(uow, _ORDERS.c.customer_name, low)]


def _begins(uow: Uow, column: sa.ColumnElement[str], prefix: str) -> sa.ColumnElement[bool]:
    if uow.session.connection().dialect.name == "postgresql":  # byte order, as its `varchar_pattern_ops` indexes
        return sa.and_(
            column.op("~>=~", is_comparison=True)(prefix), column.op("~<~", is_comparison=True)(prefix + _LAST)
        )
    return sa.and_(column >= prefix, column < prefix + _LAST)


def _are_many(uow: Uow, ranges: Sequence[sa.ColumnElement[bool]]) -> bool:
    return any(
        len(uow.session.connection().execute(sa.select(_ORDERS.c.id).where(part).limit(_MANY)).all()) == _MANY
        for part in ranges
    )


def _spellings(words: str) -> list[str]:
    """Return the words as typed, in capitals and in small letters: codes are kept as they came."""
    return list(dict.fromkeys((words, words.upper(), words.lower())))
