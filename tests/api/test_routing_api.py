"""Strategies, suggestions and decisions over HTTP."""

from __future__ import annotations

import copy

import pytest
from starlette.testclient import TestClient

from backend.context import Context
from backend.routing import strategies
from backend.routing.defaults import DEFAULT_NAME, DEFAULT_STRATEGY
from models.enums import Permission
from models.tables import Order, RoutingDecision, RoutingStrategy, Shipment
from tests.support.api import client_of
from tests.support.shop import NEW_YORK, location, open_shop, order, place, row_counts, rows_of, stock_of

FARTHEST = copy.deepcopy(DEFAULT_STRATEGY) | {"title": "Farthest first"}
for route in FARTHEST["routes"]:
    for scenario in route["scenarios"]:
        scenario["sorts"] = [{"by": "distance", "descending": True}]

ORDER = {
    "external_id": "T-1",
    "channel": "web",
    "method": "ship",
    "ship_to": {"latitude": 41.88, "longitude": -87.63},
    "lines": [{"sku": "tea", "quantity": 2, "unit_price": "19.99"}],
}
ALL = (Permission.ROUTING_READ, Permission.ROUTING_WRITE, Permission.ORDERS_READ)


@pytest.fixture
def api(ctx: Context) -> TestClient:
    open_shop(ctx, {"CHI": {"tea": 5, "cup": 0}, "NY": {"tea": 5}}, NY=location("NY", at=NEW_YORK))
    with ctx.uow() as uow:
        strategies.ensure_defaults(uow)
    return client_of(ctx, *ALL)


def test_a_strategy_is_saved_as_a_draft_and_decides_once_activated(api: TestClient, ctx: Context) -> None:
    shipped = api.get(f"/api/v1/routing/strategies/{DEFAULT_NAME}")
    assert (shipped.status_code, shipped.json()["status"], shipped.json()["document"]) == (
        200,
        "active",
        DEFAULT_STRATEGY,
    )
    url = "/api/v1/routing/strategies/far"
    saved = api.put(url, json=FARTHEST, params={"note": "for a day"}, headers={"If-Match": '"0"'})
    assert (saved.status_code, saved.json()["status"], saved.headers["etag"]) == (201, "draft", '"1"')
    assert place(ctx, order("A-1"))[0].shipments[0].location == "CHI"
    activated = api.post(f"{url}/activate")
    assert (activated.status_code, activated.json()["status"], activated.json()["active"]) == (200, "active", 1)
    assert place(ctx, order("A-2"))[0].shipments[0].location == "NY"
    rows = {(row["name"], row["version"]): row["status"] for row in rows_of(ctx, RoutingStrategy)}
    assert rows == {(DEFAULT_NAME, 1): "archived", ("far", 1): "active"}
    back = api.post(f"/api/v1/routing/strategies/{DEFAULT_NAME}/activate", json={"version": 1})
    assert back.status_code == 200
    assert place(ctx, order("A-3"))[0].shipments[0].location == "CHI"


def test_a_draft_is_archived_and_comes_back_when_it_is_saved_again(api: TestClient, ctx: Context) -> None:
    url = "/api/v1/routing/strategies/far"
    api.put(url, json=FARTHEST)
    assert api.post(f"{url}/archive", headers={"If-Match": '"7"'}).status_code == 412
    assert api.get(url).json()["status"] == "draft"
    archived = api.post(f"{url}/archive", headers={"If-Match": '"1"'})
    assert (archived.status_code, archived.json()["status"]) == (200, "archived")
    before = row_counts(ctx)
    assert api.post(f"{url}/archive", json={"version": 1}).json()["status"] == "archived"
    assert api.post(f"/api/v1/routing/strategies/{DEFAULT_NAME}/archive").status_code == 409
    assert api.post(f"{url}/archive", json={"version": 9}).status_code == 404
    assert row_counts(ctx) == before
    again = api.put(url, json=FARTHEST).json()
    assert (again["version"], again["status"]) == (2, "draft")


