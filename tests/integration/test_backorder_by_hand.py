"""A person lets a shipment wait for stock: arriving stock releases it, wherever it comes."""

from __future__ import annotations

import pytest

from backend.context import Context
from backend.fulfillment import service as fulfillment
from backend.fulfillment.service import StepCommand
from backend.inventory import service as inventory
from backend.inventory.service import StockChange
from backend.jobs import routing as job
from backend.orders import by_hand
from models.enums import ShipmentStatus
from models.errors import DomainError, ErrorCode
from models.tables import Event, Order, OrderLine
from tests.integration.test_splitting import assert_sound, content
from tests.support.shop import NEW_YORK, location, open_shop, order, place, row_counts, rows_of
from tests.support.stock import balance_of

FAR = {"NY": location("NY", at=NEW_YORK)}


def backorder(ctx: Context, shipment_id: int, reason: str = "nothing there") -> None:
    with ctx.uow() as uow:
        by_hand.backorder(uow, shipment_id, reason=reason)


@pytest.mark.parametrize("at", ["CHI", "NY"])
def test_it_waits_until_stock_comes_and_then_goes_where_that_is(ctx: Context, at: str) -> None:
    open_shop(ctx, {"CHI": {"tea": 3}, "NY": {"tea": 0}}, **FAR)
    (placed,) = place(ctx, order(lines={"tea": 2}))
    backorder(ctx, placed.shipments[0].id)
    assert balance_of(ctx).on_hand == 0
    assert [row["remainder"] for row in rows_of(ctx, OrderLine)] == ["backordered"]
    job.run(ctx)
    assert rows_of(ctx, Order)[0]["status"] == "backordered"
    assert_sound(ctx)
    with ctx.uow() as uow:
        inventory.adjust(uow, [StockChange(at, "tea", 5)])
    job.run(ctx)
    assert rows_of(ctx, Order)[0]["status"] == "routed"
    assert list(content(ctx).values())[1:] == [(at, "open", {"tea": 2})]
    assert_sound(ctx)


def test_it_goes_on_waiting_when_routing_finds_nothing(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 3}})
    (placed,) = place(ctx, order(lines={"tea": 2}))
    backorder(ctx, placed.shipments[0].id, "not_found")  # blocks it here until somebody counts
    job.run(ctx)
    assert rows_of(ctx, Order)[0]["status"] == "backordered"
    with ctx.uow() as uow:
        inventory.count(uow, [inventory.StockCount("CHI", "tea", 2)])
    job.run(ctx)
    assert rows_of(ctx, Order)[0]["status"] == "routed"
    assert_sound(ctx)


def test_the_rest_of_the_order_goes_on(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 3}, "NY": {"cup": 3}}, **FAR)
    (placed,) = place(ctx, order(lines={"tea": 2, "cup": 1}))
    at = {item.location: item.id for item in placed.shipments}
    backorder(ctx, at["CHI"])
    assert rows_of(ctx, Order)[0]["status"] == "partly_routed"
    told = [event["data"]["lines"] for event in rows_of(ctx, Event) if event["type"] == "order.backordered"]
    assert told == [[{"sku": "tea", "quantity": 2}]]
    assert_sound(ctx)


def test_what_has_left_does_not_wait(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 3}})
    (placed,) = place(ctx, order(lines={"tea": 2}))
    with ctx.uow() as uow:
        fulfillment.advance(uow, [StepCommand(placed.shipments[0].id, ShipmentStatus.SHIPPED)])
    before = row_counts(ctx)
    with pytest.raises(DomainError) as refused:
        backorder(ctx, placed.shipments[0].id)
    assert refused.value.code is ErrorCode.ILLEGAL_TRANSITION
    assert row_counts(ctx) == before
