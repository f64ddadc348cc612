"""Eight processes sell 20 scarce products at once and are killed at random: not a unit is sold twice, none is lost.

`python -m bench oversell` on PostgreSQL and on SQLite; PICKWATCH_OVERSELL_ORDERS sets the orders of each process.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa

from backend import runtime
from backend.catalog.service import ProductInput, put_products
from backend.config import Settings
from backend.context import Context
from backend.invariants import violations
from backend.inventory import service as inventory
from backend.inventory.service import StockChange
from backend.locations.rules import LocationInput
from backend.locations.service import put_locations
from backend.persistence.migrate import upgrade
from backend.sla.service import ensure_defaults
from bench.harness import Figure
from bench.oversell_child import SCARCE
from models.enums import LocationKind, Method
from tests.support.databases import TestDatabase


@dataclass(frozen=True)
class Size:
    """How much is sold: `orders` by each of `processes`, `batch` at a time; `units` of each product at each place."""

    processes: int = 8
    orders: int = int(os.environ.get("PICKWATCH_OVERSELL_ORDERS", "10000"))
    kills: int = int(os.environ.get("PICKWATCH_OVERSELL_KILLS", "40"))
    locations: int = 50
    units: int = 20
    batch: int = 100


FULL = Size()


def run() -> Iterator[Figure]:
    """Yield, for each database, orders a second with the count of kills; raises when a unit is missing or doubled."""
    with TestDatabase() as database:
        yield sell("PostgreSQL", database.url.render_as_string(hide_password=False))
    with tempfile.TemporaryDirectory() as folder:
        yield sell("SQLite", f"sqlite:///{Path(folder) / 'shop.db'}")


def sell(name: str, url: str) -> Figure:
    """Sell everything on one database, check it to the unit, and return the orders a second."""
    ctx = runtime.build(Settings(database_url=url))
    upgrade(ctx.engine)
    open_shop(ctx, FULL)
    began = time.perf_counter()
    kills = sell_out(ctx, url, FULL)
    seconds = time.perf_counter() - began
    faults = check(ctx, FULL)
    ctx.engine.dispose()
    if faults:
        raise RuntimeError(f"{name}: {'; '.join(faults)}")
    note = f"{FULL.processes} processes × {FULL.orders:,} orders, {kills} × kill -9: conserved to the unit"
    return Figure(f"never oversold, {name}", [FULL.orders * FULL.processes / seconds], unit="/s", note=note)


def check(ctx: Context, size: Size) -> list[str]:
    """Return what is wrong: units created, lost or promised twice, orders lost or doubled, whatever `check` finds."""
    stock, orders = size.locations * size.units, size.orders * size.processes
    faults: list[str] = []
    with ctx.read() as uow:
        faults += [str(found) for found in violations(uow)]
        rows = uow.session.execute(sa.text(_BALANCES)).all()
        for sku, on_hand, promised, shipped in rows:
            if on_hand != stock or promised != shipped or promised > on_hand:
                faults.append(f"{sku}: {on_hand} on hand of {stock}, {promised} promised, {shipped} in shipments")
        placed, distinct, due = uow.session.execute(sa.text(_ORDERS)).one()
    if (placed, distinct, due) != (orders, orders, 0):
        faults.append(f"{placed} orders, {distinct} different, {due} still to be routed; {orders} were placed")
    return faults


_BALANCES = """
SELECT p.sku, b.on_hand, b.promised, COALESCE(s.units, 0)
FROM product p
JOIN (SELECT product_id, sum(on_hand) AS on_hand, sum(allocated + pending) AS promised
      FROM stock_balance GROUP BY product_id) b ON b.product_id = p.id
LEFT JOIN (SELECT l.product_id, sum(l.quantity) AS units FROM shipment_line l JOIN shipment x ON x.id = l.shipment_id
      WHERE x.status <> 'cancelled' GROUP BY l.product_id) s ON s.product_id = p.id
ORDER BY p.sku
"""
_ORDERS = "SELECT count(*), count(DISTINCT external_id), count(routing_due_at) FROM customer_order"


def open_shop(ctx: Context, size: Size) -> None:
    """Make places and scarce products, and put the units there."""
    chance = random.Random(3)
    with ctx.uow() as uow:
        ensure_defaults(uow)
        put_locations(uow, [_location(number, chance) for number in range(size.locations)])
        put_products(uow, [ProductInput(f"SKU-{number:05}", f"Scarce {number}") for number in range(1, SCARCE + 1)])
    changes = [
        StockChange(f"L{place:02}", f"SKU-{sku:05}", size.units)
        for place in range(size.locations)
        for sku in range(1, SCARCE + 1)
    ]
    with ctx.uow() as uow:
        inventory.adjust(uow, changes)


def _location(number: int, chance: random.Random) -> LocationInput:
    return LocationInput(
        code=f"L{number:02}",
        name=f"Store {number}",
        kind=LocationKind.STORE,
        time_zone="America/Chicago",
        methods=(Method.SHIP,),
        latitude=chance.uniform(30, 44),
        longitude=chance.uniform(-120, -70),
    )


def sell_out(ctx: Context, url: str, size: Size) -> int:
    """Run the shops to their end, killing one now and then; return how often."""
    chance = random.Random(11)
    kills = 0
    with tempfile.TemporaryDirectory() as folder:
        running = {f"P{number}": _shop(url, f"P{number}", size, folder) for number in range(size.processes)}
        starts = dict.fromkeys(running, 1)
        while running:
            time.sleep(
                chance.uniform(0.02, 0.2) * size.batch / FULL.batch
            )  # so that a kill comes anywhere within a transaction
            if kills < size.kills and _placed(ctx) >= (kills + 1) * size.orders * size.processes / (size.kills + 1):
                at_work = [mark for mark in sorted(running) if starts[mark] == _said(folder, mark).count("at work")]
                if at_work:
                    running[chance.choice(at_work)].send_signal(signal.SIGKILL)
                    kills += 1
            for mark, process in list(running.items()):
                if process.poll() is None:
                    continue
                if process.returncode == -signal.SIGKILL:
                    running[mark] = _shop(url, mark, size, folder)
                    starts[mark] += 1
                elif process.returncode:
                    raise RuntimeError(f"{mark} ended with {process.returncode}: {_said(folder, mark)[-2000:]}")
                else:
                    del running[mark]
        # A process killed between its last two transactions left orders that nobody routes any more.
        _shop(url, "P0", replace(size, orders=0), folder).wait()
    return kills


def _placed(ctx: Context) -> int:
    with ctx.engine.connect() as connection:
        return int(connection.execute(sa.text("SELECT COALESCE(max(id), 0) FROM customer_order")).scalar_one())


def _shop(url: str, mark: str, size: Size, folder: str) -> subprocess.Popen[bytes]:
    with (Path(folder) / mark).open("ab") as log:
        words = [sys.executable, "-m", "bench.oversell_child", url, mark, str(size.orders), str(size.batch)]
        return subprocess.Popen(words, stdout=log, stderr=subprocess.STDOUT)


def _said(folder: str, mark: str) -> str:
    return (Path(folder) / mark).read_text()
