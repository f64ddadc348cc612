"""The routing worker on rows: who is due, what becomes of an order, and that a bad one holds up nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.clock import ManualClock
from backend.context import Context
from backend.invariants import violations
from backend.jobs import routing as job
from backend.metrics.collectors import database_metrics
from backend.orders import service as orders
from backend.routing import service as routing
from models.tables import Event, Order, RoutingDecision, Shipment
from tests.support.shop import NEW_YORK, location, open_shop, order, rows_of, stock_of
from tests.support.waiting_orders import due_again, wait


def statuses(ctx: Context) -> dict[str, str]:
    return {row["external_id"]: row["status"] for row in rows_of(ctx, Order)}


def assert_sound(ctx: Context) -> None:
    with ctx.read() as uow:
        assert violations(uow) == []


def test_due_orders_are_routed_and_no_longer_due(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 2}, "NY": {"tea": 5}}, NY=location("NY", at=NEW_YORK))
    wait(ctx, order("A-1"), order("A-2"), order("A-3"))
    assert job.run(ctx) is None
    rows = rows_of(ctx, Order)
    assert {(row["status"], row["routing_due_at"], row["routing_attempts"]) for row in rows} == {("routed", None, 1)}
    assert len(rows_of(ctx, Shipment)) == len(rows_of(ctx, RoutingDecision)) == 3
    assert stock_of(ctx) == (7, 3)
    routed = [event["data"] for event in rows_of(ctx, Event) if event["type"] == "order.routed"]
    assert sorted(data["location"] for data in routed) == ["CHI", "CHI", "NY"]
    assert_sound(ctx)


def test_what_waits_for_routing_is_measured(ctx: Context, clock: ManualClock) -> None:
    open_shop(ctx, {"CHI": {"tea": 2}})

    def measured() -> dict[str, float]:
        return {metric.name: metric.samples[0].value for metric in database_metrics(ctx) if metric.samples}

    wait(ctx, order("A-1"), order("A-2"))
    clock.advance(timedelta(seconds=7))
    assert (measured()["pickwatch_routing_queue"], measured()["pickwatch_routing_lag_seconds"]) == (2, 7)
    job.run(ctx)
    assert (measured()["pickwatch_routing_queue"], measured()["pickwatch_routing_lag_seconds"]) == (0, 0)


def test_the_most_urgent_lane_gets_the_last_unit(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 1}})
    wait(ctx, order("LATER"), lane=5)
    wait(ctx, order("FIRST"), lane=0)
    job.run(ctx)
    assert statuses(ctx)["FIRST"] == "routed"
    assert statuses(ctx)["LATER"] != "routed"


def test_an_order_due_later_waits_and_the_job_says_when(ctx: Context, clock: ManualClock) -> None:
    open_shop(ctx, {"CHI": {"tea": 1}})
    (order_id,) = wait(ctx, order())
    with ctx.uow() as uow:
        routing.routed.put_off(uow, order_id, until=clock.now() + timedelta(minutes=5))
    assert job.run(ctx) == clock.now() + timedelta(minutes=5)
    assert statuses(ctx) == {"A-1": "placed"}
    clock.advance(timedelta(minutes=5))
    job.run(ctx)
    assert statuses(ctx) == {"A-1": "routed"}


def test_an_order_that_rests_is_taken_off_the_list(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 1}})
    ids = wait(ctx, order())
    with ctx.uow() as uow:
        orders.hold_order(uow, ids[0], reason="fraud check")
    due_again(ctx, *ids)
    assert job.run(ctx) is None
    assert statuses(ctx) == {"A-1": "held"}
    assert stock_of(ctx) == (1, 0)


def test_a_second_look_assigns_only_what_is_left(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 5}})
    ids = wait(ctx, order(lines={"tea": 2}))
    job.run(ctx)
    due_again(ctx, *ids)
    assert job.run(ctx) is None
    assert stock_of(ctx) == (5, 2)
    assert len(rows_of(ctx, Shipment)) == 1
    assert_sound(ctx)


def test_a_bad_order_holds_up_nobody_and_ends_with_a_person(
    ctx: Context, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_shop(ctx, {"CHI": {"tea": 5}})
    wait(ctx, order("GOOD-1"), order("BAD"), order("GOOD-2"))
    decide = routing.route_all

    def choke(orders, network, strategy):  # type: ignore[no-untyped-def]
        if any(item.external_id == "BAD" for item in orders):
            raise ZeroDivisionError
        return decide(orders, network, strategy)

    monkeypatch.setattr(routing, "route_all", choke)
    next_at = job.run(ctx)
    assert statuses(ctx) == {"GOOD-1": "routed", "BAD": "placed", "GOOD-2": "routed"}
    waits = []
    while next_at is not None:
        waits.append((next_at - clock.now()).total_seconds())
        clock.advance(timedelta(seconds=waits[-1]))
        next_at = job.run(ctx)
    assert waits == sorted(set(waits))  # longer each time
    assert len(waits) == 4
    assert statuses(ctx)["BAD"] == "customer_care"
    assert stock_of(ctx) == (5, 2)
    assert_sound(ctx)
