"""Lots: what expires first is taken first, what is damaged or expired is not sold, and every unit is traced."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from backend.clock import ManualClock
from backend.context import Context
from backend.inventory import service
from backend.inventory.fefo import LotName
from backend.inventory.rules import Balance
from backend.inventory.service import StockChange, StockCount
from backend.jobs import inventory as job
from models.errors import DomainError
from models.tables import LotAllocation, StockLot, StockMovement
from tests.support.shop import open_shop, row_counts, rows_of
from tests.support.stock import assert_stock_sound, balance_of, detail_of, promise, shipments

EARLY, LATE = LotName("early", expires_on=date(2026, 12, 1)), LotName("late", expires_on=date(2026, 12, 24))
NEVER, DAMAGED = LotName("never"), LotName("early", condition="damaged")


@pytest.fixture
def shop(ctx: Context) -> Context:
    open_shop(ctx, {"CHI": {"spare": 9, "tea": 0}})
    put(ctx, 4, LATE)
    put(ctx, 3, EARLY)
    put(ctx, 5, NEVER)
    put(ctx, 2, DAMAGED)
    put(ctx, 6)
    return ctx


def put(ctx: Context, delta: int, lot: LotName | None = None) -> None:
    with ctx.uow() as uow:
        service.adjust(uow, [StockChange("CHI", "tea", delta, lot=lot or LotName())])


def allocated(ctx: Context) -> dict[str, int]:
    return {row["lot"]: row["allocated"] for row in rows_of(ctx, StockLot) if row["sellable"]}


def test_what_expires_first_is_allocated_first_and_damaged_units_never(shop: Context) -> None:
    first, second, third = shipments(shop, 3)
    assert balance_of(shop) == Balance(20, 0, 0, 2)
    assert promise(shop, first, "tea", 5)
    assert allocated(shop) == {"early": 3, "late": 2, "never": 0}
    assert promise(shop, second, "tea", 8)
    assert allocated(shop) == {"early": 3, "late": 4, "never": 5}
    assert not promise(shop, third, "tea", 6)
    assert promise(shop, third, "tea", 5)  # units that no lot explains
    assert balance_of(shop) == Balance(20, 18, 0, 2)
    assert_stock_sound(shop)


def test_released_units_go_back_to_their_lots_and_consumed_ones_are_traced(shop: Context) -> None:
    first, second = shipments(shop, 2)
    promise(shop, first, "tea", 5)
    promise(shop, second, "tea", 4)
    with shop.uow() as uow:
        service.release(uow, [first])
    assert allocated(shop) == {"early": 0, "late": 2, "never": 2}
    with shop.uow() as uow:
        service.consume(uow, [second])
    assert balance_of(shop) == Balance(16, 0, 0, 2)
    names = {row["id"]: row["lot"] for row in rows_of(shop, StockLot)}
    left = {
        names[row["lot_id"]]: row["on_hand"]
        for row in rows_of(shop, StockMovement)
        if row["reason"] == "consumed" and row["lot_id"]
    }
    assert left == {"late": -2, "never": -2}
    assert rows_of(shop, LotAllocation) == []
    assert_stock_sound(shop)


def test_a_lot_counted_below_what_is_allocated_hands_its_shipments_on(shop: Context) -> None:
    first, second = shipments(shop, 2)
    promise(shop, first, "tea", 3)
    promise(shop, second, "tea", 4)
    with shop.uow() as uow:
        service.count(uow, [StockCount("CHI", "tea", 1, lot=EARLY)])
    assert allocated(shop) == {"early": 1, "late": 4, "never": 2}
    assert balance_of(shop) == Balance(18, 7, 0, 2)
    assert_stock_sound(shop)


def test_a_lot_expires_at_the_midnight_of_its_location(shop: Context, clock: ManualClock) -> None:
    (first,) = shipments(shop, 1)
    promise(shop, first, "tea", 3)
    midnight = datetime(2026, 12, 2, 6, tzinfo=UTC)  # 00:00 in Chicago
    assert job.run_expiry(shop) == midnight
    clock.set(midnight - timedelta(seconds=1))
    assert job.run_expiry(shop) == midnight
    assert balance_of(shop) == Balance(20, 3, 0, 2)
    clock.set(midnight)
    assert job.run_expiry(shop) == datetime(2026, 12, 25, 6, tzinfo=UTC)
    assert balance_of(shop) == Balance(20, 3, 0, 5)
    assert allocated(shop) == {"late": 3, "never": 0}
    assert_stock_sound(shop)


def test_what_expires_under_promise_is_pending_until_stock_arrives(shop: Context, clock: ManualClock) -> None:
    first, second = shipments(shop, 2)
    promise(shop, first, "tea", 12)
    promise(shop, second, "tea", 6)
    clock.set(datetime(2026, 12, 26, tzinfo=UTC))
    assert job.run_expiry(shop) is None
    assert balance_of(shop) == Balance(20, 11, 7, 9)
    put(shop, 6)
    assert balance_of(shop) == Balance(26, 17, 1, 9)
    assert_stock_sound(shop)
    with shop.uow() as uow:
        service.consume(uow, [first])
    assert balance_of(shop) == Balance(14, 5, 1, 9)
    assert_stock_sound(shop)


def test_a_serial_number_is_one_unit_in_one_place(shop: Context) -> None:
    put(shop, 1, LotName(serial="A1"))
    before = row_counts(shop)
    for lot, delta in ((LotName(serial="A1"), 1), (LotName("x", serial="A1"), 1), (LotName(serial="B2"), 2)):
        with pytest.raises(DomainError) as refused, shop.uow() as uow:
            service.adjust(uow, [StockChange("CHI", "tea", delta, lot=lot)])
        assert [fault.code for fault in refused.value.faults] == ["serial_taken"]
    assert row_counts(shop) == before


def test_what_is_in_lots_is_only_taken_out_of_lots(shop: Context) -> None:
    with pytest.raises(DomainError) as refused, shop.uow() as uow:
        service.adjust(uow, [StockChange("CHI", "tea", -7)])
    assert [fault.code for fault in refused.value.faults] == ["in_lots"]
    with pytest.raises(DomainError) as refused, shop.uow() as uow:
        service.adjust(uow, [StockChange("CHI", "tea", -4, lot=EARLY), StockChange("CHI", "tea", -1)])
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/0", "not_enough_stock")]
    assert balance_of(shop) == Balance(20, 0, 0, 2)
    lots = [(lot.lot, lot.condition, lot.on_hand) for lot in detail_of(shop).lots]
    assert lots == [("early", "new", 3), ("late", "new", 4), ("never", "new", 5), ("early", "damaged", 2)]
