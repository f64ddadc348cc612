"""How fast notices of distinct alerts go to one signed webhook, every attempt on record; and how long one takes while
other channels hang, refuse, fail, throttle, reset, flood or are gone.

PostgreSQL, one worker process, the receivers in processes of their own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import col

from backend import runtime
from backend.clock import system_now
from backend.config import Settings
from backend.context import Context
from backend.persistence.migrate import upgrade
from bench.bad_receivers import SORTS
from bench.harness import Figure
from models.alerting import NoticeKind
from models.enums import DeliveryStatus
from models.tables import Delivery, DeliveryAttempt, Subscription
from tests.support.channels import make_channel, notice, tell
from tests.support.databases import TestDatabase
from tests.support.events import relay
from tests.support.ports import free_port
from tests.support.server import Program

ALERTS = 5_000
TARGET_A_SECOND = 500
STREAM, A_SECOND = 1_000, 50
WAITING = 200  # messages that each bad receiver is owed


def run() -> Iterator[Figure]:
    """Yield the time per delivery, then how long a message of a good channel takes, alone and beside bad ones."""
    with TestDatabase() as database, tempfile.TemporaryDirectory() as name, _process("bench.receiver", name) as good:
        url = database.url.render_as_string(hide_password=False)
        ctx = runtime.build(Settings(database_url=url, webhook_allowed_hosts=["127.0.0.1"]))
        upgrade(ctx.engine)
        hosts = {"DATABASE_URL": url, "PICKWATCH_WEBHOOK_ALLOWED_HOSTS": '["127.0.0.1"]'}
        with Program("worker", folder=Path(name), **hosts):
            time.sleep(4)
            make_channel(ctx, "good", url=good.url, paused=True)
            yield _all_at_once(ctx, good)
            yield from _stream(ctx, good, "alone")
            with _process("bench.bad_receivers", name) as bad:
                for sort in SORTS:
                    make_channel(ctx, sort, url=f"{bad.base}/{sort}")
                make_channel(ctx, "refuse", url=f"http://127.0.0.1:{free_port()}/")
                codes = [*SORTS, "refuse"]
                tell(ctx, *(notice(NoticeKind.OPENED, f"bad-{number}", *codes) for number in range(WAITING)))
                _relay_all(ctx)
                yield from _stream(ctx, good, f"beside {len(codes)} bad ones")
        ctx.engine.dispose()


class _Running:
    def __init__(self, port: int, lines: Path) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.url = f"{self.base}/hook"
        self.lines = lines

    def arrivals(self) -> list[dict[str, str | float]]:
        return [json.loads(line) for line in self.lines.read_text().splitlines()]


@contextmanager
def _process(module: str, folder: str) -> Iterator[_Running]:
    lines = Path(folder) / f"{module}.jsonl"
    with lines.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", module], stdout=out, stderr=subprocess.PIPE)
        assert process.stderr is not None
        try:
            yield _Running(int(process.stderr.readline()), lines)
        finally:
            process.kill()
            process.wait()


def _all_at_once(ctx: Context, good: _Running) -> Figure:
    for first in range(0, ALERTS, 500):
        tell(ctx, *(notice(NoticeKind.OPENED, f"L{number}", "good") for number in range(first, first + 500)))
    _relay_all(ctx)
    began = time.time()
    with ctx.uow() as uow:
        uow.session.execute(sa.update(Subscription).values(paused=False))
    _until_delivered(ctx, ALERTS)
    took = time.time() - began
    with ctx.read() as uow:
        attempts = uow.session.execute(sa.select(sa.func.count()).select_from(DeliveryAttempt)).scalar_one()
    arrived = len({line["id"] for line in good.arrivals()})
    note = f"{ALERTS / took:,.0f} a second; {arrived:,} arrived, {attempts:,} attempts on record"
    each = took * 1000 / ALERTS
    return Figure(f"{ALERTS:,} alerts to one receiver, each", [each], target=1000 / TARGET_A_SECOND, note=note)


def _stream(ctx: Context, good: _Running, what: str) -> Sequence[Figure]:
    """Tell so many a second; return how long from the commit to the arrival."""
    before = len(good.arrivals())
    sent: dict[str, float] = {}
    start = time.monotonic()
    for number in range(0, STREAM, 5):
        time.sleep(max(0.0, start + number / A_SECOND - time.monotonic()))
        (*uids,) = tell(ctx, *(notice(NoticeKind.OPENED, f"{what}-{number + i}", "good") for i in range(5)))
        sent.update(dict.fromkeys(uids, time.time()))
    deadline = time.monotonic() + 60
    while len(good.arrivals()) < before + STREAM and time.monotonic() < deadline:
        time.sleep(0.2)
    found = {str(line["id"]): float(line["arrived"]) for line in reversed(good.arrivals())}
    late = [(found[uid] - at) * 1000 for uid, at in sent.items() if uid in found]
    figure = Figure(f"notice → good channel, {what}, p99", late, note=f"{len(late):,} of {STREAM:,} arrived")
    p99 = Figure(figure.name, [figure.percentile(0.99)], note=figure.note)
    return [p99, Figure(f"notice → good channel, {what}, worst", [max(late)], target=1000)]


def _relay_all(ctx: Context) -> None:
    while relay(ctx):
        pass


def _until_delivered(ctx: Context, count: int) -> None:
    deadline = time.monotonic() + 120
    done = 0
    while done < count and time.monotonic() < deadline:
        time.sleep(0.1)
        with ctx.read() as uow:
            query = sa.select(sa.func.count()).where(col(Delivery.status) == DeliveryStatus.DELIVERED.value)
            done = uow.session.execute(query).scalar_one()
    if done < count:
        raise RuntimeError(f"{done} of {count} were delivered by {system_now()}")
