"""A location gives a shipment back: the order goes elsewhere, never back, and not for ever."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from backend.context import Context
from backend.fulfillment import service as fulfillment
from backend.fulfillment.service import Block
from backend.invariants import violations
from backend.jobs import routing as job
from backend.orders import service as orders
from backend.persistence.bulk import table_of
from models.enums import ShipmentStatus
from models.errors import DomainError, ErrorCode
from models.tables import Event, Location, Order, OrderLine, RoutingExclusion, Shipment, StockBlock
from tests.support.shop import DENVER, NEW_YORK, location, open_shop, order, place, row_counts, rows_of, stock_of

FAR = {"NY": location("NY", at=NEW_YORK), "DEN": location("DEN", at=DENVER)}


def open_at(ctx: Context) -> list[tuple[int, str]]:
    """Return (shipment id, location code) of shipments that are open."""
    codes = {row["id"]: row["code"] for row in rows_of(ctx, Location)}
    return [(row["id"], codes[row["location_id"]]) for row in rows_of(ctx, Shipment) if row["status"] == "open"]


def reject(ctx: Context, shipment_id: int, **how: object) -> None:
    with ctx.uow() as uow:
        fulfillment.reject(uow, [shipment_id], reason="shelf empty", **how)  # type: ignore[arg-type]


def test_a_rejected_shipment_goes_to_the_next_place_and_never_back(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 5}, "DEN": {"tea": 5}, "NY": {"tea": 5}}, **FAR)
    (placed,) = place(ctx, order(lines={"tea": 2}))
    seen = []
    for _ in range(3):
        ((shipment, code),) = open_at(ctx)
        seen.append(code)
        reject(ctx, shipment)
        assert rows_of(ctx, Order)[0]["status"] == "placed"
        assert stock_of(ctx) == (15, 0)
        job.run(ctx)
    assert seen == ["CHI", "NY", "DEN"]
    assert open_at(ctx) == []
    assert rows_of(ctx, Order)[0]["status"] == "unassigned"
    assert rows_of(ctx, OrderLine)[0]["cancelled"] == 0
    assert len(rows_of(ctx, RoutingExclusion)) == 3
    told = [event["type"] for event in rows_of(ctx, Event) if event["subject"].startswith("shipment/")]
    assert told.count("shipment.rejected") == 3
    assert "shipment.cancelled" not in told
    assert placed.shipments[0].location == "CHI"
    with ctx.read() as uow:
        assert violations(uow) == []


def test_an_order_of_the_first_release_never_goes_back_either(ctx: Context) -> None:
    """It was given its place before attempts were counted."""
    open_shop(ctx, {"CHI": {"tea": 5}, "NY": {"tea": 5}}, NY=FAR["NY"])
    place(ctx, order(lines={"tea": 2}))
    with ctx.uow() as uow:
        uow.session.execute(sa.update(table_of(Order)).values(routing_attempts=0))
    ((shipment, code),) = open_at(ctx)
    assert code == "CHI"
    reject(ctx, shipment)
    job.run(ctx)
    assert [code for _, code in open_at(ctx)] == ["NY"]


def test_after_the_strategys_attempts_a_person_decides(ctx: Context) -> None:
    stock = {f"L{n}": {"tea": 5} for n in range(9)}
    open_shop(ctx, stock)
    place(ctx, order())
    for _ in range(5):
        ((shipment, _code),) = open_at(ctx)
        reject(ctx, shipment)
        job.run(ctx)
    assert open_at(ctx) == []
    assert rows_of(ctx, Order)[0]["status"] == "customer_care"
    assert job.run(ctx) is None
    assert stock_of(ctx) == (45, 0)


def test_the_other_half_of_a_split_order_stays_and_the_order_does_not_end_early(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 5, "cup": 0}, "NY": {"cup": 5}, "DEN": {"cup": 5}}, **FAR)
    place(ctx, order(lines={"tea": 1, "cup": 1}))
    at = {code: shipment for shipment, code in open_at(ctx)}
    assert at.keys() == {"CHI", "NY"}
    reject(ctx, at["NY"])
    assert rows_of(ctx, Order)[0]["status"] == "partly_routed"
    with ctx.uow() as uow:
        fulfillment.advance(uow, [fulfillment.StepCommand(at["CHI"], ShipmentStatus.SHIPPED)])
    assert rows_of(ctx, Order)[0]["status"] == "partly_routed"  # shipped is not all of it
    job.run(ctx)
    assert [code for _, code in open_at(ctx)] == ["DEN"]
    assert rows_of(ctx, Order)[0]["status"] == "routed"
    with ctx.read() as uow:
        assert violations(uow) == []


@pytest.mark.parametrize("how", list(Block))
def test_a_block_keeps_the_product_away(ctx: Context, how: Block) -> None:
    open_shop(ctx, {"CHI": {"tea": 5}, "NY": {"tea": 5}}, **FAR)
    (placed,) = place(ctx, order("A-1"))
    reject(ctx, placed.shipments[0].id, block=how)
    assert [row["until_count"] for row in rows_of(ctx, StockBlock)] == [how is Block.UNTIL_COUNT]
    assert [s.location for s in place(ctx, order("A-2"))[0].shipments] == ["NY"]


def test_what_has_left_or_is_held_is_not_given_back(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 5}})
    (held,) = place(ctx, order("A-1"))
    with ctx.uow() as uow:
        orders.hold_order(uow, held.id, reason="payment")
    before = row_counts(ctx)
    with pytest.raises(DomainError) as refused:
        reject(ctx, held.shipments[0].id)
    assert refused.value.code is ErrorCode.ILLEGAL_TRANSITION
    assert row_counts(ctx) == before
