"""A wave ends by itself once nothing is left to pick in it, however that came; what leaves it is not walked for any
more; what is taken back is free again. On both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend.context import Context
from backend.fulfillment import remainder, transfers
from backend.fulfillment import service as fulfillment
from backend.fulfillment.remainder import ShortLine
from backend.fulfillment.rules import StepCommand
from backend.fulfillment.splitting import AskedLine
from backend.invariants import violations
from backend.orders import by_hand
from backend.orders import service as orders
from backend.persistence.bulk import table_of
from backend.persistence.uow import Uow
from backend.picking import service as picking
from backend.waves import service
from models.enums import ShipmentStatus
from models.floor import WaveStatus
from models.tables import Event, PickWave, Shipment
from tests.support.picking import scan
from tests.support.picking import wave_of as put_in_wave
from tests.support.shop import NEW_YORK, location, open_shop, rows_of
from tests.support.waves import inside, open_aisles, pick, plan, shares, statuses, wait_for_picking, wave_of

Act = Callable[[Uow, int], object]


@pytest.fixture(autouse=True)
def nothing_broken(ctx: Context) -> Iterator[None]:
    """Whatever a test does, the invariants hold afterwards."""
    yield
    with ctx.read() as uow:
        assert violations(uow) == []


def endings(ctx: Context) -> list[str]:
    """Return the events that say that a wave is over."""
    return [row["type"] for row in rows_of(ctx, Event) if row["type"] in ("wave.closed", "wave.cancelled")]


def do(ctx: Context, act: Act, shipment_id: int) -> None:
    with ctx.uow() as uow:
        act(uow, shipment_id)


def by_command(uow: Uow, id_: int) -> None:
    fulfillment.advance(uow, [StepCommand(id_, ShipmentStatus.PICKED)])


def by_scans(uow: Uow, id_: int) -> None:
    picking.record(uow, [scan("tea", shipment_id=id_), scan("tea", shipment_id=id_), scan("rye", shipment_id=id_)])


def by_count(uow: Uow, id_: int) -> None:
    picking.record(uow, [scan("tea", shipment_id=id_, units=2), scan("rye", shipment_id=id_)])


def cancelled(uow: Uow, id_: int) -> None:
    fulfillment.cancel(uow, [id_], reason="changed his mind")


def held(uow: Uow, id_: int) -> None:
    fulfillment.hold(uow, [id_], reason="call")


def given_back(uow: Uow, id_: int) -> None:
    remainder.reject(uow, [id_], reason="no_time")


def reassigned(uow: Uow, id_: int) -> None:
    fulfillment.reassign(uow, id_, "NYC", reason="help out")


def sent_for(uow: Uow, id_: int) -> None:
    transfers.transfer(uow, id_, [AskedLine("tea", 2)], reason="no_time", source="NYC")


def order_held(uow: Uow, id_: int) -> None:
    order_id = uow.session.execute(sa.select(Shipment.order_id).where(table_of(Shipment).c.id == id_)).scalar_one()
    orders.hold_order(uow, order_id, reason="payment")


def put_off(uow: Uow, id_: int) -> None:
    by_hand.backorder(uow, id_, reason="no_time")


GONE = (cancelled, held, given_back, reassigned, sent_for, order_held, put_off)
PICKED = (by_command, by_scans, by_count)


@pytest.mark.parametrize("act", [*PICKED, *GONE])
@pytest.mark.parametrize("released", [True, False])
def test_a_wave_ends_once_with_the_last_of_its_shipments(ctx: Context, act: Act, released: bool) -> None:
    open_aisles(ctx)
    open_shop(ctx, {"NYC": {"tea": 9, "rye": 9}}, NYC=location("NYC", at=NEW_YORK))
    ids = wait_for_picking(ctx, [{"rye": 1}, {"tea": 2, "rye": 1}])
    (wave_id,) = plan(ctx, released=released)
    do(ctx, by_command, ids[0])
    assert endings(ctx) == []
    do(ctx, act, ids[1])
    assert (statuses(ctx)[0], endings(ctx)) == ("closed", ["wave.closed"])
    share = "picked" if act in PICKED else "removed"
    assert shares(ctx, wave_id) == {ids[0]: "picked", ids[1]: share}
    assert wave_of(ctx, wave_id).view.picked == (4 if act in PICKED else 1)
    assert inside(ctx)[ids[1]] == (wave_id if act in PICKED else None)


def test_a_wave_ends_when_what_is_left_of_it_is_split_off_or_given_back(ctx: Context) -> None:
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"rye": 3}, {"tea": 2}, {"soap": 2}])
    (wave_id,) = plan(ctx, released=True)
    do(ctx, by_command, ids[0])
    for id_ in ids[1:]:
        pick(ctx, id_, units=1)
    do(ctx, lambda uow, id_: remainder.split(uow, id_, [AskedLine("tea", 1)], reason="too heavy"), ids[1])
    assert endings(ctx) == []
    do(ctx, lambda uow, id_: remainder.reject_part(uow, id_, [AskedLine("soap", 1)], reason="no_time"), ids[2])
    assert (statuses(ctx), endings(ctx)) == (["closed"], ["wave.closed"])
    assert wave_of(ctx, wave_id).view.picked == 5


def test_a_wave_that_was_picked_before_it_was_released_ends_as_it_is(ctx: Context) -> None:
    """As they are in databases of before: everything was picked, and nobody told the wave."""
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"tea": 1}])
    for id_ in ids:
        do(ctx, by_command, id_)
    wave_id = put_in_wave(ctx, ids, status=WaveStatus.PLANNED)
    with ctx.uow() as uow:
        service.release(uow, wave_id)
    assert (statuses(ctx), endings(ctx)) == (["closed"], ["wave.closed"])


@pytest.mark.parametrize("act", PICKED)
def test_what_is_taken_back_in_a_closed_wave_is_free_for_another(ctx: Context, act: Act) -> None:
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"soap": 1}, {"tea": 2, "rye": 1}])
    (wave_id,) = plan(ctx, released=True)
    do(ctx, by_command, ids[0])
    do(ctx, act, ids[1])
    with ctx.uow() as uow:
        fulfillment.undo(uow, [ids[1]])
    assert (statuses(ctx), endings(ctx)) == (["closed"], ["wave.closed"])
    assert shares(ctx, wave_id) == {ids[0]: "picked", ids[1]: "removed"}
    assert inside(ctx) == {ids[0]: wave_id, ids[1]: None}
    assert wave_of(ctx, wave_id).view.picked == 1
    do(ctx, by_command, ids[1])  # picked after all, by itself
    assert wave_of(ctx, wave_id).view.picked == 1
    assert endings(ctx) == ["wave.closed"]


def test_a_scan_taken_back_after_the_wave_closed_itself_counts_as_not_picked_in_it(ctx: Context) -> None:
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"soap": 1}, {"tea": 2}])
    (wave_id,) = plan(ctx, released=True)
    do(ctx, by_command, ids[0])
    last = scan("tea", wave_id=wave_id, units=2)
    with ctx.uow() as uow:
        picking.record(uow, [last])
    assert statuses(ctx) == ["closed"]
    with ctx.uow() as uow:
        picking.record(uow, [scan("tea", wave_id=wave_id, undoes=last.scan_id)])
    assert (wave_of(ctx, wave_id).view.picked, shares(ctx, wave_id)[ids[1]]) == (1, "removed")
    with ctx.uow() as uow:
        fulfillment.unclaim(uow, [ids[1]])
    (again,) = plan(ctx)
    assert inside(ctx)[ids[1]] == again


def test_undo_while_the_wave_is_picked_leaves_the_shipment_in_it(ctx: Context) -> None:
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"soap": 1}, {"tea": 2}])
    (wave_id,) = plan(ctx, released=True)
    do(ctx, by_command, ids[1])
    with ctx.uow() as uow:
        fulfillment.undo(uow, [ids[1]])
    assert shares(ctx, wave_id) == dict.fromkeys(ids, "to_pick")
    assert (statuses(ctx), wave_of(ctx, wave_id).view.picked) == (["picking"], 0)
    for id_ in ids:
        do(ctx, by_command, id_)
    assert (statuses(ctx), endings(ctx)) == (["closed"], ["wave.closed"])


def test_a_shipment_reassigned_after_its_wave_closed_is_no_share_of_it(ctx: Context) -> None:
    open_aisles(ctx)
    open_shop(ctx, {"NYC": {"tea": 9}}, NYC=location("NYC", at=NEW_YORK))
    ids = wait_for_picking(ctx, [{"soap": 1}, {"tea": 2}])
    (wave_id,) = plan(ctx, released=True)
    for id_ in ids:
        do(ctx, by_command, id_)
    do(ctx, reassigned, ids[1])
    assert (statuses(ctx), wave_of(ctx, wave_id).view.picked) == (["closed"], 1)
    assert (inside(ctx)[ids[1]], shares(ctx, wave_id)[ids[1]]) == (None, "removed")


@pytest.mark.parametrize("act", [held, sent_for, reassigned])
def test_the_walk_and_the_times_are_those_of_who_stays(ctx: Context, act: Act) -> None:
    open_aisles(ctx)
    open_shop(ctx, {"NYC": {"soap": 9, "tea": 9, "rye": 9}}, NYC=location("NYC", at=NEW_YORK))
    ids = wait_for_picking(ctx, [{"rye": 3}, {"tea": 2, "soap": 2}])
    due = dict(zip(ids, _set_due(ctx, ids), strict=True))
    (wave_id,) = plan(ctx, measured_pace=False)
    before = wave_of(ctx, wave_id).view.wave
    assert (before.shipments, before.units, before.lines, before.stops, before.due_at) == (2, 7, 3, 3, due[ids[1]])
    do(ctx, act, ids[1])
    view = wave_of(ctx, wave_id).view
    after = view.wave
    assert (after.shipments, after.units, after.lines, after.stops) == (1, 3, 1, 1)
    assert [stop["bin"] for stop in after.plan["stops"]] == ["B-01-1"]
    takes = timedelta(seconds=120 + 20 + 3 * 6)
    assert after.due_at == due[ids[0]]
    assert after.latest_safe_start_at == min(due[ids[0]], after.cutoff_at) - takes
    assert before.predicted_finish_at - after.predicted_finish_at == timedelta(seconds=2 * 20 + 4 * 6)
    assert view.finish_at == after.predicted_finish_at == after.created_at + takes


def _set_due(ctx: Context, ids: list[int]) -> list[object]:
    """Give the second shipment less time than the first."""
    with ctx.uow() as uow:
        table = table_of(Shipment)
        at = [uow.now + timedelta(hours=hours) for hours in (6, 3)]
        for id_, moment in zip(ids, at, strict=True):
            uow.session.execute(sa.update(table).where(table.c.id == id_).values(sla_due_at=moment))
        return list(at)


@pytest.mark.parametrize("how", ["split", "route", "short"])
def test_a_share_shrinks_to_what_remains_and_keeps_its_slot(ctx: Context, how: str) -> None:
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"rye": 1, "milk": 1}, {"tea": 2, "soap": 3}])
    (wave_id,) = plan(ctx, released=True, slots_per_cart=4)
    slots = {member.shipment_id: member.slot for member in wave_of(ctx, wave_id).members}
    part: dict[str, Act] = {
        "split": lambda uow, id_: remainder.split(
            uow, id_, [AskedLine("tea", 1), AskedLine("soap", 3)], reason="too heavy"
        ),
        "route": lambda uow, id_: remainder.reject_part(
            uow, id_, [AskedLine("tea", 1), AskedLine("soap", 3)], reason="no_time"
        ),
        "short": lambda uow, id_: remainder.short(
            uow, id_, [ShortLine("tea", 1), ShortLine("soap", 3)], reason="no_time"
        ),
    }
    do(ctx, part[how], ids[1])
    whole = wave_of(ctx, wave_id)
    assert {member.shipment_id: member.slot for member in whole.members} == slots
    wave = whole.view.wave
    assert (wave.shipments, wave.units, wave.lines, wave.stops) == (2, 3, 3, 3)
    taken = {stop["bin"]: stop["items"][0]["quantity"] for stop in wave.plan["stops"]}
    assert taken == {"A-01-1": 1, "A-02-1": 1, "B-01-1": 1}
    assert [row["wave_id"] for row in rows_of(ctx, Shipment)[2:]] == [None] * (how == "split")
    assert whole.view.progress.units == 3


def test_the_finish_is_predicted_from_what_is_left(ctx: Context) -> None:
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"tea": 4}, {"rye": 4}])
    (wave_id,) = plan(ctx, released=True, measured_pace=False)
    with ctx.read() as uow:
        now = uow.now
    assert wave_of(ctx, wave_id).view.finish_at == now + timedelta(seconds=120 + 2 * 20 + 8 * 6)
    with ctx.uow() as uow:
        service.begin(uow, wave_id)
    pick(ctx, ids[0])
    assert wave_of(ctx, wave_id).view.finish_at == now + timedelta(seconds=(2 * 20 + 8 * 6) / 2)
    with ctx.uow() as uow:
        (again,) = service.close(uow, wave_id, service.CloseAsk())
        again_id = int(again.id or 0)
    assert wave_of(ctx, again_id).view.finish_at == now + timedelta(seconds=120 + 20 + 4 * 6)
    assert [row["units"] for row in rows_of(ctx, PickWave)] == [8, 4]
