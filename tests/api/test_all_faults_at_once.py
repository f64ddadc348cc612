"""What the schema refuses, what the database knows better and what the stock says: named in one answer."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from backend.context import Context
from models.enums import Permission
from tests.support.api import client_of
from tests.support.shop import open_shop, row_counts

LOCATION = {"name": "Mars", "kind": "store", "latitude": 1, "longitude": 1, "methods": ["ship"]}
ORDER = {"external_id": "1", "method": "ship", "lines": [{"sku": "nope", "quantity": 1}]}


@pytest.fixture
def client(ctx: Context) -> TestClient:
    open_shop(ctx, {"CHI": {"tea": 10, "cup": 10}})
    return client_of(ctx, Permission.ADMIN)


def stock(*items: tuple[str, str, int]) -> dict[str, Any]:
    return {"items": [{"location": place, "sku": sku, "delta": delta} for place, sku, delta in items]}


@pytest.mark.parametrize(
    ("method", "path", "body", "pointers"),
    [
        (
            "POST",
            "inventory/adjustments",
            stock(("CHI", "tea", -100), ("NOPE", "tea", 1), ("CHI", "cup", -100), ("CHI", "cup", -50)),
            ["/items/1/location", "/items/0", "/items/2", "/items/3"],
        ),
        (
            "PUT",
            "segments/vip",
            {"name": "", "quotas": [7, {"percent": 1, "units": 1, "sku": "nope"}]},
            ["/name", "/quotas/0", "/quotas/1", "/quotas/1/sku"],
        ),
        (
            "PUT",
            "locations/MARS",
            {**LOCATION, "code": "VENUS", "time_zone": "Mars/Olympus", "hours": {"weekly": 0}, "capacity": {"x": 1}},
            ["/code", "/time_zone", "/hours/weekly", "/capacity/x"],
        ),
        (
            "PUT",
            "locations/MARS",
            {**LOCATION, "kind": "castle", "time_zone": "Mars/Olympus", "hours": {"cutoffs": 0}, "capacity": {"x": 1}},
            ["/kind", "/time_zone", "/hours/cutoffs", "/capacity/x"],
        ),
        (
            "POST",
            "routing/suggestions",
            {**ORDER, "channel": "", "strategy": {"document": {"title": ""}}},
            ["/channel", "/lines/0/sku", "/strategy/document"],
        ),
        (
            "POST",
            "routing/suggestions",
            {**ORDER, "channel": "web", "strategy": {"document": {"title": ""}}},
            ["/lines/0/sku", "/strategy/document"],
        ),
    ],
)
def test_every_fault_is_named_and_nothing_changes(
    client: TestClient, ctx: Context, method: str, path: str, body: Any, pointers: list[str]
) -> None:
    before = row_counts(ctx)
    answer = client.request(method, f"/api/v1/{path}", json=body)
    assert answer.status_code == 422
    named = [fault["pointer"] for fault in answer.json()["errors"]]
    missing = [pointer for pointer in pointers if not any(name.startswith(pointer) for name in named)]
    assert (missing, row_counts(ctx)) == ([], before), named
