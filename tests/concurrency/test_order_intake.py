"""Orders that arrive at the same moment share transactions; each is made once and gets its own answer."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from backend.auth.actor import SYSTEM, Actor, LocationScope
from backend.context import Context
from backend.orders import intake
from backend.orders.desk import Desk
from backend.orders.intake import Call, Intake
from backend.orders.service import AcceptedOrder
from backend.persistence.answers import Claim, Stored
from backend.persistence.engine import make_engine
from backend.persistence.uow import UowFactory
from models.enums import ActorKind
from models.errors import DomainError, ErrorCode
from models.tables import Event, IdempotencyKey, Order, OrderLine
from tests.support.ports import eventually
from tests.support.shop import open_shop, order, rows_of

HANGS = 40
SHOP = Actor(ActorKind.API_KEY, "key:shop", frozenset(), LocationScope())


@pytest.fixture
def door(ctx: Context) -> Intake:
    open_shop(ctx, {"CHI": {"tea": 50}})
    return ctx.part(Intake)


def show(accepted: AcceptedOrder) -> Stored:
    return Stored(201, f'{{"id":{accepted.id}}}')


def call(external_id: str, *, key: str | None = None, body: str = "b", actor: Actor = SYSTEM, **changes: Any) -> Call:
    claim = Claim("owner", key, body) if key else None
    return Call(order(external_id, **changes), actor, claim, show)


def result(one: Call) -> Stored | ErrorCode:
    try:
        return one.answer.result(20)
    except DomainError as error:
        return error.code


@contextmanager
def gathering(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Hold the committer until the block ends, so that what is submitted inside makes one group; yields group sizes."""
    sizes: list[int] = []
    go = threading.Event()
    real = intake.commit

    def held(ctx: Context, calls: Any, desk: Any) -> Any:
        go.wait(20)
        sizes.append(len(calls))
        return real(ctx, calls, desk)

    monkeypatch.setattr(intake, "commit", held)
    try:
        yield sizes
    finally:
        go.set()


