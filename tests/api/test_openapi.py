"""The published contract says what the program does: statuses, media types, field names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from backend.api.app import create_api
from backend.context import Context
from models.enums import Permission
from tests.support.api import client_of


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    """Return what /api/v1/openapi.json answers; no database has a say in it."""
    return create_api(lambda: pytest.fail("describing needs no database")).openapi()


def _operations(description: dict[str, Any]) -> dict[str, dict[str, Any]]:
    paths = description["paths"]
    return {
        f"{method.upper()} {path}": operation
        for path, item in paths.items()
        for method, operation in item.items()
        if path.startswith("/api/v1/")
    }


def test_every_call_documents_its_refusals_as_problem_documents(description: dict[str, Any]) -> None:
    silent = {
        name
        for name, operation in _operations(description).items()
        if operation.get("parameters") or operation.get("requestBody")
        if "application/problem+json" not in operation["responses"].get("422", {}).get("content", {})
    }
    assert not silent


#: PUTs that only change what a POST made, under an id of ours.
NEVER_CREATES = {"PUT /api/v1/silences/{silence_id}"}


def test_every_put_documents_that_it_creates(description: dict[str, Any]) -> None:
    silent = {
        name
        for name, it in _operations(description).items()
        if name.startswith("PUT") and not {"200", "201"} <= {*it["responses"]}
    }
    assert silent == NEVER_CREATES


#: POSTs that need no Idempotency-Key, and why.
WITHOUT_KEY = {
    "/api/v1/alert-policies/check": "asks; nothing is written",
    "/api/v1/availability/query": "asks; the question is too long for an address",
    "/api/v1/channels/{code}/pause": "paused twice is paused",
    "/api/v1/channels/{code}/resume": "resumed twice is resumed",
    "/api/v1/channels/{code}/rotate": "its answer holds a secret, which is kept nowhere; If-Match makes it happen once",
    "/api/v1/deliveries/{delivery_id}/replay": "the message keeps its webhook-id: owed twice, it is one message",
    "/api/v1/imports/{import_id}/cancel": "creates nothing, and a job that was stopped is stopped",
    "/api/v1/inbound/pagerduty/{channel}": "each message has its own id, by which it is taken once",
    "/api/v1/inbound/{channel}": "each message has its own id, by which it is taken once",
    "/api/v1/promises": "asks; nothing is reserved",
    "/api/v1/routing/suggestions": "asks; nothing is reserved",
    "/api/v1/silences/preview": "a preview; nothing is silenced",
    "/api/v1/subscriptions/{code}/acknowledge": "the cursor goes only forward",
    "/api/v1/subscriptions/{code}/pause": "paused twice is paused",
    "/api/v1/subscriptions/{code}/replay": "messages keep their ids: owed twice, they are the same ones",
    "/api/v1/subscriptions/{code}/resume": "resumed twice is resumed",
    "/api/v1/subscriptions/{code}/rotate": "its answer holds a secret; If-Match makes it happen once",
    "/api/v1/waves/plan": "a preview; nothing is kept",
}


def test_every_post_that_creates_takes_an_idempotency_key(description: dict[str, Any]) -> None:
    """A new POST takes one (`once`), or says here why it need not."""
    without = {
        name.removeprefix("POST ")
        for name, it in _operations(description).items()
        if name.startswith("POST ")
        if not any(it["in"] == "header" and it["name"] == "idempotency-key" for it in it.get("parameters", ()))
    }
    assert without == set(WITHOUT_KEY)


@pytest.mark.parametrize("schema", ["SubscriptionOut", "NewSubscriptionOut"])
def test_the_subscription_is_described_as_it_is_answered(
    ctx: Context, description: dict[str, Any], schema: str
) -> None:
    client = client_of(ctx, Permission.SUBSCRIPTIONS_WRITE)
    answer = client.put("/api/v1/subscriptions/shop", json={"url": "https://example.com/hook"})
    described = description["components"]["schemas"][schema]["properties"]
    assert set(described) <= set(answer.json())


def test_a_daily_limit_may_be_a_bare_number_of_orders(ctx: Context) -> None:
    client = client_of(ctx, Permission.LOCATIONS_WRITE)
    body = {"name": "A", "kind": "store", "time_zone": "UTC", "methods": ["ship"], "daily_limit": 250}
    answer = client.put("/api/v1/locations/A", json=body)
    assert (answer.status_code, answer.json()["daily_limit"]) == (201, {"orders": 250})
    limit = {"items": 40, "money": "2500.00", "per": "week"}
    assert client.put("/api/v1/locations/A", json=body | {"daily_limit": limit}).json()["daily_limit"] == limit
    refused = client.put("/api/v1/locations/A", json=body | {"daily_limit": {"orders": 1, "per": "year"}})
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/daily_limit/per"]
    refused = client.put("/api/v1/locations/A", json=body | {"daily_limit": -1})
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/daily_limit/orders"]


#: Answers that hold items and are no lists to page through, and why.
WHOLE = {
    "/api/v1/availability": "one item for each SKU that was asked for",
    "/api/v1/subscriptions/{code}/events": "the cursor is kept here; it moves when it is acknowledged",
}


def test_every_list_is_paged(description: dict[str, Any]) -> None:
    schemas = description["components"]["schemas"]
    unpaged = set()
    for name, operation in _operations(description).items():
        content = operation["responses"].get("200", {}).get("content", {}).get("application/json", {})
        answer = schemas.get(content.get("schema", {}).get("$ref", "").rpartition("/")[2], {})
        stated = {parameter["name"] for parameter in operation.get("parameters", [])}
        if name.startswith("GET") and "items" in answer.get("properties", {}) and not {"limit", "after"} <= stated:
            unpaged.add(name.removeprefix("GET "))
    assert unpaged == set(WHOLE)


def test_the_guide_names_every_scope() -> None:
    text = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
    guide = text.partition("## Keys and scopes")[2].partition("## Calls")[0]
    assert {scope.value for scope in Permission} <= set(re.findall(r"`([a-z]+(?::[a-z]+)?)`", guide))
