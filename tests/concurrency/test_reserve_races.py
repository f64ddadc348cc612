"""Many who promise, give back, count and ship the same stock at once: nothing is promised twice, nothing deadlocks."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from backend.context import Context
from backend.inventory import balances, blocks, future, ringfences, service
from backend.inventory.blocks import NewBlock
from backend.inventory.ringfences import SegmentInput
from backend.inventory.service import StockChange, StockCount, StockNeed
from backend.inventory.views import QuotaView
from backend.orders import service as orders
from backend.orders.service import PlacedOrder
from backend.persistence.bulk import table_of
from models.errors import DomainError, ErrorCode
from models.tables import FutureStock, OrderLine, StockBlock, StockSegment
from tests.concurrency.test_stock_races import together
from tests.support.shop import open_shop, order, place, rows_of, stock_of
from tests.support.stock import assert_stock_sound, balance_of, detail_of, keys_of

SKUS = [f"s{number}" for number in range(6)]


@pytest.fixture
def shop(ctx: Context) -> Context:
    open_shop(ctx, {"CHI": dict.fromkeys(SKUS, 20), "NY": dict.fromkeys(SKUS, 20)})
    return ctx


def test_batches_that_want_the_same_keys_in_any_order_promise_each_unit_once(shop: Context) -> None:
    """Keys are locked in one order whatever the order of the needs; a group that does not fit takes nothing."""
    keys = list(keys_of(shop).values())
    granted: list[int] = []
    lock = threading.Lock()

    def batch(number: int) -> None:
        rnd = random.Random(number)
        groups = []
        for nth in range(40):
            shipment = number * 100 + nth + 1
            groups.append([StockNeed(shipment, *key, 1) for key in rnd.sample(keys, 3)])
        with shop.uow() as uow:
            lost = service.reserve_what_fits(uow, groups)
        with lock:
            granted.append(3 * (len(groups) - len(lost)))

    results = together([lambda n=n: batch(n) for n in range(8)])  # type: ignore[misc]
    assert [item for item in results if isinstance(item, DomainError)] == []
    promised = sum(stock_of(shop, sku)[1] for sku in SKUS)
    assert promised == sum(granted) <= 240
    assert all(stock_of(shop, sku)[1] <= 40 for sku in SKUS)
    assert promised > 200  # nearly everything found a buyer
    assert_stock_sound(shop)


def test_promising_giving_back_shipping_counting_at_once_keeps_every_unit(shop: Context) -> None:
    keys = keys_of(shop)

    def life(number: int) -> None:
        rnd = random.Random(number)
        sku = rnd.choice(SKUS[:2])
        with shop.uow() as uow:
            lost = service.reserve_what_fits(uow, [[StockNeed(number, *keys[at, sku], 2) for at in ("NY", "CHI")]])
        if lost:
            return
        with shop.uow() as uow:
            (service.release if number % 2 else service.consume)(uow, [number])
        with shop.uow() as uow:
            service.adjust(uow, [StockChange("NY", sku, 1), StockChange("CHI", sku, 1)])

    results = together([lambda n=n: life(n) for n in range(1, 61)])  # type: ignore[misc]
    assert [item for item in results if isinstance(item, DomainError)] == []
    assert all(stock_of(shop, sku)[1] == 0 for sku in SKUS)
    assert_stock_sound(shop)


def test_who_belongs_to_a_segment_finds_its_units_however_many_others_come(shop: Context) -> None:
    with shop.uow() as uow:
        ringfences.put(uow, "vip", SegmentInput("vip", quotas=(QuotaView(units=8),)))
    vip = rows_of(shop, StockSegment)[0]["id"]
    key = keys_of(shop)["CHI", "s0"]

    def buy(number: int, segment: int | None) -> bool:
        with shop.uow() as uow:
            return not service.reserve_what_fits(uow, [[StockNeed(number, *key, 1, segment)]])

    others = together([lambda n=n: buy(n, None) for n in range(1, 31)])  # type: ignore[misc]
    ours = together([lambda n=n: buy(n, vip) for n in range(101, 113)])  # type: ignore[misc]
    assert (others.count(True), ours.count(True)) == (12, 8)
    assert [(share.quota, share.used, share.left) for share in detail_of(shop, "s0").segments] == [(8, 8, 0)]
    assert_stock_sound(shop)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_count_between_the_look_and_the_lock_is_seen(shop: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Force the interleaving: while a buyer holds the lock, a count waits; the next buyer finds what was counted."""
    key = keys_of(shop)["CHI", "s0"]
    holding, counted = threading.Event(), threading.Event()
    commit = Session.commit

    def slow_commit(self: Session) -> None:
        if threading.current_thread().name.startswith("buyer"):
            holding.set()
            assert not counted.wait(timeout=1)  # the count must wait for us
        commit(self)

    monkeypatch.setattr(Session, "commit", slow_commit)

    def buy() -> list[int]:
        with shop.uow() as uow:
            return service.reserve_what_fits(uow, [[StockNeed(1, *key, 15)]])

    def count() -> None:
        assert holding.wait(timeout=30)
        with shop.uow() as uow:
            service.count(uow, [StockCount("CHI", "s0", 4)])
        counted.set()

    with ThreadPoolExecutor(1, thread_name_prefix="buyer") as one, ThreadPoolExecutor(1) as other:
        bought, done = one.submit(buy), other.submit(count)
        assert bought.result(timeout=60) == []
        done.result(timeout=60)
    balance = balance_of(shop, "s0")
    assert (balance.on_hand, balance.allocated, balance.pending, balance.available) == (4, 4, 11, 0)
    assert_stock_sound(shop)


