"""Waves from the plan to the end: who is in, who is left out, what becomes of everybody. On both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from backend.clock import ManualClock
from backend.context import Context
from backend.fulfillment import service as fulfillment
from backend.invariants import violations
from backend.jobs import routing
from backend.waves import membership, service
from backend.waves.planning import Ask, preview
from backend.waves.rules import Missing
from backend.waves.service import CloseAsk
from backend.waves.settings import WaveSettings
from models.enums import LeftOutReason, Method
from models.errors import DomainError, ErrorCode
from models.tables import Event, Location, PickWave, Shipment
from tests.support.shop import NEW_YORK, location, open_shop, row_counts, rows_of
from tests.support.waves import inside, open_aisles, pick, plan, shares, statuses, wait_for_picking, wave_of


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


def test_a_wave_goes_through_its_states_and_no_others(ctx: Context) -> None:
    open_aisles(ctx)
    wait_for_picking(ctx, [{"tea": 1}])
    (wave_id,) = plan(ctx)
    for command in (service.begin, lambda uow, id_: service.close(uow, id_, CloseAsk())):
        with pytest.raises(DomainError) as refused, ctx.uow() as uow:
            command(uow, wave_id)
        assert refused.value.code is ErrorCode.ILLEGAL_TRANSITION
    with ctx.uow() as uow:
        service.release(uow, wave_id, expected=1)
    with pytest.raises(DomainError) as stale, ctx.uow() as uow:
        service.begin(uow, wave_id, expected=1)
    assert stale.value.code is ErrorCode.STALE
    with ctx.uow() as uow:
        service.begin(uow, wave_id, expected=2)
    with pytest.raises(DomainError), ctx.uow() as uow:
        service.release(uow, wave_id)
    assert statuses(ctx) == ["picking"]
    assert told(ctx) == ["wave.planned", "wave.released", "wave.started"]


def test_what_was_not_tried_makes_a_recovery_wave(ctx: Context) -> None:
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"tea": 1}, {"tea": 2, "soap": 1}, {"soap": 1}])
    (wave_id,) = plan(ctx, released=True, slots_per_cart=10)
    with ctx.uow() as uow:
        service.begin(uow, wave_id)
    pick(ctx, ids[0])
    pick(ctx, ids[1], units=1)  # one of two teas, the soap
    with ctx.uow() as uow:
        (again,) = service.close(uow, wave_id, CloseAsk())
        again_id = again.id or 0
    assert shares(ctx, wave_id) == {ids[0]: "picked", ids[1]: "removed", ids[2]: "removed"}
    assert inside(ctx) == {ids[0]: wave_id, ids[1]: again_id, ids[2]: again_id}
    whole = wave_of(ctx, again_id)
    assert (whole.view.wave.parent_id, whole.view.wave.number, whole.view.wave.units) == (wave_id, 2, 2)
    assert whole.parent_number == 1
    assert wave_of(ctx, wave_id).recovery == ((again_id, 2),)
    assert wave_of(ctx, wave_id).view.picked == 3
    assert told(ctx)[-2:] == ["wave.planned", "wave.closed"]


def test_without_recovery_they_are_free_again(ctx: Context) -> None:
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"tea": 1}, {"tea": 1}])
    (wave_id,) = plan(ctx, released=True)
    pick(ctx, ids[0])
    with ctx.uow() as uow:
        assert service.close(uow, wave_id, CloseAsk(recovery=False)) == []
    assert inside(ctx) == {ids[0]: wave_id, ids[1]: None}
    assert len(plan(ctx)) == 1


def test_every_wrong_short_pick_is_a_fault_and_nothing_changes(ctx: Context) -> None:
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"tea": 2}])
    (wave_id,) = plan(ctx, released=True)
    before = [rows_of(ctx, PickWave), rows_of(ctx, Shipment), shares(ctx, wave_id)]
    missing = (Missing(ids[0], "tea", 3), Missing(ids[0], "jam"), Missing(7_777, "tea"), Missing(ids[0], "tea"))
    with pytest.raises(DomainError) as refused, ctx.uow() as uow:
        service.close(uow, wave_id, CloseAsk(missing))
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [
        ("/short/0/missing", "too_many"),
        ("/short/1/sku", "not_in_shipment"),
        ("/short/2/shipment", "not_in_wave"),
        ("/short/3", "duplicate"),
    ]
    assert [rows_of(ctx, PickWave), rows_of(ctx, Shipment), shares(ctx, wave_id)] == before


def test_a_cancelled_wave_lets_its_shipments_go(ctx: Context) -> None:
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"tea": 1}, {"rye": 1}])
    (wave_id,) = plan(ctx, released=True)
    with ctx.uow() as uow:
        service.cancel(uow, wave_id, reason="too early")
    assert inside(ctx) == dict.fromkeys(ids)
    assert set(shares(ctx, wave_id).values()) == {"removed"}
    assert statuses(ctx) == ["cancelled"]
    (again,) = plan(ctx)
    assert set(inside(ctx).values()) == {again}


def test_a_shipment_that_leaves_takes_its_wave_along_when_it_was_the_last(ctx: Context) -> None:
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"tea": 1}, {"rye": 1}])
    (wave_id,) = plan(ctx, released=True)
    with ctx.uow() as uow:
        membership.leave(uow, [ids[0]])
    assert inside(ctx) == {ids[0]: None, ids[1]: wave_id}
    assert wave_of(ctx, wave_id).view.progress.shipments == 1
    with ctx.uow() as uow:
        membership.leave(uow, ids)
    assert statuses(ctx) == ["cancelled"]
    assert set(inside(ctx).values()) == {None}


def test_a_wave_closes_by_itself_when_everything_is_picked(ctx: Context) -> None:
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"tea": 1}, {"rye": 2}])
    (wave_id,) = plan(ctx, released=True)
    with ctx.uow() as uow:
        membership.started(uow, wave_id)
        membership.started(uow, wave_id)
    for id_ in ids:
        assert statuses(ctx) == ["picking"]
        pick(ctx, id_)
        with ctx.uow() as uow:
            membership.picked(uow, [id_])
    assert statuses(ctx) == ["closed"]
    assert wave_of(ctx, wave_id).view.picked == 3
    assert set(shares(ctx, wave_id).values()) == {"picked"}
    assert told(ctx) == ["wave.planned", "wave.released", "wave.started", "wave.closed"]


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


def test_what_was_not_found_goes_elsewhere_and_the_rest_goes_on(ctx: Context) -> None:
    open_aisles(ctx)
    open_shop(ctx, {"NYC": {"rye": 9}}, NYC=location("NYC", at=NEW_YORK))
    ids = wait_for_picking(ctx, [{"tea": 2, "rye": 3}, {"rye": 1}, {"soap": 1}])
    (wave_id,) = plan(ctx, released=True)
    with ctx.uow() as uow:
        membership.started(uow, wave_id)
    pick(ctx, ids[0], units=2)  # two teas, two of three rye
    missing = (Missing(ids[0], "rye"), Missing(ids[1], "rye", 1))
    with ctx.uow() as uow:
        (again,) = service.close(uow, wave_id, CloseAsk(missing, "shelf empty"))
        again_id = again.id
    routing.run(ctx)
    assert shares(ctx, wave_id) == {ids[0]: "short", ids[1]: "short", ids[2]: "removed"}
    assert inside(ctx)[ids[2]] == again_id
    places = {row["id"]: row["code"] for row in rows_of(ctx, Location)}
    now = [(row["id"], places[row["location_id"]], row["status"], row["units"]) for row in rows_of(ctx, Shipment)]
    assert now[:3] == [(ids[0], "CHI", "open", 4), (ids[1], "CHI", "cancelled", 1), (ids[2], "CHI", "open", 1)]
    assert sorted(row[1:] for row in now[3:]) == [("NYC", "open", 1), ("NYC", "open", 1)]
    assert [row["data"]["short"] for row in rows_of(ctx, Event) if row["type"] == "wave.closed"] == [
        [{"shipment": ids[0], "sku": "rye", "missing": 1}, {"shipment": ids[1], "sku": "rye", "missing": 1}]
    ]
