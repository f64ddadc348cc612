"""Several routing workers on one database: no order is routed twice, nothing is oversold, and one that dies leaves
nothing half done."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from backend.availability.follower import batch_stock
from backend.context import Context
from backend.fulfillment import service as fulfillment
from backend.invariants import violations
from backend.inventory import service as inventory
from backend.jobs import routing as job
from backend.orders import routed
from backend.orders import service as orders
from backend.routing import service as routing
from models.errors import DomainError
from models.tables import Order, OrderLine, RoutingDecision, Shipment, ShipmentLine
from tests.support.shop import NEW_YORK, location, open_shop, order, place, row_counts, rows_of, stock_of
from tests.support.waiting_orders import due_again, wait


def assert_sound(ctx: Context) -> None:
    with ctx.read() as uow:
        assert violations(uow) == []


def assert_conserved(ctx: Context) -> None:
    """Assert that every unit asked for is in a shipment, was cancelled, or waits for something it is told."""
    alive = {row["id"] for row in rows_of(ctx, Shipment) if row["status"] != "cancelled"}
    given: Counter[int] = Counter()
    for row in rows_of(ctx, ShipmentLine):
        if row["shipment_id"] in alive:
            given[row["order_line_id"]] += row["quantity"]
    for line in rows_of(ctx, OrderLine):
        left = line["quantity"] - line["cancelled"] - given[line["id"]]
        assert left >= 0
        assert (left > 0) == (line["remainder"] is not None)


def test_two_workers_share_the_work_and_no_order_is_routed_twice(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 30}, "NY": {"tea": 15}}, NY=location("NY", at=NEW_YORK))
    wait(ctx, *(order(f"A-{n}") for n in range(60)))

    def work(_: int) -> int:
        report = routed_by = 0
        for _ in range(30):
            with ctx.uow() as uow:
                report = routing.route_due(uow, limit=5, book=batch_stock(ctx)).routed
            routed_by += report
        return routed_by

    with ThreadPoolExecutor(4) as pool:
        shares = list(pool.map(work, range(4)))
    job.run(ctx)
    assert sum(shares) <= 60
    assert len(rows_of(ctx, Shipment)) == 45
    assert Counter(row["order_id"] for row in rows_of(ctx, RoutingDecision)).most_common(1)[0][1] == 1
    assert stock_of(ctx) == (45, 45)
    assert Counter(row["status"] for row in rows_of(ctx, Order)) == {"routed": 45, "unassigned": 15}
    assert_sound(ctx)
    assert_conserved(ctx)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_an_order_that_another_worker_holds_is_stepped_over(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 5}})
    first, second = wait(ctx, order("A-1"), order("A-2"))
    with ctx.uow() as holding:
        assert routed.claim(holding, limit=1) == [first]
        with ctx.uow() as uow:
            assert routing.route_due(uow, limit=10).claimed == 1
    assert {row["id"]: row["status"] for row in rows_of(ctx, Order)} == {first: "placed", second: "routed"}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_lost_the_race_for_a_unit_is_decided_again(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Force the interleaving: another buyer takes the last unit near after we decided, before we lock it."""
    open_shop(ctx, {"CHI": {"tea": 1}, "NY": {"tea": 1}}, NY=location("NY", at=NEW_YORK))
    wait(ctx, order("LATE"))
    decide = routing.route_all

    def decide_and_be_overtaken(*facts: Any) -> Any:
        decisions = decide(*facts)
        monkeypatch.setattr(routing, "route_all", decide)
        place(ctx, order("RIVAL"))
        return decisions

    monkeypatch.setattr(routing, "route_all", decide_and_be_overtaken)
    with ctx.uow() as uow:
        report = routing.route_due(uow, limit=10, book=batch_stock(ctx))
    assert (report.routed, report.overtaken) == (0, 1)
    assert {row["external_id"]: row["status"] for row in rows_of(ctx, Order)} == {"RIVAL": "routed", "LATE": "placed"}
    job.run(ctx)
    assert {row["external_id"]: row["status"] for row in rows_of(ctx, Order)} == {"RIVAL": "routed", "LATE": "routed"}
    assert stock_of(ctx) == (2, 2)
    assert_sound(ctx)


@pytest.mark.parametrize("step", ["reserve_what_fits", "write", "flush"])
def test_a_worker_that_dies_mid_batch_leaves_nothing_half_done(
    ctx: Context, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    open_shop(ctx, {"CHI": {"tea": 9}})
    wait(ctx, *(order(f"A-{n}") for n in range(4)))
    before = row_counts(ctx)

    class Killed(BaseException):
        """What kill -9 leaves no time to raise."""

    def die(*_: Any, **__: Any) -> None:
        raise Killed

    def run_and_die() -> None:
        with ctx.uow() as uow:
            routing.route_due(uow, limit=10)
            die()

    with monkeypatch.context() as patch:
        if step == "reserve_what_fits":
            patch.setattr(inventory, step, die)
        elif step == "write":
            patch.setattr(routing, step, die)
        with pytest.raises(Killed):
            run_and_die()
    assert row_counts(ctx) == before
    assert stock_of(ctx) == (9, 0)
    job.run(ctx)
    assert {row["status"] for row in rows_of(ctx, Order)} == {"routed"}
    assert_sound(ctx)


def test_rejecting_cancelling_and_routing_at_once_lose_no_unit(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 20, "cup": 20}, "NY": {"tea": 20, "cup": 20}}, NY=location("NY", at=NEW_YORK))
    ids = wait(ctx, *(order(f"A-{n}", lines={"tea": 1, "cup": 2}) for n in range(12)))
    job.run(ctx)
    shipments = [row["id"] for row in rows_of(ctx, Shipment)]
    stop = threading.Event()

    def route() -> None:
        while not stop.is_set():
            with ctx.uow() as uow:
                routing.route_due(uow, limit=3)

    def act(number: int) -> None:
        try:
            with ctx.uow() as uow:
                if number % 3 == 0:
                    orders.cancel_order(uow, ids[number], reason="test")
                else:
                    fulfillment.reject(uow, [shipments[number]], reason="test")
        except DomainError:
            pass

    with ThreadPoolExecutor(6) as pool:
        workers = [pool.submit(route) for _ in range(2)]
        list(pool.map(act, range(12)))
        stop.set()
        for worker in workers:
            worker.result()
    due_again(ctx, *ids)
    job.run(ctx)
    statuses = Counter(row["status"] for row in rows_of(ctx, Order))
    assert statuses == {"cancelled": 4, "routed": 8}
    assert stock_of(ctx, "tea") == (40, 8)
    assert stock_of(ctx, "cup") == (40, 16)
    assert_sound(ctx)
    assert_conserved(ctx)
