"""Orders accepted, routed and reserved, durable, on PostgreSQL, beside what `pgbench` commits on the same machine.

`pgbench` with 8 clients runs the least an order could be (order, two lines, shipment, two stock updates, one event) as
one transaction: `bench/pgbench/`. Ours run through HTTP: `web` and `worker` in processes of their own, 200 locations ×
1,000 products, one to three lines. Rounds alternate, so that a noisy machine disturbs all alike.
"""

from __future__ import annotations

import re
import statistics
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.harness import Figure
from bench.shop import Shop, finished, open_shop
from tests.support.databases import TestDatabase, administer

HERE = Path(__file__).parent / "pgbench"
ROUNDS = 3
BATCH, BATCHED = 500, 20_000
SINGLE_SECONDS = 12.0
SINGLES = 30_000  # prepared; the time ends it


def run() -> Iterator[Figure]:
    """Yield throughputs as ratios to pgbench, then the latency of single orders, alone and among batches."""
    with TestDatabase() as plain, open_shop() as shop:
        administer(f"ALTER DATABASE {plain.name} RESET synchronous_commit")
        reference = plain.url.set(drivername="postgresql").render_as_string(hide_password=False)
        _sql(reference, "-f", str(HERE / "pg_schema.sql"))
        _batches(shop, "warm", count=5_000)
        shop.settle()
        commits: list[float] = []
        batched: list[float] = []
        single: list[float] = []
        for number in range(ROUNDS):
            commits.append(_pgbench(reference))
            batched.append(_batches(shop, f"b{number}", count=BATCHED))
            single.append(_singles(shop, f"s{number}"))
        yield Figure("pgbench, 8 clients, one-order transactions", commits, unit="/s")
        yield _beside("POST /orders/batch, accepted, routed, reserved", batched, commits, wanted=1.0)
        yield _beside("POST /orders, accepted, routed, reserved", single, commits, wanted=0.35)
        yield from _latency(shop, statistics.median(single))


def _beside(name: str, ours: list[float], theirs: list[float], *, wanted: float) -> Figure:
    ratios = [our / their for our, their in zip(ours, theirs, strict=True)]
    middle = statistics.median(ratios)
    note = f"{'met' if middle >= wanted else 'MISSED'}: at least {wanted:g}; {min(ratios):.2f} … {max(ratios):.2f}"
    return Figure(name, ours, unit="/s", ratios={"× pgbench": middle}, note=note)


def _latency(shop: Shop, most: float) -> Iterator[Figure]:
    """Time single orders at 70 % of the most, then the same while batches raise the orders a second fivefold."""
    rate = 0.7 * most
    alone: list[float] = []
    among: list[float] = []
    late: list[float] = []
    for number in range(ROUNDS):
        figures = shop.load("rate", mark=f"r{number}", per_second=rate, seconds=10, connections=200)
        alone.append(_p99(figures))
        late.append(Figure("", figures["late_ms"]).percentile(0.99))
        _drain(shop)
        batches = shop.loader("flat-out", mark=f"f{number}", batch=100, count=int(rate * 4 * 10), connections=2)
        among.append(_p99(shop.load("rate", mark=f"q{number}", per_second=rate, seconds=10, connections=200)))
        finished(batches)
        _drain(shop)
    note = f"the loader itself was late by {statistics.median(late):.0f} ms (p99, counted)"
    yield Figure(f"answer to POST /orders at {rate:,.0f}/s, p99", alone, target=100, note=note)
    times = statistics.median(among) / statistics.median(alone)
    yield Figure(
        "the same while batches make it five times as many orders, p99",
        among,
        ratios={"× alone": times},
        note="met: within 2 ×" if times <= 2 else "MISSED: within 2 ×",
    )


def _p99(figures: dict[str, Any]) -> float:
    refused = sum(count for status, count in figures["statuses"].items() if int(status) >= 300)
    if refused:
        raise RuntimeError(f"{refused} of {figures['orders']} orders were refused: {figures['statuses']}")
    return Figure("", figures["ms"]).percentile(0.99)


def _batches(shop: Shop, mark: str, *, count: int) -> float:
    return _through(shop, mark=mark, batch=BATCH, count=count, connections=2, seconds=300)


def _singles(shop: Shop, mark: str) -> float:
    return _through(shop, mark=mark, count=SINGLES, connections=64, seconds=SINGLE_SECONDS)


def _through(shop: Shop, **load: object) -> float:
    """Return orders a second, from the first request until the last order is routed."""
    figures = shop.load("flat-out", **load)
    answered = time.perf_counter()
    _drain(shop)
    return float(figures["orders"] / (figures["seconds"] + time.perf_counter() - answered))


def _drain(shop: Shop) -> None:
    while shop.waiting():
        time.sleep(0.02)


def _pgbench(url: str) -> float:
    words = ["pgbench", "-n", "-c", "8", "-j", "2", "-T", "12", "-f", str(HERE / "pg_order_tx.sql"), url]
    out = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    found = re.search(r"tps = ([\d.]+) \(without", out)
    if found is None:
        raise RuntimeError(f"pgbench said: {out}")
    return float(found[1])


def _sql(url: str, *arguments: str) -> None:
    subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", *arguments, url], check=True, capture_output=True)
