"""From the moment of a change to the webhook: ours beside Prometheus and Alertmanager, the same 3,000 changes.

A location turns Non-Compliant every 20 ms. Ours: its clock runs out, tick, relay, policy, alert, signed delivery with
its attempt on record, on PostgreSQL. Theirs: scrape and evaluation every second, `group_wait: 0s`, each alert its own
group. One after the other, to the same receiver. A policy that waits for nothing, as their rule.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from backend import runtime
from backend.alerting import policies
from backend.clock import system_now
from backend.config import Settings
from backend.context import Context
from backend.events.sequencer import sequence
from backend.sla import service as sla
from backend.sla.facts import StepReached
from bench import prometheus
from bench.harness import Figure
from bench.receivers import Receiver, receiver
from models.alerting import ReceiverKind
from models.enums import Step
from tests.support.databases import TestDatabase
from tests.support.events import make_subscription
from tests.support.ports import eventually
from tests.support.server import Program
from tests.support.sla import SHIP_100, add_location, add_shipment

COUNT, A_SECOND = 3000, 50
ALLOWED = timedelta(minutes=100)  # of SHIP_100
LEAD = timedelta(seconds=45)
THEIR_LEAD = 15.0
PATIENCE = 30.0

_NON_COMPLIANT = [{"field": "data.to", "op": "in", "value": ["non_compliant"]}]
POLICY = {
    "title": "Location Non-Compliant",
    "level": "location",
    "severity": "critical",
    "raise": [{"type": "sla.location.changed", "where": _NON_COMPLIANT}],
    "clear": [{"type": "sla.location.changed"}],
    "wait_s": 0,
    "notify": ["bench"],
    "says": "{location} is {data.to}",
}


@dataclass(frozen=True)
class Arrivals:
    """How many milliseconds after its change each location's alert arrived, and what went wrong."""

    late: list[float]
    lost: int
    doubled: int

    @property
    def note(self) -> str:
        """Say both."""
        return f"{len(self.late)} of {COUNT}, lost {self.lost}, doubled under a new id {self.doubled}"


def run() -> Iterator[Figure]:
    """Yield median and 99th percentile of both; theirs are the targets of ours."""
    prometheus.need()
    theirs, ours = _theirs(), _ours()
    their = Figure("Prometheus 1 s + Alertmanager, median", theirs.late, note=theirs.note)
    yield their
    yield Figure("Prometheus 1 s + Alertmanager, p99", [their.percentile(0.99)], note=_worst(theirs))
    our = Figure("change → webhook, median", ours.late, target=their.median, note=ours.note)
    yield our
    yield Figure("change → webhook, p99", [our.percentile(0.99)], target=their.percentile(0.99), note=_worst(ours))
    yield Figure("lost, or doubled under a new id", [ours.lost + ours.doubled], unit="", target=0)


def _worst(arrivals: Arrivals) -> str:
    return f"worst {max(arrivals.late):,.0f} ms"


def _ours() -> Arrivals:
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
            eventually(lambda: "is running" in worker.log, seconds=90, what="the worker")  # its rows are made
            first = _prepare(ctx, to.port)
            arrivals = arrived(to, first)
        ctx.engine.dispose()
        return arrivals


def _prepare(ctx: Context, port: int) -> float:
    """Fill the network so that the first shipment comes due when everything has settled; return when that is."""
    make_subscription(ctx, "bench", kind=ReceiverKind.WEBHOOK.value, url=f"http://127.0.0.1:{port}/hook")
    with ctx.uow() as uow:
        policies.put(uow, "location-sla", POLICY)
        sla.put_definition(uow, "ship-100", SHIP_100)
        shipments = [add_shipment(uow, add_location(uow, f"L{number:05}")) for number in range(COUNT)]
    first = system_now() + LEAD
    begin = first - ALLOWED
    steps = [StepReached(id_, Step.PLACED, begin + timedelta(seconds=n / A_SECOND)) for n, id_ in enumerate(shipments)]
    with ctx.uow() as uow:
        sla.reach_steps(uow, steps)
    settled = False
    while not settled:
        with ctx.uow() as uow:
            settled = sequence(uow) == 0
    if system_now() > first - timedelta(seconds=5):
        raise RuntimeError("this machine is too slow to prepare the network in time; raise LEAD")
    return first.timestamp()


def _theirs() -> Arrivals:
    with tempfile.TemporaryDirectory() as name, receiver(Path(name)) as to:
        folder, first = Path(name), time.time() + THEIR_LEAD
        with (
            prometheus.exporter(first, A_SECOND, count=COUNT) as scraped,
            prometheus.alertmanager(folder, f"http://127.0.0.1:{to.port}/hook") as told,
            prometheus.prometheus(folder, exporter=scraped, alertmanager=told),
        ):
            if time.time() > first - 5:
                raise RuntimeError("Prometheus is too slow to start; raise THEIR_LEAD")
            return arrived(to, first)


def arrived(to: Receiver, first: float) -> Arrivals:
    """Wait until every location was told of, or nothing more comes, and sum up."""
    deadline = first + COUNT / A_SECOND + PATIENCE
    while time.time() < deadline and to.lines.read_bytes().count(b"\n") < COUNT:
        time.sleep(0.5)
    time.sleep(2)  # what comes twice comes soon
    ids: dict[str, dict[str, float]] = defaultdict(dict)
    for line in to.lines.read_text().splitlines():
        told = json.loads(line)
        if told["place"] is not None:
            ids[told["place"]].setdefault(told["id"], told["arrived"])
    if not ids:
        raise RuntimeError("no webhook arrived")
    late = [(min(of.values()) - first - int(place[1:]) / A_SECOND) * 1000 for place, of in ids.items()]
    return Arrivals(late, COUNT - len(ids), sum(len(of) - 1 for of in ids.values()))
