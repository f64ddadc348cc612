"""The SLA tick on PostgreSQL: what it costs follows what is due, not how much is open.

One throw-away database grows from ten thousand to a million open clocks over 5,000 locations. Clocks come due one
every 10 ms of business time, each at another location, so that moving the clock by 10 s makes exactly 1,000 due.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from backend.clock import ManualClock
from backend.config import Settings
from backend.context import Context
from backend.memory import loading
from backend.persistence.migrate import upgrade
from backend.runtime import build
from backend.sla import service
from backend.sla.facts import DefinitionInput
from backend.sla.grading import Thresholds
from backend.sla.tick import tick
from bench.harness import Figure, measure
from models.enums import Method, Step

POSTGRES = os.environ.get("PICKWATCH_TEST_POSTGRES", "postgresql+psycopg://root@127.0.0.1:5432/postgres")
START = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
LOCATIONS = 5_000
DUE = 1_000
STEP = timedelta(seconds=10)  # 1,000 clocks at one every 10 ms
ROUNDS, WARM_UP = 7, 2
#: Clocks that are At Risk from the start and become late one by one: each turns its location's colour.
LATE = DUE * 5
SIZES = (10_000, 100_000, 1_000_000)

_LOCATIONS = """
INSERT INTO location (id, code, name, kind, time_zone, methods, hours, daily_limit, groups, attributes, version,
    latitude, longitude, created_at, updated_at)
SELECT i, 'L' || i, 'Store ' || i, 'store', 'America/Chicago', '["ship"]', '{}', '{}', '[]', '{}', 1,
    30 + i % 15, -120 + i % 50, :start, :start
FROM generate_series(1, CAST(:locations AS bigint)) i;
INSERT INTO location_health (location_id, compliant, at_risk, non_compliant, met, missed, grade, since, rule_version,
    changed_at)
SELECT i, 0, 0, 0, 0, 0, 'compliant', :start, 1, :start FROM generate_series(1, CAST(:locations AS bigint)) i;
"""

_SHIPMENTS = """
INSERT INTO customer_order (id, external_id, channel, customer, method, service_level, ship_to, status, placed_at,
    attributes, version, created_at, updated_at)
SELECT i, 'O' || i, 'web', '{{}}', 'ship', 'standard', '{{}}', 'routed', :start, '{{}}', 1, :start, :start
FROM {numbers};
INSERT INTO shipment (id, order_id, location_id, method, service_level, channel, status, held, sla_status, sla_due_at,
    units, tracking, placed_at, assigned_at, version, updated_at)
SELECT i, i, {place}, 'ship', 'standard', 'web', 'open', false, :band, {due}, 1, '{{}}', :start, :start,
    1, :start
FROM {numbers};
INSERT INTO sla_clock (id, shipment_id, location_id, definition_id, scope, state, status, end_step, started_at,
    at_risk_at, due_at, next_check_at, paused_seconds, version)
SELECT i, i, {place}, :definition, 'network', 'running', :band, 'shipped', :start, {risk}, {due}, {next}, 0, 1
FROM {numbers};
UPDATE location_health h SET {band} = {band} + n.number
FROM (SELECT {place} AS id, count(*) AS number FROM {numbers} GROUP BY 1) n
WHERE h.location_id = n.id;
"""

_WORDS = {
    "numbers": "generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) i",
    "place": "1 + i % CAST(:locations AS bigint)",
}


def run() -> Iterator[Figure]:
    """Measure idle and busy ticks at every size, and ticks whose every clock turns a location's colour."""
    with _database() as (ctx, clock):
        definition = _prepare(ctx)
        idle_small: float | None = None
        busy_small: float | None = None
        open_clocks = 0
        for size in SIZES:
            _seed(ctx, definition, first=open_clocks + 1, last=size)
            open_clocks = size
            idle = measure(f"{size:>9,} open: idle tick", lambda: _tick(ctx, 0), repeat=51, target=5)
            busy = measure(
                f"{size:>9,} open: tick with {DUE:,} due",
                lambda: _tick(ctx, DUE),
                before=lambda: clock.advance(STEP),
                repeat=ROUNDS,
                warm_up=WARM_UP,
                target=150,
            )
            idle_small, busy_small = idle_small or idle.median, busy_small or busy.median
            yield replace(idle, ratios={"× at 10 k": idle.median / idle_small})
            yield replace(busy, ratios={"× at 10 k": busy.median / busy_small})
        _seed_late(ctx, definition, now=clock.now(), first=open_clocks + 1)
        yield measure(
            f"{open_clocks:>9,} open: {DUE:,} due, each turns a colour",
            lambda: _tick(ctx, DUE),
            before=lambda: clock.advance(STEP),
            repeat=3,
            warm_up=1,
        )