def test_versions_are_kept_and_an_unchanged_document_makes_none(api: TestClient) -> None:
    url = "/api/v1/routing/strategies/far"
    api.put(url, json=FARTHEST)
    assert api.put(url, json=FARTHEST).json()["version"] == 1
    assert api.put(url, json={**FARTHEST, "title": "Two"}, headers={"If-Match": '"1"'}).json()["version"] == 2
    stale = api.put(url, json={**FARTHEST, "title": "Three"}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    listed = api.get(f"{url}/versions").json()
    assert [(item["version"], item["title"]) for item in listed["items"]] == [(2, "Two"), (1, "Farthest first")]
    assert api.get(f"{url}/versions/1").json()["document"] == FARTHEST
    assert [item["name"] for item in api.get("/api/v1/routing/strategies").json()["items"]] == ["far", DEFAULT_NAME]
    assert api.get(f"{url}/versions/3").status_code == 404


def test_every_fault_is_named_where_it_stands_and_nothing_is_saved(api: TestClient, ctx: Context) -> None:
    before = row_counts(ctx)
    bad = copy.deepcopy(FARTHEST)
    bad["routes"][0]["scenarios"][0]["sorts"] = [{"by": "beauty"}]
    bad["routes"][1]["scenarios"][0]["locations"] = ["MARS"]
    answer = api.put("/api/v1/routing/strategies/far", json=bad)
    assert answer.status_code == 422
    pointers = {fault["pointer"] for fault in answer.json()["errors"]}
    assert "/routes/0/scenarios/0/sorts/0/by" in pointers
    assert "/routes/1/scenarios/0/locations/0" in pointers
    assert api.put("/api/v1/routing/strategies/Bad Name", json=FARTHEST).status_code == 422
    assert row_counts(ctx) == before


def test_who_may_only_read_changes_nothing(api: TestClient, ctx: Context) -> None:
    reader = client_of(ctx, Permission.ROUTING_READ)
    before = row_counts(ctx)
    assert reader.put("/api/v1/routing/strategies/far", json=FARTHEST).status_code == 403
    assert reader.post(f"/api/v1/routing/strategies/{DEFAULT_NAME}/activate").status_code == 403
    assert row_counts(ctx) == before
    assert reader.get("/api/v1/routing/schema").json()["$schema"].startswith("https://json-schema.org/")
    nobody = client_of(ctx, Permission.ORDERS_READ)
    assert nobody.post("/api/v1/routing/suggestions", json=ORDER).status_code == 403


def test_a_suggestion_explains_and_touches_nothing(api: TestClient, ctx: Context) -> None:
    before = row_counts(ctx)
    answer = api.post("/api/v1/routing/suggestions", json=ORDER)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["outcome"], found["strategy"]) == ("assigned", f"{DEFAULT_NAME} version 1")
    assert [(part["location"], part["lines"]) for part in found["assignments"]] == [
        ("CHI", [{"line": 1, "sku": "tea", "quantity": 2}])
    ]
    assert "Store CHI (CHI)" in found["explanation"]["text"]
    assert found["promise"]["shipments"][0]["location"] == "CHI"
    other = api.post("/api/v1/routing/suggestions", json={**ORDER, "strategy": {"document": FARTHEST}}).json()
    assert [part["location"] for part in other["assignments"]] == ["NY"]
    api.put("/api/v1/routing/strategies/far", json=FARTHEST)
    named = api.post("/api/v1/routing/suggestions", json={**ORDER, "strategy": {"name": "far"}}).json()
    assert (named["strategy"], named["assignments"][0]["location"]) == ("far version 1", "NY")
    after = row_counts(ctx)
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]}.keys() == {
        "routing_strategy",
        "event",
    }
    assert stock_of(ctx) == (10, 0)


def test_a_suggestion_names_every_fault(api: TestClient) -> None:
    bad = {**ORDER, "lines": [{"sku": "nothing", "quantity": 1}], "pickup_location": "MARS"}
    answer = api.post("/api/v1/routing/suggestions", json={**bad, "strategy": {"document": {"title": 7}}})
    assert answer.status_code == 422
    named = {fault["pointer"] for fault in answer.json()["errors"]}
    assert {"/lines/0/sku", "/pickup_location", "/strategy/document/title"} <= named
    answer = api.post("/api/v1/routing/suggestions", json=bad)
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {"/lines/0/sku", "/pickup_location"}
    assert api.post("/api/v1/routing/suggestions", json={**ORDER, "strategy": {}}).status_code == 422
    assert api.post("/api/v1/routing/suggestions", json={**ORDER, "strategy": {"name": "none"}}).status_code == 404


def test_decisions_are_read_back_with_their_reasons(api: TestClient, ctx: Context) -> None:
    good, empty = place(ctx, order("A-1"), order("A-2", lines={"cup": 1}))
    (told,) = api.get(f"/api/v1/orders/{good.id}/routing").json()["items"]
    assert (told["outcome"], told["strategy"], told["version"]) == ("assigned", DEFAULT_NAME, 1)
    assert "Store CHI (CHI)" in told["explanation"]["text"]
    (listed,) = api.get("/api/v1/routing/decisions").json()["items"]
    assert (listed["order"], listed["outcome"], listed["reason"]) == (empty.id, "none", "no_location_has_stock")
    assert api.get("/api/v1/routing/decisions", params={"outcome": "partial"}).json()["items"] == []
    assert api.get("/api/v1/orders/999/routing").status_code == 404
    assert len(rows_of(ctx, RoutingDecision)) == len(rows_of(ctx, Order)) == 2
    assert len(rows_of(ctx, Shipment)) == 1


def test_who_is_limited_is_told_of_his_locations_only(api: TestClient, ctx: Context) -> None:
    (placed,) = place(ctx, order("A-1", lines={"tea": 2}))
    limited = client_of(ctx, Permission.ROUTING_READ, Permission.ORDERS_READ, locations=["NY"])
    found = limited.post("/api/v1/routing/suggestions", json=ORDER).json()
    assert [part["location"] for part in found["assignments"]] == ["NY"]
    assert limited.get(f"/api/v1/orders/{placed.id}/routing").status_code == 404
    mine = client_of(ctx, Permission.ROUTING_READ, Permission.ORDERS_READ, locations=["CHI"])
    text = mine.get(f"/api/v1/orders/{placed.id}/routing").text
    assert "Store CHI" in text
    assert "Store NY" not in text
