"""What customers send back, as rules of a state machine: announced, received in parts and elsewhere, judged, closed."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from backend.returns import service as returns
from backend.returns.rules import NewReturn, ReturnItem, Verdict
from models.enums import ShipmentStatus
from models.floor import Resolution, ReturnStatus
from models.tables import Order, Return, ReturnLine, Shipment, StockMovement
from tests.support.floor_machine import Floor, picks, places, skus

_GONE = (ShipmentStatus.SHIPPED, ShipmentStatus.HANDED_OVER)


class Returns(Floor):
    """Rules of `backend/returns`. What is announced, received and judged is what the customer had."""

    def sent(self, order_id: int) -> Counter[str]:
        """Return the units that left for the customer of an order."""
        had: Counter[str] = Counter()
        for row in self.rows(Shipment):
            if row["order_id"] == order_id and row["for_shipment_id"] is None and row["status"] in _GONE:
                had += self.units(row["id"])
        return had

    def coming(self, order_id: int) -> Counter[str]:
        """Return the units that came back or are announced."""
        alive = {
            row["id"]
            for row in self.rows(Return)
            if row["order_id"] == order_id and row["status"] != ReturnStatus.CANCELLED
        }
        back: Counter[str] = Counter()
        for row in self.rows(ReturnLine):
            back[row["sku"]] += row["quantity"] * (row["return_id"] in alive)
        return back

    def received(self, return_id: int) -> Counter[str]:
        came: Counter[str] = Counter()
        for row in self.rows(ReturnLine):
            came[row["sku"]] += row["received"] * (row["return_id"] == return_id)
        return +came

    @rule(
        pick=picks,
        wants=st.dictionaries(skus, st.integers(1, 2), min_size=1),
        resolution=st.sampled_from(Resolution),
        to=st.none() | places,
    )
    def announce(self, pick: int, wants: dict[str, int], resolution: Resolution, to: str | None) -> None:
        """Everything the customer has may come back, and nothing else, and once."""
        order = self.one(Order, pick)
        if order is None:
            return
        left = self.sent(order["id"]) - self.coming(order["id"])
        items = tuple(ReturnItem(sku, units) for sku, units in wants.items())
        new = NewReturn(order["id"], items, "does not fit", resolution, to)
        done = self.attempt(lambda uow: returns.authorise(uow, new))
        assert done is all(units <= left[sku] for sku, units in wants.items())

    @rule(pick=picks, came=st.none() | st.dictionaries(skus, st.integers(1, 2), min_size=1), at=st.none() | places)
    def comes(self, pick: int, came: dict[str, int] | None, at: str | None) -> None:
        row = self.one(Return, pick)
        if row is not None:
            self.attempt(lambda uow: returns.receive(uow, row["id"], came, location=at))

    @rule(pick=picks, restock=st.integers(0, 3), condition=st.sampled_from(["new", "damaged"]))
    def judge(self, pick: int, restock: int, condition: str) -> None:
        """Of each product so many go back on the shelf, and the rest is written off; what does is on hand at once, and
        the ledger says on whose account it was sold."""
        row = self.one(Return, pick)
        if row is None:
            return
        came = self.received(row["id"])
        verdicts = [Verdict(sku, min(restock, n), n - min(restock, n), condition) for sku, n in came.items()]
        known = len(self.rows(StockMovement))
        done = self.attempt(lambda uow: returns.inspect(uow, row["id"], verdicts))
        assert done is (row["status"] == ReturnStatus.RECEIVED)
        if not done:
            return
        self.on_hand.update({verdict.sku: verdict.restock for verdict in verdicts})
        written = [move for move in self.rows(StockMovement)[known:] if move["reason"] == returns.RETURNED]
        lines = [line for line in self.rows(ReturnLine) if line["return_id"] == row["id"]]
        assert sorted(_account(move, "on_hand") for move in written) == sorted(
            _account(line, "restocked") for line in lines if line["restocked"]
        )

    @rule(pick=picks, refund=st.none() | st.integers(0, 2000))
    def close_return(self, pick: int, refund: int | None) -> None:
        """Never more is given back than was paid for what came; what is replaced is an order like any other."""
        row = self.one(Return, pick)
        if row is None:
            return
        paid, known = 500 * self.received(row["id"]).total(), len(self.rows(Order))
        free = 0 if self.free_of_charge(row) else paid
        done = self.attempt(lambda uow: returns.close(uow, row["id"], refund_minor=refund))
        replaces = row["resolution"] == Resolution.REPLACE
        allowed = not refund if replaces else refund is None or refund <= free
        assert done is (row["status"] == ReturnStatus.INSPECTED and allowed)
        if done:
            new = self.rows(Order)[known:]
            assert len(new) == int(replaces and paid > 0)

    def free_of_charge(self, row: dict[str, Any]) -> bool:
        """Whether the order was a replacement itself, for which nothing was paid."""
        order = next(each for each in self.rows(Order) if each["id"] == row["order_id"])
        return "replaces" in order["attributes"]

    @rule(pick=picks)
    def call_off(self, pick: int) -> None:
        row = self.one(Return, pick)
        if row is not None:
            done = self.attempt(lambda uow: returns.cancel(uow, row["id"], reason="keeps it"))
            assert done is (row["status"] == ReturnStatus.AUTHORISED)


def _account(row: dict[str, Any], units: str) -> tuple[int, int, int]:
    return row["product_id"], row["segment_id"] or 0, row[units]