def _tick(ctx: Context, expected: int) -> None:
    with ctx.uow() as uow:
        report = tick(uow, now=uow.now, limit=DUE * 2)
    if report.examined < expected or (expected == 0 and report.examined):
        raise RuntimeError(f"{report.examined} clocks were due instead of {expected}: the figure would mean nothing")


def _prepare(ctx: Context) -> int:
    ship = DefinitionInput(
        name="Ship in 10 hours",
        method=Method.SHIP,
        start_step=Step.PLACED,
        end_step=Step.SHIPPED,
        target_seconds=36_000,
    )
    with ctx.uow() as uow:
        service.put_grading(uow, "", Thresholds())
        definition = service.put_definition(uow, "ship", ship).id or 0
    _run(ctx, _LOCATIONS, start=START, locations=LOCATIONS)
    return definition


def _seed(ctx: Context, definition: int, *, first: int, last: int) -> None:
    """Add compliant clocks `first` to `last`; number i turns At Risk 10 ms × i after the start, late two hours on."""
    risk = "CAST(:start AS timestamptz) + i * interval '10 milliseconds'"
    text = _SHIPMENTS.format(
        due=f"{risk} + interval '2 hours 50 minutes'", risk=risk, next=risk, band="compliant", **_WORDS
    )
    _run(ctx, text, start=START, locations=LOCATIONS, definition=definition, first=first, last=last, band="compliant")
    _settle(ctx)


def _seed_late(ctx: Context, definition: int, *, now: datetime, first: int) -> None:
    """Put clocks that are late soon in place of the quiet ones that would come due at the same time."""
    _run(ctx, "UPDATE sla_clock SET next_check_at = next_check_at + interval '1 day' WHERE next_check_at IS NOT NULL")
    due = f"CAST('{now.isoformat()}' AS timestamptz) + (i - {first - 1}) * interval '10 milliseconds'"
    text = _SHIPMENTS.format(due=due, risk=f"{due} - interval '1 hour'", next=due, band="at_risk", **_WORDS)
    last = first + LATE - 1
    _run(ctx, text, start=START, locations=LOCATIONS, definition=definition, first=first, last=last, band="at_risk")
    _settle(ctx)


def _run(ctx: Context, text: str, **values: object) -> None:
    with ctx.engine.begin() as connection:
        for statement in filter(str.strip, text.split(";")):
            names = {name: value for name, value in values.items() if f":{name}" in statement}
            connection.execute(sa.text(statement), names)


def _settle(ctx: Context) -> None:
    """Leave no vacuum or checkpoint to fall into the measurements."""
    with ctx.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in ("VACUUM ANALYZE", "CHECKPOINT"):
            connection.execute(sa.text(statement))


@contextmanager
def _database() -> Iterator[tuple[Context, ManualClock]]:
    name = f"pw_bench_{secrets.token_hex(4)}"
    admin = sa.create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    clock = ManualClock(START)
    url = make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    ctx = build(Settings(database_url=url), clock=clock)
    try:
        upgrade(ctx.engine)
        with loading():  # as the program does after its imports
            pass
        yield ctx, clock
    finally:
        ctx.engine.dispose()
        with admin.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        admin.dispose()
