"""Who picks, takes back, holds and closes at the same moment: each wave ends once, each unit is picked once, and nobody
waits for ever. Every interleaving is forced, on PostgreSQL: SQLite has one writer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlmodel import Session

from backend.context import Context
from backend.fulfillment import remainder
from backend.fulfillment import service as fulfillment
from backend.fulfillment.remainder import ShortLine
from backend.fulfillment.rules import StepCommand
from backend.persistence.bulk import table_of
from backend.persistence.uow import Uow
from backend.picking import service as picking
from backend.waves import rows, service
from backend.waves.rules import Missing
from backend.waves.service import CloseAsk
from models.enums import ShipmentStatus
from models.errors import DomainError, ErrorCode
from models.tables import Event, PickWave, Scan, ShipmentLine
from tests.concurrency.test_stock_races import assert_sound
from tests.support.picking import scan
from tests.support.races import held, wait_for_a_blocked_session
from tests.support.shop import rows_of
from tests.support.waves import inside, open_aisles, pick, plan, shares, statuses, wait_for_picking, wave_of

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)

Act = Callable[[Uow], object]


def run(ctx: Context, act: Act) -> object:
    """Do something in a transaction of its own; a refusal is a result."""
    try:
        with ctx.uow() as uow:
            return act(uow)
    except DomainError as error:
        return error


def overtaking(ctx: Context, monkeypatch: pytest.MonkeyPatch, first: Act, second: Act) -> tuple[object, object]:
    """Do both, the second between the first one's work and its commit."""
    commit = Session.commit
    with ThreadPoolExecutor(1, thread_name_prefix="first") as one, ThreadPoolExecutor(1) as other:
        rival: list[Future[object]] = []

        def overtaken(self: Session) -> None:
            if threading.current_thread().name.startswith("first") and not rival:
                rival.append(other.submit(run, ctx, second))
                wait_for_a_blocked_session(ctx, unless=lambda: rival[0].done())
            commit(self)

        monkeypatch.setattr(Session, "commit", overtaken)
        done = one.submit(run, ctx, first).result(timeout=60)
        return done, rival[0].result(timeout=60)


def endings(ctx: Context) -> list[str]:
    return [row["type"] for row in rows_of(ctx, Event) if row["type"] in ("wave.closed", "wave.cancelled")]


@pytest.mark.parametrize("first", ["wave scan", "shipment scan", "pick", "undo", "put back"])
@pytest.mark.parametrize("second", ["wave scan", "shipment scan", "pick", "undo", "put back"])
def test_the_last_unit_is_picked_once_however_two_people_come_to_it(
    ctx: Context, monkeypatch: pytest.MonkeyPatch, first: str, second: str
) -> None:
    open_aisles(ctx)
    (id_,) = wait_for_picking(ctx, [{"tea": 2}])
    (wave_id,) = plan(ctx, released=True)
    run(ctx, lambda uow: picking.record(uow, [scan("tea", shipment_id=id_)]))
    acts: dict[str, Act] = {
        "wave scan": lambda uow: picking.record(uow, [scan("tea", wave_id=wave_id)]),
        "shipment scan": lambda uow: picking.record(uow, [scan("tea", shipment_id=id_)]),
        "pick": lambda uow: fulfillment.advance(uow, [StepCommand(id_, ShipmentStatus.PICKED)]),
        "undo": lambda uow: fulfillment.undo(uow, [id_]),
        "put back": lambda uow: picking.record(uow, [scan("tea", shipment_id=id_, units=-1)]),
    }
    results = overtaking(ctx, monkeypatch, acts[first], acts[second])
    refused = [one for one in results if isinstance(one, DomainError)]
    assert {error.code for error in refused} <= {ErrorCode.ILLEGAL_TRANSITION, ErrorCode.STALE}
    (line,) = rows_of(ctx, ShipmentLine)
    scanned = sum(row["units"] for row in rows_of(ctx, Scan))
    assert 0 <= scanned <= line["picked"] <= 2
    if "pick" not in (first, second):
        assert scanned == line["picked"]
    member = wave_of(ctx, wave_id).members[0]
    done = member.status is ShipmentStatus.PICKED
    assert done <= (line["picked"] == 2)
    ended = endings(ctx)
    assert ended in ([], ["wave.closed"])
    assert (statuses(ctx) == ["closed"]) is bool(ended)
    expected = ("picked", wave_id, 2) if done else ("removed", None, 0)
    if ended:
        assert (shares(ctx, wave_id)[id_], inside(ctx)[id_], wave_of(ctx, wave_id).view.picked) == expected
    assert bool(ended) >= done
    assert_sound(ctx)


