"""Reading returns, and what of an order may come back. A return is seen by whoever sees its location."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlmodel import col, select

from backend.auth.scope import visible
from backend.orders import queries as orders
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from backend.returns.rules import Returnable, ReturnPlace
from models.enums import ShipmentStatus
from models.errors import not_found
from models.floor import ReturnStatus
from models.tables import Location, Order, OrderLine, Product, Return, ReturnLine, Shipment, ShipmentLine

_ORDERS, _LINES = table_of(Order), table_of(OrderLine)
_SHARES, _SHIPMENTS = table_of(ShipmentLine), table_of(Shipment)
_BACK, _RETURNS, _PRODUCTS = table_of(ReturnLine), table_of(Return), table_of(Product)

#: With the customer, or on the way to him.
_GONE = (ShipmentStatus.SHIPPED.value, ShipmentStatus.HANDED_OVER.value)


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of a return, in units."""

    id: int
    sku: str
    quantity: int
    received: int
    restocked: int
    written_off: int
    reason: str
    condition: str


@dataclass(frozen=True, slots=True)
class ReturnView:
    """A return with its lines and the codes people use."""

    row: Return
    location: str
    order_external_id: str
    replacement_external_id: str | None
    lines: tuple[LineView, ...]


@dataclass(frozen=True, slots=True)
class ReturnFilter:
    """What a list of returns is narrowed to; None means any. `text` is a return's number or an order's."""

    location: str | None = None
    status: ReturnStatus | None = None
    order_id: int | None = None
    text: str = ""


def get(uow: Uow, return_id: int) -> ReturnView:
    """Return one return, or raise NOT_FOUND."""
    row = uow.session.execute(_rows(uow).where(col(Return.id) == return_id)).one_or_none()
    if row is None:
        raise not_found("return", return_id)
    return _views(uow, [row])[0]


def listing(
    uow: Uow, wanted: ReturnFilter, *, after: int | None = None, offset: int = 0, limit: int = 100
) -> list[ReturnView]:
    """Return returns, the newest first, those before the id `after`, at most `limit`."""
    statement = _rows(uow).where(*_conditions(wanted)).order_by(col(Return.id).desc()).offset(offset).limit(limit)
    if after is not None:
        statement = statement.where(col(Return.id) < after)
    return _views(uow, list(uow.session.execute(statement)))


def counts(uow: Uow, wanted: ReturnFilter) -> dict[ReturnStatus, int]:
    """Return how many returns there are in each state, whatever state is wanted."""
    found = _rows(uow).where(*_conditions(replace(wanted, status=None))).subquery()
    statement = sa.select(found.c.status, sa.func.count()).group_by(found.c.status)
    return {ReturnStatus(status): int(many) for status, many in uow.session.execute(statement)}


def returnable(uow: Uow, order_id: int) -> list[Returnable]:
    """Return what the customer of an order has and did not announce to send back; NOT_FOUND for an unknown order."""
    orders.get(uow, order_id)
    had: dict[tuple[int, int], tuple[str, int, list[tuple[int, int]]]] = {}
    share = (_SHARES.c.order_line_id, _SHARES.c.product_id, _SHARES.c.sku, _SHARES.c.quantity)
    sent = (
        sa.select(*share, _SHIPMENTS.c.id, _SHIPMENTS.c.location_id)
        .join(_SHIPMENTS, _SHIPMENTS.c.id == _SHARES.c.shipment_id)
        .where(_SHIPMENTS.c.order_id == order_id, _SHIPMENTS.c.status.in_(_GONE))
        .where(_SHIPMENTS.c.for_shipment_id.is_(None))
        .order_by(_SHARES.c.id)
    )
    for line_id, product_id, sku, units, shipment_id, place in uow.session.connection().execute(sent):
        _, before, shipments = had.get((line_id, product_id), (sku, 0, []))
        had[line_id, product_id] = (sku, before + units, [*shipments, (shipment_id, place)])
    coming = _coming(uow, order_id)
    priced = sa.select(_LINES.c.id, _LINES.c.unit_price_minor)
    prices = dict(fetch_in(uow.session, priced, _LINES.c.order_id, [order_id]))
    may = sa.select(_PRODUCTS.c.id, _PRODUCTS.c.attributes)
    attributes = dict(fetch_in(uow.session, may, _PRODUCTS.c.id, {product_id for _, product_id in had}))
    return [
        Returnable(
            order_line_id=line_id,
            product_id=product_id,
            sku=sku,
            units=units - coming.get((line_id, product_id), 0),
            price_minor=prices.get(line_id, 0),
            shipments=tuple(shipments),
            may=(attributes.get(product_id) or {}).get("returnable") is not False,
        )
        for (line_id, product_id), (sku, units, shipments) in sorted(had.items())
        if units > coming.get((line_id, product_id), 0)
    ]


