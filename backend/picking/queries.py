"""What there is to pick, in the order somebody walks; and what was scanned. SELECT only."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from backend.auth.scope import visible
from backend.catalog.codes import codes_of
from backend.fulfillment import workflows
from backend.fulfillment.workflow import Workflow, WorkStep, following
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from backend.picking import stand_ins, store
from backend.picking.rules import Line
from backend.picking.stand_ins import StandIn
from models.enums import Method, ShipmentStatus
from models.errors import not_found
from models.tables import Location, Order, PickWave, Product, Scan, Shipment, ShipmentLine, StockBin

_LINES = table_of(ShipmentLine)
_PRODUCTS = table_of(Product)
_BINS = table_of(StockBin)


@dataclass(frozen=True, slots=True)
class ToPick:
    """A product of a shipment: where it lies, every code that names it, and what may go in its place, if it lacks."""

    id: int
    shipment_id: int
    sku: str
    name: str
    codes: tuple[str, ...]
    quantity: int
    awaited: int
    picked: int
    bin: str | None
    ordered_sku: str | None
    instead: tuple[StandIn, ...] = ()


@dataclass(frozen=True, slots=True)
class PickShipment:
    """A shipment in the hands of a fulfiller; `slot` is its place in the put wall, `following` may be done next."""

    shipment: Shipment
    order_external_id: str
    following: tuple[WorkStep, ...]
    slot: int | None


@dataclass(frozen=True, slots=True)
class PickList:
    """Shipments, the one in most hurry first, and their lines in walking order. `open`: its wave is being picked."""

    location: Location
    wave: PickWave | None
    open: bool
    shipments: tuple[PickShipment, ...]
    lines: tuple[ToPick, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the picking of a shipment is."""

    id: int
    status: ShipmentStatus
    version: int
    lines: tuple[Line, ...]


def of_shipment(uow: Uow, shipment_id: int) -> PickList:
    """Return what is to be picked for one shipment, or raise NOT_FOUND."""
    shipments = _shipments(uow, [shipment_id], {})
    if not shipments:
        raise not_found("shipment", shipment_id)
    return _list(uow, shipments[0].shipment.location_id, shipments)


def of_wave(uow: Uow, wave_id: int) -> PickList:
    """Return what is to be picked for the shipments of one wave, or raise NOT_FOUND."""
    known = store.waves(uow, [wave_id]).get(wave_id)
    wave = uow.session.get(PickWave, wave_id) if known else None
    if known is None or wave is None:
        raise not_found("wave", wave_id)
    inside = [one for one in _shipments(uow, known.places, known.slots) if one.shipment.wave_id == wave_id]
    inside.sort(key=lambda one: known.places[one.shipment.id or 0])
    return _list(uow, wave.location_id, inside, wave=wave, is_open=known.open)


def progress(uow: Uow, shipment_ids: Collection[int]) -> list[Progress]:
    """Return how far shipments are, by id; those the actor may not see are left out."""
    table = table_of(Shipment).c
    seen = sa.select(table.id, table.status, table.version).where(visible(uow.actor.scope, table.location_id))
    lines = store.lines(uow, shipment_ids)
    return [
        Progress(id_, ShipmentStatus(status), version, lines.get(id_, ()))
        for id_, status, version in sorted(fetch_in(uow.session, seen, table.id, shipment_ids))
    ]


def scans_of(uow: Uow, shipment_id: int, *, after: int = 0, limit: int = 100) -> list[Scan]:
    """Return the scans of a shipment in the order they were kept, those after `after`; NOT_FOUND for a strange one."""
    if not store.visible_shipments(uow, [shipment_id]):
        raise not_found("shipment", shipment_id)
    mine = select(Scan).where(col(Scan.shipment_id) == shipment_id, col(Scan.id) > after)
    return list(uow.session.exec(mine.order_by(col(Scan.id)).limit(limit)))


