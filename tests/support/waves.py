"""A place with aisles for wave tests: bins, orders that wait to be picked, and shorthand for what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from backend.context import Context
from backend.waves import service
from backend.waves.bins import BinInput, ProductBins, put_bins
from backend.waves.planning import Ask
from backend.waves.queries import WholeWave, get
from backend.waves.settings import WaveSettings
from models.tables import PickWave, Shipment, ShipmentLine, WaveShipment
from tests.support.shop import location, open_shop, order, place, rows_of

#: Carriers leave at 17:00; it is 09:00 in Chicago when tests begin.
HOURS = {
    "weekly": {day: [["08:00", "20:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
    "cutoffs": {"ship": "17:00"},
}
BINS = {"tea": "A-01-1", "milk": "A-02-1", "rye": "B-01-1", "soap": "C-09-1"}


def open_aisles(ctx: Context, **more: Any) -> None:
    """Open the store CHI with plenty of four products, each in a place of its own."""
    stock = {"CHI": dict.fromkeys(BINS, 10_000)}
    open_shop(ctx, stock, CHI=location("CHI", hours=HOURS, **more))
    with ctx.uow() as uow:
        put_bins(uow, "CHI", [ProductBins(sku, (BinInput(code, code[0]),)) for sku, code in BINS.items()])


def wait_for_picking(ctx: Context, orders: Sequence[Mapping[str, int]], *, name: str = "W", **more: Any) -> list[int]:
    """Place one order per set of lines and return the ids of their shipments, in the same order."""
    placed = place(ctx, *[order(f"{name}-{index}", lines=lines, **more) for index, lines in enumerate(orders)])
    wanted = {one.id: index for index, one in enumerate(placed)}
    found = {row["order_id"]: row["id"] for row in rows_of(ctx, Shipment)}
    return [found[id_] for id_ in wanted]


def plan(ctx: Context, *, released: bool = False, rule: str | None = None, **settings: Any) -> list[int]:
    """Plan CHI and return the ids of the waves."""
    with ctx.uow() as uow:
        ask = Ask("CHI", rule, WaveSettings(**settings) if settings or rule is None else None)
        return [wave.id or 0 for wave in service.plan(uow, ask, released=released).waves]


def wave_of(ctx: Context, wave_id: int) -> WholeWave:
    """Return a wave as it is."""
    with ctx.read() as uow:
        whole = get(uow, wave_id)
        uow.session.expunge_all()
        return whole


def inside(ctx: Context) -> dict[int, int | None]:
    """Return the wave of each shipment."""
    return {row["id"]: row["wave_id"] for row in rows_of(ctx, Shipment)}


def shares(ctx: Context, wave_id: int) -> dict[int, str]:
    """Return what became of the shipments of a wave."""
    return {row["shipment_id"]: row["share"] for row in rows_of(ctx, WaveShipment) if row["wave_id"] == wave_id}


def pick(ctx: Context, shipment_id: int, *, units: int | None = None) -> None:
    """Put units of a shipment's lines into the picker's hands, all of them when not stated: as scans do."""
    line = ShipmentLine.__table__  # type: ignore[attr-defined]  # the table behind the model
    picked = line.c.quantity if units is None else sa.func.min(line.c.quantity, units)
    if units is not None:
        picked = sa.case((line.c.quantity < units, line.c.quantity), else_=units)
    with ctx.uow() as uow:
        uow.session.execute(sa.update(line).where(line.c.shipment_id == shipment_id).values(picked=picked))


def statuses(ctx: Context) -> list[str]:
    """Return the states of all waves, by id."""
    return [row["status"] for row in rows_of(ctx, PickWave)]
