"""Picking in tests: shipments to pick, waves of them, scans in one line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

import sqlalchemy as sa

from backend.catalog.service import ProductInput, put_products
from backend.context import Context
from backend.persistence.bulk import allocate_ids, insert_rows, table_of
from backend.picking import service
from backend.picking.service import ScanIn, ScanOutcome
from models.floor import ScanResult, WaveShare, WaveStatus
from models.tables import Location, PickWave, Shipment, ShipmentLine, WaveShipment
from tests.support.shop import open_shop, order, place, rows_of

_numbers = count(1)


def shelves(ctx: Context, **units: int) -> None:
    """Open a store with these products; the barcode of `tea` is `BAR-tea`."""
    open_shop(ctx, {"CHI": units})
    with ctx.uow() as uow:
        put_products(uow, [ProductInput(sku, f"Product {sku}", barcodes=(f"BAR-{sku}",)) for sku in units])


def to_pick(ctx: Context, *wanted: Mapping[str, int]) -> list[int]:
    """Return the ids of shipments with these lines, one each."""
    placed = place(ctx, *(order(f"P-{next(_numbers)}", lines=lines) for lines in wanted))
    return [shipment.id for one in placed for shipment in one.shipments]


def wave_of(ctx: Context, shipment_ids: Sequence[int], *, status: WaveStatus = WaveStatus.PICKING) -> int:
    """Put shipments in a wave, in this order, in the slots 1, 2, …; return its id."""
    with ctx.uow() as uow:
        session = uow.session
        wave_id = allocate_ids(session, PickWave, 1)[0]
        location_id = session.execute(sa.select(Location.id)).scalars().first()
        row: dict[str, Any] = {"id": wave_id, "location_id": location_id, "number": wave_id, "status": status.value}
        counts = {"shipments": len(shipment_ids), "units": 0, "lines": 0, "stops": 0, "plan": {}, "limits": {}}
        made = {"created_by": "test", "created_at": uow.now, "updated_at": uow.now}
        insert_rows(session, PickWave, [{**row, **counts, **made}])
        share = {"wave_id": wave_id, "share": WaveShare.TO_PICK.value}
        inside = [{**share, "shipment_id": id_, "place": at, "slot": at} for at, id_ in enumerate(shipment_ids, 1)]
        insert_rows(session, WaveShipment, inside)
        shipments = table_of(Shipment)
        session.execute(sa.update(shipments).where(shipments.c.id.in_(shipment_ids)).values(wave_id=wave_id))
    return wave_id


def scan(code: str, **of: Any) -> ScanIn:
    """Return a scan with an id of its own."""
    return ScanIn(of.pop("scan_id", f"scan-{next(_numbers):06}"), code, **of)


def record(ctx: Context, *scans: ScanIn, by: Any = None) -> list[ScanOutcome]:
    """Record scans in a transaction of their own."""
    with ctx.uow(by) if by else ctx.uow() as uow:
        return service.record(uow, scans)


def results(ctx: Context, *scans: ScanIn) -> list[tuple[ScanResult, int]]:
    """Record scans and return (result, units) of each."""
    return [(one.outcome.result, one.outcome.units) for one in record(ctx, *scans)]


def picked(ctx: Context) -> dict[int, dict[str, int]]:
    """Return the units picked, by shipment and SKU."""
    found: dict[int, dict[str, int]] = {}
    for row in rows_of(ctx, ShipmentLine):
        found.setdefault(row["shipment_id"], {})[row["sku"]] = row["picked"]
    return found


def statuses(ctx: Context) -> dict[int, str]:
    """Return the status of every shipment."""
    return {row["id"]: row["status"] for row in rows_of(ctx, Shipment)}
