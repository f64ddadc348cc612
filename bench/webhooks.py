"""How soon after a clock's due instant the webhook is at its receiver, through everything: tick, relay, delivery.

PostgreSQL, one worker process and one receiver process; every location holds one shipment, and they come due one after
another, 100 a second. An event carries the true moment of the change, the receiver the moment of arrival.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backend import runtime
from backend.clock import system_now
from backend.config import Settings
from backend.context import Context
from backend.events.sequencer import sequence
from backend.events.subscriptions import SubscriptionInput, put_subscription
from backend.sla import service as sla
from backend.sla.facts import StepReached
from bench.harness import Figure
from bench.receivers import receiver
from models.enums import Step
from tests.support.databases import TestDatabase
from tests.support.server import Program
from tests.support.sla import SHIP_100, add_location, add_shipment

A_SECOND = 100
SECONDS = 20
ALLOWED = timedelta(minutes=100)  # of SHIP_100
LEAD = timedelta(seconds=20)


def run() -> Iterator[Figure]:
    """Yield the time from due instant to arrival: median, then the 99th percentile."""
    with TestDatabase() as database, tempfile.TemporaryDirectory() as folder, receiver(Path(folder)) as to:
        url = database.url.render_as_string(hide_password=False)
        ctx = runtime.build(Settings(database_url=url, webhook_allowed_hosts=["127.0.0.1"]))
        worker = Program(
            "worker",
            folder=Path(folder),
            DATABASE_URL=url,
            PICKWATCH_WEBHOOK_ALLOWED_HOSTS='["127.0.0.1"]',
        )
        with worker:
            time.sleep(4)  # it starts, and makes its rows
            _prepare(ctx, to.port)
            late = _arrivals(to.lines, A_SECOND * SECONDS)
        ctx.engine.dispose()
    name = f"due instant → webhook, {A_SECOND} changes/s"
    all_ = Figure(f"{name}, median", late, target=200, note=f"{len(late)} of {A_SECOND * SECONDS} arrived")
    yield all_
    yield Figure(f"{name}, p99", [all_.percentile(0.99)], target=1000, note=f"worst {max(late):,.0f} ms")


def _prepare(ctx: Context, port: int) -> None:
    """Fill the network so that the first shipment comes due when everything has settled, then subscribe."""
    numbers = range(A_SECOND * SECONDS)
    with ctx.uow() as uow:
        sla.put_definition(uow, "ship-100", SHIP_100)
        shipments = [add_shipment(uow, add_location(uow, f"L{number:05}")) for number in numbers]
    first = system_now() + LEAD
    begin = first - ALLOWED
    steps = [StepReached(shipments[n], Step.PLACED, begin + timedelta(seconds=n / A_SECOND)) for n in numbers]
    with ctx.uow() as uow:
        sla.reach_steps(uow, steps)
    settled = False
    while not settled:
        with ctx.uow() as uow:
            settled = sequence(uow) == 0
    with ctx.uow() as uow:
        wanted = SubscriptionInput(f"http://127.0.0.1:{port}/hook", types=("sla.location.changed",))
        put_subscription(uow, "bench", wanted, allowed_hosts=ctx.settings.webhook_hosts)
    if system_now() > first:
        raise RuntimeError("this machine is too slow to prepare the network in time; raise LEAD")


def _arrivals(lines: Path, count: int) -> list[float]:
    """Return how many milliseconds late each webhook arrived, once all are there or nothing more comes."""
    deadline = time.monotonic() + LEAD.total_seconds() + SECONDS + 20
    while time.monotonic() < deadline and lines.read_bytes().count(b"\n") < count:
        time.sleep(0.5)
    first: dict[str, float] = {}
    for line in lines.read_text().splitlines():
        arrival = json.loads(line)
        due = datetime.fromisoformat(arrival["time"]).astimezone(UTC).timestamp()
        first.setdefault(arrival["id"], (arrival["arrived"] - due) * 1000)
    if not first:
        raise RuntimeError("no webhook arrived")
    return list(first.values())
