"""A strategy asks what is recorded of the stock of a line at a location; where none asks, nothing is read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from backend.clock import ManualClock
from backend.context import Context
from backend.inventory.changes import StockSettings, put_settings
from backend.jobs import routing as job
from backend.orders import waiting
from backend.routing import stock, strategies, suggestions
from backend.routing.defaults import default_strategy
from models.tables import Location, Order, Shipment
from tests.support.shop import NEW_YORK, location, open_shop, order, rows_of
from tests.support.stock import keys_of
from tests.support.waiting_orders import wait

FRONT = {"field": "inventory.attributes.zone.name", "op": "equal", "value": "front"}


@pytest.fixture
def shop(ctx: Context) -> Context:
    """Chicago is nearer; what New York has lies at the front."""
    open_shop(ctx, {"CHI": {"tea": 9, "cup": 9}, "NY": {"tea": 9, "cup": 9}}, NY=location("NY", at=NEW_YORK))
    with ctx.uow() as uow:
        front = {"zone": {"name": "front"}}
        put_settings(uow, [StockSettings("NY", sku, 2, 0, attributes=front) for sku in ("tea", "cup")])
    return ctx


def ask(ctx: Context, *filters: dict[str, Any]) -> None:
    document = {"title": "T", "routes": [{"name": "R", "scenarios": [{"name": "S", "filters": list(filters)}]}]}
    with ctx.uow() as uow:
        strategies.put(uow, "mine", document)
        strategies.activate(uow, "mine")


@pytest.mark.parametrize(
    ("asked", "goes_to"),
    [
        (FRONT, "NY"),
        ({"not": FRONT}, "CHI"),
        ({"field": "inventory.safety_stock", "op": "greater", "value": 1}, "NY"),
        ({"field": "inventory.on_hand", "op": "equal", "value": 9}, "CHI"),
        ({"field": "inventory.available", "op": "less", "value": {"field": "inventory.on_hand"}}, "NY"),
    ],
)
def test_orders_go_where_the_stock_is_as_asked(shop: Context, asked: dict[str, Any], goes_to: str) -> None:
    ask(shop, asked)
    wanted = order("A-1", lines={"tea": 1, "cup": 2})
    with shop.read() as uow:
        tried = suggestions.suggest(uow, wanted, strategies.active(uow).strategy)
        assert [part.place.code for part in tried.decision.assignments] == [goes_to]
    wait(shop, wanted)
    assert job.run(shop) is None
    codes = {row["id"]: row["code"] for row in rows_of(shop, Location)}
    assert [codes[row["location_id"]] for row in rows_of(shop, Shipment)] == [goes_to]


def test_what_is_noted_later_lets_an_order_in(shop: Context, clock: ManualClock) -> None:
    ask(shop, {**FRONT, "value": "back"})
    wait(shop, order("A-1", lines={"tea": 1}))
    assert job.run(shop) is None
    assert rows_of(shop, Order)[0]["status"] == "unassigned"
    clock.advance(timedelta(minutes=1))
    with shop.uow() as uow:
        put_settings(uow, [StockSettings("CHI", "tea", 0, 0, attributes={"zone": {"name": "back"}})])
    with shop.uow() as uow:
        assert waiting.sweep(uow) == 1
    assert job.run(shop) is None
    assert rows_of(shop, Order)[0]["status"] == "routed"


def test_balances_are_read_only_for_a_strategy_that_asks(shop: Context) -> None:
    tea = keys_of(shop)["NY", "tea"]
    with shop.read() as uow:
        assert stock.held(uow, default_strategy(), [tea[1]]) == {}
    ask(shop, FRONT)
    with shop.read() as uow:
        found = stock.held(uow, strategies.active(uow).strategy, [tea[1]])
    assert (found[tea].safety_stock, found[tea].attributes) == (2, {"zone": {"name": "front"}})
