"""Running the real delivery worker in tests, and looking at what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from alerts.queries import DeliveryView
from backend.clock import system_now
from backend.context import Context
from backend.events.deliveries import get_delivery, list_deliveries
from backend.jobs.webhooks import WebhookService
from models.tables import Delivery
from tests.support.receiver import Receiver


def with_settings(ctx: Context, **changed: Any) -> Context:
    """Return the context with other settings; local receivers are allowed."""
    return replace(ctx, settings=ctx.settings.model_copy(update={"webhook_allowed_hosts": ["127.0.0.1"], **changed}))


@contextmanager
def delivering(ctx: Context) -> Iterator[None]:
    """Deliver webhooks while the block runs."""
    service = WebhookService(ctx)
    service.start()
    try:
        yield
    finally:
        service.stop()


def all_deliveries(ctx: Context) -> list[DeliveryView]:
    """Return every delivery with its attempts, oldest first."""
    with ctx.read() as uow:
        return [get_delivery(uow, row.id) for row in reversed(list_deliveries(uow, limit=500))]


def attempted(ctx: Context, count: int) -> Callable[[], bool]:
    """Return a condition: so many deliveries have an attempt on record."""
    return lambda: sum(row.attempts > 0 for row in all_deliveries(ctx)) >= count


def make_due(ctx: Context) -> None:
    """Let the time of every next attempt come."""
    with ctx.uow() as uow:
        uow.session.execute(
            sa.update(Delivery)
            .where(Delivery.status == "pending", Delivery.next_attempt_at.is_not(None))  # type: ignore[union-attr]
            .values(next_attempt_at=system_now())
        )


def ids(receiver: Receiver) -> list[str]:
    """Return the webhook-ids a receiver got, in order."""
    return [request.headers["webhook-id"] for request in receiver.received]
