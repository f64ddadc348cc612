"""The demo network comes alive through the services: three colours, true stamps, restarts, others' hands."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from backend.clock import ManualClock
from backend.context import Context
from backend.fulfillment import service as fulfillment
from backend.locations.rules import LocationInput
from backend.locations.service import put_locations
from backend.simulation import facts
from backend.simulation.demo.ensure import DEFAULT_SEED, ensure_demo
from backend.simulation.demo.simulator import Simulator
from backend.simulation.demo.upkeep import forget
from backend.sla.service import ensure_defaults
from models.enums import Compliance, LocationKind, Method
from models.errors import DomainError
from models.tables import Event, HealthSample, Location, LocationHealth, Order, Shipment, SlaClock, StockBalance


def grades(ctx: Context) -> Counter[str]:
    """Return how many locations have which grade."""
    with ctx.read() as uow:
        return Counter(uow.session.scalars(sa.select(col(LocationHealth.grade))))


def standing(ctx: Context) -> list[Any]:
    """Return what became of every order."""
    query = (
        sa.select(col(Order.external_id), col(Location.code), col(Shipment.status), col(Shipment.sla_status))
        .join(Shipment, col(Shipment.order_id) == col(Order.id))
        .join(Location, col(Location.id) == col(Shipment.location_id))
        .order_by(col(Order.external_id))
    )
    with ctx.read() as uow:
        return [tuple(row) for row in uow.session.execute(query)]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_first_start_shows_all_three_colours_and_a_second_goes_on(ctx: Context, clock: ManualClock) -> None:
    """With a past: finished orders, samples for the charts, nothing from the future."""
    with ctx.uow() as uow:
        ensure_defaults(uow)
    ensure_demo(ctx)
    assert set(grades(ctx)) == set(Compliance)
    assert grades(ctx)[Compliance.COMPLIANT] > 76
    with ctx.read() as uow:
        now = clock.now()
        assert uow.session.scalar(sa.select(sa.func.max(Order.placed_at))) <= now
        assert uow.session.scalar(sa.select(sa.func.max(SlaClock.finished_at))) <= now
        assert uow.session.scalar(sa.select(sa.func.count()).select_from(HealthSample)) > 150
        assert uow.session.scalar(sa.select(sa.func.min(StockBalance.on_hand - StockBalance.allocated))) >= 0
    before = len(standing(ctx))
    clock.advance(timedelta(minutes=4))
    ensure_demo(ctx)
    with ctx.read() as uow:
        assert facts.read(uow, facts.DEMO)["reached"] == clock.now().isoformat()
    assert len(standing(ctx)) > before


def short_life(ctx: Context, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    """Seed the network and let some minutes pass."""
    monkeypatch.setattr("backend.simulation.demo.warmup.LIVED", timedelta(minutes=8))
    ensure_demo(ctx)
    simulator = Simulator(ctx, DEFAULT_SEED)
    simulator.recall(clock.now())
    return simulator


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_same_seed_gives_the_same_history(
    ctx: Context, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every order stands where the plan for this seed says, however often it is made."""
    short_life(ctx, clock, monkeypatch)
    first = standing(ctx)
    assert len(first) > 100
    from backend.simulation.olist.database import Holds, clear

    clear(ctx, allowed=frozenset({Holds.DEMO}))
    short_life(ctx, clock, monkeypatch)
    assert standing(ctx) == first


def test_what_others_do_is_left_alone(ctx: Context, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shipment that somebody cancels stays cancelled, and the rest goes on."""
    simulator = short_life(ctx, clock, monkeypatch)
    with ctx.uow() as uow:
        taken = uow.session.scalars(sa.select(col(Shipment.id)).where(col(Shipment.status) == "open").limit(5)).all()
        fulfillment.cancel(uow, [id_ for id_ in taken if id_ is not None], reason="by hand")
    start = clock.now()
    simulator.step(start, clock.advance(timedelta(minutes=8)))
    with ctx.read() as uow:
        left = uow.session.scalars(sa.select(col(Shipment.status)).where(col(Shipment.id).in_(taken))).all()
        moved = uow.session.scalar(sa.select(sa.func.count()).where(col(Shipment.accepted_at) > start))
    assert set(left) == {"cancelled"}
    assert moved


def test_long_finished_orders_are_forgotten_and_open_ones_kept(
    ctx: Context, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With all that hangs on them, so that the database does not grow for ever."""
    simulator = short_life(ctx, clock, monkeypatch)
    start = clock.now()
    simulator.step(start, clock.advance(timedelta(minutes=15)))
    for _ in range(5):  # some hundreds at a time
        with ctx.uow() as uow:
            forget(uow, before=clock.now())
    left = Counter(status for _, _, status, _ in standing(ctx))
    assert left["open"] + left["accepted"] + left["picked"] > 0
    with ctx.read() as uow:
        assert uow.session.scalar(sa.select(sa.func.count()).where(col(Order.status) == "fulfilled")) == 0


def test_another_network_is_not_touched(ctx: Context) -> None:
    """The demo asks for an empty database."""
    with ctx.uow() as uow:
        put_locations(uow, [LocationInput("ATL", "Atlanta", LocationKind.STORE, "America/New_York", (Method.PICKUP,))])
    with pytest.raises(DomainError, match="another network"):
        ensure_demo(ctx)
    with ctx.read() as uow:
        assert uow.session.scalar(sa.select(sa.func.count()).select_from(Location)) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_some_shipments_did_not_go_as_planned_and_those_that_wait_go_on(
    ctx: Context, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Splits, short picks, transfers; a transfer is sent and taken in by the demo, and who waited for it is done."""
    simulator = short_life(ctx, clock, monkeypatch)
    told = sa.select(sa.func.count()).select_from(Event)
    kinds = ("shipment.split", "shipment.short_picked", "shipment.waiting")
    with ctx.read() as uow:
        for kind in kinds:
            assert uow.session.scalar(told.where(col(Event.type) == kind)), kind
        waiting = uow.session.scalars(sa.select(col(Shipment.id)).where(col(Shipment.waiting_for).is_not(None))).all()
    for _ in range(30):
        start = clock.now()
        simulator.step(start, clock.advance(timedelta(hours=1)), scale=0.0)
    with ctx.read() as uow:
        left = uow.session.scalars(sa.select(col(Shipment.status)).where(col(Shipment.id).in_(waiting))).all()
    assert waiting
    assert set(left) <= {"shipped", "handed_over"}  # or long done, and forgotten
