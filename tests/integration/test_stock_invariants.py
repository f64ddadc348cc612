"""`pickwatch check` finds what must never be of lots, segments and arrivals: each rule is broken on purpose."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from backend.context import Context
from backend.invariants import violations
from backend.inventory import future, ringfences, service
from backend.inventory.fefo import LotName
from backend.inventory.ringfences import SegmentInput
from backend.inventory.service import StockChange
from backend.inventory.views import QuotaView
from backend.persistence.bulk import table_of
from models.tables import (
    FutureStock,
    LotAllocation,
    OrderLine,
    SegmentUsage,
    StockBalance,
    StockLot,
    StockMovement,
)
from tests.support.shop import open_shop, order, place
from tests.support.stock import keys_of


@pytest.fixture
def shop(ctx: Context) -> Context:
    """One order of the segment `web` holds two units of a lot; one of its lines waits for an arrival."""
    open_shop(ctx, {"CHI": {"tea": 0}})
    with ctx.uow() as uow:
        service.adjust(uow, [StockChange("CHI", "tea", 5, lot=LotName("L1"))])
        service.adjust(uow, [StockChange("CHI", "tea", 1, lot=LotName("L1", condition="damaged"))])
        ringfences.put(uow, "web", SegmentInput("web", channel="web", quotas=(QuotaView(units=5),)))
    place(ctx, order("A-1", lines={"tea": 2}))
    with ctx.uow() as uow:
        arrives = uow.now + timedelta(days=1)
        future.announce(uow, "CHI", "tea", "PO-1", quantity=3, arrives_at=arrives)
        future.promise_future(uow, [(1, keys_of(ctx)["CHI", "tea"][1], 1, None)])
    return ctx


def broken(ctx: Context) -> list[str]:
    with ctx.read() as uow:
        return [violation.rule for violation in violations(uow)]


def test_sound_stock_breaks_no_rule(shop: Context) -> None:
    assert broken(shop) == []


@pytest.mark.parametrize(
    ("model", "values", "rule"),
    [
        (StockBalance, {"on_hand": 99}, "A balance equals its ledger"),
        (StockBalance, {"unsellable": 0}, "Lots explain no more than is on hand, and all that is unsellable"),
        (StockBalance, {"has_lots": False}, "Lots explain no more than is on hand, and all that is unsellable"),
        (StockLot, {"on_hand": 4}, "A lot equals its ledger"),
        (StockLot, {"allocated": 1}, "What is allocated of a lot equals what shipments are to take from it"),
        (LotAllocation, {"quantity": 3}, "A shipment takes no more from lots than it holds"),
        (SegmentUsage, {"promised": 1}, "What a segment has promised equals its ledger"),
        (StockMovement, {"segment_id": None}, "What a segment has promised equals its ledger"),
        (FutureStock, {"allocated": 2}, "What is promised of an arrival equals what order lines wait for"),
        (OrderLine, {"cancelled": 1}, "Shipments take no more of an order line than was asked for and not cancelled"),
    ],
)
def test_each_broken_rule_is_found(shop: Context, model: Any, values: dict[str, Any], rule: str) -> None:
    with shop.uow() as uow:
        uow.session.execute(sa.update(table_of(model)).values(values))
    assert rule in broken(shop)
