"""An order becomes a parcel: the whole path through the services, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.context import Context
from backend.fulfillment import service as fulfillment
from backend.fulfillment.service import StepCommand
from backend.inventory import service as inventory
from backend.locations.service import close_location
from backend.orders import service as orders
from models.enums import Method, OrderStatus, ShipmentStatus
from models.errors import DomainError, ErrorCode
from models.tables import Event, Order, Shipment, StockMovement
from tests.support.shop import DENVER, NEW_YORK, location, open_shop, order, place, row_counts, rows_of, stock_of


def test_an_order_goes_to_the_nearest_place_that_has_all_of_it(ctx: Context) -> None:
    open_shop(
        ctx,
        {"NY": {"tea": 5, "cup": 5}, "CHI": {"tea": 5, "cup": 0}, "DEN": {"tea": 5, "cup": 5}},
        NY=location("NY", at=NEW_YORK),
        DEN=location("DEN", at=DENVER),
    )
    (only_tea, both) = place(ctx, order("A-1"), order("A-2", lines={"tea": 1, "cup": 1}))
    assert [s.location for s in only_tea.shipments] == ["CHI"]
    assert [s.location for s in both.shipments] == ["NY"]
    assert only_tea.status is both.status is OrderStatus.ROUTED
    assert stock_of(ctx, "tea") == (15, 2)


def test_an_order_nobody_can_fill_waits_unassigned_and_says_why(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 1}})
    first, second = place(ctx, order("A-1"), order("A-2"))
    assert first.status is OrderStatus.ROUTED
    assert (second.status, second.reason, second.shipments) == (
        OrderStatus.UNASSIGNED,
        "no_location_has_stock",
        (),
    )
    assert stock_of(ctx) == (1, 1)


def test_a_closed_location_gets_nothing(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 5}, "NY": {"tea": 5}}, NY=location("NY", at=NEW_YORK))
    with ctx.uow() as uow:
        close_location(uow, "CHI", reason="flood")
    (placed,) = place(ctx, order())
    assert [s.location for s in placed.shipments] == ["NY"]


def test_every_fault_of_every_order_is_named_and_nothing_is_placed(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 5}}, CHI=location("CHI", methods=(Method.SHIP,)))
    place(ctx, order("A-1"))
    before = row_counts(ctx)
    bad = [
        order("A-1"),
        order("A-2", lines={"nothing": 1}, pickup_location="MARS"),
        order("A-3", method=Method.PICKUP, pickup_location="CHI", placed_at=ctx.clock.now() + timedelta(days=1)),
        order("A-3"),
    ]
    with pytest.raises(DomainError) as refused:
        place(ctx, *bad)
    assert {(fault.pointer, fault.code) for fault in refused.value.faults} == {
        ("/0/external_id", "already_exists"),
        ("/1/lines/0/sku", "unknown_sku"),
        ("/1/pickup_location", "unknown_location"),
        ("/2/pickup_location", "method_not_offered"),
        ("/2/placed_at", "out_of_range"),
        ("/3/external_id", "duplicate"),
    }
    assert row_counts(ctx) == before


def test_a_shipped_order_is_fulfilled_and_its_stock_is_gone(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 5}})
    (placed,) = place(ctx, order(lines={"tea": 2}))
    shipment = placed.shipments[0].id
    for status in (ShipmentStatus.ACCEPTED, ShipmentStatus.PICKED, ShipmentStatus.SHIPPED):
        with ctx.uow() as uow:
            fulfillment.advance(uow, [StepCommand(shipment, status)])
    assert stock_of(ctx) == (3, 0)
    assert rows_of(ctx, Order)[0]["status"] == "fulfilled"
    row = rows_of(ctx, Shipment)[0]
    assert (row["status"], row["packed_at"], row["version"]) == ("shipped", None, 4)
    types = [event["type"] for event in rows_of(ctx, Event)]
    told = [type_ for type_ in types if not type_.startswith(("sla.", "inventory."))]
    steps = ["shipment.accepted", "shipment.picked", "shipment.shipped", "order.fulfilled"]
    assert told[-7:] == ["order.placed", "shipment.opened", "order.routed", *steps]


def test_a_cancelled_order_gives_its_stock_back(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 5}})
    (placed,) = place(ctx, order(lines={"tea": 2}))
    with ctx.uow() as uow:
        orders.cancel_order(uow, placed.id, reason="customer changed mind")
    assert stock_of(ctx) == (5, 0)
    assert rows_of(ctx, Order)[0]["status"] == "cancelled"
    assert rows_of(ctx, Shipment)[0]["status"] == "cancelled"
    with pytest.raises(DomainError) as refused, ctx.uow() as uow:
        orders.cancel_order(uow, placed.id, reason="again")
    assert refused.value.code is ErrorCode.ILLEGAL_TRANSITION


def test_reassigning_moves_stock_and_starts_afresh(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 2}, "NY": {"tea": 3}}, NY=location("NY", at=NEW_YORK))
    (placed,) = place(ctx, order(lines={"tea": 2}))
    shipment = placed.shipments[0].id
    with ctx.uow() as uow:
        fulfillment.advance(uow, [StepCommand(shipment, ShipmentStatus.PICKED)])
    with ctx.uow() as uow:
        fulfillment.reassign(uow, shipment, "NY", reason="store overloaded")
    row = rows_of(ctx, Shipment)[0]
    assert (row["status"], row["picked_at"]) == ("open", None)
    ledger = [(m["allocated"], m["reason"]) for m in rows_of(ctx, StockMovement) if m["shipment_id"] == shipment]
    assert ledger == [(2, "reserved"), (-2, "released"), (2, "reserved")]
    assert stock_of(ctx) == (5, 2)


def test_a_held_order_stops_its_shipments_and_a_released_one_goes_on(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 5}})
    (placed,) = place(ctx, order())
    with ctx.uow() as uow:
        orders.hold_order(uow, placed.id, reason="fraud check")
    with pytest.raises(DomainError) as refused, ctx.uow() as uow:
        fulfillment.advance(uow, [StepCommand(placed.shipments[0].id, ShipmentStatus.ACCEPTED)])
    assert refused.value.code is ErrorCode.ILLEGAL_TRANSITION
    assert rows_of(ctx, Order)[0]["status"] == "held"
    with ctx.uow() as uow:
        orders.release_order(uow, placed.id)
    assert rows_of(ctx, Order)[0]["status"] == "routed"
    assert rows_of(ctx, Shipment)[0]["held"] in (0, False)


def test_releasing_an_order_that_found_no_place_routes_it_again(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 0}})
    (placed,) = place(ctx, order())
    assert placed.status is OrderStatus.UNASSIGNED
    with ctx.uow() as uow:
        orders.hold_order(uow, placed.id, reason="waiting for stock")
    with ctx.uow() as uow:
        inventory.adjust(uow, [inventory.StockChange("CHI", "tea", 3, "receipt")])
        orders.release_order(uow, placed.id)
    assert rows_of(ctx, Order)[0]["status"] == "placed"
    with ctx.uow() as uow:
        assert orders.route_accepted(uow, [placed.id]) == [placed.id]
    assert rows_of(ctx, Order)[0]["status"] == "routed"
    assert stock_of(ctx) == (3, 1)
