"""What is forgotten after a while, and what never is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from backend.clock import system_now
from backend.context import Context
from backend.events import retention
from backend.events.queries import latest_seq
from backend.jobs import prune
from models.enums import DeliveryStatus, Permission
from models.tables import Delivery, DeliveryAttempt, Event
from tests.support.api import client_of
from tests.support.events import make_subscription, record, relay


def age(ctx: Context, table: Any, column: str, *, days: int) -> None:
    with ctx.uow() as uow:
        uow.session.execute(sa.update(table).values({column: system_now() - timedelta(days=days)}))


def finish(ctx: Context, status: DeliveryStatus, *, count: int) -> None:
    """Finish the first `count` messages, with an attempt each."""
    with ctx.uow() as uow:
        now = system_now()
        for row in uow.session.scalars(sa.select(Delivery).order_by(col(Delivery.id)).limit(count)).all():
            row.status, row.next_attempt_at, row.finished_at = status.value, None, now
            uow.session.add(DeliveryAttempt(delivery_id=row.id or 0, number=1, started_at=now, outcome="delivered"))


def count(ctx: Context, table: Any) -> int:
    with ctx.read() as uow:
        return uow.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)


@pytest.mark.parametrize("status", [DeliveryStatus.DELIVERED, DeliveryStatus.DEAD, DeliveryStatus.SUPERSEDED])
def test_finished_messages_go_after_their_time_and_owed_ones_stay(ctx: Context, status: DeliveryStatus) -> None:
    make_subscription(ctx, "hook", types=["sla.location.changed"])
    record(ctx, 5)
    relay(ctx)
    finish(ctx, status, count=3)
    age(ctx, Delivery, "created_at", days=900)
    prune.run(ctx)
    assert (count(ctx, Delivery), count(ctx, DeliveryAttempt)) == (5, 3)  # finished a moment ago
    age(ctx, Delivery, "finished_at", days=31)
    finished = sa.update(Delivery).where(col(Delivery.status) == "pending").values(finished_at=None)
    with ctx.uow() as uow:
        uow.session.execute(finished)
    prune.run(ctx)
    assert (count(ctx, Delivery), count(ctx, DeliveryAttempt)) == (2, 0)


def test_old_events_go_until_the_first_that_a_message_needs(ctx: Context) -> None:
    record(ctx, 5)
    relay(ctx)
    make_subscription(ctx, "hook", types=["sla.location.changed"])
    record(ctx, 2)
    relay(ctx)
    record(ctx, 1)  # committed, without a place yet
    prune.run(ctx)
    assert count(ctx, Event) == 8
    age(ctx, Event, "recorded_at", days=401)
    prune.run(ctx)
    assert count(ctx, Event) == 3
    assert count(ctx, Delivery) == 2


def test_a_cursor_from_before_the_oldest_event_is_refused_not_skipped(ctx: Context) -> None:
    client = client_of(ctx, Permission.EVENTS_READ)
    record(ctx, 3)
    relay(ctx)
    with ctx.read() as uow:
        old = latest_seq(uow.session)
    age(ctx, Event, "recorded_at", days=401)
    record(ctx, 2)
    relay(ctx)
    prune.run(ctx)
    refused = client.get("/api/v1/events", params={"after": old - 1})
    assert refused.status_code == 422
    assert [fault["code"] for fault in refused.json()["errors"]] == ["cursor_expired"]
    assert len(client.get("/api/v1/events", params={"after": old}).json()["items"]) == 2
    assert len(client.get("/api/v1/events", params={"after": 0}).json()["items"]) == 2


def test_zero_days_keep_for_ever(ctx: Context) -> None:
    ctx.settings.event_days = ctx.settings.delivery_days = 0
    record(ctx, 2)
    relay(ctx)
    age(ctx, Event, "recorded_at", days=30_000)
    prune.run(ctx)
    assert count(ctx, Event) == 2
