"""What does not go as planned on the floor, and what is planned for many at once, as rules of a state machine:
transfers, stock that comes and wakes who waits, substitutes, customers who do not come, waves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from backend.clock import ManualClock
from backend.fulfillment import substitution, transfers
from backend.fulfillment.splitting import AskedLine
from backend.fulfillment.substitution import Substitute
from backend.inventory import future
from backend.inventory import service as inventory
from backend.inventory.service import StockChange
from backend.jobs import collection as collection_job
from backend.jobs import routing as routing_job
from backend.orders import by_hand
from backend.orders import service as orders
from backend.persistence.uow import Uow
from backend.picking import service as picking
from backend.picking.service import ScanIn
from backend.sla import tick
from backend.waves import service as waves
from backend.waves.planning import Ask
from backend.waves.rules import Missing
from backend.waves.service import CloseAsk
from backend.waves.settings import WaveSettings
from models.enums import ShipmentStatus
from models.tables import Order, PickWave, Shipment
from tests.support.floor_machine import Floor, picks, places, skus


class Moves(Floor):
    """Rules of `backend/fulfillment` beside the steps."""

    @rule(pick=picks, sku=skus, units=st.integers(1, 3), source=st.none() | places)
    def transfer(self, pick: int, sku: str, units: int, source: str | None) -> None:
        shipment = self.shipment(pick)
        if shipment is not None:
            asked = [AskedLine(sku, units)]
            act = transfers.transfer
            self.attempt(lambda uow: act(uow, shipment["id"], asked, reason="torn", source=source))

    def transfers_on_the_way(self) -> list[dict[str, Any]]:
        rows = self.rows(Shipment)
        return [row for row in rows if row["for_shipment_id"] is not None and row["status"] == ShipmentStatus.SHIPPED]

    @rule(pick=picks, sku=skus, units=st.none() | st.integers(0, 2))
    def take_in(self, pick: int, sku: str, units: int | None) -> None:
        """What came of a transfer is on hand where it goes; what did not is lost to it, and routed elsewhere."""
        coming = self.transfers_on_the_way()
        if not coming:
            return
        id_ = coming[pick % len(coming)]["id"]
        sent = self.units(id_)
        came = None if units is None else [AskedLine(sku, units)]
        if self.attempt(lambda uow: transfers.receive(uow, id_, came)):
            self.on_hand.update(sent if units is None else {sku: units})
        else:
            assert units is not None
            assert units > sent[sku]

    @rule(pick=picks, sku=skus, units=st.integers(1, 2))
    def substitute(self, pick: int, sku: str, units: int) -> None:
        shipment = self.shipment(pick)
        if shipment is not None:
            ask = Substitute(sku, "cup", units)
            self.attempt(lambda uow: substitution.substitute(uow, shipment["id"], ask))

    @rule(pick=picks)
    def backorder(self, pick: int) -> None:
        """The location has nothing more of it but what is in hands."""
        shipment = self.shipment(pick)
        if shipment is None:
            return
        asked, before = self.units(shipment["id"]), self.counted()
        if not self.attempt(lambda uow: by_hand.backorder(uow, shipment["id"], reason="by hand")):
            return
        after = self.counted()
        assert all(after[sku] <= before[sku] for sku in asked)
        self.on_hand.update({sku: after[sku] - before[sku] for sku in asked})

    @rule(place=places, sku=skus, units=st.integers(1, 5), announced=st.booleans())
    def stock_comes(self, place: str, sku: str, units: int, announced: bool) -> None:
        """Whoever waits for it is routed; what is announced first is promised, then received."""

        def act(uow: Uow) -> None:
            if not announced:
                inventory.adjust(uow, [StockChange(place, sku, units)])
                return
            future.announce(uow, place, sku, "PO", quantity=units, arrives_at=uow.now + timedelta(days=1))
            future.receive(uow, place, sku, "PO", quantity=units)

        if self.attempt(act):
            self.on_hand[sku] += units
        self.route()

    @rule()
    def route(self) -> None:
        routing_job.run(self.ctx)
        assert all(row["routing_due_at"] is None for row in self.rows(Order))

    @rule()
    def nobody_comes(self) -> None:
        """What was ready is free again; what is on hold, and what left, is where it was."""
        assert isinstance(self.ctx.clock, ManualClock)
        self.ctx.clock.advance(timedelta(days=9))
        collection_job.run(self.ctx)
        waiting = [row for row in self.rows(Shipment) if row["status"] == ShipmentStatus.READY]
        assert all(row["held"] for row in waiting)
        with self.ctx.uow() as uow:
            tick.tick(uow, now=uow.now)

    @rule(pick=picks, what=st.sampled_from(["hold_order", "release_order", "cancel_order"]))
    def order_command(self, pick: int, what: str) -> None:
        order = self.one(Order, pick)
        if order is None:
            return
        act: Any = getattr(orders, what)
        reason = {} if what == "release_order" else {"reason": "asked for"}
        self.attempt(lambda uow: act(uow, order["id"], **reason))


class Waves(Floor):
    """Rules of `backend/waves`, and scans in a wave."""

    @rule(place=places, released=st.booleans(), most=st.integers(1, 3))
    def plan(self, place: str, released: bool, most: int) -> None:
        ask = Ask(place, settings=WaveSettings(max_shipments=most))
        self.attempt(lambda uow: waves.plan(uow, ask, released=released))

    @rule(pick=picks, what=st.sampled_from(["release", "begin", "cancel"]))
    def wave_command(self, pick: int, what: str) -> None:
        wave = self.one(PickWave, pick)
        if wave is None:
            return
        act: Any = getattr(waves, what)
        reason = {"reason": "by hand"} if what == "cancel" else {}
        self.attempt(lambda uow: act(uow, wave["id"], **reason))

    @rule(pick=picks, sku=skus, units=st.integers(-1, 2).filter(bool))
    def scan_in_wave(self, pick: int, sku: str, units: int) -> None:
        wave = self.one(PickWave, pick)
        self.number += 1
        if wave is not None:
            scan = ScanIn(f"scan-{self.number}", sku, wave_id=wave["id"], units=units)
            self.attempt(lambda uow: picking.record(uow, [scan]))

    @rule(pick=picks, which=picks, sku=skus, found=st.booleans(), recovery=st.booleans())
    def close_wave(self, pick: int, which: int, sku: str, found: bool, recovery: bool) -> None:
        wave, shipment = self.one(PickWave, pick), self.shipment(which)
        if wave is None or shipment is None:
            return
        missing = () if found else (Missing(shipment["id"], sku),)
        self.attempt(lambda uow: waves.close(uow, wave["id"], CloseAsk(missing, "by hand", recovery)))
