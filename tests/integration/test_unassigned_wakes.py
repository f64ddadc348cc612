"""What found no location with the strategy as shipped is routed by itself once there is one, and told only then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from backend.clock import ManualClock
from backend.context import Context
from backend.invariants import violations
from backend.inventory import blocks, future
from backend.inventory.blocks import NewBlock
from backend.inventory.changes import StockChange, StockCount, StockSettings, adjust, count, put_settings
from backend.jobs import routing as job
from backend.locations.service import close_location, put_locations, reopen_location
from backend.orders import given_back, waiting
from backend.orders import service as orders
from backend.persistence.uow import Uow
from backend.routing import strategies
from models.enums import Method
from models.tables import Order, OrderLine, RoutingDecision, Shipment
from tests.support.shop import location, open_shop, order, place, row_counts, rows_of
from tests.support.stock import keys_of
from tests.support.waiting_orders import due_again, wait

SETTING = StockSettings("CHI", "cup", safety_stock=2, floor=0)
MIDNIGHT = datetime(2026, 11, 28, 6, tzinfo=UTC)  # of the next day, in Chicago


def states(ctx: Context) -> dict[str, str]:
    return {row["external_id"]: row["status"] for row in rows_of(ctx, Order)}


def due(ctx: Context) -> list[datetime | None]:
    return [row["routing_due_at"] for row in rows_of(ctx, Order)]


def do(ctx: Context, act: Callable[[Uow], Any]) -> None:
    with ctx.uow() as uow:
        act(uow)


def receive(uow: Uow) -> None:
    future.announce(uow, "CHI", "cup", "PO-1", quantity=2, arrives_at=uow.now + timedelta(days=1))
    future.receive(uow, "CHI", "cup", "PO-1", quantity=2)


def cancel_first(uow: Uow) -> None:
    first = uow.session.scalars(sa.select(col(Order.id)).order_by(col(Order.id)).limit(1)).one()
    orders.cancel_order(uow, int(first or 0), reason="changed his mind")


MORE: dict[str, Callable[[Uow], Any]] = {
    "counted": lambda uow: count(uow, [StockCount("CHI", "cup", 4)]),
    "adjusted": lambda uow: adjust(uow, [StockChange("CHI", "cup", 2)]),
    "received": receive,
    "given back": cancel_first,
}


@pytest.mark.parametrize("how", MORE)
def test_more_of_a_product_has_unassigned_orders_routed(ctx: Context, how: str) -> None:
    open_shop(ctx, {"CHI": {"cup": 2}})
    place(ctx, order("A-1", lines={"cup": 2}))
    wait(ctx, order("A-2", lines={"cup": 2}))
    assert job.run(ctx) is None
    assert states(ctx) == {"A-1": "routed", "A-2": "unassigned"}
    do(ctx, MORE[how])
    assert job.run(ctx) is None
    assert states(ctx)["A-2"] == "routed"
    with ctx.read() as uow:
        assert violations(uow) == []


def test_units_that_need_not_stay_back_any_more_are_given(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"cup": 2}})
    do(ctx, lambda uow: put_settings(uow, [SETTING]))
    wait(ctx, order("A-1", lines={"cup": 2}))
    assert job.run(ctx) is None
    do(ctx, lambda uow: put_settings(uow, [replace(SETTING, safety_stock=0)]))
    assert job.run(ctx) is None
    assert states(ctx) == {"A-1": "routed"}


def test_the_unassigned_rest_of_an_order_follows(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"cup": 1}})
    wait(ctx, order("A-1", lines={"cup": 3}))
    assert job.run(ctx) is None
    assert states(ctx) == {"A-1": "partly_routed"}
    assert rows_of(ctx, OrderLine)[0]["remainder"] == "unassigned"
    do(ctx, lambda uow: adjust(uow, [StockChange("CHI", "cup", 2)]))
    assert job.run(ctx) is None
    assert states(ctx) == {"A-1": "routed"}
    assert rows_of(ctx, OrderLine)[0]["remainder"] is None
    assert len(rows_of(ctx, Shipment)) == 2


def test_the_most_urgent_lane_gets_what_comes(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"cup": 0}})
    wait(ctx, order("A-1", lines={"cup": 1}), order("A-2", lines={"cup": 1}))
    wait(ctx, order("A-3", lines={"cup": 1}), lane=0)
    assert job.run(ctx) is None
    do(ctx, lambda uow: adjust(uow, [StockChange("CHI", "cup", 2)]))
    assert job.run(ctx) is None
    assert states(ctx) == {"A-1": "routed", "A-2": "unassigned", "A-3": "routed"}


def test_few_units_wake_few_orders_and_the_sweep_wakes_the_others(
    ctx: Context, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "FEW", 2)
    open_shop(ctx, {"CHI": {"cup": 0}})
    whole = {"name": "W", "scenarios": [{"name": "All of it", "when_partial": "unassigned"}]}
    activate(ctx, {"title": "T", "routes": [whole]})
    wait(ctx, *(order(f"A-{n}", lines={"cup": 5}) for n in range(3)), order("A-3", lines={"cup": 1}))
    assert job.run(ctx) is None
    clock.advance(timedelta(seconds=30))
    do(ctx, lambda uow: adjust(uow, [StockChange("CHI", "cup", 1)]))
    assert [at is not None for at in due(ctx)] == [True, True, False, False]
    clock.advance(timedelta(seconds=1))
    assert job.run(ctx) is None
    assert set(states(ctx).values()) == {"unassigned"}
    clock.advance(timedelta(seconds=30))
    do(ctx, waiting.sweep)
    assert [at is not None for at in due(ctx)] == [False, False, True, True]
    assert job.run(ctx) is None
    assert states(ctx)["A-3"] == "routed"


def test_who_collects_waits_for_his_own_location(ctx: Context, clock: ManualClock) -> None:
    open_shop(ctx, {"CHI": {"cup": 0}, "NY": {"cup": 0}})
    wait(ctx, order("A-1", lines={"cup": 2}, method=Method.PICKUP, pickup_location="NY"))
    assert job.run(ctx) is None
    assert states(ctx) == {"A-1": "unassigned"}
    clock.advance(timedelta(minutes=1))
    do(ctx, lambda uow: close_location(uow, "CHI", reason="flood"))
    for act in (MORE["adjusted"], lambda uow: reopen_location(uow, "CHI"), waiting.sweep):
        do(ctx, act)
        assert due(ctx) == [None]
    do(ctx, lambda uow: adjust(uow, [StockChange("NY", "cup", 2)]))
    assert job.run(ctx) is None
    assert states(ctx) == {"A-1": "routed"}


def test_a_block_that_ends_or_is_lifted_lets_orders_in(ctx: Context, clock: ManualClock) -> None:
    open_shop(ctx, {"CHI": {"cup": 9}})
    tomorrow = clock.now() + timedelta(days=1)
    do(ctx, lambda uow: blocks.block(uow, "CHI", [NewBlock("cup", "recall", until=tomorrow)]))
    wait(ctx, order("A-1", lines={"cup": 1}))
    assert job.run(ctx) == tomorrow
    assert (states(ctx), due(ctx)) == ({"A-1": "unassigned"}, [tomorrow])
    sooner = clock.now() + timedelta(hours=1)
    do(ctx, lambda uow: blocks.block(uow, "CHI", [NewBlock("cup", "recall", until=sooner)]))
    told = row_counts(ctx)
    assert job.run(ctx) == sooner  # looked at, and nothing else
    assert row_counts(ctx) == told
    clock.advance(timedelta(hours=1))
    assert job.run(ctx) is None
    assert states(ctx) == {"A-1": "routed"}
    do(ctx, lambda uow: blocks.block(uow, "CHI", [NewBlock("cup", "recall")]))
    wait(ctx, order("A-2", lines={"cup": 1}))
    assert job.run(ctx) is None
    do(ctx, lambda uow: blocks.lift(uow, "CHI", "cup"))
    assert job.run(ctx) is None
    assert states(ctx)["A-2"] == "routed"


@pytest.mark.parametrize(
    ("per", "ends"),
    [
        ("hour", datetime(2026, 11, 27, 16, tzinfo=UTC)),
        ("day", MIDNIGHT),
        ("week", datetime(2026, 11, 30, 6, tzinfo=UTC)),
    ],
)
def test_when_the_window_of_a_limit_ends_the_next_are_given(
    ctx: Context, clock: ManualClock, per: str, ends: datetime
) -> None:
    limited = location("CHI", daily_limit={"items": 2, "per": per})
    open_shop(ctx, {"CHI": {"cup": 9}}, CHI=limited)
    wait(ctx, *(order(f"A-{n}", lines={"cup": 2}) for n in range(3)))
    assert job.run(ctx) == ends
    assert list(states(ctx).values()) == ["routed", "unassigned", "unassigned"]
    told = row_counts(ctx)
    do(ctx, lambda uow: adjust(uow, [StockChange("CHI", "cup", 1)]))
    moved = row_counts(ctx)
    assert job.run(ctx) == ends  # more stock is of no use: nothing is told, and the end of the window is kept
    assert row_counts(ctx) == moved
    assert moved["routing_decision"] == told["routing_decision"]
    clock.set(ends)
    assert job.run(ctx) is not None
    assert list(states(ctx).values()) == ["routed", "routed", "unassigned"]


def test_who_closes_too_soon_is_asked_again_on_the_next_day(ctx: Context, clock: ManualClock) -> None:
    week = {day: [["08:00", "10:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    open_shop(ctx, {"CHI": {"cup": 9}}, CHI=location("CHI", hours={"weekly": week}, processing={"ship": 90}))
    activate(ctx, {"title": "T", "routes": [{"name": "R", "scenarios": [{"name": "Today"}]}]})
    wait(ctx, order("A-1", lines={"cup": 1}))
    assert job.run(ctx) == MIDNIGHT
    clock.set(MIDNIGHT)
    assert job.run(ctx) is None
    assert states(ctx) == {"A-1": "routed"}


def test_a_location_that_opens_or_is_changed_is_asked_again(ctx: Context, clock: ManualClock) -> None:
    open_shop(ctx, {"CHI": {"cup": 9}, "NY": {"cup": 0}})
    do(ctx, lambda uow: close_location(uow, "CHI", reason="flood"))
    wait(ctx, order("A-1", lines={"cup": 1}))
    assert job.run(ctx) is None
    do(ctx, lambda uow: reopen_location(uow, "CHI"))
    assert job.run(ctx) is None
    assert states(ctx) == {"A-1": "routed"}
    do(ctx, lambda uow: put_locations(uow, [location("CHI", methods=(Method.PICKUP,))]))
    clock.advance(timedelta(minutes=1))
    wait(ctx, order("A-2", lines={"cup": 1}))
    assert job.run(ctx) is None
    clock.advance(timedelta(minutes=1))
    do(ctx, waiting.sweep)
    assert due(ctx) == [None, None]  # nothing happened there
    do(ctx, lambda uow: put_locations(uow, [location("CHI")]))
    do(ctx, waiting.sweep)
    assert job.run(ctx) is None
    assert states(ctx)["A-2"] == "routed"


def test_whom_a_person_must_decide_on_or_too_many_gave_back_sleeps_on(ctx: Context, clock: ManualClock) -> None:
    open_shop(ctx, {"CHI": {"cup": 0}})
    anywhere = [{"name": "R", "scenarios": [{"name": "S"}]}]
    activate(ctx, {"title": "T", "routes": anywhere, "otherwise": "customer_care"})
    wait(ctx, order("A-1", lines={"cup": 1}))
    assert job.run(ctx) is None
    activate(ctx, {"title": "T", "routes": anywhere, "limits": {"attempts": 1, "too_many_attempts": "unassigned"}})
    (given_up,) = wait(ctx, order("A-2", lines={"cup": 1}))
    assert job.run(ctx) is None
    here = keys_of(ctx)["CHI", "cup"][0]
    due_again(ctx, given_up)
    do(ctx, lambda uow: given_back.exclude(uow, [(given_up, here)], reason="broken"))
    assert job.run(ctx) is None
    assert states(ctx) == {"A-1": "customer_care", "A-2": "unassigned"}
    clock.advance(timedelta(minutes=1))
    for act in (MORE["adjusted"], waiting.sweep, waiting.wake_all):
        do(ctx, act)
        assert due(ctx) == [None, None]


def test_the_same_nothing_is_not_told_again(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"cup": 0}})
    whole = {"name": "W", "scenarios": [{"name": "All of it", "when_partial": "unassigned"}]}
    activate(ctx, {"title": "T", "routes": [whole]})
    wait(ctx, order("A-1", lines={"cup": 50}))
    do(ctx, lambda uow: adjust(uow, [StockChange("CHI", "cup", 1)]))
    assert job.run(ctx) is None
    told = rows_of(ctx, RoutingDecision)
    for _ in range(3):
        do(ctx, lambda uow: adjust(uow, [StockChange("CHI", "cup", 1)]))
        assert due(ctx) != [None]
        before = row_counts(ctx)  # the change of the stock was told
        assert job.run(ctx) is None
        assert row_counts(ctx) == before
    assert rows_of(ctx, RoutingDecision) == told


def activate(ctx: Context, document: dict[str, Any]) -> None:
    with ctx.uow() as uow:
        strategies.put(uow, "mine", document)
        strategies.activate(uow, "mine")
