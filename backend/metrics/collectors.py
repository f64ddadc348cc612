"""What a scrape and a readiness check read from the database: few statements, each on an index or a small table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from prometheus_client.core import GaugeMetricFamily, Metric
from sqlmodel import col

from backend.alerting.engine import behind
from backend.clock import system_now
from backend.context import Context
from backend.metrics.receivers import receiver_metrics
from models.enums import Compliance, DeliveryStatus
from models.floor import WaveStatus
from models.tables import Delivery, Event, LocationHealth, Order, PickWave, SlaClock


@dataclass(frozen=True, slots=True)
class Lag:
    """How far behind the background work is, in real seconds; 0 when nothing waits."""

    relay_seconds: float
    tick_seconds: float


def lag(ctx: Context) -> Lag:
    """Return the age of the oldest event without a place in the feed, and of the oldest SLA check that is due."""
    with ctx.read() as uow:
        first = sa.select(col(Event.recorded_at)).where(col(Event.seq).is_(None)).order_by(col(Event.id)).limit(1)
        recorded = uow.session.scalars(first).first()
        due = uow.session.scalars(
            sa.select(sa.func.min(SlaClock.next_check_at)).where(col(SlaClock.next_check_at).is_not(None))
        ).first()
    relay = max(0.0, (system_now() - recorded).total_seconds()) if recorded else 0.0
    behind = max(0.0, (ctx.clock.now() - due).total_seconds()) if due else 0.0
    return Lag(round(relay, 3), round(behind / max(1.0, ctx.clock.speed), 3))


def database_metrics(ctx: Context) -> Iterable[Metric]:
    """Yield the gauges that the database knows."""
    now = lag(ctx)
    yield GaugeMetricFamily("pickwatch_relay_lag_seconds", "Age of the oldest unsequenced event.", now.relay_seconds)
    yield GaugeMetricFamily("pickwatch_tick_lag_seconds", "Age of the oldest SLA check that is due.", now.tick_seconds)
    with ctx.read() as uow:
        bands = [getattr(LocationHealth, band.value) for band in Compliance]
        row = uow.session.execute(sa.select(*(sa.func.coalesce(sa.func.sum(band), 0) for band in bands))).one()
        orders = uow.session.scalars(sa.select(sa.func.max(Order.id))).one() or 0
        owed = col(Delivery.status).in_([DeliveryStatus.PENDING.value, DeliveryStatus.SENDING.value])
        waiting, oldest = uow.session.execute(
            sa.select(sa.func.count(), sa.func.min(Order.routing_due_at)).where(col(Order.routing_due_at) <= uow.now)
        ).one()
        pending = uow.session.scalars(sa.select(sa.func.count()).where(owed)).one()
        dead = uow.session.scalars(
            sa.select(sa.func.count()).where(col(Delivery.status) == DeliveryStatus.DEAD.value)
        ).one()
    shipments = GaugeMetricFamily("pickwatch_open_shipments", "Shipments with running clocks.", labels=["sla"])
    for band, count in zip(Compliance, row, strict=True):
        shipments.add_metric([band.value], float(count))
    yield shipments
    yield GaugeMetricFamily("pickwatch_orders", "Orders placed so far (the last order's number).", float(orders))
    yield GaugeMetricFamily("pickwatch_routing_queue", "Orders due for routing.", float(waiting))
    age = max(0.0, (ctx.clock.now() - oldest).total_seconds()) / max(1.0, ctx.clock.speed) if oldest else 0.0
    yield GaugeMetricFamily("pickwatch_routing_lag_seconds", "Age of the oldest order due for routing.", age)
    yield from _waves(ctx)
    deliveries = GaugeMetricFamily("pickwatch_deliveries", "Webhook messages by state.", labels=["status"])
    deliveries.add_metric([DeliveryStatus.PENDING.value], float(pending))
    deliveries.add_metric([DeliveryStatus.DEAD.value], float(dead))
    yield deliveries
    yield from _alerts(ctx)
    yield from receiver_metrics(ctx)


def _alerts(ctx: Context) -> Iterable[Metric]:
    """Yield how far the alert engine is behind the feed."""
    with ctx.read() as uow:
        unread = behind(uow)
    words = "Events that the alert engine has not looked at yet (at most 10,000 are counted)."
    yield GaugeMetricFamily("pickwatch_alert_events_behind", words, float(unread.events))
    yield GaugeMetricFamily("pickwatch_alert_lag_seconds", "Age of the oldest of them.", round(unread.seconds, 3))


def _waves(ctx: Context) -> Iterable[Metric]:
    """Yield how many pick waves are under way, and how many of them should have been begun by now."""
    going = col(PickWave.closed_at).is_(None)
    with ctx.read() as uow:
        status = col(PickWave.status)
        counts = sa.select(status, sa.func.count()).where(going).group_by(status)
        by_status = {row[0]: row[1] for row in uow.session.execute(counts)}
        late = sa.select(sa.func.count()).where(
            going, col(PickWave.started_at).is_(None), col(PickWave.latest_safe_start_at) < uow.now
        )
        overdue = uow.session.scalars(late).one()
    waves = GaugeMetricFamily("pickwatch_waves", "Pick waves under way.", labels=["status"])
    for word in (WaveStatus.PLANNED, WaveStatus.RELEASED, WaveStatus.PICKING):
        waves.add_metric([word.value], float(by_status.get(word.value, 0)))
    yield waves
    words = "Pick waves not begun after their latest safe start."
    yield GaugeMetricFamily("pickwatch_waves_overdue", words, float(overdue))
