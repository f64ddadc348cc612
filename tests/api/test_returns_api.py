"""Returns over HTTP: the way through, the story of the order, who may, and what is refused."""

from __future__ import annotations

from starlette.testclient import TestClient

from backend.context import Context
from models.enums import Permission as P
from models.tables import Return
from tests.support.api import client_of
from tests.support.shop import open_shop, order, place, rows_of

API = "/api/v1"


def shop(ctx: Context) -> tuple[TestClient, int]:
    open_shop(ctx, {"CHI": {"tea": 5}})
    (placed,) = place(ctx, order("A-1", lines={"tea": 2}))
    client = client_of(ctx, P.ORDERS_READ, P.RETURNS_WRITE, P.SHIPMENTS_WRITE)
    client.post(f"{API}/shipments/{placed.shipments[0].id}/ship")
    return client, placed.id


def test_from_announcement_to_refund(ctx: Context) -> None:
    client, order_id = shop(ctx)
    there = {"sku": "tea", "units": 2, "price": "5.00", "returnable": True}
    assert client.get(f"{API}/orders/{order_id}/returnable").json()["items"] == [there]
    asked = {"order_id": order_id, "lines": [{"sku": "tea", "quantity": 2}], "reason": "too bitter"}
    twice = [client.post(f"{API}/returns", json=asked, headers={"Idempotency-Key": "r"}) for _ in range(2)]
    assert [answer.status_code for answer in twice] == [201, 201]
    one = twice[0].json()
    assert (one["status"], one["location"], twice[1].json()) == ("authorised", "CHI", one)
    at = f"{API}/returns/{one['id']}"
    assert client.post(f"{at}/receive").json()["lines"][0]["received"] == 2
    judged = {"lines": [{"sku": "tea", "restock": 1, "write_off": 1}]}
    assert client.post(f"{at}/inspect", json=judged, headers={"If-Match": '"1"'}).status_code == 412
    assert client.post(f"{at}/inspect", json=judged).json()["status"] == "inspected"
    closed = client.post(f"{at}/close", json={"refund": "7.50"}).json()
    assert (closed["status"], closed["refund"]) == ("closed", "7.50")
    assert client.get(f"{API}/returns?order={order_id}&status=closed").json()["items"] == [closed]
    told = [entry["type"] for entry in client.get(f"{API}/orders/{order_id}/timeline").json()["items"]]
    assert told[-4:] == ["return.authorised", "return.received", "return.inspected", "return.closed"]


def test_who_may_not_is_refused_and_faults_are_named(ctx: Context) -> None:
    client, order_id = shop(ctx)
    asked = {"order_id": order_id, "lines": [{"sku": "tea", "quantity": 1}], "reason": "too bitter"}
    picker = client_of(ctx, P.ORDERS_READ, P.SHIPMENTS_WRITE)
    assert picker.post(f"{API}/returns", json=asked).status_code == 403
    bad = client.post(f"{API}/returns", json={"order_id": 0, "lines": [{"sku": "tea", "quantity": 0}], "to": "me"})
    assert {fault["pointer"] for fault in bad.json()["errors"]} == {"/order_id", "/lines/0/quantity", "/reason", "/to"}
    assert client.post(f"{API}/returns", json={**asked, "order_id": 999}).status_code == 404
    assert client.post(f"{API}/returns/1/receive").status_code == 404
    assert rows_of(ctx, Return) == []
