"""Plans of waves: who is in, who is left out and why, where everybody stands when a plan is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from backend.clock import ManualClock
from backend.context import Context
from backend.fulfillment import service as fulfillment
from backend.invariants import violations
from backend.waves import service
from backend.waves.planning import Ask, preview
from backend.waves.service import CloseAsk
from backend.waves.settings import WaveSettings
from models.enums import LeftOutReason, Method
from models.errors import DomainError
from models.tables import Event, PickWave, Shipment
from tests.support.shop import row_counts, rows_of
from tests.support.waves import inside, open_aisles, pick, plan, wait_for_picking, wave_of


@pytest.fixture(autouse=True)
def nothing_broken(ctx: Context) -> Iterator[None]:
    """Whatever a test does, the invariants hold afterwards."""
    yield
    with ctx.read() as uow:
        assert violations(uow) == []


def told(ctx: Context) -> list[str]:
    return [row["type"] for row in rows_of(ctx, Event) if row["type"].startswith("wave.")]


def test_a_preview_changes_nothing_and_says_who_is_left_out(ctx: Context) -> None:
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"tea": 1}, {"milk": 1}, {"rye": 2}, {"soap": 1}])
    with ctx.uow() as uow:
        fulfillment.hold(uow, [ids[1]], reason="fraud check")
        row = uow.session.get(Shipment, ids[2])
        assert row is not None
        row.claimed_by = "eve"
    before = row_counts(ctx)
    with ctx.read() as uow:
        made = preview(uow, Ask("CHI"))
    assert [task.task_id for wave in made.plan.waves for task in wave.tasks] == [ids[0], ids[3]]
    out = {one.task_id: one.reason for one in made.plan.left_out}
    assert out == {ids[1]: LeftOutReason.ON_HOLD, ids[2]: LeftOutReason.CLAIMED}
    assert row_counts(ctx) == before
    assert set(inside(ctx).values()) == {None}


def test_waves_are_kept_with_stops_in_walking_order_and_slots(ctx: Context) -> None:
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"soap": 1, "tea": 2}, {"tea": 1, "rye": 1}])
    (wave_id,) = plan(ctx, slots_per_cart=10)
    whole = wave_of(ctx, wave_id)
    wave = whole.view.wave
    assert (wave.number, wave.shipments, wave.units, wave.lines, wave.stops) == (1, 2, 5, 4, 3)
    assert [stop["bin"] for stop in wave.plan["stops"]] == ["A-01-1", "B-01-1", "C-09-1"]
    assert wave.plan["stops"][0]["items"] == [
        {
            "sku": "tea",
            "quantity": 3,
            "shipments": [{"id": ids[0], "slot": 1, "quantity": 2}, {"id": ids[1], "slot": 2, "quantity": 1}],
        }
    ]
    assert sorted((member.shipment_id, member.slot) for member in whole.members) == [(ids[0], 1), (ids[1], 2)]
    assert inside(ctx) == dict.fromkeys(ids, wave_id)
    assert told(ctx) == ["wave.planned"]
    assert plan(ctx) == []  # everybody is in a wave


def test_the_carrier_decides_when_a_wave_has_to_start(ctx: Context, clock: ManualClock) -> None:
    open_aisles(ctx)
    wait_for_picking(ctx, [{"tea": 10}])
    (wave_id,) = plan(ctx, set_up_seconds=100, stop_seconds=20, unit_seconds=6)
    wave = wave_of(ctx, wave_id).view.wave
    assert wave.cutoff_at == clock.now().replace(hour=23, minute=0)  # 17:00 in Chicago
    assert wave.latest_safe_start_at == wave.cutoff_at - timedelta(seconds=180)
    assert wave.predicted_finish_at == clock.now() + timedelta(seconds=180)
    assert "leaves at 17:00" in wave.plan["why"]
    clock.advance(timedelta(hours=8))
    assert wave_of(ctx, wave_id).view.late


def test_waves_are_kept_apart_and_hold_no_more_than_stated(ctx: Context) -> None:
    open_aisles(ctx)
    wait_for_picking(ctx, [{"tea": 1}] * 5 + [{"tea": 1, "rye": 1}] * 2, name="S")
    ids = plan(ctx, max_shipments=3, group_by=("lines",))
    sizes = [(wave["shipments"], wave["lines"]) for wave in rows_of(ctx, PickWave)]
    assert len(ids) == 3
    assert sorted(sizes) == [(2, 2), (2, 4), (3, 3)]
    assert [row["number"] for row in rows_of(ctx, PickWave)] == [1, 2, 3]


def test_only_what_the_settings_ask_for_is_planned(ctx: Context) -> None:
    open_aisles(ctx)
    ship = wait_for_picking(ctx, [{"tea": 1}], name="S")
    pickup = wait_for_picking(ctx, [{"tea": 1}], name="P", method=Method.PICKUP, pickup_location="CHI")
    express = wait_for_picking(ctx, [{"tea": 1}], name="E", service_level="express")
    plan(ctx, methods=(Method.PICKUP,))
    assert [id_ for id_, wave in inside(ctx).items() if wave] == pickup
    plan(ctx, service_levels=("express",))
    assert inside(ctx)[express[0]] is not None
    assert inside(ctx)[ship[0]] is None
    plan(ctx, zones=("B",))
    assert inside(ctx)[ship[0]] is None
    plan(ctx, zones=("A", "B"))
    assert inside(ctx)[ship[0]] is not None


def test_named_shipments_make_one_wave_whatever_the_limits(ctx: Context) -> None:
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"tea": 1}, {"soap": 3}, {"rye": 1, "milk": 1}])
    with ctx.uow() as uow:
        made = service.plan(
            uow, Ask("CHI", settings=WaveSettings(max_shipments=1, slots_per_cart=2), shipments=tuple(ids))
        )
    assert len(made.waves) == 1
    assert set(inside(ctx).values()) == {made.waves[0].id}
    slots = sorted(member.slot or 0 for member in wave_of(ctx, made.waves[0].id or 0).members)
    assert slots == [1, 2, 3]


def test_every_named_shipment_that_cannot_be_in_is_a_fault(ctx: Context) -> None:
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"tea": 1}, {"tea": 1}, {"tea": 1}])
    with ctx.uow() as uow:
        service.plan(uow, Ask("CHI", shipments=(ids[0],)))
        fulfillment.hold(uow, [ids[1]], reason="call")
    before = inside(ctx)
    with pytest.raises(DomainError) as refused, ctx.uow() as uow:
        service.plan(uow, Ask("CHI", shipments=(ids[0], ids[1], ids[2], 999_999)))
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [
        ("/shipments/0", "in_wave"),
        ("/shipments/1", "on_hold"),
        ("/shipments/3", "unknown_shipment"),
    ]
    assert inside(ctx) == before


def test_the_pace_is_learned_from_closed_waves(ctx: Context, clock: ManualClock) -> None:
    open_aisles(ctx)
    first = wait_for_picking(ctx, [{"tea": 2_000}], name="A")
    settings = {"set_up_seconds": 0, "stop_seconds": 0, "unit_seconds": 6}
    (wave_id,) = plan(ctx, released=True, **settings)
    with ctx.uow() as uow:
        service.begin(uow, wave_id)
    clock.advance(timedelta(hours=6, minutes=40))  # twice the 12,000 seconds that were stated
    pick(ctx, first[0])
    with ctx.uow() as uow:
        service.close(uow, wave_id, CloseAsk())
    wait_for_picking(ctx, [{"tea": 100}], name="B")
    with ctx.read() as uow:
        learned = preview(uow, Ask("CHI", settings=WaveSettings(**settings))).plan.waves[0]
        stated = preview(uow, Ask("CHI", settings=WaveSettings(**settings, measured_pace=False))).plan.waves[0]
    assert stated.predicted_finish_at - stated.start_at == timedelta(seconds=600)
    # 24,000 s for 12,000 s of work, beside four hours that went as stated: (14,400 + 24,000) / (14,400 + 12,000)
    assert learned.predicted_finish_at - learned.start_at == timedelta(seconds=600) * (38_400 / 26_400)
