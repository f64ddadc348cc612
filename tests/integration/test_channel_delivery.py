"""Notices through the real worker to a channel's receiver: built and judged by its connector, in order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from standardwebhooks import Webhook

from backend.alerting.policies import ensure_defaults
from backend.clock import system_now
from backend.context import Context
from backend.jobs.alerts import run as run_alerts
from models.alerting import AlertLevel, NoticeKind
from models.enums import DeliveryStatus
from models.events import EventType
from models.tables import Delivery, Event, Subscription
from tests.support.channels import ROUTING_KEY, make_channel, make_pagerduty, notice, tell
from tests.support.events import SECRET, make_subscription, relay
from tests.support.ports import eventually
from tests.support.receiver import FAILS, GONE, Answer, Receiver, throttles
from tests.support.webhooks import all_deliveries, attempted, delivering, ids, with_settings

OPENED, CHANGED, RESOLVED = NoticeKind.OPENED, NoticeKind.CHANGED, NoticeKind.RESOLVED
TAKEN = Answer(202)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def ctx(ctx: Context) -> Context:
    return with_settings(ctx)


def finished(ctx: Context, *statuses: DeliveryStatus) -> bool:
    return [row.status for row in all_deliveries(ctx)] == list(statuses)


def channel_row(ctx: Context, code: str) -> Subscription:
    with ctx.read() as uow:
        row: Subscription = uow.session.execute(sa.select(Subscription).where(Subscription.code == code)).scalar_one()
        uow.session.expunge(row)
        return row


def told_of(ctx: Context, *types: EventType) -> list[tuple[str, dict[str, Any]]]:
    with ctx.read() as uow:
        rows = uow.session.execute(
            sa.select(Event.type, Event.data).where(Event.type.in_([t.value for t in types])).order_by(Event.id)
        )
        return [(type_, data) for type_, data in rows]


def test_a_notice_reaches_the_channels_it_names_and_no_other(ctx: Context, receiver: Receiver) -> None:
    for code in ("ops", "store", "off"):
        make_channel(ctx, code, url=f"{receiver.url}/{code}", enabled=code != "off")
    make_subscription(ctx, "integrator", url=f"{receiver.url}/integrator", types=["alert.*"])
    (uid,) = tell(ctx, notice(OPENED, "ATL", "ops", "off"))
    relay(ctx)
    with delivering(ctx):
        eventually(attempted(ctx, 2))
    assert sorted(request.path for request in receiver.received) == ["/hook/integrator", "/hook/ops"]
    assert ids(receiver) == [uid, uid]
    for request in receiver.received:
        assert Webhook(SECRET).verify(request.body, request.headers)["data"]["title"] == "ATL is at risk"
    with ctx.read() as uow:
        assert set(uow.session.execute(sa.select(Delivery.alert_id)).scalars()) == {1}


def test_pagerduty_gets_trigger_and_resolve_with_one_key(ctx: Context, receiver: Receiver) -> None:
    receiver.always(TAKEN)
    make_pagerduty(ctx, "pd", receiver.url)
    with delivering(ctx):
        tell(ctx, notice(OPENED, "ATL", "pd"))
        relay(ctx)
        eventually(attempted(ctx, 1))
        tell(ctx, notice(RESOLVED, "ATL", "pd"))
        relay(ctx)
        eventually(attempted(ctx, 2))
    first, second = (request.json for request in receiver.received)
    assert (first["event_action"], second["event_action"]) == ("trigger", "resolve")
    assert first["dedup_key"] == second["dedup_key"] == "pickwatch:at-risk:ATL"
    assert first["routing_key"] == second["routing_key"] == ROUTING_KEY


def test_what_was_over_before_it_was_told_is_not_told(ctx: Context, receiver: Receiver) -> None:
    receiver.always(TAKEN)
    make_pagerduty(ctx, "pd", receiver.url)
    make_subscription(ctx, "integrator", url=f"{receiver.url}/integrator", types=["alert.*"])
    make_channel(ctx, "hook", url=f"{receiver.url}/generic")
    tell(ctx, *(notice(kind, "ATL", "pd", "hook") for kind in (OPENED, CHANGED, RESOLVED)))
    tell(ctx, notice(OPENED, "BOS", "pd"))
    relay(ctx)
    with delivering(ctx):
        eventually(lambda: {row.status for row in all_deliveries(ctx)} <= {"delivered", "superseded"})
    paths = [request.path for request in receiver.received]
    assert (paths.count("/hook/integrator"), paths.count("/hook/generic"), paths.count("/hook")) == (4, 3, 1)
    mine = [row for row in all_deliveries(ctx) if row.subscription == "pd"]
    assert [row.status for row in mine] == ["superseded"] * 3 + ["delivered"]
    assert mine[0].attempts == 0
    assert "over before" in (mine[0].last_error or "")


def test_what_was_tried_is_resolved_even_if_the_rest_is_spared(ctx: Context, receiver: Receiver) -> None:
    receiver.plan(FAILS)
    receiver.always(TAKEN)
    make_pagerduty(ctx, "pd", receiver.url)
    tell(ctx, notice(OPENED, "ATL", "pd"))
    relay(ctx)
    with delivering(ctx):
        eventually(attempted(ctx, 1))
    tell(ctx, notice(CHANGED, "ATL", "pd"), notice(RESOLVED, "ATL", "pd"))
    relay(ctx)
    with ctx.uow() as uow:
        due = sa.update(Delivery).where(Delivery.attempts > 0).values(next_attempt_at=system_now())
        uow.session.execute(due)
    with delivering(ctx):
        eventually(lambda: all_deliveries(ctx)[-1].status is DeliveryStatus.DELIVERED)
    assert [request.json["event_action"] for request in receiver.received] == ["trigger", "resolve"]
    assert finished(ctx, DeliveryStatus.SUPERSEDED, DeliveryStatus.SUPERSEDED, DeliveryStatus.DELIVERED)


def test_what_can_never_be_taken_is_a_dead_letter_at_once(ctx: Context, receiver: Receiver) -> None:
    receiver.plan(Answer(400))
    receiver.always(TAKEN)
    make_pagerduty(ctx, "pd", receiver.url)
    tell(ctx, notice(OPENED, "ATL", "pd"), notice(CHANGED, "ATL", "pd"))
    relay(ctx)
    with delivering(ctx):
        eventually(lambda: finished(ctx, DeliveryStatus.DEAD, DeliveryStatus.DELIVERED))
    dead = all_deliveries(ctx)[0]
    assert (dead.attempts, dead.tries[0].outcome, dead.last_status_code) == (1, "invalid", 400)


def test_after_five_failures_in_a_row_it_is_left_alone(ctx: Context, receiver: Receiver) -> None:
    receiver.always(Answer(500, text='{"error": "no"}'))
    make_pagerduty(ctx, "pd", receiver.url, failing_since=system_now() - timedelta(minutes=3))
    tell(ctx, *(notice(OPENED, f"L{number}", "pd") for number in range(9)))
    relay(ctx)
    with delivering(ctx):
        eventually(lambda: channel_row(ctx, "pd").broken_until is not None)
        assert len(receiver.received) == 5
        row = channel_row(ctx, "pd")
        assert row.broken_until is not None
        assert row.broken_until > system_now() + timedelta(seconds=5)
        (told,) = told_of(ctx, EventType.CHANNEL_UNHEALTHY)
        assert (told[1]["code"], told[1]["kind"], told[1]["owed"]) == ("pd", "pagerduty", 9)
        assert told[1]["reason"] == "The receiver answered 500."  # not what it wrote: it becomes a title
        receiver.always(TAKEN)
        with ctx.uow() as uow:
            uow.session.execute(sa.update(Subscription).values(broken_until=system_now()))
        eventually(lambda: finished(ctx, *[DeliveryStatus.DELIVERED] * 9))
    row = channel_row(ctx, "pd")
    assert (row.failures, row.broken_until, row.failing_since, row.unhealthy_at) == (0, None, None, None)
    assert [type_ for type_, _ in told_of(ctx, EventType.CHANNEL_RECOVERED)] == ["channel.recovered"]


def test_a_tool_that_says_when_to_come_again_is_asked_nothing_before(ctx: Context, receiver: Receiver) -> None:
    receiver.plan(throttles(300))
    receiver.always(TAKEN)
    make_pagerduty(ctx, "pd", receiver.url)
    tell(ctx, notice(OPENED, "ATL", "pd"))
    relay(ctx)
    with delivering(ctx):
        eventually(attempted(ctx, 1))
        tell(ctx, notice(OPENED, "BOS", "pd"))
        relay(ctx)
        row = channel_row(ctx, "pd")
        assert row.paced_until is not None
        assert row.paced_until > system_now() + timedelta(seconds=250)
        assert (row.failures, row.broken_until) == (0, None)
    assert len(receiver.received) == 1


def test_a_burst_goes_out_at_the_pace_of_the_tool(ctx: Context, receiver: Receiver) -> None:
    receiver.always(TAKEN)
    pace = {"pace": {"per": 1, "seconds": 3600, "burst": 3}}
    make_pagerduty(ctx, "pd", receiver.url, config=pace)
    tell(ctx, *(notice(OPENED, f"L{number}", "pd") for number in range(5)))
    relay(ctx)
    with delivering(ctx):
        eventually(attempted(ctx, 3))
        row = channel_row(ctx, "pd")
        assert row.paced_until is not None
        assert row.paced_until - timedelta(hours=2) > system_now()
    assert len(receiver.received) == 3


def test_410_disables_the_channel_and_others_are_told(ctx: Context, receiver: Receiver) -> None:
    receiver.always(GONE)
    make_channel(ctx, "hook", url=receiver.url)
    tell(ctx, notice(OPENED, "ATL", "hook"), notice(CHANGED, "ATL", "hook"))
    relay(ctx)
    with delivering(ctx):
        eventually(lambda: finished(ctx, DeliveryStatus.DEAD, DeliveryStatus.DEAD))
    types = (EventType.CHANNEL_UNHEALTHY, EventType.CHANNEL_CHANGED)
    assert [(type_, data["code"]) for type_, data in told_of(ctx, *types)] == [
        ("channel.unhealthy", "hook"),
        ("channel.changed", "hook"),
    ]
    assert not channel_row(ctx, "hook").enabled


def test_a_paused_channel_is_owed_and_sent_nothing(ctx: Context, receiver: Receiver) -> None:
    make_channel(ctx, "hook", url=receiver.url, paused=True)
    make_channel(ctx, "other", url=f"{receiver.url}/other")
    tell(ctx, notice(OPENED, "ATL", "hook", "other"))
    relay(ctx)
    with delivering(ctx):
        eventually(attempted(ctx, 1))
        with ctx.uow() as uow:
            uow.session.execute(sa.update(Subscription).values(paused=False))
        eventually(attempted(ctx, 2))
    assert [request.path for request in receiver.received] == ["/hook/other", "/hook"]


@pytest.mark.parametrize("labels", [{"channel": "hook"}, {"subject": "channel/hook"}, {"code": "hook"}])
def test_a_channel_in_trouble_is_not_told_of_its_own_trouble(ctx: Context, labels: dict[str, str]) -> None:
    make_channel(ctx, "hook")
    make_channel(ctx, "other")
    tell(ctx, notice(OPENED, "hook", "hook", "other", labels=labels, level=AlertLevel.NETWORK))
    relay(ctx)
    assert [row.subscription for row in all_deliveries(ctx)] == ["other"]


def test_the_policy_that_ships_tells_another_channel(ctx: Context, receiver: Receiver) -> None:
    receiver.always(GONE)
    with ctx.uow() as uow:
        ensure_defaults(uow)
    make_channel(ctx, "gone", url=receiver.url, config={"default": True})
    make_channel(ctx, "works", url=f"{receiver.url}/works", config={"default": True}, paused=True)
    tell(ctx, notice(OPENED, "ATL", "gone"))
    relay(ctx)
    with delivering(ctx):
        eventually(lambda: not channel_row(ctx, "gone").enabled)
    relay(ctx)
    run_alerts(ctx)
    relay(ctx)
    owed = [row for row in all_deliveries(ctx) if row.subject.startswith("alert/channel-unhealthy")]
    assert [row.subscription for row in owed] == ["works"]
