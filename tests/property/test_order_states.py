"""Whatever is asked of orders in whatever order: their state moves only as the table of transitions says, and what
they hold, gave up and wait for always adds up to what was asked for."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend import runtime
from backend.config import Settings
from backend.context import Context
from backend.fulfillment import service as fulfillment
from backend.fulfillment.service import StepCommand
from backend.invariants import violations
from backend.inventory import service as inventory
from backend.jobs import routing as job
from backend.orders import service as orders
from backend.orders.rules import TRANSITIONS
from models.enums import OrderStatus, ShipmentStatus
from models.errors import DomainError
from models.tables import Order, Shipment
from tests.support.shop import open_shop, order, rows_of

DECLARED = {(was, to) for origins, targets in TRANSITIONS.values() for was in origins for to in targets}
WORDS = ("hold", "release", "cancel", "route", "stock", "ship", "drop", "reject", "place")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.lists(st.tuples(st.sampled_from(WORDS), st.integers(0, 3)), min_size=4, max_size=25))
def test_only_declared_transitions_are_ever_taken(asked: Sequence[tuple[str, int]], sqlite_template: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pickwatch.db").write_bytes(sqlite_template.read_bytes())
        ctx = runtime.build(Settings(var_dir=Path(folder), database_url=""))
        open_shop(ctx, {"CHI": {"tea": 4}, "NY": {"tea": 2}})
        before = states(ctx)
        for step, (word, which) in enumerate(asked):
            try:
                ask(ctx, word, which, step)
            except DomainError:
                assert states(ctx) == before
            after = states(ctx)
            taken = {(before[id_], to) for id_, to in after.items() if id_ in before and before[id_] is not to}
            assert taken <= DECLARED
            assert {to for id_, to in after.items() if id_ not in before} <= {OrderStatus.PLACED}
            before = after
        with ctx.read() as uow:
            assert violations(uow) == []
        ctx.engine.dispose()


def states(ctx: Context) -> dict[int, OrderStatus]:
    return {row["id"]: OrderStatus(row["status"]) for row in rows_of(ctx, Order)}


def ask(ctx: Context, word: str, which: int, step: int) -> None:
    if word == "route":
        job.run(ctx)
        return
    known = rows_of(ctx, Order)
    shipments = rows_of(ctx, Shipment)
    with ctx.uow() as uow:
        if word == "place":
            orders.accept(uow, [order(f"A-{step}", lines={"tea": which + 1})])
        elif word == "stock":
            inventory.adjust(uow, [inventory.StockChange("NY", "tea", which + 1, "receipt")])
        elif word in ("hold", "release", "cancel") and known:
            chosen = known[which % len(known)]["id"]
            if word == "release":
                orders.release_order(uow, chosen)
            else:
                {"hold": orders.hold_order, "cancel": orders.cancel_order}[word](uow, chosen, reason="asked")
        elif shipments and word in ("ship", "drop", "reject"):
            chosen = shipments[which % len(shipments)]["id"]
            if word == "ship":
                fulfillment.advance(uow, [StepCommand(chosen, ShipmentStatus.SHIPPED)])
            else:
                {"drop": fulfillment.cancel, "reject": fulfillment.reject}[word](uow, [chosen], reason="asked")
