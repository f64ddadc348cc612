"""`POST /orders` and its batch: what is answered when, with Prefer, under load, on the short way and the long one."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from backend.api.order_intake import preferred_wait
from backend.api.shortcut import Shortcut
from backend.auth import service as auth
from backend.auth.keycache import KeyCache
from backend.auth.keys import revoke_key
from backend.context import Context
from backend.orders import service
from backend.orders.intake import Intake
from models.enums import Permission
from models.tables import ApiKey, Order, Shipment
from tests.support.api import client_of
from tests.support.shop import NEW_YORK, location, open_shop, row_counts, rows_of

ORDER: dict[str, Any] = {
    "external_id": "W-1",
    "channel": "web",
    "customer": {"id": "C-7", "name": "Ada", "email": "ada@example.com"},
    "method": "ship",
    "ship_to": {"city": "Chicago", "latitude": 41.88, "longitude": -87.63},
    "placed_at": "2026-11-27T14:59:58.123456Z",
    "due_at": "2026-12-01T12:00:00+01:00",
    "lines": [{"sku": "tea", "quantity": 2, "unit_price": "19.99"}, {"sku": "cup", "quantity": 1}],
    "attributes": {"gift": True, "notes": ["ä", None]},
}
#: Something after the path is not plain: the framework takes it.
LONG = "/api/v1/orders?&"
SOON = {"Prefer": ""}
KEY = {"Idempotency-Key": "k-1"}


@pytest.fixture
def remembering(ctx: Context) -> Context:
    open_shop(ctx, {"CHI": {"tea": 50, "cup": 50}, "NY": {"tea": 50, "cup": 50}}, NY=location("NY", at=NEW_YORK))
    return replace(ctx, keys=KeyCache(seconds=60), parts={})


@pytest.fixture
def shop(remembering: Context) -> TestClient:
    client = client_of(remembering, Permission.ADMIN)
    client.get("/api/v1/me")  # from here on the key is remembered
    return client


@pytest.fixture
def passed_on(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the paths of the calls that the short way did not answer."""
    seen: list[str] = []
    real = Shortcut.__call__

    async def watched(self: Shortcut, scope: Any, receive: Any, send: Any) -> None:
        app = self._app

        async def noted(*args: Any) -> None:
            seen.append(scope["path"])
            await app(*args)

        self._app = noted
        try:
            await real(self, scope, receive, send)
        finally:
            self._app = app

    monkeypatch.setattr(Shortcut, "__call__", watched)
    return seen


def test_without_prefer_an_order_is_answered_before_it_is_routed_and_reads_back_the_same(
    shop: TestClient, ctx: Context, passed_on: list[str]
) -> None:
    answer = shop.post("/api/v1/orders", json=ORDER, headers=SOON)
    assert passed_on == []
    assert (answer.status_code, answer.json()["status"], answer.json()["shipments"]) == (201, "placed", [])
    assert "preference-applied" not in answer.headers
    again = shop.get(answer.headers["location"])
    assert again.json() == answer.json()
    assert again.headers["etag"] == answer.headers["etag"]
    assert rows_of(ctx, Order)[0]["routing_due_at"] is not None


@pytest.mark.parametrize("headers", [SOON, {"Prefer": "wait=10"}, {**SOON, **KEY}])
def test_the_short_way_and_the_long_way_answer_alike(
    shop: TestClient, passed_on: list[str], headers: dict[str, str]
) -> None:
    short = shop.post("/api/v1/orders", json=ORDER, headers=headers)
    assert passed_on == []
    changed = {"Idempotency-Key": "k-2"} if "Idempotency-Key" in headers else {}
    long = shop.post(LONG, json={**ORDER, "external_id": "W-2"}, headers={**headers, **changed})
    assert passed_on == ["/api/v1/orders"]
    assert (short.status_code, long.status_code) == (201, 201)
    assert _without_ids(short.json()) == _without_ids(long.json())
    assert set(short.headers) == set(long.headers)


def _without_ids(order: dict[str, Any]) -> dict[str, Any]:
    shipments = [{**shipment, "id": 0} for shipment in order["shipments"]]
    return {**order, "id": 0, "external_id": "", "shipments": shipments}


