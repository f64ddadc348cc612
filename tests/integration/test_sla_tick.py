"""Time passing: exact to the second, stamped with the true moment however late, and nothing touched that is not due."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend.clock import ManualClock
from backend.context import Context
from backend.jobs.sla import run_tick
from backend.sla import service
from backend.sla.facts import StepReached
from backend.sla.grading import Thresholds
from backend.sla.tick import TickReport, tick
from backend.wakeups import Topic
from models.enums import Step
from tests.support.sla import (
    HOUR,
    SHIP_100,
    add_location,
    audit,
    clocks,
    events,
    health,
    numbers,
    open_shipment,
    shipment,
)

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def _tick(ctx: Context) -> TickReport:
    with ctx.uow() as uow:
        return tick(uow, now=uow.now)


@pytest.fixture
def place(ctx: Context) -> int:
    with ctx.uow() as uow:
        service.put_definition(uow, "ship", SHIP_100)
        service.put_grading(uow, "", Thresholds())
        return add_location(uow, "CHI")


def test_bands_change_at_the_exact_second(ctx: Context, clock: ManualClock, place: int) -> None:
    start = clock.now()
    with ctx.uow() as uow:
        one = open_shipment(uow, place)
    for after, status in (
        (80 * MINUTE - SECOND, "compliant"),
        (80 * MINUTE, "at_risk"),
        (100 * MINUTE - SECOND, "at_risk"),
        (100 * MINUTE, "non_compliant"),
    ):
        clock.set(start + after)
        _tick(ctx)
        assert shipment(ctx, one).sla_status == status, after


def test_a_tick_tells_when_to_look_again(ctx: Context, clock: ManualClock, place: int) -> None:
    start = clock.now()
    assert _tick(ctx) == TickReport(0, 0, None)
    with ctx.uow() as uow:
        open_shipment(uow, place)
    assert _tick(ctx) == TickReport(0, 0, start + 80 * MINUTE)
    clock.set(start + 80 * MINUTE)
    assert _tick(ctx) == TickReport(1, 1, start + 100 * MINUTE)
    clock.set(start + 100 * MINUTE)
    assert _tick(ctx) == TickReport(1, 1, None)


def test_a_new_clock_wakes_the_tick_at_its_first_instant(ctx: Context, clock: ManualClock, place: int) -> None:
    signals: list[object] = []
    ctx.wakeups.listen(Topic.SLA, signals.append)
    with ctx.uow() as uow:
        open_shipment(uow, place)
        open_shipment(uow, place, placed_at=uow.now - 10 * MINUTE)
    assert signals == [clock.now() + 70 * MINUTE]


def test_a_late_tick_stamps_the_true_moments(ctx: Context, clock: ManualClock, place: int) -> None:
    start = clock.now()
    with ctx.uow() as uow:
        one = open_shipment(uow, place)
    clock.set(start + 5 * HOUR)
    assert _tick(ctx).changed == 2
    assert [(t.from_word, t.to_word, t.at, t.detected_at) for t in audit(ctx, one)][1:] == [
        ("compliant", "at_risk", start + 80 * MINUTE, clock.now()),
        ("at_risk", "non_compliant", start + 100 * MINUTE, clock.now()),
    ]
    told = [(e.data["from"], e.data["to"], e.at, e.data["delay_seconds"]) for e in events(ctx, "sla.shipment.changed")]
    assert told == [
        ("compliant", "at_risk", start + 80 * MINUTE, 220 * 60),
        ("at_risk", "non_compliant", start + 100 * MINUTE, 200 * 60),
    ]
    colours = [(e.data["from"], e.data["to"], e.at) for e in events(ctx, "sla.location.changed")]
    assert colours == [
        ("compliant", "at_risk", start + 80 * MINUTE),
        ("at_risk", "non_compliant", start + 100 * MINUTE),
    ]
    row = health(ctx, place)
    assert (row.grade, row.since, row.rule_version) == ("non_compliant", start + 100 * MINUTE, 1)


def test_what_is_not_due_is_not_touched(ctx: Context, clock: ManualClock, place: int) -> None:
    with ctx.uow() as uow:
        early = open_shipment(uow, place, placed_at=uow.now - 80 * MINUTE + SECOND)
        later = open_shipment(uow, place)
    clock.advance(SECOND)
    before = clocks(ctx, later)[0].model_dump()
    assert _tick(ctx).examined == 1
    assert shipment(ctx, early).sla_status == "at_risk"
    assert clocks(ctx, later)[0].model_dump() == before


def test_a_batch_is_limited_and_the_job_goes_on_until_nothing_is_due(
    ctx: Context, clock: ManualClock, place: int
) -> None:
    with ctx.uow() as uow:
        for _ in range(5):
            open_shipment(uow, place)
    clock.advance(80 * MINUTE)
    with ctx.uow() as uow:
        assert tick(uow, now=uow.now, limit=2).examined == 2
    assert numbers(health(ctx, place)) == (3, 2, 0, 0, 0)
    assert run_tick(ctx) == clock.now() + 20 * MINUTE
    assert numbers(health(ctx, place)) == (0, 5, 0, 0, 0)


def test_ticking_again_changes_nothing(ctx: Context, clock: ManualClock, place: int) -> None:
    with ctx.uow() as uow:
        one = open_shipment(uow, place)
    clock.advance(90 * MINUTE)
    assert [_tick(ctx).changed for _ in range(3)] == [1, 0, 0]
    assert len(audit(ctx, one)) == 2


def test_getting_better_waits_for_the_hold_time_and_is_stamped_when_it_was_over(
    ctx: Context, clock: ManualClock, place: int
) -> None:
    with ctx.uow() as uow:
        late = open_shipment(uow, place, placed_at=uow.now - 2 * HOUR)
        for _ in range(9):
            open_shipment(uow, place)
    assert health(ctx, place).grade == "non_compliant"
    with ctx.uow() as uow:
        service.reach_steps(uow, [StepReached(late, Step.SHIPPED, uow.now)])
    healed = clock.now()
    assert health(ctx, place).grade == "non_compliant"
    assert _tick(ctx).next_check_at == healed + 5 * MINUTE
    clock.set(healed + 5 * MINUTE - SECOND)
    _tick(ctx)
    assert health(ctx, place).grade == "non_compliant"
    clock.set(healed + 7 * MINUTE)
    assert _tick(ctx).changed == 1
    row = health(ctx, place)
    assert (row.grade, row.since, row.regrade_at) == ("compliant", healed + 5 * MINUTE, None)
    last = events(ctx, "sla.location.changed")[-1]
    assert (last.data["from"], last.data["to"], last.at) == ("non_compliant", "compliant", healed + 5 * MINUTE)


def test_a_location_change_is_told_as_the_contract_says(ctx: Context, clock: ManualClock, place: int) -> None:
    start = clock.now()
    with ctx.uow() as uow:
        one, two = (open_shipment(uow, place, placed_at=uow.now - n * MINUTE) for n in (99, 98))
    clock.advance(MINUTE)
    _tick(ctx)
    data = events(ctx, "sla.location.changed")[-1].data
    assert data == {
        "location": "CHI",
        "name": "Store CHI",
        "from": "at_risk",
        "to": "non_compliant",
        "open": 2,
        "counts": {"compliant": 0, "at_risk": 1, "non_compliant": 1},
        "worst": [
            {"shipment": one, "due_at": "2026-11-27T15:01:00Z", "status": "non_compliant"},
            {"shipment": two, "due_at": "2026-11-27T15:02:00Z", "status": "at_risk"},
        ],
        "since": "2026-11-27T15:01:00Z",
        "rule_version": 1,
        "dashboard_url": "http://localhost:8000/locations/CHI",
        "runbook_url": "http://localhost:8000/runbooks/location-non-compliant",
    }
    assert start + MINUTE == events(ctx, "sla.location.changed")[-1].at


def test_the_tick_finds_what_is_due_by_index(ctx: Context, place: int) -> None:
    query = "SELECT shipment_id FROM sla_clock WHERE next_check_at <= '2026-11-27 15:00:00Z' ORDER BY next_check_at"
    with ctx.read() as uow:
        if ctx.engine.dialect.name == "postgresql":
            uow.session.execute(sa.text("SET LOCAL enable_seqscan = off"))  # it would rather scan a table this small
            plan = uow.session.execute(sa.text(f"EXPLAIN {query} LIMIT 1000")).all()
        else:
            plan = uow.session.execute(sa.text(f"EXPLAIN QUERY PLAN {query} LIMIT 1000")).all()
    assert "ix_sla_clock_due" in str(plan)
