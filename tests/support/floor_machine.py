"""Two stores on a real database, and what must hold of them whatever people do there: for state machines. What people
do are rules of `tests/property`: `self.attempt(lambda uow: …)`, and every invariant here must hold after it."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlmodel import SQLModel

from backend.fulfillment import service as fulfillment
from backend.fulfillment import workflows
from backend.fulfillment.defaults import BUILT_IN
from backend.fulfillment.service import StepCommand
from backend.fulfillment.workflow import LEAVES, Workflow, WorkStep, following, has_left, has_passed
from backend.invariants import violations
from backend.orders import rules as order_rules
from backend.persistence.uow import Uow
from backend.returns import rules as return_rules
from backend.waves import rules as wave_rules
from models.enums import Method, OrderStatus, ShipmentStatus
from models.errors import DomainError
from models.floor import ReturnStatus, StepAction, WaveShare, WaveStatus
from models.tables import (
    Order,
    OrderLine,
    Parcel,
    PickWave,
    Product,
    Return,
    ReturnLine,
    Shipment,
    ShipmentLine,
    ShipmentStep,
    SlaClock,
    StockBalance,
    WaveShipment,
)
from tests.property.test_stock_machine import context
from tests.support.floor_shop import STOCK, template
from tests.support.shop import order, place, rows_of

S = ShipmentStatus
ANSWERS = {"check": {"result": "good"}, "gift-wrap": {"card": "Enjoy"}}

TABLES: tuple[type[SQLModel], ...] = (
    *(Order, OrderLine, Shipment, ShipmentLine, ShipmentStep, Parcel, SlaClock, StockBalance),
    *(Return, ReturnLine, PickWave, WaveShipment),
)
picks = st.integers(0, 50)
skus = st.sampled_from(sorted(STOCK))
places = st.sampled_from(["CHI", "NY"])

Edges = Mapping[str, frozenset[str]]


def reachable(pairs: Iterable[tuple[str, str]]) -> Edges:
    """Return what each state may become in any number of moves, itself included."""
    known = list(pairs)
    found: dict[str, set[str]] = {state: {state} for pair in known for state in pair}
    for _ in found:
        for origin, to in known:
            for way in found.values():
                way |= {to} if origin in way else set()
    return {state: frozenset(way) for state, way in found.items()}


#: By table: what each state may become, and where everything begins.
STATES: Mapping[type[SQLModel], tuple[Edges, str]] = {
    Order: (
        reachable((w, to) for origins, tos in order_rules.TRANSITIONS.values() for w in origins for to in tos),
        OrderStatus.PLACED,
    ),
    PickWave: (reachable((w, to) for w, tos in wave_rules.NEXT.items() for to in tos), WaveStatus.PLANNED),
    Return: (
        reachable((w, to) for origins, to in return_rules.TRANSITIONS.values() for w in origins),
        ReturnStatus.AUTHORISED,
    ),
}


class Floor(RuleBasedStateMachine):
    """Two stores; `on_hand` is what should be in the buildings, by SKU."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.ctx = context(Path(shutil.copy(template(), self.folder / "shop.db")))
        self.on_hand = Counter(STOCK)
        self.number = 0
        self.read: dict[str, list[dict[str, Any]]] = {}  # what was read since the last commit
        sa.event.listen(self.ctx.engine, "commit", lambda _: self.read.clear())
        self.was: dict[tuple[str, int], str] = {}
        with self.ctx.read() as uow:
            forks = (workflows.get(uow, code).row for code in ("gift-ship", "gift-pickup"))
            self.forks = workflows.by_id(uow, [row.id for row in forks if row and row.id])

    def teardown(self) -> None:
        self.ctx.engine.dispose()
        shutil.rmtree(self.folder)

    def attempt(self, act: Callable[[Uow], object]) -> bool:
        """Do something in a transaction of its own; False when it was refused, and then nothing may have changed."""
        before = self.everything()
        try:
            with self.ctx.uow() as uow:
                act(uow)
        except DomainError:
            assert self.everything() == before
            return False
        return True

    def everything(self) -> dict[str, list[dict[str, Any]]]:
        return {table.__name__: self.rows(table) for table in TABLES}

    def rows(self, table: type[SQLModel]) -> list[dict[str, Any]]:
        """Return all rows of a table as they are, read once while nothing changes."""
        if table.__name__ not in self.read:
            self.read[table.__name__] = rows_of(self.ctx, table)
        return self.read[table.__name__]

    def one(self, table: type[SQLModel], pick: int) -> dict[str, Any] | None:
        rows = self.rows(table)
        return rows[pick % len(rows)] if rows else None

    def shipment(self, pick: int) -> dict[str, Any] | None:
        return self.one(Shipment, pick)

    def way(self, shipment: Mapping[str, Any]) -> Workflow:
        kept = shipment["workflow_id"]
        return self.forks[kept] if kept else BUILT_IN[Method(shipment["method"])]

    def lines(self, shipment_id: int) -> list[dict[str, Any]]:
        return [row for row in self.rows(ShipmentLine) if row["shipment_id"] == shipment_id]

    def units(self, shipment_id: int) -> Counter[str]:
        held: Counter[str] = Counter()
        for row in self.lines(shipment_id):
            held[row["sku"]] += row["quantity"]
        return held

    def sell(self, lines: Mapping[str, int], method: Method, where: str = "CHI", *, channel: str = "web") -> None:
        """Place an order at 5.00 a unit, which is routed at once; what is collected is collected at `where`."""
        self.number += 1
        more = {"pickup_location": where} if method is Method.PICKUP else {}
        attributes = {"allow_substitutes": True}
        new = order(f"A-{self.number}", method=method, lines=lines, channel=channel, attributes=attributes, **more)
        place(self.ctx, new)

    def allowed(self, shipment: Mapping[str, Any]) -> tuple[WorkStep, ...]:
        return following(self.way(shipment), S(shipment["status"]), shipment["step"])

    def may(self, shipment: Mapping[str, Any], step: WorkStep) -> bool:
        """Return whether a step that is next may be done now."""
        waits = shipment["waiting_for"] is not None and step.reaches is not S.ACCEPTED
        leaves = step.reaches is LEAVES[Method(shipment["method"])]
        return not (shipment["held"] or waits or (leaves and self.lacks(shipment)))

    def lacks(self, shipment: Mapping[str, Any]) -> bool:
        """Return whether what it would send is not there: somebody found the shelf empty."""
        needs = Counter({row["product_id"]: row["quantity"] for row in self.lines(shipment["id"])})
        here = [row for row in self.rows(StockBalance) if row["location_id"] == shipment["location_id"]]
        return any(needs[row["product_id"]] > row["allocated"] for row in here)

    def do(self, shipment: Mapping[str, Any], step: WorkStep) -> bool:
        units = self.units(shipment["id"])
        command = StepCommand(shipment["id"], step=step.code, inputs=ANSWERS.get(step.code, {}))
        done = self.attempt(lambda uow: fulfillment.advance(uow, [command]))
        if done and step.reaches is LEAVES[Method(shipment["method"])]:
            self.on_hand.subtract(units)
        elif done and step.action is StepAction.RECEIVE:
            self.on_hand.update(units)
        return done

    def to_the_end(self, shipment_id: int) -> None:
        """Do the last of the steps that may be next, again and again, as far as it goes."""
        while True:
            shipment = next(row for row in self.rows(Shipment) if row["id"] == shipment_id)
            steps = self.allowed(shipment)
            if not steps or not self.do(shipment, steps[-1]):
                return

    def counted(self) -> Counter[str]:
        """Return the units on hand by SKU as the balances say."""
        sku = {row["id"]: row["sku"] for row in self.rows(Product)}
        found: Counter[str] = Counter()
        for row in self.rows(StockBalance):
            found[sku[row["product_id"]]] += row["on_hand"]
        return found

    @invariant()
    def nothing_is_lost(self) -> None:
        with self.ctx.read() as uow:
            assert violations(uow) == []
        assert self.counted() == self.on_hand

    @invariant()
    def states_follow_their_tables(self) -> None:
        for table, (may, first) in STATES.items():
            for row in self.rows(table):
                key = table.__name__, row["id"]
                assert row["status"] in may[self.was.get(key, first)]
                self.was[key] = row["status"]

    @invariant()
    def only_declared_steps_are_reached_and_what_left_stays_away(self) -> None:
        for shipment in self.rows(Shipment):
            status, step, way = S(shipment["status"]), shipment["step"], self.way(shipment)
            before = S(self.was.get(("Shipment", shipment["id"]), S.OPEN))
            self.was["Shipment", shipment["id"]] = status
            assert before is not S.CANCELLED or status is S.CANCELLED
            assert not has_left(way.method, before) or has_left(way.method, status)
            codes = [each.code for each in way.steps]
            assert step is None or step in codes
            if status is S.CANCELLED:
                continue
            behind = way.steps[: codes.index(step) + 1] if step else ()
            reached = [each.reaches for each in behind if each.reaches]
            assert status is (reached[-1] if reached else S.OPEN)

    @invariant()
    def what_is_picked_is_all_of_it(self) -> None:
        for shipment in self.rows(Shipment):
            if has_passed(Method(shipment["method"]), S(shipment["status"]), S.PICKED):
                assert all(row["picked"] == row["quantity"] for row in self.lines(shipment["id"]))

    @invariant()
    def units_of_orders_are_conserved(self) -> None:
        over = {OrderStatus.ROUTED, OrderStatus.FULFILLED, OrderStatus.CANCELLED}
        status = {row["id"]: row["status"] for row in self.rows(Order)}
        to_customers = [row for row in self.rows(Shipment) if row["for_shipment_id"] is None]
        alive = {row["id"] for row in to_customers if row["status"] != S.CANCELLED}
        given: Counter[int] = Counter()
        for row in self.rows(ShipmentLine):
            given[row["order_line_id"]] += row["quantity"] * (row["shipment_id"] in alive)
        for line in self.rows(OrderLine):
            open_ = line["quantity"] - line["cancelled"] - given[line["id"]]
            assert open_ >= 0
            assert open_ == 0 or status[line["order_id"]] not in over

    @invariant()
    def what_waits_for_a_customer_has_its_code(self) -> None:
        for shipment in self.rows(Shipment):
            waits = shipment["status"] == S.READY
            assert (shipment["pickup_code"] is not None) is waits
            assert (shipment["collect_by_at"] is not None) is waits

    @invariant()
    def a_shipment_to_pick_is_in_the_one_open_wave_it_names(self) -> None:
        open_ = {row["id"]: row for row in self.rows(PickWave) if row["status"] in wave_rules.OPEN}
        shares = self.rows(WaveShipment)
        inside = {(row["wave_id"], row["shipment_id"]) for row in shares if row["share"] == WaveShare.TO_PICK}
        named = [row for row in self.rows(Shipment) if row["wave_id"] in open_]
        assert inside == {(row["wave_id"], row["id"]) for row in named}
        for shipment in named:
            assert shipment["location_id"] == open_[shipment["wave_id"]]["location_id"]
            assert not shipment["held"]
            assert shipment["status"] != S.CANCELLED
