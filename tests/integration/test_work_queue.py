"""The work queue of a location: least time left first, mine, nobody's, all, and what waits at the counter."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from backend.auth.actor import Actor, LocationScope
from backend.clock import ManualClock
from backend.context import Context
from backend.fulfillment import queue
from backend.fulfillment import service as fulfillment
from backend.fulfillment.queue import QueueFilter, Whose
from backend.fulfillment.service import StepCommand
from backend.sla import service as sla
from dashboard.address import QueueAddress
from dashboard.format import AMERICAN
from dashboard.gateway import Asker, Gateway
from models.enums import ActorKind, Method, Permission, Role, ShipmentStatus
from models.errors import DomainError, ErrorCode
from tests.support.shop import NEW_YORK, location, open_shop, order, place
from tests.support.sla import SHIP_100

S = ShipmentStatus
RIGHTS = frozenset({Permission.SHIPMENTS_WRITE, Permission.ORDERS_READ})
ANN = Actor(ActorKind.USER, "ann", RIGHTS, LocationScope(frozenset({"CHI"})), role=Role.FULFILLER)


@pytest.fixture
def ids(ctx: Context, clock: ManualClock) -> list[int]:
    """Five shipments in Chicago, opened a minute after each other: the fourth for pickup, the fifth without a clock."""
    open_shop(ctx, {"CHI": {"tea": 9}, "NY": {"tea": 9}}, NY=location("NY", at=NEW_YORK))
    with ctx.uow() as uow:
        sla.put_definition(uow, "ship", SHIP_100)
    found = []
    for number in range(5):
        clock.advance(timedelta(minutes=1))
        method = Method.PICKUP if number >= 3 else Method.SHIP
        where = {"pickup_location": "CHI"} if method is Method.PICKUP else {}
        found.append(place(ctx, order(f"A-{number}", method=method, **where))[0].shipments[0].id)
    with ctx.uow() as uow:
        fulfillment.advance(uow, [StepCommand(found[3], S.READY)])
    return found


def listed(ctx: Context, whose: Whose, method: Method | None = None) -> list[int]:
    with ctx.read(ANN) as uow:
        here = queue.place_of(uow, "CHI")
        works = queue.find(uow, here, QueueFilter(whose, method))
        assert queue.counts(uow, here, method)[whose] == len(works)
        return [work.id for work in works]


def test_each_part_of_the_queue_is_listed_and_counted(ctx: Context, ids: list[int]) -> None:
    with ctx.uow(ANN) as uow:
        fulfillment.claim(uow, [ids[1]])
    with ctx.uow() as uow:
        fulfillment.claim(uow, [ids[2]])
        fulfillment.hold(uow, [ids[0]], reason="address")
    assert listed(ctx, Whose.ALL) == [ids[1], ids[2], ids[0], ids[4]]  # what no clock measures comes last
    assert listed(ctx, Whose.MINE) == [ids[1]]
    assert listed(ctx, Whose.FREE) == [ids[0], ids[4]]
    assert listed(ctx, Whose.COUNTER) == [ids[3]]
    assert listed(ctx, Whose.ALL, Method.PICKUP) == [ids[4]]
    with ctx.read(ANN) as uow:
        works = {work.id: work for work in queue.find(uow, queue.place_of(uow, "CHI"), QueueFilter())}
    assert [(works[id_].mine, works[id_].taken) for id_ in ids[:3]] == [(False, False), (True, True), (False, True)]
    assert works[ids[0]].next is None
    assert works[ids[1]].next is not None
    assert works[ids[1]].started_at is not None


def test_the_page_takes_the_most_urgent_that_can_be_worked_on(ctx: Context, ids: list[int]) -> None:
    door, ann = Gateway(lambda: ctx), Asker(ANN, AMERICAN)
    screen = door.queue(ann, QueueAddress())
    assert screen is not None
    assert (screen.location, screen.free, [place for place, _ in screen.places]) == ("CHI", "4", ["CHI"])
    with ctx.uow() as uow:
        fulfillment.hold(uow, [ids[0]], reason="address")
    here = QueueAddress(location="CHI")
    assert [door.take_next(ann, here) for _ in range(3)] == [ids[1], ids[2], ids[4]]
    with pytest.raises(DomainError) as refused:
        door.take_next(ann, here)
    assert refused.value.code is ErrorCode.NOT_FOUND
    door.let_go(ann, ids[2])
    assert listed(ctx, Whose.MINE) == [ids[1], ids[4]]
    lines = [line for batch in door.every_work(ann, here) for line in batch]
    assert [line[0] for line in lines] == [ids[1], ids[2], ids[0], ids[4]]


def test_a_fulfiller_lets_go_of_his_own_and_a_manager_of_anybodys(ctx: Context, ids: list[int]) -> None:
    door, ann = Gateway(lambda: ctx), Asker(ANN, AMERICAN)
    ben = Asker(replace(ANN, label="ben"), AMERICAN)
    boss = Asker(replace(ANN, label="boss", role=Role.MANAGER), AMERICAN)
    door.take_work(ann, ids[1])
    here = QueueAddress(location="CHI")

    def may(asker: Asker) -> list[str]:
        screen = door.queue(asker, here)
        assert screen is not None
        return [row.key for row in screen.rows if row.lets_go]

    assert [may(asker) for asker in (ann, ben, boss)] == [[str(ids[1])], [], [str(ids[1])]]
    with pytest.raises(DomainError) as refused:
        door.let_go(ben, ids[1])
    assert refused.value.code is ErrorCode.FORBIDDEN
    assert listed(ctx, Whose.MINE) == [ids[1]]
    door.let_go(boss, ids[1])
    assert listed(ctx, Whose.MINE) == []


def test_nobody_looks_into_the_queue_of_another_place(ctx: Context, ids: list[int]) -> None:
    door, ann = Gateway(lambda: ctx), Asker(ANN, AMERICAN)
    for ask in (lambda: door.queue(ann, QueueAddress(location="NY")), lambda: door.take_work(ann, 99)):
        with pytest.raises(DomainError) as refused:
            ask()
        assert refused.value.code is ErrorCode.NOT_FOUND
    assert len(ids) == 5
