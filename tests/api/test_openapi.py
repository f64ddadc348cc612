"""The published contract says what the program does: statuses, media types, field names."""

from __future__ import annotations

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


def test_every_put_documents_that_it_creates(description: dict[str, Any]) -> None:
    silent = {
        name
        for name, it in _operations(description).items()
        if name.startswith("PUT") and not {"200", "201"} <= {*it["responses"]}
    }
    assert not silent


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
