"""A network of 5,000 locations turns Non-Compliant within a minute, by the default policies: how many pages go out, is
the list complete, and how long the engine takes for it. Business time is moved by hand; the work is real.

A page is a notice of an alert that opens and names a channel. Each location also turns twice: out of trouble again,
where every page has to be taken back by exactly one resolve.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import col

from alerts.policy import STORM
from backend import runtime
from backend.alerting.policies import ensure_defaults
from backend.clock import ManualClock, system_now
from backend.config import Settings
from backend.context import Context
from backend.events.sequencer import sequence
from backend.jobs.alerts import run as work
from backend.persistence.bulk import insert_rows
from backend.persistence.migrate import upgrade
from bench.harness import Figure
from models.events import EventType
from models.tables import Alert, Event, Location, LocationGroupMember
from tests.support.alerting import add_channel
from tests.support.databases import TestDatabase

START = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
LOCATIONS, REGIONS, SECONDS = 5_000, 10, 60


def run() -> Iterator[Figure]:
    """Yield pages by region and the engine's time for both databases; raises when the list is not complete."""
    with TestDatabase() as database:
        yield from _storm("PostgreSQL", database.url.render_as_string(hide_password=False))
    with tempfile.TemporaryDirectory() as folder:
        yield from _storm("SQLite", f"sqlite:///{Path(folder) / 'storm.db'}")


def _storm(name: str, url: str) -> Iterator[Figure]:
    clock = ManualClock(START)
    ctx = runtime.build(Settings(database_url=url), clock=clock)
    upgrade(ctx.engine)
    _network(ctx)
    add_channel(ctx, "ops")
    with ctx.uow() as uow:
        ensure_defaults(uow)
    red = [_second(ctx, clock, second, to="non_compliant") for second in range(SECONDS)]
    red += [_second(ctx, clock, None, to="") for _ in range(2 * SECONDS)]
    pages = _pages(ctx, EventType.ALERT_OPENED)
    listed = _listed(ctx)
    green = [_second(ctx, clock, second, to="compliant") for second in range(SECONDS)]
    green += [_second(ctx, clock, None, to="") for _ in range(SECONDS)]
    ended = _pages(ctx, EventType.ALERT_RESOLVED)
    ctx.engine.dispose()
    if listed != LOCATIONS:
        raise RuntimeError(f"{name}: {listed} of {LOCATIONS} locations are in the lists")
    if ended != pages:
        raise RuntimeError(f"{name}: pages {pages} were taken back by {ended}")
    note = (
        f"{sum(pages.values())} pages for {REGIONS} regions, {listed:,} of {LOCATIONS:,} locations listed, all resolved"
    )
    yield Figure(
        f"{name}: pages a region", [pages[f"r{region}"] for region in range(REGIONS)], unit="", target=1, note=note
    )
    yield Figure(f"{name}: engine, a second of the storm (83 alerts)", red[:SECONDS])
    yield Figure(f"{name}: engine, a second of the recovery", green[:SECONDS])


def _network(ctx: Context) -> None:
    at = system_now()
    with ctx.uow() as uow:
        rows = [
            {
                "id": number + 1,
                "code": f"L{number}",
                "name": f"Store {number}",
                "kind": "store",
                "time_zone": "America/Chicago",
                "methods": ["ship"],
                "hours": {},
                "daily_limit": {},
                "processing": {},
                "capacity": {},
                "groups": [f"r{number % REGIONS}"],
                "attributes": {},
                "version": 1,
                "created_at": at,
                "updated_at": at,
            }
            for number in range(LOCATIONS)
        ]
        insert_rows(uow.session, Location, rows)
        members = [{"location_id": row["id"], "group_code": f"r{(row['id'] - 1) % REGIONS}"} for row in rows]
        insert_rows(uow.session, LocationGroupMember, members)


def _second(ctx: Context, clock: ManualClock, second: int | None, *, to: str) -> float:
    """Let a second's share of the locations change and the engine follow; return its milliseconds."""
    if second is not None:
        with ctx.uow() as uow:
            for number in range(second, LOCATIONS, SECONDS):
                uow.record(
                    EventType.SLA_LOCATION_CHANGED,
                    subject=f"location/L{number}",
                    location_id=number + 1,
                    data={"location": f"L{number}", "name": f"Store {number}", "to": to, "open": 40},
                )
    began = time.perf_counter()
    for _ in range(2):  # what the engine says is numbered, too
        with ctx.uow() as uow:
            sequence(uow, limit=10_000)
        work(ctx)
    took = (time.perf_counter() - began) * 1000
    clock.advance(timedelta(seconds=1))
    return took


def _pages(ctx: Context, type_: EventType) -> Counter[str]:
    """Return how many notices of this type named a channel, by region."""
    with ctx.read() as uow:
        told = uow.session.scalars(sa.select(col(Event.data)).where(col(Event.type) == type_.value)).all()
    return Counter(data["group"] for data in told if data["notify"])


def _listed(ctx: Context) -> int:
    """Return how many locations are open and under the parent of a storm, or were told of by themselves."""
    with ctx.read() as uow:
        open_now = sa.select(col(Alert.id), col(Alert.group_key), col(Alert.parent_id), col(Alert.muted))
        rows = uow.session.execute(open_now.where(col(Alert.status) != "resolved")).all()
    parents = {row.id for row in rows if row.group_key.startswith(STORM)}
    return sum(row.id not in parents and (row.parent_id in parents or row.muted is None) for row in rows)
