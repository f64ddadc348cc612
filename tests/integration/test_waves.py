"""Waves from the plan to the end: its states, who leaves it, what becomes of everybody. On both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from backend.context import Context
from backend.fulfillment import service as fulfillment
from backend.fulfillment.rules import StepCommand
from backend.invariants import violations
from backend.jobs import routing
from backend.waves import membership, service
from backend.waves.rules import Missing
from backend.waves.service import CloseAsk
from models.enums import ShipmentStatus
from models.errors import DomainError, ErrorCode
from models.tables import Event, Location, PickWave, Shipment
from tests.support.shop import NEW_YORK, location, open_shop, rows_of
from tests.support.waves import inside, open_aisles, pick, plan, shares, statuses, wait_for_picking, wave_of


@pytest.fixture(autouse=True)
def nothing_broken(ctx: Context) -> Iterator[None]:
    """Whatever a test does, the invariants hold afterwards."""
    yield
    with ctx.read() as uow:
        assert violations(uow) == []


def told(ctx: Context) -> list[str]:
    return [row["type"] for row in rows_of(ctx, Event) if row["type"].startswith("wave.")]


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


def test_held_given_back_and_reassigned_shipments_leave_their_wave(ctx: Context) -> None:
    open_aisles(ctx)
    open_shop(ctx, {"NYC": {"tea": 9}}, NYC=location("NYC", at=NEW_YORK))
    ids = wait_for_picking(ctx, [{"tea": 1}] * 5)
    (wave_id,) = plan(ctx)
    with ctx.uow() as uow:
        fulfillment.hold(uow, [ids[0]], reason="call")
        fulfillment.cancel(uow, [ids[1]], reason="changed his mind")
        fulfillment.reject(uow, [ids[2]], reason="no time")
        fulfillment.reassign(uow, ids[3], "NYC", reason="help out")
    assert [id_ for id_, wave in inside(ctx).items() if wave == wave_id] == [ids[4]]
    gone = dict.fromkeys(ids[:4], "removed")
    assert shares(ctx, wave_id) == {**gone, ids[4]: "to_pick"}
    assert wave_of(ctx, wave_id).view.progress.units == 1


def test_a_wave_ends_with_the_last_pick_step_and_undo_frees_the_shipment(ctx: Context) -> None:
    open_aisles(ctx)
    (id_,) = wait_for_picking(ctx, [{"tea": 2}])
    (wave_id,) = plan(ctx, released=True)
    with ctx.uow() as uow:
        fulfillment.advance(uow, [StepCommand(id_, ShipmentStatus.PICKED)])
    assert statuses(ctx) == ["closed"]
    assert wave_of(ctx, wave_id).view.picked == 2
    assert plan(ctx) == []
    with ctx.uow() as uow:
        fulfillment.undo(uow, [id_])
    assert len(plan(ctx)) == 1


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


@pytest.mark.parametrize("reason", ["shelf empty", "not_found", "sold_out"])
def test_what_was_not_found_goes_elsewhere_and_the_rest_goes_on(ctx: Context, reason: str) -> None:
    open_aisles(ctx)
    open_shop(ctx, {"NYC": {"rye": 9}}, NYC=location("NYC", at=NEW_YORK))
    ids = wait_for_picking(ctx, [{"tea": 2, "rye": 3}, {"rye": 1}, {"soap": 1}])
    (wave_id,) = plan(ctx, released=True)
    with ctx.uow() as uow:
        membership.started(uow, wave_id)
    pick(ctx, ids[0], units=2)  # two teas, two of three rye
    missing = (Missing(ids[0], "rye"), Missing(ids[1], "rye", 1))
    with ctx.uow() as uow:
        (again,) = service.close(uow, wave_id, CloseAsk(missing, reason))
        again_id = again.id
    routing.run(ctx)
    assert shares(ctx, wave_id) == {ids[0]: "short", ids[1]: "short", ids[2]: "removed"}
    assert inside(ctx)[ids[2]] == again_id
    places = {row["id"]: row["code"] for row in rows_of(ctx, Location)}
    now = [(row["id"], places[row["location_id"]], row["status"], row["units"]) for row in rows_of(ctx, Shipment)]
    assert now[:3] == [(ids[0], "CHI", "picked", 4), (ids[1], "CHI", "cancelled", 1), (ids[2], "CHI", "open", 1)]
    assert sorted(row[1:] for row in now[3:]) == [("NYC", "open", 1), ("NYC", "open", 1)]
    assert [row["data"]["short"] for row in rows_of(ctx, Event) if row["type"] == "wave.closed"] == [
        [{"shipment": ids[0], "sku": "rye", "missing": 1}, {"shipment": ids[1], "sku": "rye", "missing": 1}]
    ]
