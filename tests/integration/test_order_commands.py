"""Hold, release and cancel, with parts that wait and parts that have left; every change is an event with its actor."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend.auth.actor import Actor
from backend.context import Context
from backend.fulfillment import service as fulfillment
from backend.fulfillment.said import Tracking
from backend.fulfillment.service import StepCommand
from backend.inventory import future
from backend.jobs import routing as job
from backend.orders import queries, routed
from backend.orders import service as orders
from backend.persistence.bulk import table_of
from models.enums import ActorKind, Method, ShipmentStatus
from models.errors import DomainError, ErrorCode
from models.tables import Event, FutureStock, Order, OrderLine, Shipment
from tests.support.shop import NEW_YORK, location, open_shop, order, place, row_counts, rows_of, stock_of

ADA = Actor(ActorKind.USER, "ada")


@pytest.fixture
def split(ctx: Context) -> int:
    """Return an order of 6 tea: 3 at CHI, 2 at NY, 1 waits."""
    open_shop(ctx, {"CHI": {"tea": 3}, "NY": {"tea": 2}}, NY=location("NY", at=NEW_YORK))
    (placed,) = place(ctx, order(lines={"tea": 6}))
    assert [shipment.location for shipment in placed.shipments] == ["CHI", "NY"]
    assert placed.status == "partly_routed"
    return placed.id


def status(ctx: Context) -> str:
    (row,) = rows_of(ctx, Order)
    return str(row["status"])


def ship(ctx: Context, shipment_id: int, tracking: Tracking | None = None) -> None:
    with ctx.uow() as uow:
        fulfillment.advance(uow, [StepCommand(shipment_id, ShipmentStatus.SHIPPED, tracking=tracking)])


def refused(ctx: Context, order_id: int) -> DomainError:
    before = row_counts(ctx), rows_of(ctx, Order), stock_of(ctx)
    with pytest.raises(DomainError) as error, ctx.uow() as uow:
        orders.cancel_order(uow, order_id, reason="x")
    assert (row_counts(ctx), rows_of(ctx, Order), stock_of(ctx)) == before
    return error.value


def test_cancelling_calls_back_shipments_and_gives_up_what_waits(ctx: Context, split: int) -> None:
    with ctx.uow(ADA) as uow:
        orders.cancel_order(uow, split, reason="changed mind")
    assert status(ctx) == "cancelled"
    assert [row["status"] for row in rows_of(ctx, Shipment)] == ["cancelled"] * 2
    assert [(row["cancelled"], row["remainder"]) for row in rows_of(ctx, OrderLine)] == [(6, None)]
    assert rows_of(ctx, Order)[0]["routing_due_at"] is None
    assert stock_of(ctx) == (5, 0)
    (told,) = [event for event in rows_of(ctx, Event) if event["type"] == "order.cancelled"]
    assert (told["actor"], told["data"]["reason"]) == ("ada", "changed mind")
    assert refused(ctx, split).code is ErrorCode.ILLEGAL_TRANSITION


def test_what_has_left_goes_on_and_the_rest_is_given_up(ctx: Context, split: int) -> None:
    first, second = (row["id"] for row in rows_of(ctx, Shipment))
    ship(ctx, first)
    with ctx.uow(ADA) as uow:
        orders.cancel_order(uow, split, reason="changed mind")
    assert status(ctx) == "fulfilled"
    assert [row["status"] for row in rows_of(ctx, Shipment)] == ["shipped", "cancelled"]
    assert [row["cancelled"] for row in rows_of(ctx, OrderLine)] == [3]
    assert stock_of(ctx) == (2, 0)
    types = [event["type"] for event in rows_of(ctx, Event)]
    assert "order.cancelled" not in types
    (told,) = [event["data"] for event in rows_of(ctx, Event) if event["type"] == "order.partly_cancelled"]
    assert told["lines"] == [{"sku": "tea", "quantity": 3}]
    assert second


def test_when_everything_has_left_cancelling_is_refused(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 3}})
    (placed,) = place(ctx, order(method=Method.DELIVERY))
    ship(ctx, placed.shipments[0].id)
    error = refused(ctx, placed.id)
    assert error.code is ErrorCode.ILLEGAL_TRANSITION
    assert "has left" in error.message
    with pytest.raises(DomainError), ctx.uow() as uow:
        orders.hold_order(uow, placed.id, reason="x")


def test_a_cancelled_backorder_gives_its_arrival_to_others(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 0}})
    (placed,) = place(ctx, order(lines={"tea": 2}))
    line = rows_of(ctx, OrderLine)[0]
    with ctx.uow() as uow:
        future.announce(uow, "CHI", "tea", "PO-1", quantity=5, arrives_at=uow.now + timedelta(days=1))
        future.promise_future(uow, [(line["id"], line["product_id"], 2, None)])
    assert rows_of(ctx, FutureStock)[0]["allocated"] == 2
    with ctx.uow() as uow:
        orders.cancel_order(uow, placed.id, reason="changed mind")
    assert rows_of(ctx, FutureStock)[0]["allocated"] == 0


def test_a_held_order_rests_and_a_released_one_is_due_for_what_has_no_location(ctx: Context, split: int) -> None:
    with ctx.uow() as uow:
        orders.hold_order(uow, split, reason="fraud check")
    assert status(ctx) == "held"
    assert {row["held"] for row in rows_of(ctx, Shipment)} <= {1}
    with ctx.uow() as uow:
        assert routed.claim(uow, limit=10) == []
        orders.release_order(uow, split)
    assert (status(ctx), rows_of(ctx, Order)[0]["routing_due_at"]) == ("partly_routed", ctx.clock.now())
    job.run(ctx)
    assert (status(ctx), rows_of(ctx, Order)[0]["routing_due_at"]) == ("partly_routed", None)


def test_a_stale_version_changes_nothing(ctx: Context, split: int) -> None:
    version = rows_of(ctx, Order)[0]["version"]
    before = row_counts(ctx), rows_of(ctx, Order)
    for command in (orders.hold_order, orders.cancel_order):
        with pytest.raises(DomainError) as error, ctx.uow() as uow:
            command(uow, split, reason="x", expected_version=version - 1)
        assert error.value.code is ErrorCode.STALE
    assert (row_counts(ctx), rows_of(ctx, Order)) == before


def test_the_last_shipment_cancelled_by_itself_leaves_the_order_waiting_for_its_rest(ctx: Context, split: int) -> None:
    with ctx.uow() as uow:
        fulfillment.cancel(uow, [row["id"] for row in rows_of(ctx, Shipment)], reason="burnt")
    assert status(ctx) == "unassigned"
    assert [row["cancelled"] for row in rows_of(ctx, OrderLine)] == [5]


def test_an_order_is_found_by_its_tracking_number(ctx: Context, split: int) -> None:
    first = rows_of(ctx, Shipment)[0]["id"]
    ship(ctx, first, Tracking("1Z 999 AA1", "UPS"))
    with ctx.read() as uow:
        assert [view.order.id for view in queries.listing(uow, "1z999aa1")] == [split]
        entries = queries.tell(uow, queries.timeline(uow, split))
    assert rows_of(ctx, Shipment)[0]["tracking"] == {"number": "1Z 999 AA1", "carrier": "UPS"}
    assert ("Left Store CHI", "Tracking 1Z 999 AA1") in [(entry.words, entry.detail) for entry in entries]
    assert any(entry.words.startswith("Split over 2 locations: Store CHI, 0 km and Store NY") for entry in entries)


def test_routing_of_accepted_orders_leaves_what_others_hold(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 5}})
    with ctx.uow() as uow:
        first, second = orders.accept(uow, [order("A-1"), order("A-2")])
    if ctx.engine.dialect.name == "postgresql":
        held = table_of(Order).select().where(table_of(Order).c.id == first.id).with_for_update()
        with ctx.engine.begin() as other:
            other.execute(held)
            with ctx.uow() as uow:
                assert orders.route_accepted(uow, [first.id, second.id]) == [second.id]
    with ctx.uow() as uow:
        orders.route_accepted(uow, [first.id, second.id])
        assert orders.route_accepted(uow, [first.id, second.id]) == []
    with ctx.read() as uow:
        assert uow.session.execute(sa.select(sa.func.count()).select_from(table_of(Shipment))).scalar_one() == 2