def test_an_update_of_a_balance_that_was_not_locked_is_refused(shop: Context) -> None:
    """The version is compared: a lock somebody forgot cannot become a lost unit."""
    key = keys_of(shop)["CHI", "s0"]
    with shop.read() as uow:
        stale = balances.lock(uow, [key])
    with shop.uow() as uow:
        service.adjust(uow, [StockChange("CHI", "s0", 1)])
    before = balance_of(shop, "s0")
    with pytest.raises(DomainError), shop.uow() as uow:
        balances.write(uow, stale, {key: stale[key].balance.after(promised=1)}, [])
    assert balance_of(shop, "s0") == before


def test_the_same_block_and_the_same_arrival_from_many_at_once_are_there_once(shop: Context) -> None:
    def block(number: int) -> None:
        with shop.uow() as uow:
            blocks.block(uow, "CHI", [NewBlock(sku, f"reason {number}") for sku in SKUS])

    def announce(number: int) -> None:
        with shop.uow() as uow:
            arrives = uow.now + timedelta(days=number)
            future.announce(uow, "CHI", "s0", "PO-1", quantity=number, arrives_at=arrives)

    results = together([lambda n=n, act=act: act(n) for n in range(1, 11) for act in (block, announce)])  # type: ignore[misc]
    refused = [item for item in results if isinstance(item, DomainError)]
    assert {error.code for error in refused} <= {ErrorCode.CONFLICT}
    with shop.read() as uow:
        assert len(blocks.active(uow)) == len(SKUS)
    assert len([row for row in rows_of(shop, StockBlock) if row["lifted_at"] is None]) == len(SKUS)
    assert len(rows_of(shop, FutureStock)) == 1
    assert_stock_sound(shop)


def test_stock_that_comes_while_orders_are_routed_deadlocks_nobody(shop: Context) -> None:
    """Whoever brings stock holds its lock and wants order rows; whoever routes holds order rows and wants stock."""
    placed = place(shop, *(order(f"A-{number}", lines={"s0": 1}) for number in range(20)))
    with shop.uow() as uow:
        uow.session.execute(sa.update(table_of(OrderLine)).values(remainder="backordered"))

    def bring(number: int) -> None:
        with shop.uow() as uow:
            service.adjust(uow, [StockChange("CHI", "s0", number)])

    def hold(item: PlacedOrder) -> None:
        with shop.uow() as uow:
            orders.cancel_order(uow, item.id, reason="test")

    calls = [lambda n=n: bring(n) for n in range(1, 11)] + [lambda item=item: hold(item) for item in placed]  # type: ignore[misc]
    random.Random(3).shuffle(calls)
    results = together(calls)  # type: ignore[arg-type]
    assert [item for item in results if isinstance(item, DomainError)] == []
    assert stock_of(shop, "s0") == (40 + 55, 0)
    assert_stock_sound(shop)
