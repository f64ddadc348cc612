"""What waits for stock is routed as soon as there is some, also where the stock book has not heard of it yet."""

from __future__ import annotations

import copy
from datetime import timedelta

import pytest

from backend.context import Context
from backend.invariants import violations
from backend.inventory import future
from backend.inventory.changes import StockChange, adjust
from backend.jobs import routing as job
from backend.locations.service import close_location, reopen_location
from backend.routing import strategies
from backend.routing.defaults import DEFAULT_STRATEGY
from models.enums import Method
from models.tables import Event, FutureAllocation, Order, OrderLine, RoutingDecision
from tests.support.shop import open_shop, order, row_counts, rows_of, stock_of
from tests.support.waiting_orders import due_again, wait


@pytest.mark.parametrize("how", ["received", "counted in"])
def test_the_rest_of_an_order_follows_when_stock_arrives(ctx: Context, how: str) -> None:
    open_shop(ctx, {"CHI": {"cup": 1}})
    with ctx.uow() as uow:
        strategies.put(uow, "patient", copy.deepcopy(DEFAULT_STRATEGY) | {"otherwise": "backorder"})
        strategies.activate(uow, "patient")
        future.announce(uow, "CHI", "cup", "PO-1", quantity=3, arrives_at=uow.now + timedelta(days=2))
    wait(ctx, order("A-1", lines={"cup": 3}))
    assert job.run(ctx) is None
    assert rows_of(ctx, Order)[0]["status"] == "partly_routed"
    assert rows_of(ctx, OrderLine)[0]["remainder"] == "backordered"
    (told,) = [event["data"] for event in rows_of(ctx, Event) if event["type"] == "order.backordered"]
    assert told["lines"] == [{"sku": "cup", "quantity": 2, "action": "backordered"}]
    with ctx.uow() as uow:  # nobody has put this in the feed when routing looks
        if how == "received":
            future.receive(uow, "CHI", "cup", "PO-1", quantity=3)
        else:
            adjust(uow, [StockChange("CHI", "cup", 3)])
    assert job.run(ctx) is None
    assert rows_of(ctx, Order)[0]["status"] == "routed"
    assert rows_of(ctx, OrderLine)[0]["remainder"] is None
    assert rows_of(ctx, FutureAllocation) == []
    assert stock_of(ctx, "cup") == (4, 3)
    with ctx.read() as uow:
        assert violations(uow) == []


def test_who_collects_waits_for_the_stock_of_the_chosen_location_only(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"cup": 0}, "NY": {"cup": 0}})
    with ctx.uow() as uow:
        strategies.put(uow, "patient", copy.deepcopy(DEFAULT_STRATEGY) | {"otherwise": "backorder"})
        strategies.activate(uow, "patient")
    wait(ctx, order("A-1", lines={"cup": 2}, method=Method.PICKUP, pickup_location="NY"))
    assert job.run(ctx) is None
    before = row_counts(ctx)
    for _ in range(3):
        with ctx.uow() as uow:
            adjust(uow, [StockChange("CHI", "cup", 1)])
        assert rows_of(ctx, Order)[0]["routing_due_at"] is None
    with ctx.uow() as uow:
        adjust(uow, [StockChange("NY", "cup", 2)])
    assert job.run(ctx) is None
    assert rows_of(ctx, Order)[0]["status"] == "routed"
    assert row_counts(ctx)["routing_decision"] == before["routing_decision"] + 1


def test_a_look_that_finds_the_same_nothing_is_not_told_again(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"cup": 0}})
    whole = copy.deepcopy(DEFAULT_STRATEGY) | {"otherwise": "backorder"}
    with ctx.uow() as uow:
        strategies.put(uow, "patient", whole)
        strategies.activate(uow, "patient")
    (id_,) = wait(ctx, order("A-1", lines={"cup": 2}, method=Method.PICKUP, pickup_location="CHI"))
    assert job.run(ctx) is None
    before, told = row_counts(ctx), rows_of(ctx, RoutingDecision)
    attempts = rows_of(ctx, Order)[0]["routing_attempts"]
    for _ in range(5):
        due_again(ctx, id_)
        assert job.run(ctx) is None
        assert rows_of(ctx, Order)[0]["routing_due_at"] is None
    assert (row_counts(ctx), rows_of(ctx, RoutingDecision)) == (before, told)
    assert rows_of(ctx, Order)[0]["routing_attempts"] == attempts
    with ctx.uow() as uow:
        strategies.put(uow, "care", whole | {"otherwise": "customer_care"})
        strategies.activate(uow, "care")
    due_again(ctx, id_)
    assert job.run(ctx) is None
    assert [row["attempt"] for row in rows_of(ctx, RoutingDecision)] == [1, 2]
    assert rows_of(ctx, Order)[0]["status"] == "customer_care"


def test_who_waits_for_a_closed_location_is_looked_at_when_it_opens_again(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"cup": 5}})
    with ctx.uow() as uow:
        strategies.put(uow, "patient", copy.deepcopy(DEFAULT_STRATEGY) | {"otherwise": "backorder"})
        strategies.activate(uow, "patient")
        close_location(uow, "CHI", reason="flood")
    wait(ctx, order("A-1", lines={"cup": 2}, method=Method.PICKUP, pickup_location="CHI"))
    assert job.run(ctx) is None
    assert rows_of(ctx, Order)[0]["status"] == "backordered"
    with ctx.uow() as uow:
        reopen_location(uow, "CHI")
    assert job.run(ctx) is None
    assert rows_of(ctx, Order)[0]["status"] == "routed"
