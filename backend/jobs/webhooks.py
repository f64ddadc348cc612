"""Wires the delivery worker (`alerts/delivery/worker.py`) to this program: transactions, time, settings, signals."""

from __future__ import annotations

from collections.abc import Callable

from alerts.delivery.http import SendLimits
from alerts.delivery.ports import Ports, WorkerSettings
from alerts.delivery.worker import DeliveryWorker
from backend.alerting.links import LinkDesk
from backend.clock import system_now
from backend.context import Context
from backend.persistence.claims import OWNER
from backend.wakeups import Topic


class WebhookService:
    """Delivers webhooks from `start()` to `stop()`; wakes on every signal that something became due."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._worker = DeliveryWorker(
            Ports(
                write=ctx.uow,
                read=ctx.read,
                now=system_now,
                owner=OWNER,
                source=ctx.settings.public_url,
                links=ctx.part(LinkDesk).sign,
            ),
            worker_settings(ctx),
        )
        self._deaf: Callable[[], None] | None = None

    def start(self) -> None:
        """Begin; returns at once."""
        self._worker.start()
        self._deaf = self._ctx.wakeups.listen(Topic.DELIVERIES, self._worker.wake)

    def stop(self) -> None:
        """End; what is on its way gets a few seconds."""
        if self._deaf is not None:
            self._deaf()
        self._worker.stop()


def worker_settings(ctx: Context) -> WorkerSettings:
    """Return the worker's limits from the program's settings."""
    settings = ctx.settings
    return WorkerSettings(
        concurrency=settings.webhook_concurrency,
        limits=SendLimits(
            timeout=settings.webhook_timeout_seconds,
            connect_timeout=min(5.0, settings.webhook_timeout_seconds),
            allowed_hosts=settings.webhook_hosts,
        ),
    )
