"""What a manager does to a location for a time: it works at once, ends by itself or by hand, and leaves no trace."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from backend.clock import ManualClock
from backend.context import Context
from backend.controls import queries, service
from backend.controls.rules import NewControl
from backend.jobs import controls as ending
from backend.jobs import routing as job
from models.enums import Method
from models.errors import DomainError
from models.floor import ControlKind
from models.tables import Event, Location, LocationControl, Order, Shipment
from tests.support.shop import NEW_YORK, location, open_shop, order, place, row_counts, rows_of
from tests.support.waiting_orders import wait

SICK = "two people are ill"


@pytest.fixture
def shop(ctx: Context) -> Context:
    places = {"CHI": location("CHI"), "NY": location("NY", at=NEW_YORK)}
    open_shop(ctx, {"CHI": {"tea": 50}, "NY": {"tea": 50}}, **places)
    return ctx


def put(ctx: Context, **asked: Any) -> int:
    with ctx.uow() as uow:
        return service.put(uow, "CHI", NewControl(**{"reason": SICK, **asked}))


def cap(ctx: Context, orders: int, **more: Any) -> int:
    return put(ctx, kind=ControlKind.CAP, limit={"orders": orders}, **more)


def where(ctx: Context) -> Counter[str]:
    codes = {row["id"]: row["code"] for row in rows_of(ctx, Location)}
    return Counter(codes[row["location_id"]] for row in rows_of(ctx, Shipment))


def told(ctx: Context) -> list[str]:
    return [row["data"]["action"] for row in rows_of(ctx, Event) if row["type"] == "location.controlled"]


def test_a_cap_counts_what_was_given_before_and_ends_at_the_own_midnight(shop: Context, clock: ManualClock) -> None:
    place(shop, order("A-1"), order("A-2"))
    cap(shop, 3)
    place(shop, *(order(f"B-{n}") for n in range(3)))
    assert where(shop) == {"CHI": 3, "NY": 2}
    with shop.read() as uow:
        (one,) = queries.running(uow, "CHI")
    assert (one.until.isoformat(), one.reason) == ("2026-11-28T06:00:00+00:00", SICK)  # midnight in Chicago
    clock.advance(one.until - clock.now())
    assert ending.run(shop) is None
    place(shop, order("C-1"))
    assert where(shop) == {"CHI": 4, "NY": 2}
    assert told(shop) == ["began", "ran_out"]


def test_a_cap_taken_back_lets_the_own_limit_count_again(ctx: Context) -> None:
    places = {"CHI": location("CHI", daily_limit={"orders": 4}), "NY": location("NY", at=NEW_YORK)}
    open_shop(ctx, {"CHI": {"tea": 50}, "NY": {"tea": 50}}, **places)
    one = cap(ctx, 1, until=None)
    place(ctx, *(order(f"A-{n}") for n in range(2)))
    assert where(ctx) == {"CHI": 1, "NY": 1}
    with ctx.uow() as uow:
        service.take_back(uow, "CHI", one)
    place(ctx, *(order(f"B-{n}") for n in range(4)))
    assert where(ctx) == {"CHI": 4, "NY": 2}


def test_a_cap_replaces_the_one_before(shop: Context) -> None:
    cap(shop, 1)
    cap(shop, 2)
    place(shop, *(order(f"A-{n}") for n in range(3)))
    assert where(shop) == {"CHI": 2, "NY": 1}
    assert [row["ended_at"] is None for row in rows_of(shop, LocationControl)] == [False, True]
    assert told(shop) == ["began", "replaced", "began"]


def test_a_paused_method_gets_no_new_work_and_what_waited_looks_again(shop: Context) -> None:
    one = put(shop, kind=ControlKind.PAUSE_METHOD, method=Method.PICKUP)
    waiting = order("P-1", method=Method.PICKUP, pickup_location="CHI")
    wait(shop, waiting)
    job.run(shop)
    assert [row["status"] for row in rows_of(shop, Order)] == ["unassigned"]
    place(shop, order("S-1"))  # to be shipped: that goes on
    assert where(shop) == {"CHI": 1}
    with shop.uow() as uow:
        service.take_back(uow, "CHI", one)
    job.run(shop)
    assert where(shop) == {"CHI": 2}
    with pytest.raises(DomainError, match="no control"), shop.uow() as uow:
        service.take_back(uow, "CHI", one)


def test_the_end_comes_by_the_clock_even_before_the_job(shop: Context, clock: ManualClock) -> None:
    until = clock.now() + timedelta(hours=2)
    cap(shop, 0, until=until)
    assert ending.run(shop) == until
    clock.advance(timedelta(hours=2))
    with shop.read() as uow:
        assert queries.running(uow, "CHI") == []


@pytest.mark.parametrize(
    ("asked", "pointers"),
    [
        ({"kind": ControlKind.CAP}, ["/limit"]),
        ({"kind": ControlKind.CAP, "limit": {"orders": -1}, "method": Method.SHIP}, ["/method", "/limit/orders"]),
        ({"kind": ControlKind.PAUSE_METHOD}, ["/method"]),
        ({"kind": ControlKind.PAUSE_METHOD, "method": Method.TRANSFER, "limit": {"orders": 1}}, ["/limit", "/method"]),
        ({"kind": ControlKind.CAP, "limit": {"orders": 1}, "until": timedelta(0)}, ["/until"]),
        ({"kind": ControlKind.CAP, "limit": {"orders": 1}, "until": timedelta(days=32)}, ["/until"]),
    ],
)
def test_every_fault_is_named_and_nothing_changes(
    ctx: Context, clock: ManualClock, asked: dict[str, Any], pointers: list[str]
) -> None:
    open_shop(ctx, {"CHI": {"tea": 1}}, CHI=location("CHI", methods=(Method.SHIP,)))
    before = row_counts(ctx)
    if "until" in asked:
        asked = {**asked, "until": clock.now() + asked["until"]}
    with pytest.raises(DomainError) as refused:
        put(ctx, **asked)
    assert [fault.pointer for fault in refused.value.faults] == pointers
    assert row_counts(ctx) == before
