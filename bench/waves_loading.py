"""The same 10,000 shipments in a database: loaded and planned, on both kinds, and a plan that is kept."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from backend import runtime
from backend.catalog.service import ProductInput, put_products
from backend.config import Settings
from backend.context import Context
from backend.locations.rules import LocationInput
from backend.locations.service import put_locations
from backend.persistence.bulk import insert_rows
from backend.persistence.migrate import upgrade
from backend.persistence.uow import Uow
from backend.waves import service
from backend.waves.bins import BinInput, ProductBins, put_bins
from backend.waves.facts import PickTask, Supply
from backend.waves.planning import Ask, preview
from backend.waves.settings import WaveSettings
from bench.harness import Figure, measure
from models.enums import LocationKind, Method, OrderStatus, ShipmentStatus
from models.tables import Order, Shipment, ShipmentLine
from tests.support.databases import TestDatabase

CODE = "DC"


def run(tasks: Sequence[PickTask], supply: Supply) -> Iterator[Figure]:
    """Yield how long it takes to load and plan these shipments, and to keep their plan."""
    for kind, ctx in _databases():
        with ctx.uow() as uow:
            _fill(uow, tasks, supply)

        def look(ctx: Context = ctx) -> None:
            with ctx.read() as uow:
                preview(uow, Ask(CODE))

        yield measure(f"{len(tasks):,} shipments loaded and planned, {kind}", look, repeat=3, warm_up=1, target=2_000)

        def keep(ctx: Context = ctx) -> None:
            with ctx.uow() as uow:
                service.plan(uow, Ask(CODE, settings=WaveSettings(max_waves=10)))

        yield measure(f"… and ten waves of them kept, {kind}", keep, repeat=3, warm_up=1)


def _databases() -> Iterator[tuple[str, Context]]:
    with tempfile.TemporaryDirectory() as folder, _context("", Path(folder)) as ctx:
        yield "SQLite", ctx
    with (
        TestDatabase() as database,
        tempfile.TemporaryDirectory() as folder,
        _context(database.empty(), Path(folder)) as ctx,
    ):
        yield "PostgreSQL", ctx


@contextmanager
def _context(url: str, folder: Path) -> Iterator[Context]:
    ctx = runtime.build(Settings(database_url=url, var_dir=folder))
    upgrade(ctx.engine)
    yield ctx
    ctx.engine.dispose()


def _fill(uow: Uow, tasks: Sequence[PickTask], supply: Supply) -> None:
    """Write the location, its bins and its shipments, without what planning does not look at."""
    items = sorted({item for goods in supply.values() for item in goods})
    products = put_products(uow, [ProductInput(f"P{item:05}", f"Product {item}") for item in items])
    ids = {item: int(product.id or 0) for item, product in zip(items, products, strict=True)}
    place = LocationInput(CODE, "Warehouse", LocationKind.WAREHOUSE, "UTC", (Method.SHIP,))
    (location,) = put_locations(uow, [place])
    where = {item: tuple(stop for stop, goods in supply.items() if item in goods) for item in items}
    bins = [ProductBins(f"P{item:05}", tuple(BinInput(stop, stop[:2]) for stop in where[item])) for item in items]
    put_bins(uow, CODE, bins)
    insert_rows(uow.session, Order, [_order(uow, task) for task in tasks])
    insert_rows(uow.session, Shipment, [_shipment(uow, task, int(location.id or 0)) for task in tasks])
    insert_rows(uow.session, ShipmentLine, [row for task in tasks for row in _lines(task, ids)])


def _order(uow: Uow, task: PickTask) -> dict[str, Any]:
    return {
        "id": task.task_id + 1,
        "external_id": f"B-{task.task_id}",
        "channel": "web",
        "method": Method.SHIP.value,
        "status": OrderStatus.ROUTED.value,
        "placed_at": uow.now,
        "created_at": uow.now,
        "updated_at": uow.now,
        "customer": {},
        "ship_to": {},
        "attributes": {},
    }


def _shipment(uow: Uow, task: PickTask, location_id: int) -> dict[str, Any]:
    return {
        "id": task.task_id + 1,
        "order_id": task.task_id + 1,
        "location_id": location_id,
        "method": Method.SHIP.value,
        "status": ShipmentStatus.OPEN.value,
        "units": task.units,
        "sla_due_at": task.due_at,
        "placed_at": task.placed_at,
        "assigned_at": uow.now,
        "updated_at": uow.now,
        "tracking": {},
    }


def _lines(task: PickTask, ids: Mapping[int, int]) -> Iterator[dict[str, Any]]:
    for line in task.lines:
        yield {
            "shipment_id": task.task_id + 1,
            "order_line_id": task.task_id + 1,
            "product_id": ids[line.item],
            "sku": f"P{line.item:05}",
            "quantity": line.units,
        }