def places(uow: Uow) -> list[ReturnPlace]:
    """Return the visible locations as places a return may go to."""
    statement = select(Location).where(visible(uow.actor.scope, col(Location.id))).order_by(col(Location.code))
    return [
        ReturnPlace(
            id=int(place.id or 0),
            code=place.code,
            latitude=place.latitude,
            longitude=place.longitude,
            takes=place.closed_reason is None and place.attributes.get("accepts_returns") is not False,
        )
        for place in uow.session.exec(statement)
    ]


def _coming(uow: Uow, order_id: int) -> dict[tuple[int, int], int]:
    """Return the units that came back or will, by order line and product."""
    statement = (
        sa.select(_BACK.c.order_line_id, _BACK.c.product_id, sa.func.sum(_BACK.c.quantity))
        .join(_RETURNS, _RETURNS.c.id == _BACK.c.return_id)
        .where(_RETURNS.c.order_id == order_id, _RETURNS.c.status != ReturnStatus.CANCELLED.value)
        .group_by(_BACK.c.order_line_id, _BACK.c.product_id)
    )
    rows = uow.session.connection().execute(statement)
    return {(line_id, product_id): int(units) for line_id, product_id, units in rows}


def _conditions(wanted: ReturnFilter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.location is not None:
        found.append(col(Location.code) == wanted.location)
    if wanted.status is not None:
        found.append(col(Return.status) == wanted.status.value)
    if wanted.order_id is not None:
        found.append(col(Return.order_id) == wanted.order_id)
    if wanted.text:
        text = wanted.text.strip()
        found.append(sa.or_(col(Return.number) == text.upper(), col(Order.external_id) == text))
    return found


def _rows(uow: Uow) -> sa.Select[Return, str, str]:
    return (
        sa.select(Return, col(Location.code), col(Order.external_id))
        .join(Location, col(Location.id) == col(Return.location_id))
        .join(Order, col(Order.id) == col(Return.order_id))
        .where(visible(uow.actor.scope, col(Return.location_id)))
    )


def _views(uow: Uow, rows: Sequence[sa.Row[Return, str, str]]) -> list[ReturnView]:
    ids = [row.id for row, _, _ in rows]
    lines: dict[int, list[LineView]] = {}
    statement = select(ReturnLine).where(col(ReturnLine.return_id).in_(ids)).order_by(col(ReturnLine.id))
    for line in uow.session.exec(statement):
        shown = LineView(**{name: getattr(line, name) for name in LineView.__dataclass_fields__})
        lines.setdefault(line.return_id, []).append(shown)
    replaced = {row.replacement_order_id for row, _, _ in rows if row.replacement_order_id}
    names = sa.select(_ORDERS.c.id, _ORDERS.c.external_id)
    externals = dict(fetch_in(uow.session, names, _ORDERS.c.id, replaced))
    return [
        ReturnView(row, code, external_id, externals.get(row.replacement_order_id), tuple(lines.get(row.id or 0, ())))
        for row, code, external_id in rows
    ]