def test_a_group_shares_one_transaction_and_a_bad_order_holds_up_no_other(
    door: Intake, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = [call(f"A-{n}", key=f"k-{n}", actor=SHOP if n % 2 else SYSTEM) for n in range(6)]
    bad = call("A-9", lines={"nothing": 1}, key="k-9")
    with gathering(monkeypatch) as sizes:
        for one in [*calls, bad]:
            door.submit(one)
    answers = [result(one) for one in calls]
    assert [answer.body for answer in answers if isinstance(answer, Stored)] == [f'{{"id":{n}}}' for n in range(1, 7)]
    assert result(bad) is ErrorCode.INVALID
    assert sum(sizes) == 7
    assert len(sizes) <= 2  # an idle committer may have taken the first ones before the others came
    assert [row["status"] for row in rows_of(ctx, Order)] == ["placed"] * 6
    assert len(rows_of(ctx, OrderLine)) == len(rows_of(ctx, IdempotencyKey)) == 6
    placed = [event["actor"] for event in rows_of(ctx, Event) if event["type"] == "order.placed"]
    assert Counter(placed) == {"system": 3, "key:shop": 3}


def test_one_order_and_one_key_are_in_a_group_once_and_the_later_call_finds_them_done(
    door: Intake, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = [
        call("A-1", key="k-1"),
        call("A-1", key="k-1"),
        call("A-2", key="k-1", body="other"),
        call("A-1", key="k-2"),
        call("A-1"),
    ]
    with gathering(monkeypatch):
        for one in calls:
            door.submit(one)
    first, again, mismatch, taken, unkeyed = (result(one) for one in calls)
    assert isinstance(first, Stored)
    assert again == replace(first, again=True)
    assert (mismatch, taken, unkeyed) == (ErrorCode.IDEMPOTENCY_MISMATCH, ErrorCode.CONFLICT, ErrorCode.CONFLICT)
    assert [row["external_id"] for row in rows_of(ctx, Order)] == ["A-1"]


def test_the_same_keys_from_many_threads_make_one_order_each(door: Intake, ctx: Context) -> None:
    with ThreadPoolExecutor(16) as pool:
        calls = list(pool.map(lambda n: _submit(door, call(f"A-{n % 8}", key=f"k-{n % 8}")), range(160)))
    answers = [result(one) for one in calls]
    assert {answer for answer in answers if not isinstance(answer, Stored)} == set()
    bodies = {answer.body for answer in answers if isinstance(answer, Stored)}
    assert len(bodies) == len(rows_of(ctx, Order)) == 8


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_processes_with_the_same_keys_make_one_order_each(door: Intake, ctx: Context) -> None:
    engine = make_engine(ctx.settings.database)
    other = replace(ctx, engine=engine, transactions=UowFactory(engine, ctx.clock, ctx.wakeups), parts={})
    doors = (door, other.part(Intake))
    with ThreadPoolExecutor(16) as pool:
        calls = list(pool.map(lambda n: _submit(doors[n % 2], call(f"A-{n % 20}", key=f"k-{n % 20}")), range(200)))
    answers = [result(one) for one in calls]
    assert {answer for answer in answers if not isinstance(answer, Stored)} == set()
    assert len({answer.body for answer in answers if isinstance(answer, Stored)}) == len(rows_of(ctx, Order)) == 20
    engine.dispose()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_comes_second_in_another_process_gets_the_first_answer(door: Intake, ctx: Context) -> None:
    """Forced: the other process has written the key and the order, and has not committed yet."""
    desk = Desk()
    mine, theirs = call("A-1", key="k-1"), call("A-1", key="k-1")
    with ThreadPoolExecutor(1) as pool:
        with ctx.uow() as uow:
            (first,) = intake._judge(uow, [theirs], desk)
            waiting = pool.submit(intake.commit, ctx, [mine], desk)
            with pytest.raises(TimeoutError):
                waiting.result(0.3)
        (second,) = waiting.result(20)
    assert isinstance(first.answer, Stored)
    assert second.answer == replace(first.answer, again=True)
    assert len(rows_of(ctx, Order)) == 1


def test_past_its_depth_the_door_refuses_at_once(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    open_shop(ctx, {"CHI": {"tea": 50}})
    small = replace(ctx, settings=ctx.settings.model_copy(update={"intake_depth": 3}), parts={})
    door = small.part(Intake)
    calls = [call(f"A-{n}") for n in range(3)]
    with gathering(monkeypatch):
        for one in calls:
            door.submit(one)
        with pytest.raises(DomainError) as refused:
            door.submit(call("A-3"))
        assert (refused.value.code, refused.value.context["retry_after"]) == (ErrorCode.OVERLOADED, 1)
        with pytest.raises(DomainError), door.room(1):
            pass
    assert all(isinstance(result(one), Stored) for one in calls)
    with door.room(1000):  # nothing waits: a batch is always taken
        pass
    assert isinstance(result(_submit(door, call("A-3"))), Stored)
    assert len(rows_of(ctx, Order)) == 4


def test_what_breaks_a_group_breaks_only_its_own_call(
    door: Intake, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_order: AcceptedOrder) -> Stored:
        raise RuntimeError("cannot be shown")

    calls = [call(f"A-{n}") for n in range(4)]
    calls[2].show = broken
    with gathering(monkeypatch):
        for one in calls:
            door.submit(one)
    for one in (calls[0], calls[1], calls[3]):
        assert isinstance(result(one), Stored)
    with pytest.raises(RuntimeError):
        calls[2].answer.result(20)
    assert [row["external_id"] for row in rows_of(ctx, Order)] == ["A-0", "A-1", "A-3"]


def test_while_the_database_is_away_everybody_is_told_at_once(
    door: Intake, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def away(_ctx: Context, calls: Any, _desk: Any) -> Any:
        tries.append(len(calls))
        raise OperationalError("BEGIN", {}, Exception("no connection"))

    monkeypatch.setattr(intake, "commit", away)
    calls = [_submit(door, call(f"A-{n}")) for n in range(50)]
    for one in calls:
        with pytest.raises(OperationalError):
            one.answer.result(20)
    assert sum(tries) == 50  # nobody was tried alone, one outage after the other
    monkeypatch.undo()
    assert isinstance(result(_submit(door, call("A-0"))), Stored)
    assert len(rows_of(ctx, Order)) == 1


def _submit(door: Intake, one: Call) -> Call:
    door.submit(one)
    return one


def test_a_batch_steps_aside_while_single_orders_are_committed(
    door: Intake, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "_ASIDE_SECONDS", 20)
    done: list[str] = []
    aside = threading.Thread(target=lambda: (door.step_aside(), done.append("piece")))
    with gathering(monkeypatch) as sizes:
        single = call("A-1")
        single.answer.add_done_callback(lambda _: done.append("single"))
        door.submit(single)
        eventually(lambda: door._committing, seconds=20, what="a group under way")
        aside.start()
    aside.join(20)
    assert sizes == [1]
    assert done == ["single", "piece"]


def test_a_batch_waits_for_nobody_when_no_single_order_is_about(door: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "_ASIDE_SECONDS", HANGS)
    alone = threading.Thread(target=door.step_aside, daemon=True)
    alone.start()
    alone.join(HANGS / 2)
    assert not alone.is_alive()
