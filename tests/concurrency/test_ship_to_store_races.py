"""Two pickups want the last unit of the location that would send it: one gets it, the other is decided again."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from backend.availability.follower import batch_stock
from backend.context import Context
from backend.invariants import violations
from backend.jobs import routing as job
from backend.orders.rules import NewOrder
from backend.routing import service as routing
from backend.routing import strategies
from models.enums import Method
from models.tables import Order, Shipment
from tests.concurrency.test_stock_races import together
from tests.integration.test_ship_to_store import TO_STORE
from tests.integration.test_splitting import content
from tests.support.shop import DENVER, NEW_YORK, location, open_shop, order, place, rows_of, stock_of
from tests.support.waiting_orders import wait


def pickup(external_id: str) -> NewOrder:
    return order(external_id, method=Method.PICKUP, pickup_location="CHI")


@pytest.fixture
def shop(ctx: Context) -> Context:
    places = {"NY": location("NY", at=NEW_YORK), "DEN": location("DEN", at=DENVER)}
    open_shop(ctx, {"CHI": {"tea": 0}, "NY": {"tea": 1}, "DEN": {"tea": 1}}, **places)
    with ctx.uow() as uow:
        strategies.put(uow, "to-store", TO_STORE)
        strategies.activate(uow, "to-store")
    return ctx


def assert_sound(ctx: Context) -> None:
    with ctx.read() as uow:
        assert violations(uow) == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_lost_the_last_unit_at_the_source_is_sent_it_by_another(
    shop: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Force the interleaving: a rival takes the unit in Denver, the nearest, after we decided and before we lock it."""
    wait(shop, pickup("LATE"))
    decide = routing.route_all

    def decide_and_be_overtaken(*facts: Any) -> Any:
        decisions = decide(*facts)
        monkeypatch.setattr(routing, "route_all", decide)
        place(shop, pickup("RIVAL"))
        return decisions

    monkeypatch.setattr(routing, "route_all", decide_and_be_overtaken)
    with shop.uow() as uow:
        report = routing.route_due(uow, limit=10, book=batch_stock(shop))
    assert (report.routed, report.overtaken) == (0, 1)
    assert [row["order_id"] for row in rows_of(shop, Shipment)] == [2, 2]  # the rival's two
    job.run(shop)
    assert sorted(where for where, _, _ in content(shop).values()) == ["CHI", "CHI", "DEN", "NY"]
    assert {row["status"] for row in rows_of(shop, Order)} == {"routed"}
    assert stock_of(shop) == (2, 2)
    assert_sound(shop)


def test_many_at_once_are_sent_each_unit_once(shop: Context) -> None:
    together([lambda n=n: place(shop, pickup(f"A-{n}")) for n in range(6)])  # type: ignore[misc]
    job.run(shop)
    assert Counter(row["status"] for row in rows_of(shop, Order)) == {"routed": 2, "backordered": 4}
    assert sorted(where for where, _, _ in content(shop).values()) == ["CHI", "CHI", "DEN", "NY"]
    assert stock_of(shop) == (2, 2)
    assert_sound(shop)
