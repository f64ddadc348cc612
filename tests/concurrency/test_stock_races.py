"""Nothing is sold twice, whoever comes at the same moment."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from backend.context import Context
from backend.fulfillment import service as fulfillment
from backend.fulfillment.service import StepCommand
from backend.invariants import violations
from backend.inventory import service as inventory
from backend.orders import service as orders
from backend.orders.service import PlacedOrder
from backend.routing import service as routing
from models.enums import OrderStatus, ShipmentStatus
from models.errors import DomainError, ErrorCode
from models.tables import Order, Shipment
from tests.support.shop import NEW_YORK, location, open_shop, order, place, rows_of, stock_of


def together(calls: list[Callable[[], object]], threads: int = 12) -> list[object]:
    """Run calls at the same moment; a DomainError is a result, anything else fails the test."""
    gate = threading.Barrier(min(threads, len(calls)))
    first = iter(range(threads))

    def run(call: Callable[[], object]) -> object:
        if next(first, None) is not None:
            gate.wait(timeout=60)
        try:
            return call()
        except DomainError as error:
            return error

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, calls))


def assert_sound(ctx: Context) -> None:
    with ctx.read() as uow:
        assert violations(uow) == []


def test_forty_units_and_eighty_buyers_make_exactly_forty_reservations(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 25}, "NY": {"tea": 15}}, NY=location("NY", at=NEW_YORK))
    placed = together([lambda i=i: place(ctx, order(f"A-{i}"))[0] for i in range(80)])  # type: ignore[misc]
    statuses = [item.status for item in placed if isinstance(item, PlacedOrder)]
    assert (statuses.count(OrderStatus.ROUTED), statuses.count(OrderStatus.UNASSIGNED)) == (40, 40)
    assert stock_of(ctx) == (40, 40)
    assert_sound(ctx)


def test_the_same_order_from_many_at_once_is_placed_once(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 50}})
    results = together([lambda: place(ctx, order("A-1"))[0] for _ in range(12)])
    assert sum(isinstance(item, PlacedOrder) for item in results) == 1
    assert {item.code for item in results if isinstance(item, DomainError)} == {ErrorCode.CONFLICT}
    assert len(rows_of(ctx, Order)) == len(rows_of(ctx, Shipment)) == 1
    assert stock_of(ctx) == (50, 1)


def test_ship_cancel_hold_and_reassign_at_once_never_lose_or_double_a_unit(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 30, "cup": 30}, "NY": {"tea": 30, "cup": 30}}, NY=location("NY", at=NEW_YORK))
    placed = place(ctx, *(order(f"A-{i}", lines={"tea": 1, "cup": 2}) for i in range(12)))

    def ship(item: PlacedOrder) -> None:
        with ctx.uow() as uow:
            fulfillment.advance(uow, [StepCommand(item.shipments[0].id, ShipmentStatus.SHIPPED)])

    def cancel(item: PlacedOrder) -> None:
        with ctx.uow() as uow:
            orders.cancel_order(uow, item.id, reason="test")

    def move(item: PlacedOrder) -> None:
        with ctx.uow() as uow:
            fulfillment.reassign(uow, item.shipments[0].id, "NY", reason="test")

    def count(_item: PlacedOrder) -> None:
        with ctx.uow() as uow:
            inventory.adjust(uow, [inventory.StockChange("CHI", "tea", 1), inventory.StockChange("NY", "cup", 1)])

    acts = [(act, item) for item in placed for act in (ship, cancel, move, count)]
    random.Random(7).shuffle(acts)
    together([lambda act=act, item=item: act(item) for act, item in acts])  # type: ignore[misc]
    ended = {row["id"]: row["status"] for row in rows_of(ctx, Order)}
    assert set(ended.values()) == {"fulfilled", "cancelled"}
    shipped = sum(status == "fulfilled" for status in ended.values())
    assert stock_of(ctx, "tea") == (60 + 12 - shipped, 0)
    assert stock_of(ctx, "cup") == (60 + 12 - 2 * shipped, 0)
    assert_sound(ctx)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_decision_overtaken_between_looking_and_locking_is_made_again(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Force the interleaving: another buyer takes the last unit after the snapshot, before the lock."""
    open_shop(ctx, {"CHI": {"tea": 1}, "NY": {"tea": 1}}, NY=location("NY", at=NEW_YORK))
    look = routing.stock.read
    overtaken: list[PlacedOrder] = []

    def look_and_be_overtaken(uow: object, products: object) -> object:
        seen = look(uow, products)  # type: ignore[arg-type]
        if not overtaken:
            overtaken.append(None)  # type: ignore[arg-type]  # only once, and not by the rival itself
            overtaken[0] = place(ctx, order("RIVAL"))[0]
        return seen

    monkeypatch.setattr(routing.stock, "read", look_and_be_overtaken)
    (late,) = place(ctx, order("LATE"))
    assert [s.location for s in overtaken[0].shipments] == ["CHI"]
    assert [s.location for s in late.shipments] == ["NY"]
    assert stock_of(ctx) == (2, 2)
    assert_sound(ctx)
