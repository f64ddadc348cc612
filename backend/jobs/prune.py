"""Forget what is kept for a while only: answers to idempotency keys, followed links, messages, alerts, old events."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from backend.alerting.retention import forget_alerts, forget_links
from backend.api import idempotency
from backend.context import Context
from backend.events import retention
from backend.jobs.job import Job
from backend.persistence.uow import Uow


def run(ctx: Context) -> datetime | None:
    """Delete what is too old."""
    with ctx.uow() as uow:
        idempotency.prune(uow)
        forget_links(uow)
    if days := ctx.settings.alert_days:
        _until_done(ctx, partial(forget_alerts, days=days))
    if days := ctx.settings.delivery_days:
        _until_done(ctx, partial(retention.forget_deliveries, days=days))
    if days := ctx.settings.event_days:
        _until_done(ctx, partial(retention.forget_events, days=days))
    return None


def _until_done(ctx: Context, forget: Callable[[Uow], int]) -> None:
    """Forget batch by batch, each in a transaction of its own."""
    gone = 1
    while gone:
        with ctx.uow() as uow:
            gone = forget(uow)


JOB = Job("prune", run, every_seconds=3600, exclusive=True)
