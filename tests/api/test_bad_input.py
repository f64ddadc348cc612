"""Bad input of every kind, to every call that takes a body: a problem+json with 4xx, and nothing changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from backend.api.app import create_api
from backend.api.intake import Addresses
from backend.context import Context
from models.enums import Permission
from models.tables import Location, Product, StockBalance
from tests.support.api import client_of
from tests.support.shop import open_shop, order, place, row_counts, rows_of

#: Bodies that no call may take, whatever it is for.
BODIES: dict[str, bytes] = {
    "half a document": b'{"items": [',
    "two documents": b"{} {}",
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "not a number": b'{"quantity": NaN}',
    "infinite": b'{"latitude": -Infinity}',
    "a NUL": b'{"name": "a\\u0000b"}',
    "half a surrogate pair": b'{"name": "\\ud800"}',
    "a NUL in a name": b'{"a\\u0000": 1}',
    "a number beyond 64 bits": b'{"quantity": 99999999999999999999999}',
    "a number of 5000 digits": b'{"quantity": ' + b"9" * 5000 + b"}",
    "nested deeply": b'{"attributes": ' + b'{"a":' * 60 + b"1" + b"}" * 60 + b"}",
    "nested without end": b"[" * 100_000,
    "a list": b"[]",
    "a word": b'"hello"',
    "a number": b"42",
    "an unknown field": b'{"nonsense_field": 1}',
}


KINDS = (
    r"/api/v1/(locations|products|inventory|orders|segments|shipments|scans|waves"
    r"|alerts|silences|drills|inbound)"
)


def calls() -> Iterator[Any]:
    """Yield (method, path) of every call of ours with a JSON body."""
    for route in iter_route_contexts(create_api(lambda: None).routes):  # type: ignore[arg-type,return-value]
        path = route.path or ""
        if not re.match(KINDS, path):
            continue
        for method in sorted((route.methods or set()) & {"POST", "PUT"}):
            yield pytest.param(method, path, id=f"{method} {path}")


def fill(path: str) -> str:
    known = {
        "code": "CHI",
        "location": "CHI",
        "sku": "tea",
        "order_id": "1",
        "shipment_id": "1",
        "reference": "PO",
        "rule": "am",
        "wave_id": "1",
        "alert_id": "1",
        "silence_id": "1",
        "drill_id": "1",
        "number": "1",
        "channel": "team",
    }
    return re.sub(r"\{(\w+)\}", lambda match: known[match[1]], path)


@pytest.fixture
def client(ctx: Context) -> TestClient:
    open_shop(ctx, {"CHI": {"tea": 10}})
    place(ctx, order())
    return client_of(ctx, Permission.ADMIN)


def state(ctx: Context) -> Any:
    return row_counts(ctx), rows_of(ctx, Location), rows_of(ctx, Product), rows_of(ctx, StockBalance)


@pytest.mark.parametrize(("method", "path"), calls())
def test_no_call_takes_a_body_that_cannot_be(client: TestClient, ctx: Context, method: str, path: str) -> None:
    before = state(ctx)
    for name, body in BODIES.items():
        if path.endswith("/reopen") and name in ("a list", "a word", "a number", "an unknown field"):
            continue  # takes no body, so that whatever is JSON is ignored
        answer = client.request(method, fill(path), content=body, headers={"Content-Type": "application/json"})
        assert 400 <= answer.status_code < 500, (name, answer.text)
        assert answer.headers["content-type"] == "application/problem+json", name
        assert answer.json()["code"], name
        assert answer.json()["status"] == answer.status_code, name
    wrong_type = client.request(method, fill(path), content=b"a=1", headers={"Content-Type": "text/plain"})
    assert wrong_type.status_code == 415
    assert state(ctx) == before


LINE = {"sku": "tea", "quantity": 1}
GOOD = {"external_id": "X", "channel": "web", "method": "ship", "lines": [LINE]}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"external_id": ""}, "/external_id"),
        ({"external_id": "x" * 101}, "/external_id"),
        ({"external_id": 7}, "/external_id"),
        ({"channel": None}, "/channel"),
        ({"method": "teleport"}, "/method"),
        ({"lines": []}, "/lines"),
        ({"lines": [LINE] * 501}, "/lines"),
        ({"lines": [{**LINE, "quantity": 0}]}, "/lines/0/quantity"),
        ({"lines": [{**LINE, "quantity": True}]}, "/lines/0/quantity"),
        ({"lines": [{**LINE, "quantity": "1"}]}, "/lines/0/quantity"),
        ({"lines": [{**LINE, "quantity": 10**12}]}, "/lines/0/quantity"),
        ({"lines": [{**LINE, "unit_price": -1}]}, "/lines/0/unit_price"),
        ({"lines": [{**LINE, "unit_price": 1.999}]}, "/lines/0/unit_price"),
        ({"lines": [{**LINE, "unit_price": 1e300}]}, "/lines/0/unit_price"),
        ({"lines": [{**LINE, "unit_price": "1,50"}]}, "/lines/0/unit_price"),
        ({"lines": [{**LINE, "sku": "te/a"}]}, "/lines/0/sku"),
        ({"ship_to": {"latitude": 91}}, "/ship_to/latitude"),
        ({"ship_to": {"longitude": "12"}}, "/ship_to/longitude"),
        ({"placed_at": 1700000000}, "/placed_at"),
        ({"placed_at": "2026-11-27T15:00:00"}, "/placed_at"),
        ({"placed_at": "2026-13-27T15:00:00Z"}, "/placed_at"),
        ({"placed_at": "0001-01-01T00:00:00+14:00"}, "/placed_at"),
        ({"placed_at": "2027-11-27T15:00:00Z"}, "/placed_at"),
        ({"placed_at": "1980-11-27T15:00:00Z"}, "/placed_at"),
        ({"due_at": "2199-01-01T00:00:00Z"}, "/due_at"),
        ({"due_at": "9999-12-31T23:59:59-14:00"}, "/due_at"),
        ({"attributes": {"a": "x" * 20_000}}, "/attributes"),
        ({"attributes": [1]}, "/attributes"),
        ({"customer": {"id": "c", "shoe_size": 9}}, "/customer/shoe_size"),
    ],
)
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_every_field_of_an_order_has_bounds(
    client: TestClient, ctx: Context, change: dict[str, Any], pointer: str
) -> None:
    before = row_counts(ctx)
    answer = client.post("/api/v1/orders", json={**GOOD, **change})
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
    assert row_counts(ctx) == before


@pytest.mark.parametrize(
    "path",
    [
        "orders/0",
        "orders/x",
        "orders/99999999999999999999",
        "orders?limit=0",
        "orders?limit=501",
        "orders?after=%21%21",
        "orders?after=WzFd0",
        "orders?after=Wy0xXQ",
        "orders?after=WyJhIl0",
        "orders?after=WzkyMjMzNzIwMzY4NTQ3NzU4MDhd",
        "orders?status=lost",
        "orders?external_id=a%00b",
        "shipments?late=perhaps",
        "shipments?after=WyJ4IiwxXQ",
        "shipments?after=WyIyMDI2LTAxLTAxVDAwOjAwOjAwIiwxXQ",
        "locations/a%00b",
        "products/%20",
        "inventory/CHI/%00",
    ],
)
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_bad_addresses_are_named(client: TestClient, path: str) -> None:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code in (400, 404, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("kind", ["locations", "products", "orders"])
def test_a_batch_has_from_one_to_a_thousand_items(client: TestClient, ctx: Context, kind: str) -> None:
    before = row_counts(ctx)
    for items in ([], [{}] * 1001, None, {}):
        answer = client.post(f"/api/v1/{kind}/batch", json={"items": items})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"].startswith("/items")
    assert row_counts(ctx) == before


def test_an_address_with_a_line_break_is_a_problem_document_behind_any_router() -> None:
    pages = Starlette(routes=[Mount("/", create_api(lambda: pytest.fail("no database is asked")))])
    answer = TestClient(Addresses(pages)).get("/api/v1/locations/A%0AB")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
