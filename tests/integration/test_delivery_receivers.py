"""Receivers of every kind: each failure is on record and tried again, none costs us more than it may."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend.clock import system_now
from backend.context import Context
from backend.events.subscriptions import get_subscription
from models.enums import DeliveryStatus
from models.events import EventType
from models.tables import Event
from tests.support.events import make_subscription, record, relay
from tests.support.ports import eventually, free_port
from tests.support.receiver import FAILS, GONE, HANGS, REFUSES, Answer, Receiver, floods, redirects, throttles
from tests.support.webhooks import all_deliveries, attempted, delivering, with_settings


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def ctx(ctx: Context) -> Context:
    """Return the context with little patience."""
    return with_settings(ctx, webhook_timeout_seconds=0.5, webhook_concurrency=8)


def deliver_one(ctx: Context, url: str) -> None:
    make_subscription(ctx, "hook", url=url)
    record(ctx)
    relay(ctx)
    with delivering(ctx):
        eventually(attempted(ctx, 1))


@pytest.mark.parametrize(
    ("answer", "outcome", "status_code"),
    [
        (Answer(418), "rejected", 418),
        (FAILS, "rejected", 500),
        (REFUSES, "unreachable", None),
        (HANGS, "timed_out", None),
        (throttles(7200), "rejected", 429),
    ],
    ids=["teapot", "fails", "drops", "hangs", "throttles"],
)
def test_a_failure_is_on_record_and_tried_again_later(
    ctx: Context, receiver: Receiver, answer: Answer, outcome: str, status_code: int | None
) -> None:
    receiver.always(answer)
    deliver_one(ctx, receiver.url)
    (row,) = all_deliveries(ctx)
    assert (row.status, row.attempts, row.last_status_code) == (DeliveryStatus.PENDING, 1, status_code)
    assert (row.tries[0].outcome, row.tries[0].status_code) == (outcome, status_code)
    assert row.last_error
    assert row.next_attempt_at is not None
    assert row.next_attempt_at - row.tries[0].started_at > timedelta(seconds=7190 if status_code == 429 else 3.9)
    with ctx.read() as uow:
        assert get_subscription(uow, "hook").failing_since is not None


def test_a_redirect_is_a_failure_and_never_followed(ctx: Context, receiver: Receiver) -> None:
    with Receiver() as elsewhere:
        receiver.always(redirects(elsewhere.url))
        deliver_one(ctx, receiver.url)
        assert elsewhere.received == []
    (row,) = all_deliveries(ctx)
    assert (row.status, row.tries[0].outcome, row.last_status_code) == (DeliveryStatus.PENDING, "redirected", 302)


def test_nobody_listening_is_a_failure_too(ctx: Context) -> None:
    deliver_one(ctx, f"http://127.0.0.1:{free_port()}/")
    (row,) = all_deliveries(ctx)
    assert (row.status, row.tries[0].outcome) == (DeliveryStatus.PENDING, "unreachable")


def test_a_hundred_megabytes_are_not_read(ctx: Context, receiver: Receiver) -> None:
    receiver.always(floods())
    deliver_one(ctx, receiver.url)
    (row,) = all_deliveries(ctx)
    assert row.status is DeliveryStatus.DELIVERED
    assert row.tries[0].response == "x" * 2048
    assert receiver.streamed < 20_000_000  # what fits into the buffers of the two ends, at most


def test_an_answer_that_breaks_off_counts_by_its_status(ctx: Context, receiver: Receiver) -> None:
    receiver.always(Answer(200, body_bytes=1000, drop="inside"))
    deliver_one(ctx, receiver.url)
    (row,) = all_deliveries(ctx)
    assert (row.status, row.tries[0].response) == (DeliveryStatus.DELIVERED, "x" * 500)


def test_410_disables_the_subscription_and_says_so(ctx: Context, receiver: Receiver) -> None:
    receiver.always(GONE)
    make_subscription(ctx, "hook", url=receiver.url)
    record(ctx, 3)
    relay(ctx)
    with delivering(ctx):
        eventually(attempted(ctx, 1))
    with ctx.read() as uow:
        view = get_subscription(uow, "hook")
        told = uow.session.execute(
            sa.select(Event.data).where(Event.type == EventType.SUBSCRIPTION_CHANGED.value)
        ).scalar_one()
    assert (view.enabled, view.disabled_reason) == (False, "The receiver answered 410 Gone.")
    assert told["change"] == "disabled"
    assert [row.status for row in all_deliveries(ctx)] == [DeliveryStatus.DEAD] * 3
    assert len(receiver.received) == 1


def test_receivers_that_hang_delay_nobody_else(ctx: Context, receiver: Receiver) -> None:
    patient = with_settings(ctx, webhook_timeout_seconds=60.0, webhook_concurrency=8)
    with Receiver() as stuck:
        stuck.always(HANGS)
        for number in range(8):
            make_subscription(ctx, f"hangs-{number}", url=stuck.url, failing_since=system_now())
        make_subscription(ctx, "works", url=receiver.url)
        for number in range(20):
            record(ctx, subject=f"location/{number}")
        relay(ctx)
        with delivering(patient):
            receiver.wait_for(20)
            assert 1 <= len(stuck.received) <= 4  # half of the slots at most
            stuck.close()


def test_a_private_address_is_never_called(ctx: Context, receiver: Receiver) -> None:
    # As if its name had moved since it was stored: what counts is the address at the time of sending.
    deliver_one(ctx, f"http://localhost:{receiver.port}/hook")
    (row,) = all_deliveries(ctx)
    assert row.tries[0].outcome == "refused"
    assert "PICKWATCH_WEBHOOK_ALLOWED_HOSTS" in (row.last_error or "")
    assert receiver.received == []


def test_a_receiver_that_took_nothing_for_days_is_disabled(ctx: Context, receiver: Receiver) -> None:
    receiver.always(FAILS)
    make_subscription(ctx, "hook", url=receiver.url, failing_since=system_now() - timedelta(days=6))
    record(ctx, 2)
    relay(ctx)
    with delivering(ctx):
        eventually(lambda: all_deliveries(ctx)[1].status is DeliveryStatus.DEAD)
    with ctx.read() as uow:
        assert not get_subscription(uow, "hook").enabled
