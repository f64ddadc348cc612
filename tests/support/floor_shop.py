"""The two stores that the state machines of the floor begin with: one works by forks."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from backend.catalog.service import ProductInput, put_products
from backend.fulfillment import workflows
from backend.fulfillment.defaults import DEFAULT_DOCUMENTS, EXAMPLE_FORK
from backend.inventory import ringfences
from backend.inventory.ringfences import SegmentInput
from backend.inventory.views import QuotaView
from backend.persistence.migrate import upgrade
from backend.routing import strategies as routing
from backend.routing.defaults import DEFAULT_STRATEGY
from backend.sla import service as sla
from models.enums import Method
from tests.property.test_stock_machine import context
from tests.support.shop import NEW_YORK, location, open_shop

STOCK = {"tea": 12, "cup": 9}

#: A strategy that lets orders wait for stock.
PATIENT = "patient"

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


@cache
def template() -> Path:
    """Return a migrated file with two stores, one of which works by forks; cups may go in the place of teas, and some
    stock is kept for the channel `vip`."""
    path = Path(tempfile.mkdtemp()) / "template.db"
    ctx = context(path)
    upgrade(ctx.engine)
    stock = {"CHI": {"tea": 6, "cup": 6}, "NY": {"tea": 6, "cup": 3}}
    open_shop(ctx, stock, CHI=location("CHI", groups=("gift",)), NY=location("NY", at=NEW_YORK))
    with ctx.uow() as uow:
        put_products(uow, [ProductInput("tea", "Tea", attributes={"substitutes": ["cup"]})])
        ringfences.put(uow, "vip", SegmentInput("vip", channel="vip", quotas=(QuotaView(units=1),)))
        sla.ensure_defaults(uow)
        for code, document in (("gift-ship", EXAMPLE_FORK), ("gift-pickup", COUNTER_FORK)):
            workflows.put(uow, code, document)
            workflows.activate(uow, code)
        routing.put(uow, PATIENT, {**DEFAULT_STRATEGY, "otherwise": "backorder"})
    with ctx.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    ctx.engine.dispose()
    return path
