"""`POST /orders` on its short way and on the long one: whatever is sent, both answer the same and write the same."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from backend.auth.keycache import KeyCache
from backend.context import Context
from models.enums import Permission
from tests.support.api import client_of
from tests.support.shop import open_shop, row_counts

#: A shop, a client that goes the short way, and one that goes the long way.
Both = tuple[Context, TestClient, TestClient]
NUMBERS = count(1)
SOUND: dict[str, Any] = {
    "channel": "web",
    "method": "ship",
    "ship_to": {"city": "Chicago", "latitude": 41.88, "longitude": -87.63},
    "lines": [{"sku": "tea", "quantity": 2, "unit_price": "19.99"}, {"sku": "cup", "quantity": 1}],
}
ODD: list[Any] = [
    *(None, True, "", " web ", "teleport", "\x00", "\ud800", 0, -1, 1.5, 2**63, 2**64, 1e400, "19.999", "tea"),
    *([], {}, [1], {"a": {"b": [None]}}, [{"sku": "tea", "quantity": 0}], [{"sku": "nope", "quantity": 1}]),
    *({"segment": "wholesale", "attributes": {"club": [1, None]}}, {"attributes": []}, {"attributes": {"": "\x00"}}),
    *({"latitude": 91}, {"id": "\x00"}, {"name": "Ada", "colour": "red"}, "2026-11-27", "2026-11-27T14:59:58Z"),
]
FIELDS = [
    "channel",
    "method",
    "ship_to",
    "lines",
    "customer",
    "service_level",
    "pickup_location",
    "placed_at",
    "due_at",
]
FIELDS += ["attributes", "colour", "external_id"]
CHANGES = st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(ODD), max_size=2)
MISSING = st.sets(st.sampled_from(["channel", "method", "ship_to", "lines"]), max_size=1)
#: What is sent beside the body, and what is made of the body's bytes.
HEADERS: list[dict[str, str]] = [
    {},
    {"Idempotency-Key": "NEW"},
    {"Idempotency-Key": "a b"},
    {"Idempotency-Key": "x" * 201},
    {"Prefer": "wait=0"},
    {"Prefer": "x" * 201},
    {"Content-Type": "text/plain"},
    {"Content-Type": "Application/JSON; charset=utf-8"},
    {"Origin": "http://testserver"},
    {"Origin": "https://elsewhere.example"},
    {"Cookie": "pickwatch_session=x"},
    {"Authorization": "Bearer nobody"},
    {"Authorization": "Basic x"},
]
MANGLED = st.sampled_from(
    [bytes, lambda body: body[:-1], lambda body: b"\xff" + body, lambda body: b"[" * 5000, lambda body: b"", bytes]
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=CHANGES, missing=MISSING, headers=st.sampled_from(HEADERS), mangled=MANGLED)
def test_both_ways_answer_alike(
    both: Both, changes: dict[str, Any], missing: set[str], headers: dict[str, str], mangled: Any
) -> None:
    _compare(both, changes, missing, headers, mangled)


@pytest.mark.parametrize("headers", HEADERS)
def test_every_header_means_the_same_on_both_ways(both: Both, headers: dict[str, str]) -> None:
    _compare(both, {}, set(), headers, bytes)


def _compare(both: Both, changes: dict[str, Any], missing: set[str], headers: dict[str, str], mangled: Any) -> None:
    ctx, short, long = both
    told, written = [], []
    for client in (short, long):
        number = next(NUMBERS)
        order = {**SOUND, "external_id": f"W-{number}", **changes}
        body = mangled(json.dumps({name: value for name, value in order.items() if name not in missing}).encode())
        sent = {"Content-Type": "application/json", "Prefer": ""} | headers
        if sent.get("Idempotency-Key") == "NEW":
            sent["Idempotency-Key"] = f"key-{number}"
        before = row_counts(ctx)
        answer = client.post("/api/v1/orders", content=body, headers=sent)
        after = row_counts(ctx)
        told.append((answer.status_code, sorted(answer.headers), _timeless(answer.json())))
        written.append({table: after[table] - before[table] for table in after if after[table] != before[table]})
    if "external_id" in changes and told[0][0] == 201:  # the second finds the first
        assert (told[1][0], written[1]) == (409, {})
        return
    assert told[0] == told[1]
    assert written[0] == written[1]
    assert (told[0][0] == 201) == bool(written[0])


@pytest.fixture
def both(ctx: Context) -> Both:
    """Return a shop with a key that is remembered, so that the short way is open, and one that never is."""
    open_shop(ctx, {"CHI": {"tea": 5000, "cup": 5000}})
    remembering = replace(ctx, keys=KeyCache(seconds=600), parts={})
    client = client_of(remembering, Permission.ADMIN)
    client.get("/api/v1/me")
    return remembering, client, client_of(ctx, Permission.ADMIN, Permission.ORDERS_WRITE)


def _timeless(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer without what differs from order to order."""
    return {**answer, "id": 0, "external_id": "", "placed_at": "", "detail": ""}
