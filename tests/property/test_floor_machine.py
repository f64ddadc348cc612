"""Any sequence of what may happen on the floor, on a real database: only declared states, and no unit lost or made.

Here are the steps of a workflow and what parts, moves or ends a shipment; `floor_moves.py` and `floor_returns.py` have
the rest. What else may happen is one more rule: `self.attempt(lambda uow: …)`, and every invariant of
`tests/support/floor_machine.py` must hold.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from backend.clock import ManualClock
from backend.fulfillment import remainder
from backend.fulfillment import service as fulfillment
from backend.fulfillment.remainder import ShortLine
from backend.fulfillment.splitting import AskedLine
from backend.picking import service as picking
from backend.picking.service import ScanIn
from backend.routing import strategies
from backend.sla import tick
from models.enums import ClockState, Method
from models.tables import PickWave, Shipment, ShipmentStep, SlaClock, WaveShipment
from tests.property.floor_moves import Moves, Waves
from tests.property.floor_returns import Returns
from tests.support.floor_machine import Floor, S, picks, places, skus
from tests.support.floor_shop import PATIENT


class Steps(Floor):
    """Orders come in, and people with a scanner work on their shipments."""

    @initialize(lines=st.dictionaries(skus, st.integers(1, 3), min_size=1), patient=st.booleans())
    def begin(self, lines: dict[str, int], patient: bool) -> None:
        """What nobody can fill waits for a person, or for stock."""
        if patient:
            with self.ctx.uow() as uow:
                strategies.activate(uow, PATIENT)
        self.sell(lines, Method.SHIP)

    @rule(
        lines=st.dictionaries(skus, st.integers(1, 3), min_size=1),
        method=st.sampled_from([Method.SHIP, Method.PICKUP, Method.DELIVERY]),
        where=places,
        channel=st.sampled_from(["web", "vip"]),
    )
    def place(self, lines: dict[str, int], method: Method, where: str, channel: str) -> None:
        self.sell(lines, method, where, channel=channel)

    @rule(pick=picks, which=st.integers(0, 5))
    def next_step(self, pick: int, which: int) -> None:
        """What the workflow names as next is done, unless the shipment is on hold, waits, or lacks what it sends."""
        shipment = self.shipment(pick)
        allowed = self.allowed(shipment) if shipment else ()
        if shipment and allowed:
            step = allowed[which % len(allowed)]
            may = self.may(shipment, step)
            assert self.do(shipment, step) is may

    @rule(pick=picks, which=st.integers(0, 9))
    def any_step(self, pick: int, which: int) -> None:
        """Any step of the workflow: refused unless it is next."""
        shipment = self.shipment(pick)
        if shipment is None:
            return
        way = self.way(shipment)
        step = way.steps[which % len(way.steps)]
        may = step in self.allowed(shipment) and self.may(shipment, step)
        assert self.do(shipment, step) is may

    @rule(pick=picks)
    def all_steps(self, pick: int) -> None:
        """Done to the end, as far as it goes."""
        shipment = self.shipment(pick)
        if shipment is not None:
            self.to_the_end(shipment["id"])

    @rule(pick=picks, which=st.integers(0, 5))
    def a_step_and_back(self, pick: int, which: int) -> None:
        """What is taken back at once leaves no trace but in the journal, and in waves that it ended."""
        shipment = self.shipment(pick)
        if shipment is None or shipment["held"] or shipment["waiting_for"]:
            return
        steps = [
            step for step in self.allowed(shipment) if step.undoable and step.reaches not in (S.SHIPPED, S.HANDED_OVER)
        ]
        if not steps:
            return
        before = self.picture()
        assert self.do(shipment, steps[which % len(steps)])
        assert self.attempt(lambda uow: fulfillment.undo(uow, [shipment["id"]]))
        assert self.picture() == before

    def picture(self) -> dict[str, list[dict[str, Any]]]:
        """Return what a step and its undoing leave as it was: clocks as far as they run. A wave that ended with the
        step does not come back, and its shipment is in none."""
        tables = self.everything()
        for told in (ShipmentStep, PickWave, WaveShipment):
            del tables[told.__name__]
        moving = {"version", "updated_at", "wave_id"}
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


class FloorMachine(Steps, Moves, Waves, Returns):
    """Everything at once."""


class ReturnsMachine(Returns, Moves):
    """Orders of which everything leaves at once, so that much comes back."""

    @initialize(lines=st.dictionaries(skus, st.integers(1, 3), min_size=1))
    def begin(self, lines: dict[str, int]) -> None:
        self.sold(lines, "web")

    @rule(lines=st.dictionaries(skus, st.integers(1, 3), min_size=1), channel=st.sampled_from(["web", "vip"]))
    def sold(self, lines: dict[str, int], channel: str) -> None:
        known = len(self.rows(Shipment))
        self.sell(lines, Method.SHIP, channel=channel)
        for shipment in self.rows(Shipment)[known:]:
            self.to_the_end(shipment["id"])


TestFloorMachine = FloorMachine.TestCase
TestReturnsMachine = ReturnsMachine.TestCase
TestFloorMachine.settings = TestReturnsMachine.settings = settings(
    max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
