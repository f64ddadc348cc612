"""Stock over HTTP: lists, details, lots, what stays back, blocks, segments, arrivals; refusals change nothing."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from backend.context import Context
from backend.inventory import service
from backend.inventory.service import StockCount
from models.enums import Permission
from models.tables import StockBalance, StockBlock
from tests.support.api import client_of
from tests.support.shop import location, open_shop, order, place, row_counts, rows_of

API = "/api/v1"


@pytest.fixture
def client(ctx: Context) -> TestClient:
    open_shop(ctx, {"CHI": {"tea": 8, "cup": 2}, "NY": {"tea": 3}}, NY=location("NY"))
    return client_of(ctx, Permission.INVENTORY_READ, Permission.INVENTORY_WRITE)


def pages(client: TestClient, path: str, name: str) -> list[str]:
    """Return one field of all items, fetched one at a time."""
    seen: list[str] = []
    after = ""
    while True:
        found = client.get(f"{API}/{path}{'&' if '?' in path else '?'}limit=1{after}").json()
        seen += [str(item[name]) for item in found["items"]]
        if found["next"] is None:
            return seen
        after = f"&after={found['next']}"


def test_balances_are_listed_sorted_and_paged(client: TestClient) -> None:
    assert pages(client, "inventory", "sku") == ["cup", "tea", "tea"]
    assert pages(client, "inventory?sku=tea&sort=on_hand", "on_hand") == ["8", "3"]
    assert pages(client, "inventory?sort=available", "available") == ["2", "3", "8"]
    assert pages(client, "inventory?sort=sku", "location") == ["CHI", "CHI", "NY"]
    assert pages(client, "inventory?location=CHI&low=2", "sku") == ["cup"]
    assert pages(client, "inventory?q=roduct TE", "location") == ["CHI", "NY"]
    bad = client.get(f"{API}/inventory?sort=available&after=WyJ4IiwiQ0hJIiwidGVhIl0")
    assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (422, "#query/after")


def test_a_balance_shows_all_that_explains_it(client: TestClient, ctx: Context) -> None:
    lot = {"location": "CHI", "sku": "tea", "lot": "L1", "expires_on": "2026-12-24"}
    moved = {"items": [{**lot, "delta": 3, "reason": "delivery"}, {**lot, "condition": "damaged", "delta": 1}]}
    assert client.post(f"{API}/inventory/adjustments", json=moved).status_code == 200
    client.put(f"{API}/segments/vip", json={"name": "VIP", "channel": "app", "quotas": [{"percent": 50}]})
    blocked = {"items": [{"sku": "tea", "reason": "recall", "until_count": True}]}
    assert client.post(f"{API}/locations/CHI/blocks", json=blocked).json() == {"count": 1}
    coming = {"quantity": 5, "arrives_at": "2026-12-01T08:00:00Z"}
    assert client.put(f"{API}/inventory/future/CHI/tea/PO-1", json=coming).status_code == 201
    place(ctx, order("A-1", lines={"tea": 2}, pickup_location="NY"))
    shown = client.get(f"{API}/inventory/CHI/tea").json()
    assert (shown["on_hand"], shown["unsellable"], shown["available"], shown["open_units"]) == (12, 1, 11, 6)
    assert shown["segments"] == [{"code": "vip", "name": "VIP", "quota": 5, "used": 0, "left": 5}]
    assert [(item["lot"], item["condition"], item["sellable"]) for item in shown["lots"]] == [
        ("L1", "new", True),
        ("L1", "damaged", False),
    ]
    assert (shown["block"]["reason"], shown["blocked"], shown["arriving"]) == ("recall", True, 5)
    assert shown["future"][0]["arrives_at"] == shown["next_arrival"] == "2026-12-01T08:00:00Z"
    assert [item["reason"] for item in shown["movements"]] == ["adjustment", "delivery", "count"]
    assert pages(client, "inventory/CHI/tea/movements", "on_hand") == ["1", "3", "8"]
    empty = client.get(f"{API}/inventory/NY/cup").json()
    assert (empty["version"], empty["on_hand"], empty["movements"]) == (0, 0, [])


def test_what_stays_back_is_edited_over_the_version_that_was_read(client: TestClient, ctx: Context) -> None:
    tag = client.get(f"{API}/inventory/CHI/tea").headers["etag"]
    path = f"{API}/inventory/CHI/tea/settings"
    done = client.put(path, json={"safety_stock": 2, "floor": 1}, headers={"If-Match": tag})
    assert (done.status_code, done.json()["available"], done.headers["etag"] != tag) == (200, 5, True)
    before = row_counts(ctx)
    assert client.put(path, json={"floor": 7}, headers={"If-Match": tag}).status_code == 412
    refused = client.put(path, json={"floor": -1, "safety": 1})
    assert {fault["pointer"] for fault in refused.json()["errors"]} == {"/floor", "/safety"}
    assert row_counts(ctx) == before
    assert client.get(f"{API}/inventory/CHI/tea").json()["floor"] == 1
    assert client.put(f"{API}/inventory/NY/cup/settings", json={"floor": 1}).status_code == 201
    assert client.put(f"{API}/inventory/MARS/cup/settings", json={}).status_code == 404


def test_a_balance_keeps_attributes_of_your_own(client: TestClient, ctx: Context) -> None:
    path, noted = f"{API}/inventory/CHI/tea", {"zone": {"shelf": 4}, "fragile": True, "note": None}
    first = client.put(f"{path}/settings", json={"safety_stock": 1, "attributes": noted}).json()
    assert (first["attributes"], first["safety_stock"]) == (noted, 1)
    assert client.get(path).json()["attributes"] == noted
    kept = client.put(f"{path}/settings", json={"safety_stock": 2})
    assert (kept.json()["attributes"], kept.json()["safety_stock"]) == (noted, 2)
    same = client.put(f"{path}/settings", json={"safety_stock": 2, "attributes": noted}).json()
    assert same["version"] == kept.json()["version"]
    other = client.put(f"{path}/settings", json={"safety_stock": 2, "attributes": {}}).json()
    assert (other["attributes"], other["version"]) == ({}, same["version"] + 1)
    before = rows_of(ctx, StockBalance)
    bad = client.put(f"{path}/settings", json={"floor": -1, "attributes": {"note": "x" * 16_001}})
    assert {fault["pointer"] for fault in bad.json()["errors"]} == {"/floor", "/attributes"}
    assert client.put(f"{path}/settings", json={"attributes": {}}, headers={"If-Match": '"1"'}).status_code == 412
    assert rows_of(ctx, StockBalance) == before


def test_a_count_below_what_is_promised_leaves_units_pending(client: TestClient, ctx: Context) -> None:
    place(ctx, order("A-1", lines={"tea": 6}))
    counted = {"items": [{"location": "CHI", "sku": "tea", "on_hand": 4}]}
    assert client.post(f"{API}/inventory/counts", json=counted).status_code == 200
    shown = client.get(f"{API}/inventory/CHI/tea").json()
    assert [shown[name] for name in ("on_hand", "allocated", "pending", "available")] == [4, 4, 2, 0]
    moved = {"items": [{"location": "CHI", "sku": "tea", "delta": 3}]}
    assert client.post(f"{API}/inventory/adjustments", json=moved).status_code == 200
    shown = client.get(f"{API}/inventory/CHI/tea").json()
    assert [shown[name] for name in ("on_hand", "allocated", "pending", "available")] == [7, 6, 0, 1]


def test_blocks_are_listed_lifted_and_refused_with_every_fault(client: TestClient, ctx: Context) -> None:
    bad = {"items": [{"sku": "nope", "reason": "x"}, {"sku": "tea", "reason": "x", "until": "2020-01-01T00:00:00Z"}]}
    refused = client.post(f"{API}/locations/CHI/blocks", json=bad)
    assert {fault["pointer"] for fault in refused.json()["errors"]} == {"/items/0/sku", "/items/1/until"}
    assert rows_of(ctx, StockBlock) == []
    good = {"items": [{"sku": "tea", "reason": "x"}, {"sku": "cup", "reason": "y", "until": "2027-01-01T00:00:00Z"}]}
    assert client.post(f"{API}/locations/CHI/blocks", json=good).status_code == 200
    assert pages(client, "locations/CHI/blocks", "sku") == ["cup", "tea"]
    assert client.delete(f"{API}/locations/CHI/blocks/tea").status_code == 204
    assert client.delete(f"{API}/locations/CHI/blocks/tea").status_code == 404
    assert client.post(f"{API}/locations/MARS/blocks", json=good).status_code == 404
    assert pages(client, "locations/CHI/blocks", "sku") == ["cup"]


def test_segments_are_replaced_and_refused_with_every_fault(client: TestClient) -> None:
    path = f"{API}/segments/vip"
    quotas = [{"location": "CHI", "sku": "tea", "units": 3}, {"group": "west", "percent": 10}]
    made = client.put(path, json={"name": "VIP", "customer_segment": "gold", "quotas": quotas})
    assert (made.status_code, made.json()["version"]) == (201, 1)
    stated = [{name: value for name, value in quota.items() if value is not None} for quota in made.json()["quotas"]]
    assert stated == quotas
    faults = client.put(path, json={"name": "VIP", "quotas": [{}, {"sku": "nope", "units": 1}]}).json()["errors"]
    assert {fault["pointer"] for fault in faults} == {"/quotas/0", "/quotas/1/sku"}
    assert client.put(path, json={"name": "VIP"}, headers={"If-Match": '"7"'}).status_code == 412
    assert client.put(path, json={"name": "V"}, headers={"If-Match": '"1"'}).json()["quotas"] == []
    assert [item["name"] for item in client.get(f"{API}/segments").json()["items"]] == ["V"]
    assert client.get(f"{API}/segments/none").status_code == 404
    assert client.put(f"{API}/segments/b2b", json={"name": "B", "quotas": []}).status_code == 201
    assert pages(client, "segments?limit=1", "code") == ["b2b", "vip"]
    assert client.get(f"{API}/segments?after=bad").status_code == 422


def test_arrivals_are_announced_received_and_called_off(client: TestClient, ctx: Context) -> None:
    path = f"{API}/inventory/future/CHI/tea"
    for number in (2, 1):
        coming = {"quantity": 5, "arrives_at": f"2026-12-0{number}T08:00:00Z"}
        assert client.put(f"{path}/PO-{number}", json=coming).status_code == 201
    assert client.put(f"{path}/PO-2", json={"quantity": 6, "arrives_at": "2026-12-03T08:00:00Z"}).json()["version"] == 2
    assert pages(client, "inventory/future?location=CHI", "reference") == ["PO-1", "PO-2"]
    key = {"Idempotency-Key": "r1"}
    first = client.post(f"{path}/PO-1/receive", json={"quantity": 2}, headers=key)
    again = client.post(f"{path}/PO-1/receive", json={"quantity": 2}, headers=key)
    assert first.json()["quantity"] == again.json()["quantity"] == 3
    assert client.get(f"{API}/inventory/CHI/tea").json()["on_hand"] == 10
    assert client.post(f"{path}/PO-1/receive", json={"quantity": 3}).json()["received_at"] is not None
    before = row_counts(ctx)
    assert client.post(f"{path}/PO-1/receive", json={"quantity": 1}).status_code == 404
    assert client.put(f"{path}/PO-1", json=coming).status_code == 409
    assert client.put(f"{API}/inventory/future/CHI/nope/PO-9", json=coming).status_code == 404
    assert row_counts(ctx) == before
    assert client.get(f"{API}/inventory/CHI/tea").json()["on_hand"] == 13
    stale = {"If-Match": '"1"'}
    refused = [
        client.delete(f"{path}/PO-2", headers=stale),
        client.post(f"{path}/PO-2/receive", json={"quantity": 1}, headers=stale),
    ]
    assert [answer.status_code for answer in refused] == [412, 412]
    assert client.get(f"{API}/inventory/CHI/tea").json()["on_hand"] == 13
    assert client.delete(f"{path}/PO-2", headers={"If-Match": '"2"'}).status_code == 204
    assert client.delete(f"{path}/PO-2").status_code == 404


def test_who_is_limited_to_a_location_sees_and_touches_only_its_stock(client: TestClient, ctx: Context) -> None:
    client.put(f"{API}/inventory/future/CHI/tea/PO-1", json={"quantity": 5, "arrives_at": "2026-12-01T08:00:00Z"})
    limited = client_of(ctx, Permission.INVENTORY_READ, Permission.INVENTORY_WRITE, locations=["NY"])
    assert pages(limited, "inventory", "location") == ["NY"]
    assert limited.get(f"{API}/inventory/future").json()["items"] == []
    before = row_counts(ctx)
    coming = {"quantity": 5, "arrives_at": "2026-12-01T08:00:00Z"}
    block = {"items": [{"sku": "tea", "reason": "x"}]}
    answers = [
        limited.get(f"{API}/inventory/CHI/tea"),
        limited.get(f"{API}/inventory/CHI/tea/movements"),
        limited.put(f"{API}/inventory/CHI/tea/settings", json={"floor": 1}),
        limited.put(f"{API}/inventory/future/CHI/tea/PO-2", json=coming),
        limited.post(f"{API}/inventory/future/CHI/tea/PO-1/receive", json={"quantity": 1}),
        limited.delete(f"{API}/inventory/future/CHI/tea/PO-1"),
        limited.get(f"{API}/locations/CHI/blocks"),
        limited.post(f"{API}/locations/CHI/blocks", json=block),
        limited.delete(f"{API}/locations/CHI/blocks/tea"),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert limited.put(f"{API}/segments/vip", json={"name": "VIP"}).status_code == 403
    assert row_counts(ctx) == before


def test_reading_does_not_allow_writing(client: TestClient, ctx: Context) -> None:
    with ctx.uow() as uow:
        service.count(uow, [StockCount("CHI", "tea", 9)])
    reader = client_of(ctx, Permission.INVENTORY_READ)
    before = row_counts(ctx)
    assert reader.put(f"{API}/inventory/CHI/tea/settings", json={"floor": 1}).status_code == 403
    assert reader.post(f"{API}/locations/CHI/blocks", json={"items": []}).status_code in (403, 422)
    assert reader.put(f"{API}/segments/vip", json={"name": "VIP"}).status_code == 403
    assert reader.delete(f"{API}/inventory/future/CHI/tea/PO-1").status_code == 403
    assert row_counts(ctx) == before
