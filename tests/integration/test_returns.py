"""What comes back: never more than left, each unit judged once, on hand where it is, refunded or sent anew."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from backend.context import Context
from backend.fulfillment import service as fulfillment
from backend.fulfillment.rules import StepCommand
from backend.invariants import violations
from backend.returns import queries, service
from backend.returns.queries import ReturnView
from backend.returns.rules import NewReturn, ReturnItem, Verdict
from models.enums import ShipmentStatus
from models.errors import DomainError, ErrorCode
from models.floor import Resolution
from models.tables import Event, Order, Return, StockMovement
from tests.support.shop import NEW_YORK, location, open_shop, order, place, row_counts, rows_of, stock_of


@pytest.fixture
def sold(ctx: Context) -> int:
    """Return an order of 3 tea (5.00 each) and 1 cup, shipped from New York to a customer in Chicago."""
    places = {"CHI": location("CHI"), "NY": location("NY", at=NEW_YORK)}
    open_shop(ctx, {"CHI": {"cup": 1}, "NY": {"tea": 5, "cup": 1}}, **places)
    (placed,) = place(ctx, order("A-1", lines={"tea": 3, "cup": 1}))
    (shipment,) = placed.shipments
    with ctx.uow() as uow:
        fulfillment.advance(uow, [StepCommand(shipment.id, ShipmentStatus.SHIPPED)])
    return placed.id


def back(ctx: Context, order_id: int, tea: int = 2, **more: object) -> int:
    new = NewReturn(order_id, (ReturnItem("tea", tea, "too bitter"),), "changed his mind", **more)  # type: ignore[arg-type]
    with ctx.uow() as uow:
        return service.authorise(uow, new)


def view(ctx: Context, return_id: int) -> ReturnView:
    with ctx.read() as uow:
        found = queries.get(uow, return_id)
        uow.session.expunge_all()  # what is read is rolled back, and would be read again
        return found


def sound(ctx: Context) -> bool:
    with ctx.read() as uow:
        return violations(uow) == []


def test_a_return_from_announcement_to_refund(ctx: Context, sold: int) -> None:
    one = back(ctx, sold)
    assert (view(ctx, one).location, view(ctx, one).row.status) == ("CHI", "authorised")  # nearest to the customer
    with ctx.uow() as uow:
        service.receive(uow, one)
    with ctx.uow() as uow:
        service.inspect(uow, one, [Verdict("tea", restock=1, write_off=1)])
    assert stock_of(ctx) == (3, 0)  # 2 left of 5, and one back
    ledger = [row for row in rows_of(ctx, StockMovement) if row["reason"] == service.RETURNED]
    assert [(row["on_hand"], row["unsellable"]) for row in ledger] == [(1, 0)]
    with ctx.uow() as uow:
        service.close(uow, one)
    closed = view(ctx, one)
    assert (closed.row.status, closed.row.refund_minor) == ("closed", 1000)
    told = [row["type"] for row in rows_of(ctx, Event) if row["subject"] == f"return/{one}"]
    assert told == ["return.authorised", "return.received", "return.inspected", "return.closed"]
    assert sound(ctx)


def test_a_replacement_is_an_order_free_of_charge(ctx: Context, sold: int) -> None:
    one = back(ctx, sold, resolution=Resolution.REPLACE, location="NY")
    with ctx.uow() as uow:
        service.receive(uow, one, {"tea": 1}, location="CHI")
    with ctx.uow() as uow:
        service.inspect(uow, one, [Verdict("tea", restock=1, condition="damaged")])
    with ctx.uow() as uow:
        service.close(uow, one)
    anew = rows_of(ctx, Order)[-1]
    assert (anew["external_id"], anew["total_minor"]) == (f"A-1-R{one}", 0)
    assert anew["attributes"]["replaces"] == "A-1"
    assert view(ctx, one).replacement_external_id == anew["external_id"]
    assert [row["unsellable"] for row in rows_of(ctx, StockMovement) if row["reason"] == service.RETURNED] == [1]
    assert sound(ctx)


def test_no_more_comes_back_than_left(ctx: Context, sold: int) -> None:
    first = back(ctx, sold)
    before = row_counts(ctx)
    with pytest.raises(DomainError) as refused:
        back(ctx, sold)
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/lines/0/quantity", "too_many")]
    assert row_counts(ctx) == before
    with ctx.uow() as uow:
        service.cancel(uow, first, reason="found it good after all")
    back(ctx, sold, tea=3)


def test_two_who_announce_the_same_units_at_once(ctx: Context, sold: int) -> None:
    def announce(_: int) -> str:
        try:
            back(ctx, sold, tea=2)
        except DomainError as error:
            return error.code.value
        return "done"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(announce, range(4))) == ["done", "invalid", "invalid", "invalid"]
    assert len(rows_of(ctx, Return)) == 1


def test_every_fault_is_named(ctx: Context, sold: int) -> None:
    items = (ReturnItem("tea", 4), ReturnItem("tea", 1), ReturnItem("rum", 1))
    with pytest.raises(DomainError) as refused, ctx.uow() as uow:
        service.authorise(uow, NewReturn(sold, items, "why", location="MOON"))
    assert [fault.pointer for fault in refused.value.faults] == [
        "/location",
        "/lines/0/quantity",
        "/lines/1/sku",
        "/lines/2/sku",
    ]


def test_moves_out_of_turn_and_wrong_numbers_change_nothing(ctx: Context, sold: int) -> None:
    one = back(ctx, sold)
    with pytest.raises(DomainError) as early, ctx.uow() as uow:
        service.inspect(uow, one, [Verdict("tea", restock=2)])
    assert early.value.code is ErrorCode.ILLEGAL_TRANSITION
    with pytest.raises(DomainError) as many, ctx.uow() as uow:
        service.receive(uow, one, {"tea": 3, "rum": 1})
    assert [fault.pointer for fault in many.value.faults] == ["/lines/0/received", "/lines/1/sku"]
    with ctx.uow() as uow:
        service.receive(uow, one, {"tea": 1})
    with pytest.raises(DomainError) as half, ctx.uow() as uow:
        service.inspect(uow, one, [Verdict("tea", restock=2)])
    assert [fault.code for fault in half.value.faults] == ["not_all"]
    with pytest.raises(DomainError) as stale, ctx.uow() as uow:
        service.inspect(uow, one, [Verdict("tea", restock=1)], expected_version=1)
    assert stale.value.code is ErrorCode.STALE
    with ctx.uow() as uow:
        service.inspect(uow, one, [Verdict("tea", write_off=1)])
    with pytest.raises(DomainError) as rich, ctx.uow() as uow:
        service.close(uow, one, refund_minor=501)
    assert [fault.pointer for fault in rich.value.faults] == ["/refund"]
    assert (view(ctx, one).row.status, stock_of(ctx)[0]) == ("inspected", 2)
