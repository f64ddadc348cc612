"""What keeps health true and remembered: the repair sweep, samples for the charts, signs of life, default rules."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col

from backend.clock import ManualClock
from backend.context import Context
from backend.jobs.sla import run_freshness, run_prune, run_repair, run_samples
from backend.sla import definitions, history, queries, service
from backend.sla.facts import StepReached
from models.enums import Method, Step
from models.tables import HealthSample, LocationHealth
from tests.support.sla import SHIP_100, add_location, health, numbers, open_shipment

MINUTE = timedelta(minutes=1)


@pytest.fixture
def place(ctx: Context) -> int:
    with ctx.uow() as uow:
        service.put_definition(uow, "ship", SHIP_100)
        place = add_location(uow, "CHI")
        open_shipment(uow, place)
        return place


def test_the_sweep_heals_what_drifted_and_says_so(ctx: Context, place: int, caplog: pytest.LogCaptureFixture) -> None:
    run_repair(ctx)
    assert caplog.records == []
    with ctx.uow() as uow:
        uow.session.execute(
            sa.update(LocationHealth).where(col(LocationHealth.location_id) == place).values(compliant=4, at_risk=3)
        )
    with caplog.at_level(logging.WARNING):
        run_repair(ctx)
    assert numbers(health(ctx, place)) == (1, 0, 0, 0, 0)
    assert "drifted" in caplog.text


def test_samples_draw_the_trend_and_old_ones_go(ctx: Context, clock: ManualClock, place: int) -> None:
    run_samples(ctx)
    run_samples(ctx)  # business time stands still: no second point
    clock.advance(MINUTE)
    with ctx.uow() as uow:
        open_shipment(uow, place)
    run_samples(ctx)
    with ctx.read() as uow:
        assert [(p.counts.open, p.orders) for p in history.trend(uow)] == [(1, 1), (2, 2)]
        assert [p.counts.open for p in history.trend(uow, code="CHI")] == [1, 2]
        assert len(history.trend(uow, points=1)) == 1
    clock.advance(timedelta(days=14))
    run_prune(ctx)
    with ctx.read() as uow:
        assert uow.session.scalar(sa.select(sa.func.count()).select_from(HealthSample)) == 2
    clock.advance(MINUTE)
    run_prune(ctx)
    with ctx.read() as uow:
        assert uow.session.scalar(sa.select(sa.func.count()).select_from(HealthSample)) == 0


def test_a_location_with_open_work_and_no_sign_of_life_is_stale(ctx: Context, clock: ManualClock, place: int) -> None:
    with ctx.read() as uow:
        assert not queries.location(uow, "CHI").stale
    clock.advance(timedelta(seconds=3601))
    with ctx.read() as uow:
        view = queries.location(uow, "CHI")
        assert (view.stale, view.shown.value) == (True, "stale")
        assert queries.summary(uow).shown[view.shown] == 1
    with ctx.uow() as uow:
        service.touch(uow, [place])
    with ctx.read() as uow:
        assert not queries.location(uow, "CHI").stale


def test_the_silence_of_a_closed_location_does_not_make_it_stale(ctx: Context, clock: ManualClock) -> None:
    hours = {"weekly": {"fri": [["09:00", "10:00"]]}}  # the clock stands at Friday 09:00 in Chicago
    with ctx.uow() as uow:
        service.put_definition(uow, "ship", SHIP_100)
        for code, more in (("SHOP", {"hours": hours}), ("FIRE", {"closed_reason": "fire"}), ("OPEN", {})):
            open_shipment(uow, add_location(uow, code, **more))
    for _ in range(4):
        clock.advance(timedelta(minutes=31))
        run_freshness(ctx)
    with ctx.read() as uow:
        assert {code: queries.location(uow, code).stale for code in ("SHOP", "FIRE", "OPEN")} == {
            "SHOP": False,
            "FIRE": False,
            "OPEN": True,
        }


def test_a_location_is_closed_by_hand_or_by_the_clock(ctx: Context, clock: ManualClock) -> None:
    hours = {"weekly": {"fri": [["09:00", "17:00"]]}}
    with ctx.uow() as uow:
        add_location(uow, "SHOP", hours=hours)
        add_location(uow, "FIRE", closed_reason="fire")

    def closed() -> dict[str, bool]:
        with ctx.read() as uow:
            return {view.code: view.closed for view in queries.list_locations(uow).items}

    assert closed() == {"FIRE": True, "SHOP": False}
    clock.advance(timedelta(hours=8))
    assert closed() == {"FIRE": True, "SHOP": True}


def test_the_queue_is_by_remaining_time(ctx: Context, clock: ManualClock, place: int) -> None:
    with ctx.uow() as uow:
        urgent = open_shipment(uow, place, placed_at=uow.now - 30 * MINUTE)
        waiting = open_shipment(uow, place, held=True)
        done = open_shipment(uow, place)
        service.reach_steps(uow, [StepReached(done, Step.SHIPPED, uow.now)])
        uow.session.execute(sa.text("UPDATE shipment SET status = 'shipped' WHERE id = :id"), {"id": done})
    with ctx.read() as uow:
        items = history.queue(uow, "CHI")
        assert [item.shipment_id for item in items][::2] == [urgent, waiting]
        assert len(items) == 3
        assert [(c.definition, c.state) for c in items[2].clocks] == [("ship", "paused")]


def test_defaults_are_written_once_and_cover_every_method(ctx: Context) -> None:
    for _ in range(2):
        with ctx.uow() as uow:
            service.ensure_defaults(uow)
    with ctx.read() as uow:
        rows = definitions.definitions(uow)
        assert {row.method for row in rows} == set(Method)
        assert {row.version for row in rows} == {1}
        rule = definitions.grading_rule(uow, "")
        assert rule is not None
        assert rule.version == 1
