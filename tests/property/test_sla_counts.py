"""Whatever happens in whatever order, a location's counts equal a recount of its shipments and clocks."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import col

from backend.clock import ManualClock
from backend.config import Settings
from backend.context import Context
from backend.runtime import build
from backend.sla import repair, service
from backend.sla.facts import ClockMove, DefinitionInput, StepReached
from backend.sla.tick import tick
from models.enums import ClockScope, Method, Step
from models.tables import LocationHealth, Shipment, SlaClock
from tests.conftest import START
from tests.support.sla import SHIP_100, add_location, open_shipment

MINUTE = timedelta(minutes=1)
ACCEPT = DefinitionInput(
    "Accept", Method.SHIP, Step.ASSIGNED, Step.ACCEPTED, target_seconds=1800, scope=ClockScope.LOCATION
)
ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["open", "accept", "ship", "pause", "resume", "move", "cancel", "tick", "wait"]),
        st.integers(0, 7),
        st.integers(0, 90),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=25, deadline=None)
@given(ACTIONS)
def test_counts_equal_a_recount_after_every_action(sqlite_template: Path, actions: list[tuple[str, int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pickwatch.db"
        shutil.copy(sqlite_template, path)
        clock = ManualClock(START)
        ctx = build(Settings(database_url=f"sqlite:///{path}", var_dir=Path(folder)), clock=clock)
        try:
            _play(ctx, clock, actions)
        finally:
            ctx.engine.dispose()


def _play(ctx: Context, clock: ManualClock, actions: list[tuple[str, int, int]]) -> None:
    shipments: list[int] = []
    with ctx.uow() as uow:
        service.put_definition(uow, "ship", SHIP_100)
        service.put_definition(uow, "accept", ACCEPT)
        places = [add_location(uow, code) for code in ("A", "B")]
    for action, number, minutes in actions:
        with ctx.uow() as uow:
            if action == "open":
                shipments.append(open_shipment(uow, places[number % 2], placed_at=uow.now - minutes * MINUTE))
            elif action == "tick":
                tick(uow, now=uow.now)
            elif action == "wait":
                clock.advance(minutes * MINUTE)
            elif shipments:
                _act(uow, action, shipments[number % len(shipments)], places, at=uow.now - minutes % 5 * MINUTE)
        _check(ctx)


def _act(uow: Any, action: str, shipment: int, places: list[int], *, at: Any) -> None:
    if action in ("accept", "ship"):
        step = Step.ACCEPTED if action == "accept" else Step.SHIPPED
        service.reach_steps(uow, [StepReached(shipment, step, at)])
    elif action == "pause":
        service.pause_clocks(uow, [shipment], reason="test", at=at)
    elif action == "resume":
        service.resume_clocks(uow, [shipment], at=at)
    elif action == "cancel":
        service.cancel_clocks(uow, [shipment], at=at)
    else:
        row = uow.session.get(Shipment, shipment)
        was, row.location_id = row.location_id, sum(places) - row.location_id
        service.move_clocks(uow, [ClockMove(shipment, was, row.location_id, "test")], at=at)


def _check(ctx: Context) -> None:
    with ctx.read() as uow:
        assert list(repair.suspects(uow)) == []
        worst: dict[int, int] = {}
        ends: Counter[tuple[int, str]] = Counter()
        order = ["compliant", "at_risk", "non_compliant"]
        for clock in uow.session.scalars(sa.select(SlaClock)):
            if clock.state == "running":
                worst[clock.shipment_id] = max(worst.get(clock.shipment_id, 0), order.index(clock.status))
            elif clock.state in ("met", "missed"):
                ends[clock.location_id, clock.state] += 1
        for row in uow.session.scalars(sa.select(Shipment)):
            assert row.sla_status == (order[worst[row.id or 0]] if row.id in worst else None)
            assert (row.sla_due_at is None) == (row.sla_status is None)
        for health in uow.session.scalars(sa.select(LocationHealth)):
            counted = Counter(
                uow.session.scalars(
                    sa.select(col(Shipment.sla_status)).where(col(Shipment.location_id) == health.location_id)
                )
            )
            assert [health.compliant, health.at_risk, health.non_compliant] == [counted[band] for band in order]
            assert (health.met, health.missed) == (
                ends[health.location_id, "met"],
                ends[health.location_id, "missed"],
            )