@pytest.mark.parametrize("how", ["held", "cancelled", "undone"])
def test_what_waits_for_a_wave_that_ends_meanwhile_does_not_end_it_again(ctx: Context, how: str) -> None:
    """Somebody holds the wave; the last pick waits for it, and behind that who lets a picked shipment go."""
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"tea": 1}, {"rye": 1}])
    (wave_id,) = plan(ctx, released=True)

    def picks(id_: int) -> Act:
        return lambda uow: fulfillment.advance(uow, [StepCommand(id_, ShipmentStatus.PICKED)])

    acts: dict[str, Act] = {
        "held": lambda uow: fulfillment.hold(uow, [ids[0]], reason="call"),
        "cancelled": lambda uow: fulfillment.cancel(uow, [ids[0]], reason="changed his mind"),
        "undone": lambda uow: fulfillment.undo(uow, [ids[0]]),
    }
    run(ctx, picks(ids[0]))
    with ThreadPoolExecutor(2) as pool:
        with held(ctx, table_of(PickWave), wave_id):
            last = pool.submit(run, ctx, picks(ids[1]))
            wait_for_a_blocked_session(ctx)
            other = pool.submit(run, ctx, acts[how])
            wait_for_a_blocked_session(ctx, 2)
        assert (last.result(timeout=60), other.result(timeout=60)) == (None, None)
    assert (statuses(ctx), endings(ctx)) == (["closed"], ["wave.closed"])
    undone = how == "undone"
    assert shares(ctx, wave_id) == {ids[0]: "removed" if undone else "picked", ids[1]: "picked"}
    assert wave_of(ctx, wave_id).view.picked == (1 if undone else 2)
    assert_sound(ctx)


def test_two_waves_closed_with_an_empty_shelf_take_each_other_along_and_deadlock_nobody(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"tea": 1, "rye": 1}, {"tea": 1, "soap": 1}, {"tea": 1, "rye": 1}, {"tea": 2}])
    waves = plan(ctx, released=True, max_shipments=2)
    in_wave = {wave: [id_ for id_ in ids if inside(ctx)[id_] == wave] for wave in waves}
    real, second_holds = rows.lock, threading.Event()

    def close(wave_id: int) -> object:
        missing = tuple(Missing(id_, "tea") for id_ in in_wave[wave_id])
        return run(ctx, lambda uow: service.close(uow, wave_id, CloseAsk(missing, "sold_out")))

    with ThreadPoolExecutor(1) as pool:
        rival: list[Future[object]] = []

        def overtaken(uow: Uow, wave_id: int) -> PickWave:
            if wave_id == waves[1]:
                second_holds.set()
            elif not rival:  # the first holds its shipments: now the other closes his wave
                rival.append(pool.submit(close, waves[1]))
                wait_for_a_blocked_session(ctx, unless=second_holds.is_set)
            return real(uow, wave_id)

        monkeypatch.setattr(rows, "lock", overtaken)
        mine = close(waves[0])
        theirs = rival[0].result(timeout=60)
    assert not isinstance(mine, DomainError)
    assert isinstance(theirs, DomainError)  # what he missed is gone already
    assert rows_of(ctx, PickWave)[0]["status"] == "closed"
    assert {row["sku"] for row in _lines_of_open(ctx, ids)} == {"rye", "soap"}
    assert_sound(ctx)


def test_an_empty_shelf_and_a_pick_in_another_wave_wait_for_each_other_in_order(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The short pick takes along a shipment of another wave, whose picker is about to close that wave."""
    open_aisles(ctx)
    ids = wait_for_picking(ctx, [{"tea": 1, "rye": 1}, {"tea": 2, "soap": 1}])
    waves = plan(ctx, released=True, max_shipments=1)
    pick(ctx, ids[1], units=2)
    mine, theirs = overtaking(
        ctx,
        monkeypatch,
        lambda uow: remainder.short(uow, ids[0], [ShortLine("tea", 1)], reason="sold_out"),
        lambda uow: fulfillment.advance(uow, [StepCommand(ids[1], ShipmentStatus.PICKED)]),
    )
    assert (mine, theirs) == (None, None)
    states = {row["id"]: row["status"] for row in rows_of(ctx, PickWave)}
    assert states == {inside(ctx)[ids[0]]: "released", inside(ctx)[ids[1]]: "closed"}
    assert sorted(states) == sorted(waves)
    assert_sound(ctx)


def _lines_of_open(ctx: Context, ids: list[int]) -> list[dict[str, object]]:
    gone = {
        member.shipment_id
        for wave in rows_of(ctx, PickWave)
        for member in wave_of(ctx, wave["id"]).members
        if member.status is ShipmentStatus.CANCELLED
    }
    return [row for row in rows_of(ctx, ShipmentLine) if row["shipment_id"] in set(ids) - gone]
