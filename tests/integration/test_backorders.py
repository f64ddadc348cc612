"""What has no place waits for stock: it is promised what is coming, and routed when it is there."""

from __future__ import annotations

import copy
from datetime import timedelta

import pytest

from backend.clock import ManualClock
from backend.context import Context
from backend.invariants import violations
from backend.inventory import future
from backend.inventory.changes import StockChange, adjust
from backend.jobs import routing as job
from backend.routing import strategies
from backend.routing.defaults import DEFAULT_STRATEGY
from models.tables import Event, FutureAllocation, Order, OrderLine
from tests.support.shop import open_shop, order, rows_of, stock_of
from tests.support.waiting_orders import wait


@pytest.fixture
def patient(ctx: Context) -> Context:
    """Return a shop with one cup and three to come, whose strategy has the rest wait for stock."""
    open_shop(ctx, {"CHI": {"tea": 5, "cup": 1}})
    with ctx.uow() as uow:
        strategies.put(uow, "patient", copy.deepcopy(DEFAULT_STRATEGY) | {"otherwise": "backorder"})
        strategies.activate(uow, "patient")
        future.announce(uow, "CHI", "cup", "PO-1", quantity=3, arrives_at=uow.now + timedelta(days=2))
    return ctx


def test_the_rest_of_an_order_waits_and_follows_when_stock_arrives(patient: Context, clock: ManualClock) -> None:
    ctx = patient
    wait(ctx, order("A-1", lines={"cup": 3}))
    due = job.run(ctx)
    row = rows_of(ctx, Order)[0]
    assert row["status"] == "partly_routed"
    assert due == row["routing_due_at"] == clock.now() + timedelta(days=2)
    assert rows_of(ctx, OrderLine)[0]["remainder"] == "backordered"
    assert [item["quantity"] for item in rows_of(ctx, FutureAllocation)] == [2]
    (told,) = [event["data"] for event in rows_of(ctx, Event) if event["type"] == "order.backordered"]
    assert told["lines"] == [{"sku": "cup", "quantity": 2, "action": "backordered"}]
    clock.advance(timedelta(days=1))
    with ctx.uow() as uow:
        future.receive(uow, "CHI", "cup", "PO-1", quantity=3)  # a day early
    job.run(ctx)
    row = rows_of(ctx, Order)[0]
    assert (row["status"], row["routing_due_at"]) == ("routed", None)
    assert rows_of(ctx, OrderLine)[0]["remainder"] is None
    assert rows_of(ctx, FutureAllocation) == []
    assert stock_of(ctx, "cup") == (4, 3)
    with ctx.read() as uow:
        assert violations(uow) == []


def test_an_overdue_arrival_does_not_keep_routing_busy(patient: Context, clock: ManualClock) -> None:
    ctx = patient
    wait(ctx, order("A-1", lines={"cup": 4}))
    job.run(ctx)
    clock.advance(timedelta(days=3))
    assert job.run(ctx) is None
    assert rows_of(ctx, Order)[0]["status"] == "partly_routed"
    with ctx.uow() as uow:
        adjust(uow, [StockChange("CHI", "cup", 5)])
    job.run(ctx)
    assert rows_of(ctx, Order)[0]["status"] == "routed"
    assert rows_of(ctx, FutureAllocation) == []