def _list(
    uow: Uow,
    location_id: int,
    shipments: Iterable[PickShipment],
    *,
    wave: PickWave | None = None,
    is_open: bool = True,
) -> PickList:
    location = uow.session.get(Location, location_id)
    if location is None:
        raise not_found("location", location_id)
    known = tuple(shipments)
    stops = {stop.get("bin"): place for place, stop in enumerate(wave.plan.get("stops", ()))} if wave else {}
    lines = _lines(uow, location_id, {one.shipment.id or 0 for one in known})
    lines = [
        replace(line, instead=found) for line, found in zip(lines, stand_ins.of(uow, location_id, lines), strict=True)
    ]
    walked = sorted(lines, key=lambda line: _way(line.bin, stops))
    return PickList(location, wave, is_open, known, tuple(walked))


def _shipments(uow: Uow, ids: Collection[int], slots: Mapping[int, int | None]) -> list[PickShipment]:
    statement = (
        sa.select(Shipment, col(Order.external_id))
        .join(Order, col(Order.id) == col(Shipment.order_id))
        .where(visible(uow.actor.scope, col(Shipment.location_id)), col(Shipment.id).in_(sorted(ids)))
        .order_by(col(Shipment.id))
    )
    rows = uow.session.execute(statement).all()
    ways = workflows.of_shipments(uow, [(Method(shipment.method), shipment.workflow_id) for shipment, _ in rows])
    return [
        PickShipment(shipment, external_id, _following(shipment, way), slots.get(shipment.id))
        for (shipment, external_id), way in zip(rows, ways, strict=True)
    ]


def _following(shipment: Shipment, way: Workflow) -> tuple[WorkStep, ...]:
    if shipment.held or shipment.waiting_for is not None:
        return ()
    return following(way, ShipmentStatus(shipment.status), shipment.step)


def _lines(uow: Uow, location_id: int, shipment_ids: Collection[int]) -> list[ToPick]:
    columns = (_LINES.c.id, _LINES.c.shipment_id, _LINES.c.quantity, _LINES.c.awaited, _LINES.c.picked)
    statement = (
        sa.select(*columns, _LINES.c.ordered_sku, _LINES.c.product_id)
        .add_columns(_PRODUCTS.c.sku, _PRODUCTS.c.name, _PRODUCTS.c.barcodes)
        .join(_PRODUCTS, _PRODUCTS.c.id == _LINES.c.product_id)
        .order_by(_LINES.c.id)
    )
    rows = fetch_in(uow.session, statement, _LINES.c.shipment_id, shipment_ids)
    bins = _bins(uow, location_id, {row.product_id for row in rows})
    return [
        ToPick(
            row.id,
            row.shipment_id,
            row.sku,
            row.name,
            tuple(sorted(codes_of(row.sku, row.barcodes))),
            row.quantity,
            row.awaited,
            row.picked,
            bins.get(row.product_id),
            row.ordered_sku,
        )
        for row in rows
    ]


def _bins(uow: Uow, location_id: int, product_ids: Collection[int]) -> dict[int, str]:
    """Return where each product lies: the first bin on the way that is not known to be empty, else the first."""
    statement = sa.select(_BINS.c.product_id, _BINS.c.code, _BINS.c.units).where(_BINS.c.location_id == location_id)
    rows = fetch_in(uow.session, statement, _BINS.c.product_id, product_ids)
    found: dict[int, str] = {}
    for row in sorted(rows, key=lambda row: (row.units == 0, _natural(row.code))):
        found.setdefault(row.product_id, row.code)
    return found


def _way(code: str | None, stops: Mapping[Any, int]) -> tuple[int, int, list[tuple[int, str]]]:
    """Sort by the wave's stops, then by the bins' own names; what lies nobody knows where comes last."""
    return (1 if code is None else 0, stops.get(code, len(stops)), _natural(code or ""))


def _natural(code: str) -> list[tuple[int, str]]:
    """Return a key that sorts A-2 before A-10."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", code)]
