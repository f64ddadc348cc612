"""Any sequence of what may happen to orders, on a real database: units are promised once, and none is lost or made."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from backend.fulfillment import remainder, transfers
from backend.fulfillment import service as fulfillment
from backend.fulfillment.remainder import ShortLine
from backend.fulfillment.service import Block
from backend.fulfillment.splitting import AskedLine
from backend.invariants import violations
from backend.inventory import future
from backend.inventory import service as inventory
from backend.inventory.service import StockChange
from backend.jobs import routing as job
from backend.orders import service as orders
from backend.persistence.migrate import upgrade
from backend.persistence.uow import Uow
from backend.routing import strategies
from backend.routing.defaults import DEFAULT_STRATEGY
from models.enums import OrderStatus, ShipmentStatus
from models.errors import DomainError
from models.tables import (
    FutureAllocation,
    LocationLoad,
    Order,
    OrderLine,
    Product,
    Shipment,
    ShipmentLine,
    StockBalance,
)
from tests.property.test_stock_machine import context
from tests.support.shop import NEW_YORK, location, open_shop, order, rows_of

PATIENT = {**DEFAULT_STRATEGY, "otherwise": "backorder"}
picks = st.integers(0, 50)
skus = st.sampled_from(["tea", "cup"])
places = st.sampled_from(["CHI", "NY"])


@cache
def template() -> Path:
    """Return a migrated file with two stores, one of which takes few orders, and a strategy that lets orders wait."""
    path = Path(tempfile.mkdtemp()) / "template.db"
    ctx = context(path)
    upgrade(ctx.engine)
    stores = {"CHI": location("CHI", daily_limit={"orders": 3}), "NY": location("NY", at=NEW_YORK)}
    open_shop(ctx, {"CHI": {"tea": 5, "cup": 1}, "NY": {"tea": 3, "cup": 3}}, **stores)
    with ctx.uow() as uow:
        strategies.put(uow, "patient", PATIENT)
        strategies.activate(uow, "patient")
    with ctx.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    ctx.engine.dispose()
    return path


class OrderMachine(RuleBasedStateMachine):
    """Orders of two products in two stores; `on_hand` is what should be in the buildings. A refusal changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.ctx = context(Path(shutil.copy(template(), self.folder / "shop.db")))
        self.on_hand = Counter({"tea": 8, "cup": 4})
        self.number = 0

    def teardown(self) -> None:
        self.ctx.engine.dispose()
        shutil.rmtree(self.folder)

    def attempt(self, act: Callable[[Uow], object]) -> bool:
        """Do something in a transaction of its own; False when it was refused."""
        try:
            with self.ctx.uow() as uow:
                act(uow)
        except DomainError:
            return False
        return True

    def shipment(self, pick: int) -> int:
        return 1 + pick % max(1, len(rows_of(self.ctx, Shipment)))

    def order(self, pick: int) -> int:
        return 1 + pick % max(1, len(rows_of(self.ctx, Order)))

    def lines(self, shipment_id: int) -> list[dict[str, Any]]:
        return [row for row in rows_of(self.ctx, ShipmentLine) if row["shipment_id"] == shipment_id]

    def balances(self, sku: str) -> list[dict[str, Any]]:
        product = next(row["id"] for row in rows_of(self.ctx, Product) if row["sku"] == sku)
        return [row for row in rows_of(self.ctx, StockBalance) if row["product_id"] == product]

    @rule(lines=st.dictionaries(skus, st.integers(1, 4), min_size=1), at_once=st.booleans())
    def accept(self, lines: dict[str, int], at_once: bool) -> None:
        self.number += 1
        new = order(f"A-{self.number}", lines=lines)
        act = orders.place if at_once else orders.accept
        assert self.attempt(lambda uow: act(uow, [new]))

    @rule()
    def route(self) -> None:
        job.run(self.ctx)
        assert all(row["routing_due_at"] is None for row in rows_of(self.ctx, Order))

    @rule(pick=picks, block=st.sampled_from([None, None, Block.UNTIL_COUNT]))
    def reject(self, pick: int, block: Block | None) -> None:
        self.attempt(lambda uow: fulfillment.reject(uow, [self.shipment(pick)], reason="torn", block=block))

    @rule(pick=picks)
    def cancel_shipment(self, pick: int) -> None:
        self.attempt(lambda uow: fulfillment.cancel(uow, [self.shipment(pick)], reason="burnt"))

    @rule(pick=picks, to=places)
    def reassign(self, pick: int, to: str) -> None:
        self.attempt(lambda uow: fulfillment.reassign(uow, self.shipment(pick), to, reason="by hand"))

    @rule(pick=picks)
    def ship(self, pick: int) -> None:
        id_ = self.shipment(pick)
        units = Counter({row["sku"]: row["quantity"] for row in self.lines(id_)})
        steps = [ShipmentStatus.ACCEPTED, ShipmentStatus.PICKED, ShipmentStatus.PACKED, ShipmentStatus.SHIPPED]

        def all_the_way(uow: Uow) -> None:
            for step in steps:
                fulfillment.advance(uow, [fulfillment.StepCommand(id_, step)])

        if self.attempt(all_the_way):
            self.on_hand.subtract(units)

    @rule(
        pick=picks, sku=skus, units=st.integers(1, 3), how=st.sampled_from(["here", "NY", "routed", "short", "empty"])
    )
    def part(self, pick: int, sku: str, units: int, how: str) -> None:
        id_, asked = self.shipment(pick), [AskedLine(sku, units)]
        short = [ShortLine(sku, units)]
        acts: dict[str, Callable[[Uow], object]] = {
            "here": lambda uow: remainder.split(uow, id_, asked, reason="heavy"),
            "NY": lambda uow: remainder.split(uow, id_, asked, reason="heavy", to="NY"),
            "routed": lambda uow: remainder.reject_part(uow, id_, asked, reason="torn"),
            "short": lambda uow: remainder.short(uow, id_, short, reason="not_found"),
            "empty": lambda uow: remainder.short(uow, id_, short, reason="sold_out"),
        }
        if self.attempt(acts[how]) and how == "empty":  # nobody picks here, so that nothing is in hand
            self.on_hand[sku] = sum(row["on_hand"] for row in self.balances(sku))

    @rule(pick=picks, sku=skus, units=st.integers(1, 2))
    def send(self, pick: int, sku: str, units: int) -> None:
        asked = [AskedLine(sku, units)]
        self.attempt(lambda uow: transfers.transfer(uow, self.shipment(pick), asked, reason="torn"))

    @rule(pick=picks, sku=skus, units=st.none() | st.integers(0, 2))
    def take_in(self, pick: int, sku: str, units: int | None) -> None:
        id_ = self.shipment(pick)
        before = Counter({row["sku"]: row["quantity"] for row in self.lines(id_)})
        came = None if units is None else [AskedLine(sku, units)]
        if self.attempt(lambda uow: transfers.receive(uow, id_, came)):
            self.on_hand.update(before if units is None else Counter({sku: units}))

    @rule(pick=picks, command=st.sampled_from(["hold", "release", "cancel", "cancel"]))
    def command(self, pick: int, command: str) -> None:
        act = {"hold": orders.hold_order, "cancel": orders.cancel_order}.get(command)
        id_ = self.order(pick)
        if act is None:
            self.attempt(lambda uow: orders.release_order(uow, id_))
        else:
            self.attempt(lambda uow: act(uow, id_, reason="asked for"))

    @rule(place=places, sku=skus, delta=st.integers(-4, 6).filter(bool))
    def adjust(self, place: str, sku: str, delta: int) -> None:
        if self.attempt(lambda uow: inventory.adjust(uow, [StockChange(place, sku, delta)])):
            self.on_hand[sku] += delta

    @rule(place=places, sku=skus, units=st.integers(1, 5))
    def announce(self, place: str, sku: str, units: int) -> None:
        def act(uow: Uow) -> None:
            future.announce(uow, place, sku, "PO", quantity=units, arrives_at=uow.now + timedelta(days=1))

        self.attempt(act)

    @rule(place=places, sku=skus, units=st.integers(1, 5))
    def receive(self, place: str, sku: str, units: int) -> None:
        if self.attempt(lambda uow: future.receive(uow, place, sku, "PO", quantity=units)):
            self.on_hand[sku] += units

    @invariant()
    def nothing_is_lost(self) -> None:
        with self.ctx.read() as uow:
            assert violations(uow) == []
        balances = rows_of(self.ctx, StockBalance)
        assert sum(row["on_hand"] for row in balances) == sum(self.on_hand.values())
        assert all(row["allocated"] <= row["on_hand"] for row in balances)

    @invariant()
    def every_unit_of_an_order_is_somewhere(self) -> None:
        status = {row["id"]: row["status"] for row in rows_of(self.ctx, Order)}
        to_customers = [row for row in rows_of(self.ctx, Shipment) if row["for_shipment_id"] is None]
        alive = {row["id"] for row in to_customers if row["status"] != ShipmentStatus.CANCELLED}
        given: Counter[int] = Counter()
        for row in rows_of(self.ctx, ShipmentLine):
            given[row["order_line_id"]] += row["quantity"] * (row["shipment_id"] in alive)
        waits: Counter[int] = Counter()
        for row in rows_of(self.ctx, FutureAllocation):
            waits[row["order_line_id"]] += row["quantity"]
        over = {OrderStatus.ROUTED, OrderStatus.FULFILLED, OrderStatus.CANCELLED}
        for line in rows_of(self.ctx, OrderLine):
            open_ = line["quantity"] - line["cancelled"] - given[line["id"]]
            assert 0 <= waits[line["id"]] <= open_
            assert open_ == 0 or status[line["order_id"]] not in over

    @invariant()
    def the_limit_counts_what_is_there(self) -> None:
        at = Counter(row["location_id"] for row in rows_of(self.ctx, Shipment) if row["status"] != "cancelled")
        for row in rows_of(self.ctx, LocationLoad):
            assert row["orders"] == at[row["location_id"]]


TestOrderMachine = OrderMachine.TestCase
TestOrderMachine.settings = settings(
    max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
