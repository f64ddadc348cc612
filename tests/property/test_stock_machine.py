"""Any sequence of what may happen to stock, on a real database, against a model that only counts units."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from backend.clock import ManualClock
from backend.config import Settings
from backend.context import Context
from backend.inventory import ringfences, service
from backend.inventory.fefo import LotName
from backend.inventory.ringfences import SegmentInput
from backend.inventory.service import StockChange, StockCount, StockNeed, StockSettings
from backend.inventory.views import QuotaView
from backend.jobs import inventory as job
from backend.persistence.engine import make_engine
from backend.persistence.migrate import upgrade
from backend.persistence.uow import UowFactory
from backend.wakeups import Wakeups
from models.errors import DomainError
from models.tables import StockSegment
from tests.support.shop import open_shop, rows_of
from tests.support.stock import assert_stock_sound, detail_of, keys_of, shipments

START = datetime(2026, 11, 27, 15, tzinfo=UTC)
SHIPMENTS = 5

skus = st.sampled_from(["tea", "cup"])
lots = st.sampled_from(
    [
        LotName(),
        LotName(),
        LotName("a", expires_on=date(2026, 11, 28)),
        LotName("b", expires_on=date(2026, 12, 1)),
        LotName("b", condition="damaged"),
        LotName(serial="S1"),
    ]
)
holders = st.integers(1, SHIPMENTS)


@cache
def template() -> Path:
    """Return a migrated file with a shop, five shipments and a segment in it."""
    path = Path(tempfile.mkdtemp()) / "template.db"
    ctx = context(path)
    upgrade(ctx.engine)
    open_shop(ctx, {"CHI": {"tea": 6, "cup": 6, "spare": SHIPMENTS}})
    assert list(shipments(ctx, SHIPMENTS)) == list(range(1, SHIPMENTS + 1))
    with ctx.uow() as uow:
        ringfences.put(uow, "vip", SegmentInput("vip"))
    with ctx.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    ctx.engine.dispose()
    return path


def context(path: Path) -> Context:
    url = f"sqlite:///{path}"
    engine, wakeups, clock = make_engine(url), Wakeups(), ManualClock(START)
    given = Settings(database_url=url, var_dir=path.parent)
    return Context(given, engine, clock, wakeups, UowFactory(engine, clock, wakeups))


class StockMachine(RuleBasedStateMachine):
    """Units on hand by SKU, and what each shipment holds of it; a refusal must leave both alone."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.ctx = context(Path(shutil.copy(template(), self.folder / "shop.db")))
        self.keys = {sku: keys_of(self.ctx)["CHI", sku] for sku in ("tea", "cup")}
        self.vip = rows_of(self.ctx, StockSegment)[0]["id"]
        self.on_hand = Counter({"tea": 6, "cup": 6})
        self.held: dict[int, Counter[str]] = {id_: Counter() for id_ in range(1, SHIPMENTS + 1)}

    def teardown(self) -> None:
        self.ctx.engine.dispose()
        shutil.rmtree(self.folder)

    @rule(sku=skus, delta=st.integers(-6, 6).filter(bool), lot=lots)
    def adjust(self, sku: str, delta: int, lot: LotName) -> None:
        try:
            with self.ctx.uow() as uow:
                service.adjust(uow, [StockChange("CHI", sku, delta, lot=lot)])
        except DomainError:
            return
        self.on_hand[sku] += delta

    @rule(sku=skus, units=st.integers(0, 12), lot=lots)
    def count(self, sku: str, units: int, lot: LotName) -> None:
        known = {LotName(v.lot, v.serial, v.condition, v.expires_on): v.on_hand for v in detail_of(self.ctx, sku).lots}
        before = known.get(lot, 0) if lot else self.on_hand[sku]
        try:
            with self.ctx.uow() as uow:
                service.count(uow, [StockCount("CHI", sku, units, lot=lot)])
        except DomainError:
            assert lot.serial or units < before  # a serial is one unit; what is in lots is not counted away
            return
        self.on_hand[sku] += units - before

    @rule(id_=holders, wants=st.dictionaries(skus, st.integers(1, 5), min_size=1), vip=st.booleans())
    def reserve(self, id_: int, wants: dict[str, int], vip: bool) -> None:
        allowed = {}
        for sku in wants:
            view = detail_of(self.ctx, sku)
            own = sum(share.left for share in view.segments) if vip else 0
            assert view.open_units + sum(share.left for share in view.segments) == view.row.available
            allowed[sku] = view.open_units + own
        segment = self.vip if vip else None
        needs = [StockNeed(id_, *self.keys[sku], units, segment) for sku, units in wants.items()]
        with self.ctx.uow() as uow:
            lost = service.reserve_what_fits(uow, [needs])
        assert (lost == []) == all(units <= allowed[sku] for sku, units in wants.items())
        if not lost:
            self.held[id_].update(wants)

    @rule(id_=holders)
    def release(self, id_: int) -> None:
        with self.ctx.uow() as uow:
            service.release(uow, [id_])
        self.held[id_].clear()

    @rule(id_=holders)
    def consume(self, id_: int) -> None:
        sellable = {sku: self.sellable(sku) for sku in self.keys}
        try:
            with self.ctx.uow() as uow:
                service.consume(uow, [id_])
        except DomainError:
            assert any(units > sellable[sku] for sku, units in self.held[id_].items())
            return
        self.on_hand.subtract(self.held[id_])
        self.held[id_].clear()

    @rule(hours=st.integers(1, 60))
    def wait(self, hours: int) -> None:
        self.ctx.clock.advance(timedelta(hours=hours))  # type: ignore[attr-defined]
        soonest = job.run_expiry(self.ctx)
        assert soonest is None or soonest > self.ctx.clock.now()

    @rule(quota=st.one_of(st.integers(0, 8).map(lambda n: QuotaView(units=n)), st.just(QuotaView(percent=40))))
    def keep(self, quota: QuotaView) -> None:
        with self.ctx.uow() as uow:
            ringfences.put(uow, "vip", SegmentInput("vip", quotas=(quota,)))

    @rule(sku=skus, kept=st.tuples(st.integers(0, 3), st.integers(0, 2)))
    def keep_back(self, sku: str, kept: tuple[int, int]) -> None:
        with self.ctx.uow() as uow:
            service.put_settings(uow, [StockSettings("CHI", sku, *kept)])

    def sellable(self, sku: str) -> int:
        row = detail_of(self.ctx, sku).row
        return row.on_hand - row.unsellable

    @invariant()
    def adds_up(self) -> None:
        for sku in self.keys:
            row = detail_of(self.ctx, sku).row
            assert row.on_hand == self.on_hand[sku]
            assert row.allocated + row.pending == sum(units[sku] for units in self.held.values())
        assert_stock_sound(self.ctx)


TestStockMachine = StockMachine.TestCase
TestStockMachine.settings = settings(
    max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
