"""`pickwatch check` finds what must never be: each rule is broken on purpose, and found."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from backend.context import Context
from backend.fulfillment import service as fulfillment
from backend.fulfillment.service import StepCommand
from backend.invariants import violations
from backend.persistence.bulk import table_of
from models.enums import ShipmentStatus
from models.tables import Order, OrderLine, Shipment, ShipmentLine, StockBalance, StockMovement
from tests.support.shop import open_shop, order, place


@pytest.fixture
def shop(ctx: Context) -> Context:
    open_shop(ctx, {"CHI": {"tea": 10}})
    placed = place(ctx, order("A-1", lines={"tea": 2}), order("A-2"), order("A-3"))
    with ctx.uow() as uow:
        fulfillment.advance(uow, [StepCommand(placed[0].shipments[0].id, ShipmentStatus.SHIPPED)])
    return ctx


def broken(ctx: Context) -> list[str]:
    with ctx.read() as uow:
        return [violation.rule for violation in violations(uow)]


def test_a_sound_network_breaks_no_rule(shop: Context) -> None:
    assert broken(shop) == []


@pytest.mark.parametrize(
    ("model", "values", "which", "rule"),
    [
        (StockBalance, {"on_hand": 99}, {}, "A balance equals its ledger"),
        (StockMovement, {"allocated": 0}, {"id": 3}, "What open shipments hold equals their lines"),
        (ShipmentLine, {"quantity": 5}, {"id": 1}, "Shipments take no more of an order line"),
        (Order, {"status": "routed"}, {"id": 1}, "An order is finished exactly when"),
        (Order, {"status": "fulfilled"}, {"id": 2}, "An order is finished exactly when"),
        (Shipment, {"sla_status": "at_risk", "sla_due_at": "now"}, {"id": 2}, "A location's counts equal a recount"),
        (OrderLine, {"product_id": 99}, {"id": 1}, "What order lines name as product is there"),
        (Shipment, {"location_id": 99}, {"id": 1}, "What shipments name as location is there"),
        (ShipmentLine, {"order_line_id": 99}, {"id": 1}, "What shipment lines name as order line is there"),
        (StockMovement, {"product_id": 99}, {"id": 1}, "What stock movements name as product is there"),
    ],
)
def test_each_broken_rule_is_found(
    shop: Context, model: Any, values: dict[str, Any], which: dict[str, int], rule: str
) -> None:
    table = table_of(model)
    stated = {name: shop.clock.now() if value == "now" else value for name, value in values.items()}
    with shop.uow() as uow:
        uow.session.execute(
            sa.update(table).where(*(table.c[name] == value for name, value in which.items())).values(stated)
        )
    assert any(found.startswith(rule) for found in broken(shop))
