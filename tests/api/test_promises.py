"""Promise dates over HTTP: from where an order would go now, part by part, and nothing is reserved."""

from __future__ import annotations

import pytest

from backend.context import Context
from backend.promise.edits import CarrierInput, put_carrier
from models.enums import Permission
from tests.support.api import client_of
from tests.support.shop import NEW_YORK, location, open_shop, order, place, row_counts

WEEK = {day: [["08:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
BASKET = {
    "method": "ship",
    "ship_to": {"latitude": 41.88, "longitude": -87.63},
    "lines": [{"sku": "tea", "quantity": 2}],
}


@pytest.fixture
def shop(ctx: Context) -> Context:
    chicago = location("CHI", hours={"weekly": WEEK}, processing={"ship": 60, "pickup": 30})
    open_shop(ctx, {"CHI": {"tea": 5, "cup": 0}, "NYC": {"cup": 5}}, CHI=chicago, NYC=location("NYC", at=NEW_YORK))
    with ctx.uow() as uow:
        put_carrier(uow, "road", CarrierInput("Road", {"services": {"standard": {"days": 1}}}))
    return ctx


def test_a_basket_is_promised_part_by_part_and_nothing_is_reserved(shop: Context) -> None:
    client = client_of(shop, Permission.ROUTING_READ)
    before = row_counts(shop)
    answer = client.post("/api/v1/promises", json=BASKET).json()
    assert (answer["promised_at"], answer["decided_by"], answer["missing"]) == ("2026-12-01T02:00:00Z", "CHI", [])
    (shipment,) = answer["shipments"]
    assert (shipment["lines"], shipment["carrier"]) == ([{"sku": "tea", "quantity": 2}], "road")
    assert [part["part"] for part in shipment["parts"]] == ["window", "processing", "collection", "transit"]
    assert shipment["parts"][0]["from"] == answer["as_of"]
    assert shipment["parts"][1]["minutes"] == 60
    assert row_counts(shop) == before


def test_the_latest_shipment_decides_and_what_is_missing_leaves_the_date_open(shop: Context) -> None:
    client = client_of(shop, Permission.ROUTING_READ)
    both = {**BASKET, "lines": [{"sku": "tea", "quantity": 1}, {"sku": "cup", "quantity": 1}]}
    answer = client.post("/api/v1/promises", json=both).json()
    assert answer["promised_at"] == max(shipment["promised_at"] for shipment in answer["shipments"])
    assert len(answer["shipments"]) == 2
    too_many = {**BASKET, "lines": [{"sku": "tea", "quantity": 9}]}
    answer = client.post("/api/v1/promises", json=too_many).json()
    assert (answer["promised_at"], answer["missing"]) == (None, [{"sku": "tea", "quantity": 4}])


def test_a_pickup_is_promised_for_when_it_is_ready(shop: Context) -> None:
    client = client_of(shop, Permission.ROUTING_READ)
    asked = {"method": "pickup", "pickup_location": "CHI", "lines": [{"sku": "tea", "quantity": 1}]}
    assert client.post("/api/v1/promises", json=asked).json()["promised_at"] == "2026-11-27T15:30:00Z"


def test_every_fault_is_named_at_once(shop: Context) -> None:
    client = client_of(shop, Permission.ROUTING_READ)
    bad = {"method": "fly", "pickup_location": "XXX", "lines": [{"sku": "none", "quantity": 0}]}
    answer = client.post("/api/v1/promises", json=bad)
    assert answer.status_code == 422
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {
        "/method",
        "/pickup_location",
        "/lines/0/quantity",
        "/lines/0/sku",
    }


def test_a_limited_reader_does_not_learn_of_other_locations_from_a_promise(shop: Context) -> None:
    placed = place(shop, order("1", lines={"tea": 1, "cup": 1}))[0]
    whole, limited = (
        client_of(shop, Permission.ORDERS_READ, locations=codes).get(f"/api/v1/orders/{placed.id}/routing")
        for codes in ((), ("CHI",))
    )
    assert "NYC" in str(whole.json())
    promise = limited.json()["items"][0]["trace"]["promise"]
    assert [shipment["location"] for shipment in promise["shipments"]] == ["CHI"]
    assert "NYC" not in str(promise)
