"""Editing segments: the one writer of ring-fences. What they mean is `fences.py`, what is promised `segments.py`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from backend.catalog import queries as catalog
from backend.inventory import segments
from backend.inventory.rules import MAX_UNITS
from backend.inventory.segments import QUOTA, SEGMENT
from backend.inventory.views import QuotaView, SegmentView
from backend.locations import queries as locations
from backend.orders import waiting
from backend.persistence.bulk import fetch_in, insert_missing, insert_rows, table_of
from backend.persistence.uow import Uow
from models.errors import DomainError, ErrorCode, Fault, invalid, not_found
from models.events import EventType
from models.tables import Location, Product, StockSegment, StockSegmentQuota

_LOCATION, _PRODUCT = table_of(Location), table_of(Product)


@dataclass(frozen=True, slots=True)
class SegmentInput:
    """A ring-fence as its owner states it; None matches any order."""

    name: str
    channel: str | None = None
    customer_segment: str | None = None
    method: str | None = None
    rank: int = 0
    active: bool = True
    quotas: tuple[QuotaView, ...] = ()


def put(uow: Uow, code: str, given: SegmentInput, *, expected_version: int | None = None) -> bool:
    """Create or replace a segment; return whether it is new.

    What its orders have been promised already stays theirs. Raises INVALID with every fault (pointers
    `/quotas/{index}/…`), STALE, or FORBIDDEN for whoever is limited to some locations.
    """
    if not uow.actor.scope.everything:
        raise DomainError(ErrorCode.FORBIDDEN, "Segments concern the whole network; you are limited to a part of it.")
    places = {name: int(row.id or 0) for name, row in locations.by_code(uow, _named(given, "location")).items()}
    products = catalog.ids_by_sku(uow, _named(given, "sku"))
    if faults := _faults(given, places, products):
        raise invalid(faults)
    fresh = {"code": code, "name": given.name, "version": 0, "updated_at": uow.now}
    insert_missing(uow.session, StockSegment, [fresh])
    row = uow.session.connection().execute(
        sa.select(SEGMENT.c.id, SEGMENT.c.version).where(SEGMENT.c.code == code).with_for_update()
    )
    id_, version = row.one()
    if expected_version is not None and version != expected_version:
        raise DomainError(ErrorCode.STALE, f"The segment {code} has changed since you read it.")
    _write(uow, id_, version + 1, given, places, products)
    document = _document(get(uow, code))
    data = {"segment": code, "version": version + 1, "document": document}
    uow.record(EventType.STOCK_SEGMENT_CHANGED, subject=f"segment/{code}", data=data)
    segments.forget(uow)
    waiting.wake_all(uow)  # what one segment no longer keeps is open to others
    return bool(version == 0)


def faults_of(uow: Uow, given: SegmentInput) -> list[Fault]:
    """Return everything wrong with a segment."""
    places = locations.by_code(uow, _named(given, "location"))
    return _faults(given, places, catalog.ids_by_sku(uow, _named(given, "sku")))


def get(uow: Uow, code: str) -> SegmentView:
    """Return one segment, or raise NOT_FOUND."""
    found = [view for view in listing(uow) if view.code == code]
    if not found:
        raise not_found("segment", code)
    return found[0]


def listing(uow: Uow) -> list[SegmentView]:
    """Return all segments in the order in which they are asked: by rank, then code."""
    connection = uow.session.connection()
    rows = connection.execute(sa.select(SEGMENT).order_by(SEGMENT.c.rank, SEGMENT.c.code)).mappings().all()
    statement = (
        sa.select(
            QUOTA.c.segment_id,
            _LOCATION.c.code.label("location"),
            QUOTA.c.group_code.label("group"),
            _PRODUCT.c.sku,
            QUOTA.c.percent,
            QUOTA.c.units,
        )
        .select_from(QUOTA)
        .outerjoin(_LOCATION, _LOCATION.c.id == QUOTA.c.location_id)
        .outerjoin(_PRODUCT, _PRODUCT.c.id == QUOTA.c.product_id)
        .order_by(QUOTA.c.id)
    )
    quotas: dict[int, list[QuotaView]] = {row["id"]: [] for row in rows}
    for segment_id, *parts in fetch_in(uow.session, statement, QUOTA.c.segment_id, quotas):
        quotas[segment_id].append(QuotaView(*parts))
    names = ("code", "name", "channel", "customer_segment", "method", "rank", "active", "version", "updated_at")
    return [SegmentView(**{name: row[name] for name in names}, quotas=tuple(quotas[row["id"]])) for row in rows]


def _write(
    uow: Uow, id_: int, version: int, given: SegmentInput, places: Mapping[str, int], products: Mapping[str, int]
) -> None:
    connection = uow.session.connection()
    stated = {
        name: getattr(given, name) for name in ("name", "channel", "customer_segment", "method", "rank", "active")
    }
    connection.execute(
        SEGMENT.update().where(SEGMENT.c.id == id_).values(**stated, version=version, updated_at=uow.now)
    )
    connection.execute(QUOTA.delete().where(QUOTA.c.segment_id == id_))
    rows = [
        {
            "segment_id": id_,
            "location_id": places[quota.location] if quota.location else None,
            "group_code": quota.group,
            "product_id": products[quota.sku] if quota.sku else None,
            "percent": quota.percent,
            "units": quota.units,
        }
        for quota in given.quotas
    ]
    insert_rows(uow.session, StockSegmentQuota, rows)


def _faults(given: SegmentInput, places: Collection[str], products: Collection[str]) -> list[Fault]:
    faults: list[Fault] = []
    seen: set[tuple[Any, ...]] = set()
    for index, quota in enumerate(given.quotas):
        at = f"/quotas/{index}"
        if (quota.percent is None) == (quota.units is None):
            faults.append(Fault(at, "one_of", "A quota is either percent or units."))
        if quota.percent is not None and not 0 <= quota.percent <= 100:
            faults.append(Fault(f"{at}/percent", "out_of_range", "A percentage is from 0 to 100."))
        if quota.units is not None and not 0 <= quota.units <= MAX_UNITS:
            faults.append(Fault(f"{at}/units", "out_of_range", f"Units are from 0 to {MAX_UNITS:,}."))
        if quota.location and quota.group:
            faults.append(Fault(at, "one_of", "A quota counts at a location or in a group, not both."))
        if quota.location and quota.location not in places:
            faults.append(Fault(f"{at}/location", "unknown_location", f"There is no location {quota.location}."))
        if quota.sku and quota.sku not in products:
            faults.append(Fault(f"{at}/sku", "unknown_sku", f"There is no product {quota.sku}."))
        place = (quota.location, quota.group, quota.sku)
        if place in seen:
            faults.append(Fault(at, "duplicate", "Another quota of this segment is for the same location and product."))
        seen.add(place)
    return faults


def _named(given: SegmentInput, part: str) -> set[str]:
    return {name for quota in given.quotas if (name := getattr(quota, part))}


def _document(view: SegmentView) -> dict[str, Any]:
    names = ("code", "name", "channel", "customer_segment", "method", "rank", "active")
    quotas = [
        {name: value for name in QuotaView.__slots__ if (value := getattr(quota, name)) is not None}
        for quota in view.quotas
    ]
    return {**{name: getattr(view, name) for name in names}, "quotas": quotas}
