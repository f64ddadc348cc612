"""Orders and shipments over HTTP, from intake to hand-over."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from backend.context import Context
from models.enums import Method, Permission
from models.tables import Order
from tests.support.api import client_of
from tests.support.shop import NEW_YORK, location, open_shop, row_counts, rows_of, stock_of

ORDER: dict[str, Any] = {
    "external_id": "W-1",
    "channel": "web",
    "customer": {"id": "C-7", "name": "Ada", "tier": "gold"},
    "method": "ship",
    "ship_to": {"city": "Chicago", "latitude": 41.88, "longitude": -87.63},
    "lines": [{"sku": "tea", "quantity": 2, "unit_price": "19.99"}],
}


@pytest.fixture
def shop(ctx: Context) -> TestClient:
    open_shop(ctx, {"CHI": {"tea": 10, "cup": 0}, "NY": {"tea": 10, "cup": 5}}, NY=location("NY", at=NEW_YORK))
    return client_of(ctx, Permission.ADMIN)


def test_an_order_is_placed_routed_and_read_back(shop: TestClient, ctx: Context) -> None:
    shop.put("/api/v1/carriers/road", json={"name": "Road", "document": {"services": {"standard": {"days": 1}}}})
    answer = shop.post("/api/v1/orders", json=ORDER, headers={"Prefer": "wait=5"})
    assert answer.status_code == 201
    placed = answer.json()
    assert (placed["status"], [s["location"] for s in placed["shipments"]]) == ("routed", ["CHI"])
    assert placed["lines"] == [{"line": 1, "sku": "tea", "quantity": 2, "unit_price": "19.99"}]
    assert answer.headers["location"] == f"/api/v1/orders/{placed['id']}"
    assert answer.headers["preference-applied"] == "wait=5"
    again = shop.get(f"/api/v1/orders/{placed['id']}")
    assert again.json() == placed
    (decision,) = shop.get(f"/api/v1/orders/{placed['id']}/routing").json()["items"]
    assert placed["promised_at"] == decision["trace"]["promise"]["promised_at"].replace("+00:00", "Z")
    quick = shop.post("/api/v1/orders", json=ORDER | {"external_id": "W-2"}, headers={"Prefer": ""}).json()
    assert (quick["status"], quick["promised_at"]) == ("placed", None)
    shop.post(f"/api/v1/orders/{quick['id']}/cancel")
    assert again.headers["etag"] == answer.headers["etag"]
    types = [entry["type"] for entry in shop.get(f"/api/v1/orders/{placed['id']}/timeline").json()["items"]]
    assert {"order.placed", "order.routed", "shipment.opened"} <= set(types)
    assert stock_of(ctx) == (20, 2)


def test_orders_are_found_by_external_id_customer_and_status_newest_first(shop: TestClient) -> None:
    for number in range(5):
        shop.post("/api/v1/orders", json={**ORDER, "external_id": f"W-{number}"})
    shop.post("/api/v1/orders", json={**ORDER, "external_id": "B-1", "customer": {"id": "C-8"}})
    first = shop.get("/api/v1/orders?customer=C-7&limit=3").json()
    rest = shop.get(f"/api/v1/orders?customer=C-7&limit=3&after={first['next']}").json()
    assert [o["external_id"] for o in first["items"] + rest["items"]] == ["W-4", "W-3", "W-2", "W-1", "W-0"]
    assert rest["next"] is None
    assert [o["external_id"] for o in shop.get("/api/v1/orders?external_id=B-1").json()["items"]] == ["B-1"]
    assert shop.get("/api/v1/orders?status=held").json() == {"items": [], "next": None}


def test_what_a_customer_belongs_to_decides_where_his_order_goes(shop: TestClient, ctx: Context) -> None:
    buyer = {"id": "C-9", "segment": "wholesale", "attributes": {"club": {"level": 3}, "note": None}}
    ask = [
        {"field": "customer.segment", "op": "equal", "value": "wholesale"},
        {"field": "customer.attributes.club.level", "op": "greater", "value": 2},
    ]
    far = {"name": "Wholesale", "when": ask, "scenarios": [{"name": "NY", "locations": ["NY"]}]}
    near = {"name": "Others", "scenarios": [{"name": "Nearest"}]}
    assert shop.put("/api/v1/routing/strategies/clubs", json={"title": "T", "routes": [far, near]}).status_code == 201
    shop.post("/api/v1/routing/strategies/clubs/activate")
    body = ORDER | {"customer": buyer}
    placed = shop.post("/api/v1/orders", json=body, headers={"Prefer": "wait=5"}).json()
    assert (placed["customer"], [s["location"] for s in placed["shipments"]]) == (buyer, ["NY"])
    assert shop.get(f"/api/v1/orders/{placed['id']}").json()["customer"] == buyer
    batch = shop.post("/api/v1/orders/batch", json={"items": [body | {"external_id": "W-2"}]}).json()
    assert batch["items"][0]["order"]["customer"] == buyer
    tried = shop.post("/api/v1/routing/suggestions", json=body).json()
    assert [one["location"] for one in tried["assignments"]] == ["NY"]
    asked = {name: body[name] for name in ("method", "ship_to", "customer")} | {
        "lines": [{"sku": "tea", "quantity": 1}]
    }
    assert [one["location"] for one in shop.post("/api/v1/promises", json=asked).json()["shipments"]] == ["NY"]
    before = row_counts(ctx)
    for wrong, pointer in (({"note": "x" * 16_001}, "/customer/attributes"), ([], "/customer/attributes")):
        bad = body | {"external_id": "W-3", "customer": {"attributes": wrong, "segment": ""}}
        answer = shop.post("/api/v1/orders", json=bad)
        assert answer.status_code == 422
        assert {fault["pointer"] for fault in answer.json()["errors"]} == {pointer, "/customer/segment"}
    assert row_counts(ctx) == before


def test_a_segment_keeps_its_stock_for_the_customers_that_say_they_belong_to_it(shop: TestClient) -> None:
    kept = {"name": "Wholesale", "customer_segment": "wholesale", "quotas": [{"percent": 100}]}
    assert shop.put("/api/v1/segments/wholesale", json=kept).status_code == 201
    anybody = shop.post("/api/v1/orders", json=ORDER, headers={"Prefer": "wait=5"}).json()
    theirs = ORDER | {"external_id": "W-2", "customer": {"segment": "wholesale"}}
    member = shop.post("/api/v1/orders", json=theirs, headers={"Prefer": "wait=5"}).json()
    assert (anybody["status"], member["status"]) == ("unassigned", "routed")


def test_a_batch_answers_for_every_order_in_order(shop: TestClient, ctx: Context) -> None:
    shop.post("/api/v1/orders", json=ORDER)
    batch = [
        {**ORDER, "external_id": "W-2"},
        ORDER,
        {**ORDER, "external_id": "W-3", "lines": [{"sku": "nope", "quantity": 0}]},
        "not an order",
        {**ORDER, "external_id": "W-4"},
    ]
    answer = shop.post("/api/v1/orders/batch", json={"items": batch}).json()
    assert (answer["placed"], answer["refused"]) == (2, 3)
    assert [item["status"] for item in answer["items"]] == [201, 409, 422, 422, 201]
    pointers = {(fault["pointer"], fault["code"]) for fault in answer["items"][2]["error"]["errors"]}
    assert pointers == {("/items/2/lines/0/quantity", "greater_than_equal"), ("/items/2/lines/0/sku", "unknown_sku")}
    assert [item["order"]["external_id"] for item in answer["items"] if item["order"]] == ["W-2", "W-4"]
    assert [row["external_id"] for row in rows_of(ctx, Order)] == ["W-1", "W-2", "W-4"]


def test_schema_faults_and_unknown_codes_are_named_together(shop: TestClient, ctx: Context) -> None:
    before = row_counts(ctx)
    bad = {
        **ORDER,
        "pickup_location": "MARS",
        "placed_at": "yesterday",
        "lines": [{"sku": "tea", "quantity": 1.5}, {"sku": "nope", "quantity": 1, "unit_price": "1.999"}],
        "colour": "red",
    }
    answer = shop.post("/api/v1/orders", json=bad)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {
        "/pickup_location",
        "/placed_at",
        "/lines/0/quantity",
        "/lines/1/unit_price",
        "/lines/1/sku",
        "/colour",
    }
    assert row_counts(ctx) == before


@pytest.mark.parametrize(
    ("method", "steps"),
    [
        (Method.SHIP, ["accept", "pick", "pack", "ship"]),
        (Method.PICKUP, ["accept", "pick", "ready", "hand-over"]),
        (Method.DELIVERY, ["pick", "pack", "ship", "hand-over"]),
    ],
)
def test_a_shipment_goes_its_way_step_by_step(shop: TestClient, ctx: Context, method: Method, steps: list[str]) -> None:
    placed = shop.post("/api/v1/orders", json={**ORDER, "method": method, "pickup_location": "NY"}).json()
    shipment = placed["shipments"][0]["id"]
    tag = shop.get(f"/api/v1/shipments/{shipment}").headers["etag"]
    for step in steps:
        done = shop.post(f"/api/v1/shipments/{shipment}/{step}", headers={"If-Match": tag})
        assert done.status_code == 200, done.text
        assert done.headers["etag"] != tag
        tag = done.headers["etag"]
    assert done.json()["next"] == []
    assert shop.get(f"/api/v1/orders/{placed['id']}").json()["status"] == "fulfilled"
    assert stock_of(ctx) == (18, 0)


def test_a_stale_tag_and_an_illegal_step_change_nothing(shop: TestClient, ctx: Context) -> None:
    shipment = shop.post("/api/v1/orders", json=ORDER).json()["shipments"][0]["id"]
    before = row_counts(ctx)
    stale = shop.post(f"/api/v1/shipments/{shipment}/accept", headers={"If-Match": '"9"'})
    foreign = shop.post(f"/api/v1/shipments/{shipment}/accept", headers={"If-Match": "whatever"})
    illegal = shop.post(f"/api/v1/shipments/{shipment}/hand-over")
    assert [stale.status_code, foreign.status_code, illegal.status_code] == [412, 412, 409]
    assert illegal.json()["code"] == "illegal_transition"
    assert "next may come accepted" in illegal.json()["detail"]
    assert row_counts(ctx) == before
    assert shop.get(f"/api/v1/shipments/{shipment}").json()["status"] == "open"


def test_hold_release_reassign_and_cancel(shop: TestClient, ctx: Context) -> None:
    placed = shop.post("/api/v1/orders", json=ORDER).json()
    path = f"/api/v1/shipments/{placed['shipments'][0]['id']}"
    held = shop.post(f"{path}/hold", json={"reason": "no boxes"}).json()
    assert (held["held"], held["hold_reason"], held["next"]) == (True, "no boxes", [])
    assert shop.post(f"{path}/accept").status_code == 409
    assert shop.post(f"{path}/release").json()["held"] is False
    unknown = shop.post(f"{path}/reassign", json={"location": "MARS", "reason": ""})
    assert {fault["pointer"] for fault in unknown.json()["errors"]} == {"/location", "/reason"}
    moved = shop.post(f"{path}/reassign", json={"location": "NY", "reason": "closer to the customer"})
    assert moved.json()["location"] == "NY"
    assert shop.post(f"{path}/cancel", json={"reason": "lost"}).json()["status"] == "cancelled"
    assert shop.get(f"/api/v1/orders/{placed['id']}").json()["status"] == "cancelled"
    assert stock_of(ctx) == (20, 0)


def test_reassigning_to_a_place_without_the_stock_is_refused(shop: TestClient) -> None:
    placed = shop.post("/api/v1/orders", json={**ORDER, "lines": [{"sku": "cup", "quantity": 1}]}).json()
    path = f"/api/v1/shipments/{placed['shipments'][0]['id']}"
    answer = shop.post(f"{path}/reassign", json={"location": "CHI", "reason": "test"})
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == "not_enough_stock"
    assert shop.get(path).json()["location"] == "NY"


def test_an_order_is_held_released_and_cancelled(shop: TestClient, ctx: Context) -> None:
    order = shop.post("/api/v1/orders", json=ORDER).json()["id"]
    assert shop.post(f"/api/v1/orders/{order}/hold", json={"reason": "fraud check"}).json()["status"] == "held"
    assert shop.post(f"/api/v1/orders/{order}/hold", json={"reason": "again"}).status_code == 409
    assert shop.post(f"/api/v1/orders/{order}/release").json()["status"] == "routed"
    assert shop.post(f"/api/v1/orders/{order}/cancel", json={"reason": "customer"}).json()["status"] == "cancelled"
    assert shop.post(f"/api/v1/orders/{order}/release").status_code == 409
    assert stock_of(ctx) == (20, 0)


def test_shipments_are_listed_by_filter_the_earliest_due_first_and_paged_without_gaps(shop: TestClient) -> None:
    ids = [
        shop.post("/api/v1/orders", json={**ORDER, "external_id": f"W-{n}"}).json()["shipments"][0]["id"]
        for n in range(5)
    ]
    shop.post(f"/api/v1/shipments/{ids[0]}/accept")
    seen: list[int] = []
    cursor = ""
    while True:
        page = shop.get(f"/api/v1/shipments?limit=2&location=CHI{cursor}").json()
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&after={page['next']}"
    assert seen == ids
    assert [item["id"] for item in shop.get("/api/v1/shipments?status=accepted").json()["items"]] == ids[:1]
    assert shop.get("/api/v1/shipments?method=pickup").json()["items"] == []
    assert shop.get("/api/v1/shipments?late=true").json()["items"] == []
    assert len(shop.get("/api/v1/shipments?late=false").json()["items"]) == 5


def test_nobody_sees_or_touches_what_lies_outside_his_locations(shop: TestClient, ctx: Context) -> None:
    placed = shop.post("/api/v1/orders", json=ORDER).json()
    shipment = placed["shipments"][0]["id"]
    scopes = (
        Permission.NETWORK_READ,
        Permission.ORDERS_READ,
        Permission.ORDERS_WRITE,
        Permission.SHIPMENTS_WRITE,
        Permission.INVENTORY_READ,
        Permission.INVENTORY_WRITE,
    )
    new_york = client_of(ctx, *scopes, locations=["NY"])
    for path in (f"orders/{placed['id']}", f"shipments/{shipment}", "locations/CHI", "inventory/CHI/tea"):
        assert new_york.get(f"/api/v1/{path}").status_code == 404, path
    for path in ("orders", "shipments"):
        assert new_york.get(f"/api/v1/{path}").json()["items"] == []
    assert [item["code"] for item in new_york.get("/api/v1/locations").json()["items"]] == ["NY"]
    assert new_york.post(f"/api/v1/shipments/{shipment}/accept").status_code == 404
    assert new_york.post(f"/api/v1/orders/{placed['id']}/cancel", json={"reason": "x"}).status_code == 404
    stock = {"items": [{"location": "CHI", "sku": "tea", "delta": 1}]}
    assert new_york.post("/api/v1/inventory/adjustments", json=stock).status_code == 422
    here = new_york.post("/api/v1/orders", json={**ORDER, "external_id": "N-1"}).json()
    assert [s["location"] for s in here["shipments"]] == ["NY"]


def test_an_order_may_be_held_and_cancelled_without_a_reason(ctx: Context, shop: TestClient) -> None:
    order = shop.post("/api/v1/orders", json=ORDER).json()["id"]
    assert shop.post(f"/api/v1/orders/{order}/hold").json()["status"] == "held"
    assert shop.post(f"/api/v1/orders/{order}/cancel", json={}).json()["status"] == "cancelled"
    told = [event["data"].get("reason") for event in shop.get(f"/api/v1/orders/{order}/timeline").json()["items"]]
    assert told.count("not stated") >= 2
