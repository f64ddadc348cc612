"""Availability of a SKU over 200 locations, through HTTP, from one process, while orders pour in and change stock.

200 locations × 1,000 products on PostgreSQL; `web`, `worker`, `availability`, a shop that orders and one that asks
are processes of their own on the same machine. Where they are more than it has processors, an answer's time is made of
waiting for one: what is the asker's own wait is told apart (`availability_load.py` says how) and not held against the
process; its own wait is, and how much of it there was stands beside.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from backend.inventory import service as inventory
from backend.inventory.service import StockChange
from bench.harness import Figure
from bench.shop import Shop, finished, open_shop
from tests.support.server import Program

ROUNDS = 3
SECONDS = 5.0
ORDERS_PER_SECOND = 150.0
QUESTIONS_PER_SECOND = 2_000
CHANGES = 60


def run() -> Iterator[Figure]:
    """Yield how much is answered, how quickly, how soon a change shows, and what it all costs in memory."""
    with open_shop() as shop, tempfile.TemporaryDirectory() as folder:
        url = shop.web.environment["DATABASE_URL"]
        key = shop.web.key("inventory:read", name="asker")
        began = time.perf_counter()
        with Program("availability", folder=Path(folder), DATABASE_URL=url) as process:
            _ready(process)
            took = (time.perf_counter() - began) * 1000
            yield Figure("start of the process until everything is read", [took], note="200,000 balances")
            quiet = [_load(process, key, seed=number) for number in range(ROUNDS)]
            yield _throughput("questions answered, nothing else going on", quiet)
            spent = _per_answer(quiet, "cpu")
            yield Figure("processor time per answer", spent, unit="µs", note="whatever else the machine does")
            yield from _while_ordering(shop, process, key)
            fresh = Figure("a committed change is in the answer", _freshness(shop, process, key))
            yield replace(fresh, note=f"p99 {fresh.percentile(0.99):.0f} ms; {_note(shop)}")
            yield Figure("memory of the process", [_memory(process)], unit="MB")


def _while_ordering(shop: Shop, process: Program, key: str) -> Iterator[Figure]:
    flat, steady, placed = [], [], []
    shop.load("flat-out", mark="warm", batch=500, count=2_000, connections=1)
    shop.settle()
    for number in range(ROUNDS):
        options = {"per_second": ORDERS_PER_SECOND, "seconds": 2 * SECONDS + 3, "connections": 64}
        ordering = shop.loader("rate", mark=f"a{number}", **options)
        time.sleep(1.5)
        flat.append(_load(process, key, seed=number))
        steady.append(_load(process, key, seed=number, per_second=QUESTIONS_PER_SECOND, connections=64))
        done = finished(ordering)
        placed.append(done["orders"] / done["seconds"])
    yield Figure("orders placed meanwhile", placed, unit="/s")
    yield _throughput("questions answered while orders pour in", flat)
    yield Figure("processor time per answer, with following the stock", _per_answer(flat, "cpu"), unit="µs")
    yield from _at_a_rate(steady)


def _at_a_rate(steady: list[dict[str, Any]]) -> Iterator[Figure]:
    ask = f"answer at {QUESTIONS_PER_SECOND:,}/s while orders pour in"
    yield Figure(f"{ask}, p50", _percentiles(steady, "answer", 0.5))
    seen = Figure("", _percentiles(steady, "ms", 0.99)).median
    late = Figure("", _percentiles(steady, "late", 0.99)).median
    note = f"read by the asker after {seen:.1f} ms; late itself, p99: {late:.1f} ms"
    yield Figure(f"{ask}, p99", _percentiles(steady, "answer", 0.99), target=10, note=note)
    yield Figure("  of that, from written question to delivered answer, p99", _percentiles(steady, "service", 0.99))
    yield Figure("processor time per answer at that rate", _per_answer(steady, "cpu"), unit="µs")
    waited = Figure("  and what it waited for a processor, per answer", _per_answer(steady, "wait"), unit="µs")
    yield replace(waited, note=f"load of the machine {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")


def _throughput(name: str, rounds: list[dict[str, Any]]) -> Figure:
    values = [len(each["ms"]) / each["seconds"] for each in rounds]
    slow = Figure("", _percentiles(rounds, "answer", 0.99)).median
    word = "met" if Figure("", values).median >= QUESTIONS_PER_SECOND else "MISSED"
    return Figure(name, values, unit="/s", note=f"{word}: at least {QUESTIONS_PER_SECOND:,}; p99 {slow:.1f} ms")


def _percentiles(rounds: list[dict[str, Any]], which: str, share: float) -> list[float]:
    return [Figure("", each[which]).percentile(share) for each in rounds]


def _per_answer(rounds: list[dict[str, Any]], which: str) -> list[float]:
    return [each[which] / len(each["ms"]) * 1e6 for each in rounds]


def _load(process: Program, key: str, **options: object) -> dict[str, Any]:
    wanted = {"port": process.port, "key": key, "seconds": SECONDS, **options}
    words = [part for name, value in wanted.items() for part in (f"--{name.replace('_', '-')}", str(value))]
    before = _processor(process)
    asking = subprocess.Popen([sys.executable, "-m", "bench.availability_load", *words], stdout=subprocess.PIPE)
    out, _ = asking.communicate(timeout=120)
    figures: dict[str, Any] = json.loads(out)
    figures["cpu"], figures["wait"] = (now - then for now, then in zip(_processor(process), before, strict=True))
    if figures["refused"] or not figures["ms"]:
        raise RuntimeError(f"{figures['refused']} of {len(figures['ms'])} questions were refused")
    return figures


def _processor(process: Program) -> tuple[float, float]:
    """Return the seconds for which its threads have had a processor, and for which they were ready and had none."""
    assert process.process
    tasks = Path(f"/proc/{process.process.pid}/task").iterdir()
    told = [(task / "schedstat").read_text().split() for task in tasks]
    return sum(int(each[0]) for each in told) / 1e9, sum(int(each[1]) for each in told) / 1e9


def _ready(process: Program) -> None:
    while process.http.get("/readyz").status_code != 200:
        time.sleep(0.02)


def _freshness(shop: Shop, process: Program, key: str) -> list[float]:
    """Return the milliseconds from a commit to the first answer that has it."""
    took = []
    with httpx.Client(base_url=process.url, headers={"Authorization": f"Bearer {key}"}) as client:
        for _ in range(CHANGES):
            was = _units(client)
            with shop.ctx.uow() as uow:
                inventory.adjust(uow, [StockChange("L7", "SKU-01000", 1)])
            committed = time.perf_counter()
            while _units(client) == was:
                time.sleep(0.001)
            took.append((time.perf_counter() - committed) * 1000)
            time.sleep(0.037)
    return took


def _units(client: httpx.Client) -> int:
    answer = client.get("/api/v1/availability", params={"sku": "SKU-01000", "location": "L7"})
    return int(answer.raise_for_status().json()["items"][0]["atp"])


def _note(shop: Shop) -> str:
    signals = "with Redis" if shop.ctx.settings.redis_url else "without Redis: the process looks every 100 ms"
    return f"{CHANGES} changes, {signals}"


def _memory(process: Program) -> float:
    assert process.process
    status = Path(f"/proc/{process.process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024
