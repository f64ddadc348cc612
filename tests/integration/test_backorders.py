"""What routing leaves backordered waits for arrivals, and is promised for when they come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.context import Context
from backend.inventory import future
from backend.locations.service import put_locations
from backend.promise.edits import CarrierInput, put_carrier
from backend.routing import service as routing
from backend.routing import strategies
from models.enums import Permission
from models.tables import FutureAllocation, FutureStock, Order, RoutingDecision
from tests.support.api import client_of
from tests.support.shop import location, open_shop, order, place, row_counts, rows_of
from tests.support.stock import assert_stock_sound

ANY = {"name": "Any", "when_partial": "split_by_quantity", "rest": "backorder", "when_none": "backorder"}
WAITS = {"title": "Wait for stock", "routes": [{"name": "All", "scenarios": [ANY]}], "otherwise": "backorder"}
WEEK = {day: [["08:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


@pytest.fixture
def shop(ctx: Context) -> Context:
    chicago = location("CHI", hours={"weekly": WEEK}, processing={"ship": 60})
    open_shop(ctx, {"CHI": {"tea": 2}}, CHI=chicago)
    with ctx.uow() as uow:
        put_carrier(uow, "road", CarrierInput("Road", {"services": {"standard": {"days": 1}}}))
        strategies.put(uow, "waits", WAITS)
        strategies.activate(uow, "waits")
    return ctx


def announce(ctx: Context, reference: str, quantity: int, *, days: int) -> None:
    with ctx.uow() as uow:
        arrives = uow.now + timedelta(days=days)
        future.announce(uow, "CHI", "tea", reference, quantity=quantity, arrives_at=arrives)


def allocated(ctx: Context) -> dict[str, int]:
    return {row["reference"]: row["allocated"] for row in rows_of(ctx, FutureStock)}


def route(ctx: Context, order_id: int) -> dict[str, Any]:
    with ctx.uow() as uow:
        routing.route_orders(uow, [order_id])
    return rows_of(ctx, Order)[0]


def test_a_backordered_rest_waits_for_arrivals_and_its_date_for_the_last(shop: Context) -> None:
    announce(shop, "PO-1", 2, days=4)
    announce(shop, "PO-2", 9, days=6)
    (placed,) = place(shop, order("1", lines={"tea": 5}))
    assert allocated(shop) == {"PO-1": 2, "PO-2": 1}
    row = rows_of(shop, Order)[0]
    # Thursday 09:00 in Chicago it is there, an hour later it is packed, and Friday evening it is delivered.
    assert row["promised_at"] == datetime(2026, 12, 5, 2, 0, tzinfo=UTC)
    promise = rows_of(shop, RoutingDecision)[0]["trace"]["promise"]
    now, later = promise["shipments"]
    assert [part["part"] for part in now["parts"]] == ["window", "processing", "collection", "transit"]
    assert [part["part"] for part in later["parts"]][:2] == ["arrival", "window"]
    assert_stock_sound(shop)
    assert placed.status == "partly_routed"


def test_what_is_only_tried_is_promised_what_an_order_would_be(shop: Context) -> None:
    announce(shop, "PO-1", 2, days=4)
    announce(shop, "PO-2", 9, days=6)
    client = client_of(shop, Permission.ROUTING_READ)
    basket = {"method": "ship", "lines": [{"sku": "tea", "quantity": 5}]}
    before = row_counts(shop)
    asked = client.post("/api/v1/promises", json=basket).json()
    tried = client.post("/api/v1/routing/suggestions", json=basket | {"external_id": "1", "channel": "web"}).json()
    short = client.post("/api/v1/promises", json=basket | {"lines": [{"sku": "tea", "quantity": 15}]}).json()
    assert (row_counts(shop), allocated(shop)) == (before, {"PO-1": 0, "PO-2": 0})
    assert (asked["promised_at"], asked["missing"]) == ("2026-12-05T02:00:00Z", [])
    assert [shipment["lines"] for shipment in asked["shipments"]] == [
        [{"sku": "tea", "quantity": 2}],
        [{"sku": "tea", "quantity": 3}],
    ]
    assert (short["promised_at"], short["missing"]) == (None, [{"sku": "tea", "quantity": 2}])
    place(shop, order("1", lines={"tea": 5}))
    row, made = rows_of(shop, Order)[0], rows_of(shop, RoutingDecision)[0]["trace"]["promise"]
    assert row["promised_at"] == datetime(2026, 12, 5, 2, 0, tzinfo=UTC)
    assert tried["promise"]["promised_at"] == made["promised_at"]
    assert [s["promised_at"] for s in tried["promise"]["shipments"]] == [s["promised_at"] for s in made["shipments"]]


def test_an_arrival_that_a_reader_may_not_see_promises_him_nothing(shop: Context) -> None:
    with shop.uow() as uow:
        put_locations(uow, [location("NYC")])
    announce(shop, "PO-1", 9, days=4)
    asked = {"method": "ship", "lines": [{"sku": "tea", "quantity": 3}]}
    client = client_of(shop, Permission.ROUTING_READ, locations=("NYC",))
    answer = client.post("/api/v1/promises", json=asked).json()
    assert (answer["promised_at"], answer["shipments"]) == (None, [])
    assert answer["missing"] == [{"sku": "tea", "quantity": 3}]


def test_what_nothing_is_coming_for_has_no_date(shop: Context) -> None:
    announce(shop, "PO-1", 2, days=4)
    place(shop, order("1", lines={"tea": 5}))
    assert allocated(shop) == {"PO-1": 2}
    assert rows_of(shop, Order)[0]["promised_at"] is None


def test_what_finds_stock_gives_its_arrival_back(shop: Context) -> None:
    announce(shop, "PO-1", 9, days=4)
    (placed,) = place(shop, order("1", lines={"tea": 5}))
    assert allocated(shop) == {"PO-1": 3}
    with shop.uow() as uow:
        future.announce(uow, "CHI", "tea", "PO-2", quantity=3, arrives_at=uow.now + timedelta(days=2))
        future.receive(uow, "CHI", "tea", "PO-2", quantity=3)
    row = route(shop, placed.id)
    assert row["status"] == "routed"
    assert row["promised_at"] == datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
    assert allocated(shop) == {"PO-1": 0, "PO-2": 0}
    assert rows_of(shop, FutureAllocation) == []
    assert_stock_sound(shop)