@pytest.mark.parametrize(
    "changes",
    [{"lines": []}, {"colour": "red"}, {"lines": [{"sku": "nope", "quantity": 0}]}, {"method": "teleport"}],
)
def test_faults_are_named_by_the_long_way(
    shop: TestClient, ctx: Context, passed_on: list[str], changes: dict[str, Any]
) -> None:
    before = row_counts(ctx)
    answer = shop.post("/api/v1/orders", json={**ORDER, **changes})
    assert passed_on == ["/api/v1/orders"]
    assert answer.status_code == 422
    assert answer.json()["errors"]
    assert row_counts(ctx) == before


def test_what_only_the_database_knows_is_refused_on_the_short_way(
    shop: TestClient, ctx: Context, passed_on: list[str]
) -> None:
    shop.post("/api/v1/orders", json=ORDER)
    before = row_counts(ctx)
    unknown = {**ORDER, "external_id": "W-2", "lines": [{"sku": "nope", "quantity": 1}], "pickup_location": "MARS"}
    answer = shop.post("/api/v1/orders", json=unknown)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {"/lines/0/sku", "/pickup_location"}
    twice = shop.post("/api/v1/orders", json=ORDER)
    assert (twice.status_code, twice.json()["code"]) == (409, "conflict")
    assert passed_on == []
    assert row_counts(ctx) == before


def test_a_revoked_key_is_refused_on_the_short_way_too(remembering: Context) -> None:
    client = client_of(remembering, Permission.ORDERS_WRITE)
    assert client.post("/api/v1/orders", json=ORDER).status_code == 201
    with remembering.uow() as uow:
        revoke_key(uow, "test orders:write ")
    assert client.post("/api/v1/orders", json={**ORDER, "external_id": "W-2"}).status_code == 401
    assert len(rows_of(remembering, Order)) == 1


def test_a_key_in_use_is_read_again_in_good_time_and_forgotten_when_it_is_no_good(remembering: Context) -> None:
    seconds = [100.0]
    ctx = replace(remembering, keys=KeyCache(seconds=2, tick=lambda: seconds[0]), parts={})
    client = client_of(ctx, Permission.ORDERS_WRITE)
    token = client.headers["authorization"].removeprefix("Bearer ")
    assert auth.actor_of_key(ctx, token) is not None
    seconds[0] += 1.5
    auth.renew(ctx, token)
    seconds[0] += 1.5
    assert auth.actor_remembered(ctx, token) is not None
    with ctx.uow() as uow:
        uow.session.execute(sa.update(ApiKey).values(active=False))  # by a process whose signal does not come through
    auth.renew(ctx, token)
    assert auth.actor_remembered(ctx, token) is None
    assert client.post("/api/v1/orders", json=ORDER).status_code == 401


@pytest.mark.parametrize("scopes", [(Permission.ORDERS_READ,), (Permission.NETWORK_READ,)])
def test_a_key_without_the_permission_places_nothing(remembering: Context, scopes: tuple[Permission, ...]) -> None:
    client = client_of(remembering, *scopes)
    client.get("/api/v1/me")
    assert client.post("/api/v1/orders", json=ORDER).status_code == 403
    assert rows_of(remembering, Order) == []


def test_a_limited_key_has_its_orders_routed_in_its_own_locations(remembering: Context) -> None:
    client = client_of(remembering, Permission.ORDERS_WRITE, Permission.ORDERS_READ, locations=["NY"])
    client.get("/api/v1/me")
    single = client.post("/api/v1/orders", json=ORDER, headers=SOON).json()
    batch = client.post("/api/v1/orders/batch", json={"items": [{**ORDER, "external_id": "W-2"}]}).json()
    assert [item["location"] for item in single["shipments"]] == ["NY"]
    assert [item["location"] for item in batch["items"][0]["order"]["shipments"]] == ["NY"]


