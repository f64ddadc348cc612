"""One thing that a job cannot do does not keep the others waiting: it is counted, and met again at the next run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend.clock import ManualClock
from backend.context import Context
from backend.controls.rules import NewControl
from backend.controls.service import put
from backend.fulfillment import service as fulfillment
from backend.fulfillment.service import StepCommand
from backend.inventory.fefo import LotName
from backend.inventory.service import StockChange, adjust
from backend.jobs import collection, controls, inventory, waves
from backend.jobs.batches import in_batches
from backend.metrics.registry import JOB_REFUSED
from backend.persistence.bulk import table_of
from backend.persistence.uow import Uow
from backend.waves import wave_rules
from models.enums import Method, ShipmentStatus
from models.errors import DomainError, ErrorCode
from models.floor import ControlKind
from models.tables import Location, LocationControl, PickWave, Product, Shipment, StockBalance, StockLot, WaveRule
from tests.integration.test_wave_rules_run import HOURLY
from tests.support.shop import open_shop, order, place, rows_of
from tests.support.waves import open_aisles, wait_for_picking


def refused(job: str) -> float:
    return float(JOB_REFUSED.labels(job)._value.get())


def spoil(ctx: Context, sku: str, units: int) -> None:
    """Have a balance say what its ledger does not: what gives stock back to it fails."""
    stock, products = table_of(StockBalance), table_of(Product)
    of_it = sa.select(products.c.id).where(products.c.sku == sku).scalar_subquery()
    with ctx.uow() as uow:
        uow.session.execute(stock.update().where(stock.c.product_id == of_it).values(allocated=units))


@pytest.fixture
def overdue(ctx: Context, clock: ManualClock) -> Context:
    """Return a shop where nobody collected three shipments; one of `cup`, in the middle, cannot be called back."""
    open_shop(ctx, {"CHI": {"tea": 9, "cup": 9}})
    for name, sku in (("A-1", "tea"), ("A-2", "cup"), ("A-3", "tea")):
        (placed,) = place(ctx, order(name, lines={sku: 2}, method=Method.PICKUP, pickup_location="CHI"))
        with ctx.uow() as uow:
            fulfillment.advance(uow, [StepCommand(placed.shipments[0].id, ShipmentStatus.READY)])
        clock.advance(timedelta(seconds=1))
    spoil(ctx, "cup", 0)
    clock.advance(timedelta(days=20))
    return ctx


def statuses(ctx: Context) -> list[str]:
    return [row["status"] for row in rows_of(ctx, Shipment)]


def test_a_shipment_that_cannot_be_called_back_does_not_keep_the_others(overdue: Context) -> None:
    before = refused("collection")
    assert collection.run(overdue) is None  # and is not looked at again at once, again and again
    assert statuses(overdue) == ["cancelled", "ready", "cancelled"]
    assert refused("collection") == before + 1
    assert collection.run(overdue) is None
    assert refused("collection") == before + 2
    spoil(overdue, "cup", 2)
    collection.run(overdue)
    assert statuses(overdue) == ["cancelled"] * 3


def test_what_is_collected_while_one_is_refused_is_left_alone(
    overdue: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who was found due, and came before his turn, has it."""
    due = collection.collection.overdue

    def and_then_he_comes(uow: Uow) -> Sequence[int]:
        found = due(uow)
        with overdue.uow() as other:
            fulfillment.advance(other, [StepCommand(3, ShipmentStatus.HANDED_OVER)])
        return found

    monkeypatch.setattr(collection.collection, "overdue", and_then_he_comes)
    collection.run(overdue)
    assert statuses(overdue) == ["cancelled", "ready", "handed_over"]


def test_a_control_that_cannot_be_ended_does_not_keep_the_others(ctx: Context, clock: ManualClock) -> None:
    open_shop(ctx, {"CHI": {"tea": 1}, "DEN": {"tea": 1}, "NY": {"tea": 1}})
    with ctx.uow() as uow:
        for code in ("CHI", "DEN", "NY"):
            put(uow, code, NewControl(ControlKind.PAUSE_METHOD, "ill", method=Method.SHIP))
        places = table_of(Location)
        broken = {"orders": 1, "per": "never"}  # its own limit is counted afresh, and cannot be
        uow.session.execute(places.update().where(places.c.code == "DEN").values(daily_limit=broken))
    clock.advance(timedelta(days=2))
    before = refused("location-controls")
    assert controls.run(ctx) is None
    ended = [row["ended_at"] is not None for row in rows_of(ctx, LocationControl)]
    assert (ended, refused("location-controls")) == ([True, False, True], before + 1)


def test_a_lot_that_cannot_expire_does_not_keep_the_others(ctx: Context, clock: ManualClock) -> None:
    open_shop(ctx, {"CHI": {"cup": 0, "mug": 0, "tea": 0}})
    last_day = clock.now().date()
    with ctx.uow() as uow:
        lots = [StockChange("CHI", sku, 4, lot=LotName("L", expires_on=last_day)) for sku in ("cup", "mug", "tea")]
        adjust(uow, lots)
        stock = table_of(StockBalance)
        uow.session.execute(stock.update().where(stock.c.product_id == 2).values(on_hand=3))  # less than its lot
    clock.advance(timedelta(days=2))
    before = refused("stock-expiry")
    assert inventory.run_expiry(ctx) is None
    assert [row["sellable"] for row in rows_of(ctx, StockLot)] == [False, True, False]
    assert refused("stock-expiry") == before + 1


def test_a_wave_rule_that_cannot_even_be_read_does_not_keep_the_others(ctx: Context, clock: ManualClock) -> None:
    open_aisles(ctx)
    wait_for_picking(ctx, [{"tea": 1}])
    with ctx.uow() as uow:
        for code in ("a-broken", "b-good"):
            wave_rules.put(uow, "CHI", code, wave_rules.WaveRuleInput("Every hour", HOURLY))
        rules = table_of(WaveRule)
        uow.session.execute(rules.update().where(rules.c.code == "a-broken").values(document={"schedule": {"at": 7}}))
    clock.advance(timedelta(hours=1))
    before = refused("waves")
    assert waves.run(ctx) is None
    assert [row["rule_code"] for row in rows_of(ctx, PickWave)] == ["b-good"]
    assert refused("waves") == before + 2  # to run it, and to say when it runs next


def test_a_batch_is_one_transaction_and_one_that_raises_is_done_one_by_one(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 1}})
    tried: list[list[int]] = []

    def act(uow: Uow, batch: list[int]) -> None:
        tried.append(batch)
        adjust(uow, [StockChange("CHI", "tea", 1) for _ in batch])
        if 4 in batch:
            raise DomainError(ErrorCode.CONFLICT, "not this one")

    assert in_batches(ctx, "a-test", range(1, 7), act, size=3) == [4]
    assert tried == [[1, 2, 3], [4, 5, 6], [4], [5], [6]]
    assert [row["on_hand"] for row in rows_of(ctx, StockBalance)] == [1 + 5]
