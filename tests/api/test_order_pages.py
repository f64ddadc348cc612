"""What happened to an order, and what was decided on it, page by page."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from backend.context import Context
from models.enums import Permission
from tests.support.api import client_of
from tests.support.shop import open_shop

ORDER: dict[str, Any] = {
    "external_id": "W-1",
    "channel": "web",
    "method": "ship",
    "ship_to": {"city": "Chicago", "latitude": 41.88, "longitude": -87.63},
    "lines": [{"sku": "tea", "quantity": 2, "unit_price": "19.99"}],
}
ROUTE_NOW = {"Prefer": "wait=20"}


@pytest.fixture
def shop(ctx: Context) -> TestClient:
    open_shop(ctx, {"CHI": {"tea": 10}, "NY": {"tea": 10}})
    return client_of(ctx, Permission.ADMIN)


def _pages(shop: TestClient, address: str, *, limit: int) -> list[dict[str, Any]]:
    pages = [shop.get(address, params={"limit": limit}).raise_for_status().json()]
    while pages[-1]["next"]:
        pages.append(shop.get(address, params={"limit": limit, "after": pages[-1]["next"]}).raise_for_status().json())
    return pages


@pytest.mark.parametrize("limit", [1, 2, 500])
def test_a_timeline_in_pages_is_the_whole_timeline(shop: TestClient, limit: int) -> None:
    order = shop.post("/api/v1/orders", json=ORDER, headers=ROUTE_NOW).json()["id"]
    shop.post(f"/api/v1/orders/{order}/hold", json={"reason": "asked"}).raise_for_status()
    shop.post(f"/api/v1/orders/{order}/release").raise_for_status()
    whole = shop.get(f"/api/v1/orders/{order}/timeline").json()
    assert whole["next"] is None
    assert len(whole["items"]) > 4
    pages = _pages(shop, f"/api/v1/orders/{order}/timeline", limit=limit)
    assert [item for page in pages for item in page["items"]] == whole["items"]
    assert [line for page in pages for line in page["story"]] == whole["story"]
    assert all(len(page["items"]) <= limit for page in pages)


def test_decisions_on_an_order_come_in_pages(shop: TestClient) -> None:
    placed = shop.post("/api/v1/orders", json=ORDER, headers=ROUTE_NOW).json()
    order, (shipment,) = placed["id"], [shipment["id"] for shipment in placed["shipments"]]
    shop.post(f"/api/v1/shipments/{shipment}/reject", json={"reason": "damaged"}).raise_for_status()
    address = f"/api/v1/orders/{order}/routing"
    whole = shop.get(address).json()
    assert whole["next"] is None
    pages = _pages(shop, address, limit=1)
    assert [item for page in pages for item in page["items"]] == whole["items"]
    assert len(pages) == len(whole["items"])


@pytest.mark.parametrize("what", ["timeline", "routing"])
def test_a_cursor_that_was_made_up_is_refused(shop: TestClient, what: str) -> None:
    order = shop.post("/api/v1/orders", json=ORDER).json()["id"]
    refused = shop.get(f"/api/v1/orders/{order}/{what}", params={"after": "made up"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#query/after")
