"""Arrivals: announced, promised to lines that wait, received in parts, called off. And blocks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend.clock import ManualClock
from backend.context import Context
from backend.invariants import violations
from backend.inventory import blocks, future, future_rows, service
from backend.inventory.blocks import NewBlock
from backend.inventory.fefo import LotName
from backend.inventory.service import StockChange, StockCount
from backend.jobs import routing as routing_job
from backend.orders import service as orders
from backend.orders import waiting
from backend.persistence.bulk import table_of
from backend.persistence.uow import Uow
from backend.routing import strategies
from models.errors import DomainError
from models.tables import Event, FutureAllocation, FutureStock, Order, OrderLine, Shipment, StockBalance, StockBlock
from tests.support.shop import location, open_shop, order, place, row_counts, rows_of
from tests.support.stock import assert_stock_sound, balance_of, detail_of, keys_of


@pytest.fixture
def shop(ctx: Context) -> Context:
    """Three orders for two units of tea each wait; there is none."""
    open_shop(ctx, {"CHI": {"tea": 0, "cup": 5}, "NY": {"tea": 0}}, NY=location("NY"))
    place(ctx, *(order(f"A-{index}", lines={"tea": 2}) for index in range(3)))
    with ctx.uow() as uow:
        uow.session.execute(sa.update(table_of(OrderLine)).values(remainder="backordered"))
        uow.session.execute(sa.update(table_of(Order)).values(routing_due_at=None, status="backordered"))
    return ctx


def announce(ctx: Context, reference: str, quantity: int, *, days: int = 1, at: str = "CHI") -> bool:
    with ctx.uow() as uow:
        arrives = uow.now + timedelta(days=days)
        return future.announce(uow, at, "tea", reference, quantity=quantity, arrives_at=arrives)


def promise(ctx: Context, *wants: tuple[int, int]) -> future.Promised:
    product = keys_of(ctx)["CHI", "tea"][1]
    with ctx.uow() as uow:
        return future.promise_future(uow, [(line, product, units, None) for line, units in wants])


def arrivals(ctx: Context) -> dict[str, tuple[int, int]]:
    return {row["reference"]: (row["quantity"], row["allocated"]) for row in rows_of(ctx, FutureStock)}


def due(ctx: Context) -> list[int]:
    return [row["id"] for row in rows_of(ctx, Order) if row["routing_due_at"] is not None]


def test_lines_wait_for_what_comes_first(shop: Context) -> None:
    assert announce(shop, "PO-2", 3, days=2, at="NY")
    assert announce(shop, "PO-1", 3, days=1)
    promised = promise(shop, (1, 2), (2, 2), (3, 5))
    start = shop.clock.now()
    assert promised == {
        1: [(start + timedelta(days=1), 2)],
        2: [(start + timedelta(days=1), 1), (start + timedelta(days=2), 1)],
        3: [(start + timedelta(days=2), 2)],
    }
    assert arrivals(shop) == {"PO-1": (3, 3), "PO-2": (3, 3)}
    assert promise(shop, (3, 1)) == {3: [(start + timedelta(days=2), 1)]}  # instead of the five before
    assert arrivals(shop) == {"PO-1": (3, 3), "PO-2": (3, 2)}
    with shop.uow() as uow:
        future.release_future(uow, [1, 2])
    assert arrivals(shop) == {"PO-1": (3, 0), "PO-2": (3, 1)}
    assert_stock_sound(shop)


def test_what_arrives_is_on_hand_and_wakes_the_orders_that_wait(shop: Context) -> None:
    announce(shop, "PO-1", 5)
    promise(shop, (1, 2), (2, 2))
    with shop.uow() as uow:
        future.receive(uow, "CHI", "tea", "PO-1", quantity=3)
    assert arrivals(shop) == {"PO-1": (2, 1)}
    assert [(row["order_line_id"], row["quantity"]) for row in rows_of(shop, FutureAllocation)] == [(2, 1)]
    assert balance_of(shop).on_hand == 3
    assert due(shop) == [1, 2, 3]
    with shop.uow() as uow:
        future.receive(uow, "CHI", "tea", "PO-1", quantity=4)  # more than was announced
    assert balance_of(shop).on_hand == 7
    assert rows_of(shop, FutureAllocation) == []
    with pytest.raises(DomainError), shop.uow() as uow:
        future.receive(uow, "CHI", "tea", "PO-1", quantity=1)
    changes = [row["data"]["change"] for row in rows_of(shop, Event) if row["type"] == "inventory.future.changed"]
    assert changes == ["announced", "promised", "partly_received", "received"]
    assert_stock_sound(shop)


def test_less_than_promised_takes_it_from_the_latest_lines(shop: Context) -> None:
    announce(shop, "PO-1", 6)
    promise(shop, (1, 2), (2, 2), (3, 2))
    assert not announce(shop, "PO-1", 3, days=4)
    assert [(row["order_line_id"], row["quantity"]) for row in rows_of(shop, FutureAllocation)] == [(1, 2), (2, 1)]
    assert arrivals(shop) == {"PO-1": (3, 3)}
    with shop.uow() as uow:
        future.cancel(uow, "CHI", "tea", "PO-1")
    assert (arrivals(shop), rows_of(shop, FutureAllocation)) == ({}, [])
    assert_stock_sound(shop)


def test_arrivals_are_listed_by_date_and_shown_with_the_balance(shop: Context) -> None:
    for number, days in enumerate((3, 1, 2)):
        announce(shop, f"PO-{number}", 4, days=days)
    with shop.read() as uow:
        first = future_rows.listing(uow, limit=2)
        last = future_rows.listing(uow, after=(first[-1][1].arrives_at, first[-1][0]))
        nowhere = future_rows.listing(uow, location="NY")
    assert [view.reference for _, view in [*first, *last]] == ["PO-1", "PO-2", "PO-0"]
    assert nowhere == []
    assert detail_of(shop).row.arriving == 12
    assert detail_of(shop).row.next_arrival == shop.clock.now() + timedelta(days=1)


def test_orders_are_woken_only_when_there_is_more_of_what_they_wait_for(shop: Context) -> None:
    with shop.uow() as uow:
        service.count(uow, [StockCount("CHI", "cup", 9)])
    assert due(shop) == []
    with shop.uow() as uow:
        service.count(uow, [StockCount("CHI", "tea", 1)])
    assert due(shop) == [1, 2, 3]


def test_the_sweep_finds_what_was_not_woken(shop: Context, clock: ManualClock) -> None:
    clock.advance(timedelta(minutes=1))
    with shop.uow() as uow:
        service.count(uow, [StockCount("CHI", "tea", 1)])
    with shop.uow() as uow:
        uow.session.execute(sa.update(table_of(Order)).values(routing_due_at=None))
        assert waiting.sweep(uow) == 3
    with shop.uow() as uow:
        assert waiting.sweep(uow) == 0  # due already
        uow.session.execute(sa.update(table_of(Order)).values(routing_due_at=None, updated_at=uow.now + timedelta(1)))
        assert waiting.sweep(uow) == 0  # looked at since


@pytest.mark.parametrize(("chosen", "woken"), [("CHI", 3), ("NY", 0)])
def test_the_sweep_wakes_nobody_for_stock_where_the_customer_does_not_go(
    shop: Context, clock: ManualClock, chosen: str, woken: int
) -> None:
    clock.advance(timedelta(minutes=1))
    with shop.uow() as uow:
        service.count(uow, [StockCount("CHI", "tea", 1)])
    with shop.uow() as uow:
        uow.session.execute(sa.update(table_of(Order)).values(routing_due_at=None, pickup_location=chosen))
        assert waiting.sweep(uow) == woken


@pytest.mark.parametrize("kept", ["damaged", "safety stock"])
def test_the_sweep_wakes_nobody_for_units_that_may_not_be_sold(shop: Context, clock: ManualClock, kept: str) -> None:
    clock.advance(timedelta(minutes=1))
    with shop.uow() as uow:
        damaged = LotName(condition="damaged") if kept == "damaged" else LotName()
        service.adjust(uow, [StockChange("CHI", "tea", 2, lot=damaged)])
        safety = 2 if kept == "safety stock" else 0
        uow.session.execute(sa.update(table_of(StockBalance)).values(safety_stock=safety))
        uow.session.execute(sa.update(table_of(Order)).values(routing_due_at=None))
        assert waiting.sweep(uow) == 0
        service.adjust(uow, [StockChange("CHI", "tea", 1)])
        uow.session.execute(sa.update(table_of(Order)).values(routing_due_at=None))
        assert waiting.sweep(uow) == 3


def test_a_block_ends_with_its_instant_its_count_or_by_hand(shop: Context, clock: ManualClock) -> None:
    tea, cup = keys_of(shop)["CHI", "tea"], keys_of(shop)["CHI", "cup"]

    def active() -> set[tuple[int, int]]:
        with shop.read() as uow:
            return set(blocks.active(uow))

    with shop.uow() as uow:
        new = [NewBlock("tea", "recall", until=uow.now + timedelta(hours=1)), NewBlock("cup", "odd", until_count=True)]
        blocks.block(uow, "CHI", new)
    assert active() == {tea, cup}
    assert detail_of(shop, "cup").row.blocked
    with shop.uow() as uow:
        service.count(uow, [StockCount("CHI", "cup", 5)])
    assert active() == {tea}
    clock.advance(timedelta(hours=1))
    assert active() == set()
    with shop.uow() as uow:
        blocks.block(uow, "CHI", [NewBlock("tea", "again")])
    with shop.uow() as uow:
        blocks.lift(uow, "CHI", "tea")
    assert active() == set()
    assert due(shop) == [1, 2, 3]
    with pytest.raises(DomainError), shop.uow() as uow:
        blocks.lift(uow, "CHI", "tea")
    told = [(row["type"], row["data"]["sku"]) for row in rows_of(shop, Event) if "blocked" in row["type"]]
    assert told == [
        ("inventory.blocked", "tea"),
        ("inventory.blocked", "cup"),
        ("inventory.unblocked", "cup"),
        ("inventory.blocked", "tea"),
        ("inventory.unblocked", "tea"),
    ]


def test_every_fault_of_a_block_is_named_and_nothing_is_blocked(shop: Context) -> None:
    before = row_counts(shop)
    now = shop.clock.now()
    bad = [
        NewBlock("nope", "x"),
        NewBlock("tea", "x", until=now),
        NewBlock("tea", "x", until=now + timedelta(1), until_count=True),
    ]
    with pytest.raises(DomainError) as refused, shop.uow() as uow:
        blocks.block(uow, "CHI", bad)
    assert {fault.pointer for fault in refused.value.faults} == {"/0/sku", "/1/until", "/2/until_count", "/2/sku"}
    assert row_counts(shop) == before
    assert rows_of(shop, StockBlock) == []


def test_an_order_waits_for_an_arrival_and_is_routed_when_it_comes(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 0}})
    document = {"title": "Wait", "routes": [{"name": "All", "scenarios": [{"name": "Any", "when_none": "backorder"}]}]}
    with ctx.uow() as uow:
        strategies.put(uow, "wait", document)
        strategies.activate(uow, "wait")
    announce(ctx, "PO-1", 3)
    first, second = place(ctx, order("A-1", lines={"tea": 2}), order("A-2", lines={"tea": 2}))
    assert [row["remainder"] for row in rows_of(ctx, OrderLine)] == ["backordered", "backordered"]
    assert [row["quantity"] for row in rows_of(ctx, FutureAllocation)] == [2, 1]
    with ctx.uow() as uow:
        orders.cancel_order(uow, second.id, reason="too long")
    assert arrivals(ctx) == {"PO-1": (3, 2)}
    with ctx.uow() as uow:
        future.receive(uow, "CHI", "tea", "PO-1", quantity=3)
    assert due(ctx) == [first.id]
    routing_job.run(ctx)
    assert [(row["order_id"], row["status"]) for row in rows_of(ctx, Shipment)] == [(first.id, "open")]
    assert (balance_of(ctx).allocated, rows_of(ctx, FutureAllocation)) == (2, [])
    with ctx.read() as uow:
        assert violations(uow) == []


def test_an_arrival_that_is_called_off_meanwhile_is_no_fault(shop: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    announce(shop, "PO-1", 3)
    promise(shop, (1, 2))
    lock = future_rows.lock

    def quicker(uow: Uow, ids: Iterable[int]) -> list[future_rows.Row]:
        """Somebody calls the arrival off after it was found and before it is locked."""
        for row in lock(uow, ids):
            future_rows.delete(uow, row)
        return lock(uow, ids)

    with monkeypatch.context() as patched, shop.uow() as uow:
        patched.setattr(future_rows, "lock", quicker)
        future.release_future(uow, [1])
    assert (arrivals(shop), rows_of(shop, FutureAllocation)) == ({}, [])


def test_all_arrivals_of_a_batch_are_locked_in_one_sweep(shop: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    announce(shop, "PO-1", 2)
    announce(shop, "PO-2", 2, days=2)
    promise(shop, (1, 2), (2, 2))  # line 1 waits for the first arrival, line 2 for the second
    locked: list[list[int]] = []
    lock = future_rows.lock

    def watched(uow: Uow, ids: Iterable[int]) -> list[future_rows.Row]:
        locked.append(sorted(ids))
        return lock(uow, locked[-1])

    product = keys_of(shop)["CHI", "tea"][1]
    with monkeypatch.context() as patched, shop.uow() as uow:
        patched.setattr(future_rows, "lock", watched)
        assert list(future.promise_future(uow, [(1, product, 2, None)], over=[2])) == [1]
    assert locked[0] == [1, 2]
    assert arrivals(shop) == {"PO-1": (2, 2), "PO-2": (2, 0)}
