"""A POST repeated with the same Idempotency-Key happens once and is answered the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from backend.clock import system_now
from backend.context import Context
from backend.fulfillment import service
from backend.jobs import prune
from backend.persistence.bulk import table_of
from models.enums import Permission
from models.tables import Event, IdempotencyKey, Order, Shipment
from tests.support.api import client_of
from tests.support.shop import NEW_YORK, location, open_shop, order, place, rows_of, stock_of

ORDER: dict[str, Any] = {
    "external_id": "W-1",
    "channel": "web",
    "method": "ship",
    "lines": [{"sku": "tea", "quantity": 1}],
}
KEY = {"Idempotency-Key": "k-1"}
KEYS = table_of(IdempotencyKey)


@pytest.fixture
def shop(ctx: Context) -> TestClient:
    open_shop(ctx, {"CHI": {"tea": 10}})
    return client_of(ctx, Permission.ADMIN)


def test_the_first_answer_comes_again_byte_for_byte(shop: TestClient, ctx: Context) -> None:
    first = shop.post("/api/v1/orders", json=ORDER, headers=KEY)
    again = shop.post("/api/v1/orders", json=ORDER, headers=KEY)
    assert (again.status_code, again.content) == (201, first.content)
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    assert len(rows_of(ctx, Order)) == 1


def test_another_body_is_refused(shop: TestClient, ctx: Context) -> None:
    shop.post("/api/v1/orders", json=ORDER, headers=KEY)
    other = shop.post("/api/v1/orders", json={**ORDER, "external_id": "W-2"}, headers=KEY)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert len(rows_of(ctx, Order)) == 1


def test_a_refusal_changed_nothing_and_frees_the_key(shop: TestClient, ctx: Context) -> None:
    assert shop.post("/api/v1/orders", json={**ORDER, "lines": []}, headers=KEY).status_code == 422
    wrong = {**ORDER, "lines": [{"sku": "nope", "quantity": 1}]}
    assert shop.post("/api/v1/orders", json=wrong, headers=KEY).status_code == 422
    assert rows_of(ctx, IdempotencyKey) == []
    assert shop.post("/api/v1/orders", json=ORDER, headers=KEY).status_code == 201


def test_the_key_of_one_caller_is_not_that_of_another(shop: TestClient, ctx: Context) -> None:
    other = client_of(ctx, Permission.ORDERS_WRITE, Permission.ORDERS_READ)
    assert shop.post("/api/v1/orders", json=ORDER, headers=KEY).status_code == 201
    assert other.post("/api/v1/orders", json={**ORDER, "external_id": "W-2"}, headers=KEY).status_code == 201


@pytest.mark.parametrize("key", ["", "a b", "x" * 201, "käse"])
def test_a_key_that_is_none_is_refused(shop: TestClient, ctx: Context, key: str) -> None:
    headers = [(b"Idempotency-Key", key.encode())]
    answer = shop.post("/api/v1/orders", json=ORDER, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#header/idempotency-key")
    assert rows_of(ctx, Order) == []


def _lock_until(ctx: Context, moment: object) -> None:
    with ctx.uow() as uow:
        uow.session.execute(sa.update(KEYS).values(locked_until=moment, status=None, response={}))


def test_while_the_first_call_runs_the_second_is_told_to_wait(shop: TestClient, ctx: Context) -> None:
    shop.post("/api/v1/orders", json=ORDER, headers=KEY)
    _lock_until(ctx, system_now() + timedelta(seconds=30))
    busy = shop.post("/api/v1/orders", json=ORDER, headers=KEY)
    assert (busy.status_code, busy.json()["code"]) == (409, "idempotency_key_running")
    assert int(busy.headers["retry-after"]) >= 1


def test_a_lock_that_a_crash_left_behind_expires(shop: TestClient, ctx: Context) -> None:
    shop.post("/api/v1/orders", json=ORDER, headers=KEY)
    _lock_until(ctx, system_now() - timedelta(seconds=1))
    with ctx.uow() as uow:  # the crash came before the order was committed
        uow.session.execute(sa.update(table_of(Order)).values(external_id="lost"))
    taken_over = shop.post("/api/v1/orders", json=ORDER, headers=KEY)
    assert taken_over.status_code == 201
    assert "idempotent-replayed" not in taken_over.headers
    assert shop.post("/api/v1/orders", json=ORDER, headers=KEY).content == taken_over.content


def test_work_on_many_shipments_is_done_once_and_reported_the_same(shop: TestClient, ctx: Context) -> None:
    open_shop(ctx, {"NY": {"tea": 10}}, NY=location("NY", at=NEW_YORK))
    place(ctx, *(order(f"A-{number}") for number in range(3)))
    body = {"ids": [1, 2, 3], "location": "NY", "reason": "closing early"}
    first = shop.post("/api/v1/shipments/reassign", json=body, headers=KEY)
    moved = [event["id"] for event in rows_of(ctx, Event)]
    again = shop.post("/api/v1/shipments/reassign", json=body, headers=KEY)
    assert (first.json()["moved"], again.content) == (3, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    assert [event["id"] for event in rows_of(ctx, Event)] == moved
    other = shop.post("/api/v1/shipments/reassign", json={**body, "ids": [1]}, headers=KEY)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    _lock_until(ctx, system_now() + timedelta(seconds=30))
    busy = shop.post("/api/v1/shipments/reassign", json=body, headers=KEY)
    assert (busy.status_code, busy.json()["code"]) == (409, "idempotency_key_running")


def test_work_on_many_shipments_that_a_crash_ended_goes_on_with_the_rest(
    shop: TestClient, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_shop(ctx, {"NY": {"tea": 10}}, NY=location("NY", at=NEW_YORK))
    place(ctx, *(order(f"A-{number}") for number in range(3)))
    body = {"ids": [1, 2, 3], "location": "NY", "reason": "closing early"}
    reassign, moves = service.reassign, iter((True, True, False))

    def fail_at_the_third(*args: Any, **more: Any) -> None:
        if not next(moves):
            raise RuntimeError("the power went")
        reassign(*args, **more)

    monkeypatch.setattr(service, "reassign", fail_at_the_third)
    with pytest.raises(RuntimeError):
        shop.post("/api/v1/shipments/reassign", json=body, headers=KEY)
    monkeypatch.setattr(service, "reassign", reassign)
    assert rows_of(ctx, IdempotencyKey) == []
    rest = shop.post("/api/v1/shipments/reassign", json=body, headers=KEY).json()
    assert [(item["id"], item["status"]) for item in rest["items"]] == [(1, 422), (2, 422), (3, 200)]
    assert {row["location_id"] for row in rows_of(ctx, Shipment)} == {2}


def test_many_clients_with_the_same_key_at_once_make_one_order(shop: TestClient, ctx: Context) -> None:
    def post(_number: int) -> Any:
        return shop.post("/api/v1/orders", json=ORDER, headers=KEY)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(16)))
    assert {answer.status_code for answer in answers} <= {201, 409}
    bodies = {answer.content for answer in answers if answer.status_code == 201}
    assert len(bodies) == 1
    assert {a.json()["code"] for a in answers if a.status_code == 409} <= {"idempotency_key_running"}
    assert len(rows_of(ctx, Order)) == 1
    assert stock_of(ctx) == (10, 1)


def test_old_keys_are_forgotten_and_young_ones_kept(shop: TestClient, ctx: Context) -> None:
    shop.post("/api/v1/orders", json=ORDER, headers=KEY)
    shop.post("/api/v1/orders", json={**ORDER, "external_id": "W-2"}, headers={"Idempotency-Key": "k-2"})
    with ctx.uow() as uow:
        old = sa.update(KEYS).where(KEYS.c.key == "k-1").values(created_at=system_now() - timedelta(hours=49))
        uow.session.execute(old)
    prune.run(ctx)
    assert [row["key"] for row in rows_of(ctx, IdempotencyKey)] == ["k-2"]
