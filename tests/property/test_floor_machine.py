"""Any sequence of what may happen on the floor, on a real database: only declared states, and no unit lost or made.
What else may happen to a shipment is one more rule: `self.attempt(lambda uow: …)`, and every invariant must hold."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlmodel import SQLModel

from backend.clock import ManualClock
from backend.fulfillment import remainder, workflows
from backend.fulfillment import service as fulfillment
from backend.fulfillment.defaults import BUILT_IN, DEFAULT_DOCUMENTS, EXAMPLE_FORK
from backend.fulfillment.remainder import ShortLine
from backend.fulfillment.service import StepCommand
from backend.fulfillment.splitting import AskedLine
from backend.fulfillment.workflow import Workflow, WorkStep, following, has_passed
from backend.invariants import violations
from backend.persistence.migrate import upgrade
from backend.persistence.uow import Uow
from backend.picking import service as picking
from backend.picking.service import ScanIn
from backend.sla import service as sla
from backend.sla import tick
from models.enums import ClockState, Method, OrderStatus, ShipmentStatus
from models.errors import DomainError
from models.tables import Order, OrderLine, Parcel, Shipment, ShipmentLine, ShipmentStep, SlaClock, StockBalance
from tests.property.test_stock_machine import context
from tests.support.shop import NEW_YORK, location, open_shop, order, place, rows_of

S = ShipmentStatus
STOCK = {"tea": 12, "cup": 9}

#: Steps of ones own, a step that is skipped, one that cannot be taken back, and named next steps.
COUNTER_FORK = {
    **DEFAULT_DOCUMENTS[Method.PICKUP],
    "group": "gift",
    "steps": [
        {"code": "pick", "name": "Pick", "action": "pick", "next": ["look", "bag"]},
        {"code": "look", "name": "Look", "action": "step", "sla_step": "packed", "undoable": False},
        {"code": "bag", "name": "Bag", "action": "step", "skippable": True},
        {"code": "ready", "name": "Ready", "action": "ready"},
        {"code": "hand-over", "name": "Hand over", "action": "hand-over"},
    ],
}

TABLES: tuple[type[SQLModel], ...] = (
    *(Order, OrderLine, Shipment, ShipmentLine, ShipmentStep, Parcel, SlaClock, StockBalance),
)
picks = st.integers(0, 50)
skus = st.sampled_from(sorted(STOCK))
places = st.sampled_from(["CHI", "NY"])
ANSWERS = {"check": {"result": "good"}, "gift-wrap": {"card": "Enjoy"}}


@cache
def template() -> Path:
    """Return a migrated file with two stores, one of which works by forks."""
    path = Path(tempfile.mkdtemp()) / "template.db"
    ctx = context(path)
    upgrade(ctx.engine)
    stock = {"CHI": {"tea": 6, "cup": 6}, "NY": {"tea": 6, "cup": 3}}
    open_shop(ctx, stock, CHI=location("CHI", groups=("gift",)), NY=location("NY", at=NEW_YORK))
    with ctx.uow() as uow:
        sla.ensure_defaults(uow)
        for code, document in (("gift-ship", EXAMPLE_FORK), ("gift-pickup", COUNTER_FORK)):
            workflows.put(uow, code, document)
            workflows.activate(uow, code)
    with ctx.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    ctx.engine.dispose()
    return path


class FloorMachine(RuleBasedStateMachine):
    """Two stores and what people with a scanner do there; `on_hand` is what should be in the buildings."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.ctx = context(Path(shutil.copy(template(), self.folder / "shop.db")))
        self.on_hand = Counter(STOCK)
        self.number = 0
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
        return {table.__name__: rows_of(self.ctx, table) for table in TABLES}

    def shipment(self, pick: int) -> dict[str, Any] | None:
        rows = rows_of(self.ctx, Shipment)
        return rows[pick % len(rows)] if rows else None

    def way(self, shipment: Mapping[str, Any]) -> Workflow:
        kept = shipment["workflow_id"]
        return self.forks[kept] if kept else BUILT_IN[Method(shipment["method"])]

    def lines(self, shipment_id: int) -> list[dict[str, Any]]:
        return [row for row in rows_of(self.ctx, ShipmentLine) if row["shipment_id"] == shipment_id]

    def do(self, shipment: Mapping[str, Any], step: WorkStep) -> bool:
        units = Counter({row["sku"]: row["quantity"] for row in self.lines(shipment["id"])})
        command = StepCommand(shipment["id"], step=step.code, inputs=ANSWERS.get(step.code, {}))
        done = self.attempt(lambda uow: fulfillment.advance(uow, [command]))
        if done and not step.undoable and step.reaches in (S.SHIPPED, S.HANDED_OVER):
            method, was = Method(shipment["method"]), S(shipment["status"])
            if not (method in (Method.DELIVERY, Method.TRANSFER) and was is S.SHIPPED):
                self.on_hand.subtract(units)
        return done

    @initialize(lines=st.dictionaries(skus, st.integers(1, 3), min_size=1))
    def begin(self, lines: dict[str, int]) -> None:
        self.place(lines, Method.SHIP, "CHI")

    @rule(
        lines=st.dictionaries(skus, st.integers(1, 3), min_size=1),
        method=st.sampled_from([Method.SHIP, Method.PICKUP, Method.DELIVERY]),
        where=places,
    )
    def place(self, lines: dict[str, int], method: Method, where: str) -> None:
        self.number += 1
        more = {"pickup_location": where} if method is Method.PICKUP else {}
        place(self.ctx, order(f"A-{self.number}", method=method, lines=lines, **more))

    @rule(pick=picks, which=st.integers(0, 5))
    def next_step(self, pick: int, which: int) -> None:
        """What the workflow names as next is done; nothing else stands in the way of an open shipment."""
        shipment = self.shipment(pick)
        if shipment is None:
            return
        allowed = following(self.way(shipment), S(shipment["status"]), shipment["step"])
        if allowed:
            assert self.do(shipment, allowed[which % len(allowed)]) is not shipment["held"]

    @rule(pick=picks, which=st.integers(0, 9))
    def any_step(self, pick: int, which: int) -> None:
        """Any step of the workflow: refused unless it is next."""
        shipment = self.shipment(pick)
        if shipment is None:
            return
        way = self.way(shipment)
        step = way.steps[which % len(way.steps)]
        allowed = following(way, S(shipment["status"]), shipment["step"])
        assert self.do(shipment, step) is (step in allowed and not shipment["held"])

    @rule(pick=picks, which=st.integers(0, 5))
    def a_step_and_back(self, pick: int, which: int) -> None:
        """What is taken back at once leaves no trace but in the journal."""
        shipment = self.shipment(pick)
        if shipment is None or shipment["held"]:
            return
        allowed = following(self.way(shipment), S(shipment["status"]), shipment["step"])
        steps = [step for step in allowed if step.undoable]
        if not steps:
            return
        before = self.picture()
        assert self.do(shipment, steps[which % len(steps)])
        assert self.attempt(lambda uow: fulfillment.undo(uow, [shipment["id"]]))
        assert self.picture() == before

    def picture(self) -> dict[str, list[dict[str, Any]]]:
        """Return what a step and its undoing leave as it was: clocks as far as they run."""
        tables = self.everything()
        del tables[ShipmentStep.__name__]
        moving = {"version", "updated_at"}
        running = [row for row in tables[SlaClock.__name__] if row["state"] != ClockState.CANCELLED]
        tables[SlaClock.__name__] = running
        return {
            name: [{key: value for key, value in row.items() if key not in moving} for row in rows]
            for name, rows in tables.items()
        }

    @rule(pick=picks)
    def undo(self, pick: int) -> None:
        shipment = self.shipment(pick)
        if shipment is not None:
            self.attempt(lambda uow: fulfillment.undo(uow, [shipment["id"]]))

    @rule(pick=picks, sku=skus, units=st.integers(-1, 2))
    def scan(self, pick: int, sku: str, units: int) -> None:
        shipment = self.shipment(pick)
        self.number += 1
        if shipment is None or not units:
            return
        scan = ScanIn(f"scan-{self.number}", sku, shipment["id"], units=units)
        self.attempt(lambda uow: picking.record(uow, [scan]))

    @rule(pick=picks, sku=skus, units=st.integers(1, 3), to=st.none() | places)
    def split(self, pick: int, sku: str, units: int, to: str | None) -> None:
        shipment = self.shipment(pick)
        if shipment is not None:
            asked = [AskedLine(sku, units)]
            self.attempt(lambda uow: remainder.split(uow, shipment["id"], asked, reason="too heavy", to=to))

    @rule(pick=picks, sku=skus, units=st.integers(1, 3))
    def short(self, pick: int, sku: str, units: int) -> None:
        shipment = self.shipment(pick)
        if shipment is not None:
            missing = [ShortLine(sku, units)]
            self.attempt(lambda uow: remainder.short(uow, shipment["id"], missing, reason="not found"))

    @rule(pick=picks, to=places)
    def reassign(self, pick: int, to: str) -> None:
        shipment = self.shipment(pick)
        if shipment is not None:
            self.attempt(lambda uow: fulfillment.reassign(uow, shipment["id"], to, reason="by hand"))

    @rule(pick=picks, what=st.sampled_from(["hold", "release", "claim", "unclaim", "reject", "cancel"]))
    def command(self, pick: int, what: str) -> None:
        shipment = self.shipment(pick)
        if shipment is None:
            return
        act: Any = getattr(fulfillment, what)
        reason = {} if what in ("release", "claim", "unclaim") else {"reason": "by hand"}
        self.attempt(lambda uow: act(uow, [shipment["id"]], **reason))

    @rule(minutes=st.sampled_from([1, 45, 600]))
    def time_passes(self, minutes: int) -> None:
        assert isinstance(self.ctx.clock, ManualClock)
        self.ctx.clock.advance(timedelta(minutes=minutes))
        with self.ctx.uow() as uow:
            tick.tick(uow, now=uow.now)

    @invariant()
    def nothing_is_lost(self) -> None:
        with self.ctx.read() as uow:
            assert violations(uow) == []
        on_hand = sum(row["on_hand"] for row in rows_of(self.ctx, StockBalance))
        assert on_hand == sum(self.on_hand.values())

    @invariant()
    def only_declared_states_are_reached(self) -> None:
        for shipment in rows_of(self.ctx, Shipment):
            status, step, way = S(shipment["status"]), shipment["step"], self.way(shipment)
            codes = [each.code for each in way.steps]
            assert step is None or step in codes
            if status is S.CANCELLED:
                continue
            behind = way.steps[: codes.index(step) + 1] if step else ()
            reached = [each.reaches for each in behind if each.reaches]
            assert status is (reached[-1] if reached else S.OPEN)

    @invariant()
    def what_is_picked_is_all_of_it(self) -> None:
        for shipment in rows_of(self.ctx, Shipment):
            if has_passed(Method(shipment["method"]), S(shipment["status"]), S.PICKED):
                assert all(row["picked"] == row["quantity"] for row in self.lines(shipment["id"]))

    @invariant()
    def units_of_orders_are_conserved(self) -> None:
        over = {OrderStatus.ROUTED, OrderStatus.FULFILLED, OrderStatus.CANCELLED}
        status = {row["id"]: row["status"] for row in rows_of(self.ctx, Order)}
        alive = {row["id"] for row in rows_of(self.ctx, Shipment) if row["status"] != S.CANCELLED}
        given: Counter[int] = Counter()
        for row in rows_of(self.ctx, ShipmentLine):
            given[row["order_line_id"]] += row["quantity"] * (row["shipment_id"] in alive)
        for line in rows_of(self.ctx, OrderLine):
            open_ = line["quantity"] - line["cancelled"] - given[line["id"]]
            assert open_ >= 0
            assert open_ == 0 or status[line["order_id"]] not in over

    @invariant()
    def what_waits_for_a_customer_has_its_code(self) -> None:
        for shipment in rows_of(self.ctx, Shipment):
            waits = shipment["status"] == S.READY
            assert (shipment["pickup_code"] is not None) is waits
            assert (shipment["collect_by_at"] is not None) is waits


TestFloorMachine = FloorMachine.TestCase
TestFloorMachine.settings = settings(
    max_examples=8, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
