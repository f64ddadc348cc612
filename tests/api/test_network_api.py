"""Locations, products and stock over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from backend.context import Context
from models.enums import Permission
from models.tables import Event, Location, StockMovement
from tests.support.api import client_of
from tests.support.shop import open_shop, row_counts, rows_of

PLACE: dict[str, Any] = {
    "name": "Chicago Loop",
    "kind": "store",
    "latitude": 41.88,
    "longitude": -87.63,
    "time_zone": "America/Chicago",
    "methods": ["ship", "pickup"],
    "hours": {"weekly": {"mon": [["09:00", "21:00"]]}, "cutoffs": {"ship": "17:00"}},
    "daily_limit": {"orders": 200},
    "groups": ["midwest", "flagship"],
    "attributes": {"floor": 2},
}


@pytest.fixture
def client(ctx: Context) -> TestClient:
    return client_of(ctx, Permission.ADMIN)


def test_a_location_is_created_read_replaced_and_left_alone(client: TestClient, ctx: Context) -> None:
    created = client.put("/api/v1/locations/CHI", json=PLACE)
    assert (created.status_code, created.headers["etag"]) == (201, '"1"')
    assert {name: created.json()[name] for name in PLACE} == PLACE
    assert client.get("/api/v1/locations/CHI").json() == created.json()
    same = client.put("/api/v1/locations/CHI", json=PLACE)
    assert (same.status_code, same.headers["etag"]) == (200, '"1"')
    changed = client.put("/api/v1/locations/CHI", json={**PLACE, "name": "Loop"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    stale = client.put("/api/v1/locations/CHI", json=PLACE, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    assert [e["data"]["action"] for e in rows_of(ctx, Event) if e["type"] == "location.changed"] == [
        "created",
        "replaced",
    ]


def test_a_batch_is_all_or_nothing_and_names_every_fault(client: TestClient, ctx: Context) -> None:
    before = row_counts(ctx)
    batch = [
        {**PLACE, "code": "A"},
        {**PLACE, "code": "A", "time_zone": "Mars/Olympus"},
        {**PLACE, "code": "B", "longitude": None},
        {**PLACE, "code": "C", "hours": {"weekly": {"mon": [["25:00", "9"]]}}},
    ]
    answer = client.post("/api/v1/locations/batch", json={"items": batch})
    assert answer.status_code == 422
    pointers = {fault["pointer"] for fault in answer.json()["errors"]}
    assert {"/items/1/code", "/items/1/time_zone", "/items/2/latitude"} <= pointers
    assert any(pointer.startswith("/items/3/hours/weekly/mon") for pointer in pointers)
    assert row_counts(ctx) == before
    good = [{**PLACE, "code": f"L{n:03}"} for n in range(250)]
    assert client.post("/api/v1/locations/batch", json={"items": good}).json() == {"count": 250}
    assert len(rows_of(ctx, Location)) == 250


def test_locations_are_listed_by_group_and_colour_in_pages(client: TestClient) -> None:
    for code, group in (("A", "west"), ("B", "east"), ("C", "west")):
        client.put(f"/api/v1/locations/{code}", json={**PLACE, "groups": [group]})
    first = client.get("/api/v1/locations?group=west&limit=1").json()
    assert [item["code"] for item in first["items"]] == ["A"]
    second = client.get(f"/api/v1/locations?group=west&limit=1&after={first['next']}").json()
    assert ([item["code"] for item in second["items"]], second["next"]) == (["C"], None)
    assert len(client.get("/api/v1/locations?status=compliant").json()["items"]) == 3
    assert client.get("/api/v1/locations?status=at_risk").json()["items"] == []


def test_geojson_holds_every_location_longitude_first(client: TestClient) -> None:
    client.put("/api/v1/locations/CHI", json=PLACE)
    nowhere = {name: value for name, value in PLACE.items() if name not in ("latitude", "longitude")}
    client.put("/api/v1/locations/WEB", json=nowhere)
    answer = client.get("/api/v1/locations.geojson")
    assert answer.headers["content-type"] == "application/geo+json"
    chicago, web = answer.json()["features"]
    assert chicago["geometry"] == {"type": "Point", "coordinates": [-87.63, 41.88]}
    assert web["geometry"] is None
    assert chicago["properties"]["compliance"] == "compliant"


def test_a_location_closes_with_a_reason_and_reopens(client: TestClient) -> None:
    client.put("/api/v1/locations/CHI", json=PLACE)
    closed = client.post("/api/v1/locations/CHI/close", json={"reason": "flood"})
    assert (closed.json()["closed"], closed.json()["closed_reason"]) == (True, "flood")
    assert client.post("/api/v1/locations/CHI/close", json={"reason": "fire"}).status_code == 409
    assert client.post("/api/v1/locations/CHI/reopen").json()["closed"] is False
    assert client.post("/api/v1/locations/MARS/close", json={"reason": "dust"}).status_code == 404


def test_products_are_created_replaced_and_listed(client: TestClient) -> None:
    tea = {"name": "Green tea", "barcodes": ["4006381333931"], "weight_g": 250, "attributes": {"bio": True}}
    created = client.put("/api/v1/products/TEA 250", json=tea)
    assert created.status_code == 201
    assert client.get("/api/v1/products/TEA 250").json() == created.json()
    assert client.put("/api/v1/products/TEA 250", json={**tea, "sku": "OTHER"}).status_code == 422
    batch = {"items": [{"sku": f"S{n}", "name": "x"} for n in range(3)]}
    assert client.post("/api/v1/products/batch", json=batch).json() == {"count": 3}
    first = client.get("/api/v1/products?limit=2").json()
    rest = client.get(f"/api/v1/products?limit=2&after={first['next']}").json()
    assert [item["sku"] for item in first["items"] + rest["items"]] == ["S0", "S1", "S2", "TEA 250"]


def test_stock_is_counted_and_adjusted_all_or_nothing(client: TestClient, ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 5, "cup": 0}})
    counts = {
        "items": [{"location": "CHI", "sku": "tea", "on_hand": 8}, {"location": "CHI", "sku": "cup", "on_hand": 2}]
    }
    assert client.post("/api/v1/inventory/counts", json=counts).json() == {"count": 2}
    before = row_counts(ctx)
    bad = {
        "items": [
            {"location": "CHI", "sku": "tea", "delta": 1},
            {"location": "CHI", "sku": "cup", "delta": -3},
            {"location": "CHI", "sku": "tea", "delta": -10},
        ]
    }
    refused = client.post("/api/v1/inventory/adjustments", json=bad)
    assert refused.status_code == 422
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/items/1", "/items/2"]
    assert row_counts(ctx) == before
    unknown = {"items": [{"location": "MARS", "sku": "nope", "delta": "many"}]}
    faults = client.post("/api/v1/inventory/adjustments", json=unknown).json()["errors"]
    assert {fault["pointer"] for fault in faults} == {"/items/0/delta", "/items/0/sku", "/items/0/location"}
    good = {"items": [{"location": "CHI", "sku": "tea", "delta": -3, "reason": "damaged"}]}
    assert client.post("/api/v1/inventory/adjustments", json=good).status_code == 200
    stock = client.get("/api/v1/inventory/CHI/tea").json()
    assert (stock["on_hand"], stock["allocated"], stock["available"]) == (5, 0, 5)
    assert [(m["on_hand"], m["reason"]) for m in rows_of(ctx, StockMovement)][-1] == (-3, "damaged")
    assert client.get("/api/v1/inventory/CHI/nope").status_code == 404
