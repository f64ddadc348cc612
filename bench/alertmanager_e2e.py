"""End to end with a real Alertmanager: our alerts appear there, are sent again, are silenced, and resolve.

What Alertmanager and `amtool` say is compared with what we hold: the same alerts with the same labels, the same
silences. The program is a worker on PostgreSQL; the network's changes are written as events.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from alerts.connectors.alertmanager import labels_of
from alerts.connectors.wording import fit
from alerts.envelope import EventFacts
from alerts.notice import Notice
from alerts.silences import Matcher
from backend import runtime
from backend.alerting import policies, silences
from backend.alerting.silences import NewSilence
from backend.channels.service import ChannelInput, put_channel
from backend.clock import system_now
from backend.config import Settings
from backend.context import Context
from bench import prometheus
from bench.alerts_prometheus import POLICY
from bench.harness import Figure
from bench.receivers import receiver
from models.alerting import ReceiverKind
from models.events import EventType
from models.tables import Event
from tests.support.databases import TestDatabase
from tests.support.ports import eventually
from tests.support.server import Program
from tests.support.sla import add_location

COUNT = 200
SILENCED = 10  # of them: L00000 to L00009
PATIENCE = 120.0


def run() -> Iterator[Figure]:
    """Yield how long each step took to be seen there, and how many differences there are."""
    prometheus.need()
    with TestDatabase() as database, tempfile.TemporaryDirectory() as name, receiver(Path(name)) as to:
        url = database.url.render_as_string(hide_password=False)
        ctx = runtime.build(Settings(database_url=url, webhook_allowed_hosts=["127.0.0.1"]))
        allowed = {"DATABASE_URL": url, "PICKWATCH_WEBHOOK_ALLOWED_HOSTS": '["127.0.0.1"]'}
        with (
            prometheus.alertmanager(Path(name), f"http://127.0.0.1:{to.port}/hook") as port,
            Program("worker", folder=Path(name), **allowed) as worker,
        ):
            eventually(lambda: "is running" in worker.log, seconds=90, what="the worker")  # its rows are made
            places = _prepare(ctx, port)
            yield from _life(ctx, port, places)
        ctx.engine.dispose()


def _prepare(ctx: Context, port: int) -> dict[str, int]:
    """Make the channel, a policy that waits for nothing, and the locations."""
    with ctx.uow() as uow:
        wanted = ChannelInput(ReceiverKind.ALERTMANAGER, url=f"http://127.0.0.1:{port}", secret="")
        put_channel(uow, "bench", wanted, allowed_hosts=ctx.settings.webhook_hosts)
    with ctx.uow() as uow:
        policies.put(uow, "location-sla", POLICY)
        return {code: add_location(uow, code) for code in (f"L{number:05}" for number in range(COUNT))}


def _life(ctx: Context, port: int, places: dict[str, int]) -> Iterator[Figure]:
    _turn(ctx, places, "compliant", "non_compliant")
    yield _seen(f"{COUNT} alerts appear", lambda: len(_alerts(port)) == COUNT)
    yield _differences("labels amtool shows differently", _labels(_amtool(port, "alert", "query")), _ours(ctx))
    ends = {alert["fingerprint"]: alert["endsAt"] for alert in _alerts(port)}
    yield _seen(
        "all are sent again", lambda: all(a["endsAt"] > ends[a["fingerprint"]] for a in _alerts(port)), target=75
    )
    with ctx.uow() as uow:
        matcher = Matcher("location", "L0000.", is_regex=True)
        view = silences.make(uow, NewSilence((matcher,), "Stock count", system_now() + timedelta(hours=1)))
    yield _seen(f"a silence keeps {SILENCED} of them quiet", lambda: _quiet(port) == SILENCED)
    known = {_silence(one) for one in _amtool(port, "silence", "query")}
    yield _differences("silences amtool shows differently", known, {('location=~"L0000."', "Stock count")})
    with ctx.uow() as uow:
        silences.end(uow, view.id)
    yield _seen("its end lets them be heard", lambda: _quiet(port) == 0 and not _amtool(port, "silence", "query"))
    _turn(ctx, places, "non_compliant", "compliant")
    yield _seen("all resolve", lambda: not _alerts(port))


def _turn(ctx: Context, places: dict[str, int], before: str, after: str) -> None:
    with ctx.uow() as uow:
        for code, id_ in places.items():
            data = {"location": code, "name": code, "from": before, "to": after, "open": 10}
            uow.record(EventType.SLA_LOCATION_CHANGED, subject=f"location/{code}", data=data, location_id=id_)


def _seen(name: str, look: Callable[[], bool], *, target: float = 5) -> Figure:
    """Return how many seconds it took until it was seen."""
    began = time.monotonic()
    while not look():
        if time.monotonic() - began > PATIENCE:
            raise RuntimeError(f"not seen within {PATIENCE:g} s: {name}")
        time.sleep(0.05)
    return Figure(name, [time.monotonic() - began], unit="s", target=target)


def _differences(name: str, theirs: set[Any], ours: set[Any]) -> Figure:
    return Figure(name, [len(theirs ^ ours)], unit="", target=0, note=f"{len(ours)} here, {len(theirs)} there")


def _alerts(port: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = prometheus.ask(port, "/api/v2/alerts?active=true&silenced=true&inhibited=true")
    return found


def _quiet(port: int) -> int:
    return sum(alert["status"]["state"] == "suppressed" for alert in _alerts(port))


def _amtool(port: int, *command: str) -> list[dict[str, Any]]:
    called = ["amtool", f"--alertmanager.url=http://127.0.0.1:{port}", *command, "-o", "json"]
    done = subprocess.run(called, check=True, capture_output=True, text=True)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def _silence(one: dict[str, Any]) -> tuple[str, str]:
    (matcher,) = one["matchers"]
    sign = "=~" if matcher["isRegex"] else "="
    return f'{matcher["name"]}{sign}"{matcher["value"]}"', one["comment"]


def _labels(alerts: list[dict[str, Any]]) -> set[str]:
    return {json.dumps(alert["labels"], sort_keys=True) for alert in alerts}


def _ours(ctx: Context) -> set[str]:
    """Return the labels of every alert that was opened, as its notice says."""
    opened = sa.select(Event).where(col(Event.type) == EventType.ALERT_OPENED.value)
    with ctx.read() as uow:
        events = [EventFacts(e.uid, e.type, e.subject, e.at, e.data) for e in uow.session.scalars(opened)]
    return _labels([{"labels": labels_of(fit(Notice.of(event)))} for event in events])
