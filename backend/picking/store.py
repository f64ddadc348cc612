"""Rows behind scans: what is to be picked, what was scanned. Decides nothing; called by `service.py` only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from backend.auth.scope import visible
from backend.catalog.codes import codes_of
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.columnwise import update_columns
from backend.persistence.uow import Uow
from backend.picking.rules import Known, Line, Outcome, Work
from models.enums import ShipmentStatus
from models.floor import ScanResult, WaveShare, WaveStatus
from models.tables import PickWave, Product, Scan, Shipment, ShipmentLine, WaveShipment

_SCANS = table_of(Scan)
_SHIPMENTS = table_of(Shipment)
_LINES = table_of(ShipmentLine)
_PRODUCTS = table_of(Product)
_WAVES = table_of(PickWave)
_IN_WAVE = table_of(WaveShipment)

#: What runs out of time at no moment is picked last.
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class InWave:
    """A wave as a scan finds it: whether it is picked now, and its shipments with their place and slot."""

    open: bool
    places: Mapping[int, int]
    slots: Mapping[int, int | None]


@dataclass(frozen=True, slots=True)
class Row:
    """A shipment's columns that picking asks for beside `Work`."""

    assigned_at: datetime
    accepted_at: datetime | None
    wave_id: int | None


def scans(uow: Uow, scan_ids: Collection[str]) -> list[Any]:
    """Return the rows of these scans."""
    return fetch_in(uow.session, sa.select(_SCANS), _SCANS.c.scan_id, scan_ids)


def known(uow: Uow, rows: Iterable[Any]) -> Known:
    """Return what earlier scans came to, and which of them were taken back."""
    outcomes = {
        row.scan_id: Outcome(row.scan_id, ScanResult(row.result), row.units, row.shipment_id, row.shipment_line_id)
        for row in rows
    }
    taken = sa.select(_SCANS.c.undoes).where(_SCANS.c.units < 0)
    undone = {text for (text,) in fetch_in(uow.session, taken, _SCANS.c.undoes, outcomes)}
    return Known(outcomes, undone)


def waves(uow: Uow, wave_ids: Collection[int]) -> dict[int, InWave]:
    """Return the waves that the actor may see."""
    state = sa.select(_WAVES.c.id, _WAVES.c.status).where(visible(uow.actor.scope, _WAVES.c.location_id))
    statuses = dict(fetch_in(uow.session, state, _WAVES.c.id, wave_ids))
    inside = sa.select(_IN_WAVE.c.wave_id, _IN_WAVE.c.shipment_id, _IN_WAVE.c.place, _IN_WAVE.c.slot)
    rows = fetch_in(
        uow.session, inside.where(_IN_WAVE.c.share != WaveShare.REMOVED.value), _IN_WAVE.c.wave_id, statuses
    )
    going = {WaveStatus.RELEASED.value, WaveStatus.PICKING.value}
    return {
        wave_id: InWave(
            open=status in going,
            places={row.shipment_id: row.place for row in rows if row.wave_id == wave_id},
            slots={row.shipment_id: row.slot for row in rows if row.wave_id == wave_id},
        )
        for wave_id, status in statuses.items()
    }


def visible_shipments(uow: Uow, shipment_ids: Collection[int]) -> set[int]:
    """Return those of the ids that are shipments the actor may see."""
    statement = sa.select(_SHIPMENTS.c.id).where(visible(uow.actor.scope, _SHIPMENTS.c.location_id))
    return {id_ for (id_,) in fetch_in(uow.session, statement, _SHIPMENTS.c.id, shipment_ids)}


def lines(uow: Uow, shipment_ids: Iterable[int]) -> dict[int, tuple[Line, ...]]:
    """Return the lines of shipments, with every code that names their products."""
    columns = (_LINES.c.id, _LINES.c.shipment_id, _LINES.c.quantity, _LINES.c.awaited, _LINES.c.picked)
    statement = (
        sa.select(*columns, _PRODUCTS.c.sku, _PRODUCTS.c.barcodes)
        .join(_PRODUCTS, _PRODUCTS.c.id == _LINES.c.product_id)
        .order_by(_LINES.c.id)
    )
    found: dict[int, tuple[Line, ...]] = {}
    for row in fetch_in(uow.session, statement, _LINES.c.shipment_id, shipment_ids):
        codes = codes_of(row.sku, row.barcodes)
        line = Line(row.id, row.shipment_id, row.quantity, row.awaited, row.picked, codes)
        found[row.shipment_id] = (*found.get(row.shipment_id, ()), line)
    return found


def works(uow: Uow, shipment_ids: Collection[int], places: Mapping[int, int]) -> tuple[dict[int, Work], dict[int, Row]]:
    """Return locked shipments as `rules.py` wants them, and the rest of their columns."""
    table = _SHIPMENTS.c
    columns = (table.id, table.status, table.held, table.sla_due_at, table.assigned_at, table.accepted_at)
    statement = sa.select(*columns, table.wave_id)
    found = fetch_in(uow.session, statement, table.id, shipment_ids)
    of = lines(uow, shipment_ids)
    made = {
        row.id: Work(
            row.id,
            ShipmentStatus(row.status),
            row.held,
            of.get(row.id, ()),
            (row.sla_due_at or _NEVER, places.get(row.id, 0)),
        )
        for row in found
    }
    rest = {row.id: Row(row.assigned_at, row.accepted_at, row.wave_id) for row in found}
    return made, rest


def add_picked(uow: Uow, before: Mapping[int, int], more: Mapping[int, int]) -> bool:
    """Add units to lines whose shipments are locked; return whether all still held what they did."""
    rows = [
        {"id": id_, "was_picked": before[id_], "picked": before[id_] + units}
        for id_, units in sorted(more.items())
        if units
    ]
    return update_columns(uow.session, ShipmentLine, rows) == len(rows)
