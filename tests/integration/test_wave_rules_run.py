"""Wave rules that plan by themselves: at their time, once, and not for what was missed."""

from __future__ import annotations

from datetime import timedelta

from backend.clock import ManualClock
from backend.context import Context
from backend.jobs import waves as job
from backend.metrics.collectors import database_metrics
from backend.waves import wave_rules
from backend.waves.settings import Schedule, WaveSettings
from backend.waves.wave_rules import WaveRuleInput
from models.tables import PickWave, WaveRule
from tests.support.shop import rows_of
from tests.support.waves import open_aisles, wait_for_picking

HOURLY = WaveSettings(schedule=Schedule(every_minutes=60), release=True, max_shipments=2)


def put(ctx: Context, code: str = "hourly", settings: WaveSettings = HOURLY, *, active: bool = True) -> None:
    with ctx.uow() as uow:
        wave_rules.put(uow, "CHI", code, WaveRuleInput("Every hour", settings, active))


def test_a_rule_plans_at_its_time_and_only_then(ctx: Context, clock: ManualClock) -> None:
    open_aisles(ctx)
    wait_for_picking(ctx, [{"tea": 1}] * 3)
    put(ctx)
    begun = clock.now()
    assert job.run(ctx) == begun + timedelta(hours=1)
    assert rows_of(ctx, PickWave) == []
    clock.advance(timedelta(hours=1))
    assert job.run(ctx) == begun + timedelta(hours=2)
    waves = rows_of(ctx, PickWave)
    assert [(row["status"], row["rule_code"], row["shipments"]) for row in waves] == [
        ("released", "hourly", 2),
        ("released", "hourly", 1),
    ]
    assert job.run(ctx) == begun + timedelta(hours=2)
    assert len(rows_of(ctx, PickWave)) == 2


def test_what_was_missed_is_not_made_up_for(ctx: Context, clock: ManualClock) -> None:
    open_aisles(ctx)
    wait_for_picking(ctx, [{"tea": 1}])
    put(ctx)
    clock.advance(timedelta(hours=5, minutes=10))
    assert job.run(ctx) == clock.now() + timedelta(hours=1)
    assert len(rows_of(ctx, PickWave)) == 1


def test_a_rule_that_is_off_or_without_a_schedule_never_runs(ctx: Context, clock: ManualClock) -> None:
    open_aisles(ctx)
    wait_for_picking(ctx, [{"tea": 1}])
    put(ctx)
    put(ctx, active=False)
    put(ctx, "by-hand", WaveSettings())
    clock.advance(timedelta(days=3))
    assert job.run(ctx) is None
    assert rows_of(ctx, PickWave) == []


def test_a_broken_rule_does_not_hold_up_the_others(ctx: Context, clock: ManualClock) -> None:
    open_aisles(ctx)
    wait_for_picking(ctx, [{"tea": 1}])
    put(ctx, "a-broken")
    put(ctx, "b-good")
    with ctx.uow() as uow:
        rule = wave_rules.get(uow, "CHI", "a-broken").row
        rule.document = {**rule.document, "carts": 0, "slots_per_cart": 0, "max_shipments": 0}
    clock.advance(timedelta(hours=1))
    assert job.run(ctx) == clock.now() + timedelta(hours=1)
    assert [row["rule_code"] for row in rows_of(ctx, PickWave)] == ["b-good"]
    assert len({row["next_run_at"] for row in rows_of(ctx, WaveRule)}) == 1


def test_waves_under_way_are_measured(ctx: Context, clock: ManualClock) -> None:
    open_aisles(ctx)
    wait_for_picking(ctx, [{"tea": 1}] * 3)
    put(ctx)
    clock.advance(timedelta(hours=1))
    job.run(ctx)
    clock.advance(timedelta(hours=8))  # past the carrier's cut-off
    found = {
        sample.name + "".join(sample.labels.values()): sample.value
        for m in database_metrics(ctx)
        for sample in m.samples
    }
    assert found["pickwatch_wavesreleased"] == 2
    assert found["pickwatch_wavesplanned"] == 0
    assert found["pickwatch_waves_overdue"] == 2