def test_a_batch_is_answered_before_it_is_routed(shop: TestClient, ctx: Context) -> None:
    items = [{**ORDER, "external_id": f"W-{number}"} for number in range(5)]
    answer = shop.post("/api/v1/orders/batch", json={"items": items}, headers=KEY)
    orders = [item["order"] for item in answer.json()["items"]]
    assert [(order["external_id"], order["status"]) for order in orders] == [(f"W-{n}", "placed") for n in range(5)]
    assert shop.get(f"/api/v1/orders/{orders[3]['id']}").json() == orders[3]
    assert rows_of(ctx, Shipment) == []
    again = shop.post("/api/v1/orders/batch", json={"items": items}, headers=KEY)
    assert again.content == answer.content


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        (None, None),
        ("", None),
        ("wait=0", 0),
        ("wait=5", 5),
        ('wait="60"', 60),
        ("WAIT = 7", 7),
        ("return=minimal, wait=3", 3),
        ("wait=3; x=y, wait=9", 3),
        ("wait=61", None),
        ("wait=-1", None),
        ("wait=1.5", None),
        ("wait", None),
        ("waited=5", None),
    ],
)
def test_what_prefer_says(prefer: str | None, seconds: int | None) -> None:
    assert preferred_wait(prefer) == seconds


def test_when_the_time_is_over_the_answer_is_placed_and_stays_so(
    shop: TestClient, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "route_accepted", lambda _uow, _ids: [])  # somebody else has it, and takes long
    answer = shop.post("/api/v1/orders", json=ORDER, headers={**KEY, "Prefer": "wait=1"})
    assert (answer.status_code, answer.json()["status"]) == (201, "placed")
    assert "preference-applied" not in answer.headers
    again = shop.post("/api/v1/orders", json=ORDER, headers=KEY)
    assert (again.content, again.headers["idempotent-replayed"]) == (answer.content, "true")
    assert len(rows_of(ctx, Order)) == 1


def test_an_order_that_cannot_be_routed_now_is_answered_and_left_to_the_worker(
    shop: TestClient, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_uow: Any, _ids: Any) -> list[int]:
        raise RuntimeError("routing fell over")

    monkeypatch.setattr(service, "route_accepted", broken)
    answer = shop.post("/api/v1/orders", json=ORDER, headers={"Prefer": "wait=1"})
    assert (answer.status_code, answer.json()["status"]) == (201, "placed")
    assert rows_of(ctx, Order)[0]["routing_due_at"] is not None


def test_too_much_at_once_is_429_with_retry_after_and_changes_nothing(remembering: Context) -> None:
    tight = replace(remembering, settings=remembering.settings.model_copy(update={"intake_depth": 10}), parts={})
    client = client_of(tight, Permission.ORDERS_WRITE)
    before = row_counts(tight)
    with tight.part(Intake).room(10):
        for path, body in (
            ("orders", ORDER),
            (LONG.removeprefix("/api/v1/"), ORDER),
            ("orders/batch", {"items": [ORDER]}),
        ):
            answer = client.post(f"/api/v1/{path}", json=body, headers=KEY)
            assert (answer.status_code, answer.json()["code"]) == (429, "overloaded")
            assert int(answer.headers["retry-after"]) >= 1
    after = row_counts(tight)
    assert {name: count for name, count in after.items() if count != before[name]} == {}
    assert client.post("/api/v1/orders", json=ORDER, headers=KEY).status_code == 201


def test_an_order_of_a_batch_that_no_database_could_hold_does_not_hold_up_the_others(
    shop: TestClient, ctx: Context
) -> None:
    odd = {**ORDER, "channel": "a\x00b", "attributes": {"n": 2**63}}
    body = json.dumps({"items": [odd, ORDER, {**ORDER, "external_id": "\ud83d"}]})
    answer = shop.post("/api/v1/orders/batch", content=body, headers={"Content-Type": "application/json"})
    assert [item["status"] for item in answer.json()["items"]] == [422, 201, 422]
    found = [
        [fault["pointer"] for fault in item["error"]["errors"]] for item in answer.json()["items"] if item["error"]
    ]
    assert found == [["/items/0/channel", "/items/0/attributes/n"], ["/items/2/external_id"]]
    assert [row["external_id"] for row in rows_of(ctx, Order)] == [ORDER["external_id"]]
