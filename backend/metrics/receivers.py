"""What a scrape reads of each receiver of events: how much it is owed, how old that is, and whether it works."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client.core import GaugeMetricFamily, Metric

from alerts.receivers import channel_views, subscription_views
from backend.clock import system_now
from backend.context import Context

_LABELS = ["receiver", "kind"]


def receiver_metrics(ctx: Context) -> Iterable[Metric]:
    """Yield three gauges per channel and subscription."""
    with ctx.read() as uow:
        views = [*channel_views(uow.session), *subscription_views(uow.session)]
    owed = GaugeMetricFamily("pickwatch_receiver_owed", "Messages that wait for a receiver.", labels=_LABELS)
    lag = GaugeMetricFamily("pickwatch_receiver_lag_seconds", "Age of the oldest of them.", labels=_LABELS)
    up = GaugeMetricFamily("pickwatch_receiver_up", "1: enabled, and its last message was taken.", labels=_LABELS)
    now = system_now()
    for view in views:
        labels = [view.code, view.kind.value]
        owed.add_metric(labels, float(view.owed))
        lag.add_metric(labels, view.lag(now))
        up.add_metric(labels, float(view.enabled and view.failing_since is None))
    yield from (owed, lag, up)
