"""What does not go as planned, over HTTP: split, short."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from backend.context import Context
from models.enums import Permission
from tests.support.api import client_of
from tests.support.shop import NEW_YORK, location, open_shop, order, place, row_counts


@pytest.fixture
def shop(ctx: Context) -> TestClient:
    """Return a client that may do everything; order 1 has five teas and two cups at CHI."""
    open_shop(
        ctx,
        {"CHI": {"tea": 9, "cup": 9}, "NY": {"tea": 9, "cup": 9}, "DEN": {"tea": 0}},
        NY=location("NY", at=NEW_YORK),
    )
    place(ctx, order(lines={"tea": 5, "cup": 2}))
    return client_of(ctx, Permission.ADMIN)


def ask(client: TestClient, path: str, body: dict[str, Any], **headers: str) -> Any:
    return client.post(f"/api/v1/shipments/1/{path}", json=body, headers=headers)


def test_a_split_answers_what_stays_and_the_rest_has_it_as_parent(shop: TestClient) -> None:
    answer = ask(shop, "split", {"lines": [{"sku": "tea", "quantity": 2}], "reason": "too heavy", "to": "NY"})
    assert (answer.status_code, answer.json()["units"]) == (200, 5)
    assert answer.headers["etag"] == shop.get("/api/v1/shipments/1").headers["etag"]
    other = shop.get("/api/v1/shipments?location=NY").json()["items"]
    assert [(item["parent_id"], item["units"], item["status"]) for item in other] == [(1, 2, "open")]
    told = shop.get("/api/v1/orders/1/timeline").json()["items"]
    words = [entry["type"] for entry in told]
    assert {"shipment.split", "shipment.reassigned"} <= set(words)


def test_a_short_pick_goes_on_and_the_rest_is_routed(shop: TestClient) -> None:
    answer = ask(shop, "short", {"lines": [{"sku": "cup", "missing": 2}], "reason": "not there"})
    assert [(line["sku"], line["quantity"]) for line in answer.json()["lines"]] == [("tea", 5)]
    assert shop.get("/api/v1/orders/1").json()["status"] == "partly_routed"


def test_every_fault_is_named_and_nothing_changes(shop: TestClient, ctx: Context) -> None:
    before = row_counts(ctx)

    def faults(path: str, body: dict[str, Any]) -> tuple[int, set[tuple[str, str]]]:
        answer = ask(shop, path, {"reason": "test", **body})
        return answer.status_code, {(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]}

    wrong = [{"sku": "tea", "quantity": 6}, {"sku": "nope", "quantity": 1}]
    expected = {("/lines/0/quantity", "out_of_range"), ("/lines/1/sku", "unknown_sku")}
    assert faults("split", {"lines": wrong}) == (422, expected)
    missing = [{"sku": "tea", "missing": 6}]
    assert faults("short", {"lines": missing}) == (422, {("/lines/0/missing", "out_of_range")})
    everything = [{"sku": "tea", "quantity": 5}, {"sku": "cup", "quantity": 2}]
    assert faults("split", {"lines": everything}) == (422, {("/lines", "nothing_left")})
    one = [{"sku": "tea", "quantity": 1}]
    assert faults("split", {"lines": one, "to": "MARS"}) == (422, {("/to", "unknown_location")})
    assert faults("split", {"lines": one, "to": "NY", "route": True})[0] == 422
    assert row_counts(ctx) == before


def test_who_saw_another_version_is_refused(shop: TestClient) -> None:
    body = {"lines": [{"sku": "tea", "quantity": 1}], "reason": "test"}
    tag = shop.get("/api/v1/shipments/1").headers["etag"]
    assert ask(shop, "split", body, **{"If-Match": tag}).status_code == 200
    assert ask(shop, "split", body, **{"If-Match": tag}).status_code == 412
    assert (
        ask(shop, "short", {"lines": [{"sku": "tea", "missing": 1}], "reason": "x"}, **{"If-Match": tag}).status_code
        == 412
    )


def test_a_reader_may_not(shop: TestClient, ctx: Context) -> None:
    reader = client_of(ctx, Permission.ORDERS_READ)
    assert ask(reader, "split", {"lines": [{"sku": "tea", "quantity": 1}], "reason": "x"}).status_code == 403


def test_reasons_are_read_and_set_and_say_what_a_part_given_back_does(shop: TestClient, ctx: Context) -> None:
    listed = shop.get("/api/v1/reject-reasons").json()["items"]
    assert {"not_found", "sold_out"} <= {item["code"] for item in listed}
    wanted = {"name": "Cracked", "effect": "keep_blocked"}
    made = shop.put("/api/v1/reject-reasons/cracked", json=wanted)
    assert (made.status_code, made.json()["version"], made.headers["etag"]) == (201, 1, '"1"')
    assert shop.put("/api/v1/reject-reasons/cracked", json={**wanted, "effect": "boom"}).status_code == 422
    stale = shop.put("/api/v1/reject-reasons/cracked", json={**wanted, "name": "x"}, headers={"If-Match": '"7"'})
    assert stale.status_code == 412
    body = {"reason": "cracked", "lines": [{"sku": "cup", "quantity": 1}]}
    assert ask(shop, "reject", body).json()["units"] == 6
    assert [item["sku"] for item in shop.get("/api/v1/locations/CHI/blocks").json()["items"]] == ["cup"]
    assert ask(shop, "reject", {**body, "block": "persistent"}).status_code == 422
    filler = client_of(ctx, Permission.SHIPMENTS_WRITE)
    assert filler.put("/api/v1/reject-reasons/cracked", json=wanted).status_code == 403


def test_a_transfer_is_asked_for_shipped_and_received_by_who_sees_only_its_end(shop: TestClient, ctx: Context) -> None:
    wanted = {"lines": [{"sku": "tea", "quantity": 2}], "reason": "torn"}
    assert ask(shop, "transfer", {**wanted, "from": "MARS"}).json()["errors"][0]["pointer"] == "/from"
    waits = ask(shop, "transfer", {**wanted, "from": "NY"})
    assert (waits.status_code, waits.json()["waiting_for"]) == (200, "transfer")
    assert [line["awaited"] for line in waits.json()["lines"]] == [2, 0]
    (sent,) = shop.get("/api/v1/shipments?method=transfer").json()["items"]
    assert (sent["location"], sent["for_shipment_id"]) == ("NY", 1)
    path = f"/api/v1/shipments/{sent['id']}"
    assert shop.post(f"{path}/receive").status_code == 409
    assert shop.post(f"{path}/ship").status_code == 200
    chicago = client_of(ctx, Permission.SHIPMENTS_WRITE, Permission.ORDERS_READ, locations=["CHI"])
    (coming,) = chicago.get("/api/v1/locations/CHI/transfers").json()["items"]
    lines = [{"sku": "tea", "quantity": 2}]
    assert coming == {"id": sent["id"], "for_shipment_id": 1, "from": "NY", "status": "shipped", "lines": lines}
    assert chicago.get("/api/v1/locations/NY/transfers").status_code == 404
    assert chicago.post(f"{path}/receive", json={"lines": [{"sku": "tea", "quantity": 3}]}).status_code == 422
    assert (
        chicago.post(f"{path}/receive", json={"lines": [{"sku": "tea", "quantity": 2}]}).json()["status"]
        == "handed_over"
    )
    denver = client_of(ctx, Permission.SHIPMENTS_WRITE, locations=["DEN"])
    assert denver.post(f"{path}/receive").status_code == 404
    assert shop.get("/api/v1/shipments/1").json()["waiting_for"] is None
    assert shop.get("/api/v1/locations/CHI/transfers").json()["items"] == []


def test_work_is_handed_to_others_one_by_one_with_a_report(shop: TestClient, ctx: Context) -> None:
    place(ctx, *(order(f"B-{n}", lines={"tea": 1}) for n in range(3)), order("B-9", lines={"tea": 1, "cup": 1}))
    shop.post("/api/v1/shipments/3/ship")
    body = {"ids": [5, 4, 3, 2, 2, 99], "location": "NY", "reason": "closing early"}
    report = shop.post("/api/v1/shipments/reassign", json=body).json()
    assert (report["moved"], report["refused"]) == (3, 2)
    assert [(item["id"], item["status"]) for item in report["items"]] == [
        (2, 200),
        (3, 409),
        (4, 200),
        (5, 200),
        (99, 404),
    ]
    assert report["items"][1]["error"]["code"] == "illegal_transition"
    assert {item["id"] for item in shop.get("/api/v1/shipments?location=NY").json()["items"]} == {2, 4, 5}
    again = shop.post("/api/v1/shipments/reassign", json=body).json()
    assert again["moved"] == 0
    routed = shop.post("/api/v1/shipments/reassign", json={"ids": [1], "route": True, "reason": "nobody there"}).json()
    assert (routed["moved"], shop.get("/api/v1/shipments/1").json()["status"]) == (1, "cancelled")
    assert shop.post("/api/v1/shipments/reassign", json={"ids": [1], "reason": "x"}).status_code == 422
    assert shop.post("/api/v1/shipments/reassign", json={**body, "location": "MARS"}).json()["refused"] == 5


def test_a_shipment_is_put_off_until_stock_comes(shop: TestClient) -> None:
    assert ask(shop, "backorder", {"reason": "sold_out"}).json()["status"] == "cancelled"
    assert shop.get("/api/v1/orders/1").json()["status"] == "backordered"
