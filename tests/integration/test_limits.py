"""A location is given no more than its limit, per window of its own clock, whoever assigns at the same moment."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from backend.clock import ManualClock
from backend.context import Context
from backend.fulfillment import service as fulfillment
from backend.jobs import routing as job
from backend.orders import browse
from backend.orders import service as orders
from backend.orders.rules import MAX_PRICE_MINOR, NewLine
from backend.routing import service as routing
from models.enums import Method
from models.errors import DomainError
from models.tables import Location, LocationLoad, Shipment
from tests.support.shop import NEW_YORK, location, open_shop, order, place, rows_of
from tests.support.waiting_orders import wait


def shop(ctx: Context, **limit: Any) -> None:
    """Open a near store with a limit and a far one without."""
    places = {"CHI": location("CHI", daily_limit=limit), "NY": location("NY", at=NEW_YORK)}
    open_shop(ctx, {"CHI": {"tea": 500}, "NY": {"tea": 500}}, **places)


def where(ctx: Context) -> Counter[str]:
    codes = {row["id"]: row["code"] for row in rows_of(ctx, Location)}
    return Counter(codes[row["location_id"]] for row in rows_of(ctx, Shipment) if row["status"] != "cancelled")


@pytest.mark.parametrize(
    ("limit", "near"),
    [
        ({"orders": 3}, 3),
        ({"items": 7}, 3),
        ({"money": "25.00"}, 2),
        ({"orders": 0}, 0),
        ({"orders": 2, "items": 5}, 2),
    ],
)
def test_what_is_too_much_goes_elsewhere(ctx: Context, limit: dict[str, Any], near: int) -> None:
    shop(ctx, **limit)
    wait(ctx, *(order(f"A-{n}", lines={"tea": 2}) for n in range(5)))  # 10.00 each
    job.run(ctx)
    assert where(ctx) == Counter({"CHI": near, "NY": 5 - near}) - Counter()


def test_a_new_window_starts_afresh(ctx: Context, clock: ManualClock) -> None:
    shop(ctx, orders=1, per="hour")
    assert [place(ctx, order(f"A-{n}"))[0].shipments[0].location for n in range(2)] == ["CHI", "NY"]
    clock.advance(timedelta(minutes=59))
    assert place(ctx, order("A-3"))[0].shipments[0].location == "NY"
    clock.advance(timedelta(minutes=1))
    assert place(ctx, order("A-4"))[0].shipments[0].location == "CHI"
    assert [row["orders"] for row in rows_of(ctx, LocationLoad)] == [1]


@pytest.mark.parametrize("end", ["cancel", "reject", "reassign"])
def test_what_is_taken_away_gives_room_within_the_window(ctx: Context, clock: ManualClock, end: str) -> None:
    shop(ctx, orders=1)
    (first,) = place(ctx, order("A-1"))
    with ctx.uow() as uow:
        if end == "reassign":
            fulfillment.reassign(uow, first.shipments[0].id, "NY", reason="test")
        else:
            getattr(fulfillment, end)(uow, [first.shipments[0].id], reason="test")
    assert rows_of(ctx, LocationLoad)[0]["orders"] == 0
    assert place(ctx, order("A-2"))[0].shipments[0].location == "CHI"
    clock.advance(timedelta(days=1))
    (third,) = place(ctx, order("A-3"))
    assert third.shipments[0].location == "CHI"
    with ctx.uow() as uow:  # yesterday's order gives no room today
        fulfillment.cancel(
            uow, [row["id"] for row in rows_of(ctx, Shipment) if row["status"] == "open"][:1], reason="x"
        )
    assert rows_of(ctx, LocationLoad)[0]["orders"] == 1


def test_what_a_person_moves_counts_where_it_goes(ctx: Context) -> None:
    places = {"CHI": location("CHI", daily_limit={"orders": 2}), "NY": location("NY", at=NEW_YORK)}
    places["NY"].daily_limit["items"] = 6
    open_shop(ctx, {"CHI": {"tea": 500}, "NY": {"tea": 500}}, **places)
    placed = [place(ctx, order(f"A-{n}", lines={"tea": 4}))[0].shipments[0] for n in range(2)]
    for shipment in placed:  # the second one is more than NY takes by itself, and goes there all the same
        with ctx.uow() as uow:
            fulfillment.reassign(uow, shipment.id, "NY", reason="test")
    codes = {row["id"]: row["code"] for row in rows_of(ctx, Location)}
    loads = {codes[row["location_id"]]: (row["orders"], row["items"]) for row in rows_of(ctx, LocationLoad)}
    assert loads == {"CHI": (0, 0), "NY": (2, 8)}
    with ctx.uow() as uow:
        fulfillment.cancel(uow, [placed[0].id], reason="test")
    loads = {codes[row["location_id"]]: (row["orders"], row["items"]) for row in rows_of(ctx, LocationLoad)}
    assert loads == {"CHI": (0, 0), "NY": (1, 4)}


def test_a_strategy_that_does_not_mind_the_limit_is_not_held_up(ctx: Context) -> None:
    shop(ctx, orders=1)
    picked = [order(f"A-{n}", method=Method.PICKUP, pickup_location="CHI", location="CHI") for n in range(3)]
    assert [item.shipments[0].location for item in place(ctx, *picked)] == ["CHI"] * 3  # a history is told, not limited
    assert rows_of(ctx, LocationLoad) == []


def test_a_limit_holds_when_many_assign_at_once(ctx: Context) -> None:
    shop(ctx, orders=10)
    wait(ctx, *(order(f"A-{n}") for n in range(60)))

    def work(_: int) -> None:
        for _ in range(40):
            with ctx.uow() as uow:
                routing.route_due(uow, limit=4)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    job.run(ctx)
    assert where(ctx) == {"CHI": 10, "NY": 50}
    assert rows_of(ctx, LocationLoad)[0]["orders"] == 10


def test_a_huge_order_is_counted_and_listed(ctx: Context) -> None:
    shop(ctx, money="99999999999.00")
    huge = replace(order("A-1"), lines=(NewLine("tea", 500, MAX_PRICE_MINOR),))
    (placed,) = place(ctx, huge)
    assert rows_of(ctx, LocationLoad)[0]["money_minor"] == 500 * MAX_PRICE_MINOR
    with ctx.read() as uow:
        assert [item.total_minor for item in browse.find(uow).items] == [500 * MAX_PRICE_MINOR]
    with ctx.uow() as uow:
        fulfillment.cancel(uow, [placed.shipments[0].id], reason="test")
    assert rows_of(ctx, LocationLoad)[0]["money_minor"] == 0
    with ctx.uow() as uow, pytest.raises(DomainError):
        orders.accept(uow, [replace(huge, external_id="A-2", lines=(NewLine("tea", 1, MAX_PRICE_MINOR + 1),))])
