"""An Alertmanager is sent again, once a minute, all that fires and was told on it, and what was over lately."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa

from alerts.delivery.resend import take_reminders
from backend.clock import system_now
from backend.context import Context
from models.alerting import AlertLevel, AlertStatus, NoticeKind, ReceiverKind, Severity
from models.events import EventType
from models.tables import Alert, Subscription
from tests.support.channels import make_channel, notice, tell
from tests.support.events import relay
from tests.support.ports import eventually
from tests.support.receiver import Answer, Receiver
from tests.support.webhooks import all_deliveries, attempted, delivering, with_settings

OPENED, RESOLVED = NoticeKind.OPENED, NoticeKind.RESOLVED


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        running.always(Answer(200))
        yield running


@pytest.fixture
def ctx(ctx: Context) -> Context:
    return with_settings(ctx)


def alert(
    ctx: Context, key: str, status: AlertStatus = AlertStatus.FIRING, *, over_for: timedelta | None = None
) -> int:
    with ctx.uow() as uow:
        row = Alert(
            policy_code="at-risk",
            policy_version=1,
            group_key=key,
            level=AlertLevel.LOCATION.value,
            severity=Severity.WARNING.value,
            status=status.value,
            title=key,
            since=uow.now,
            resolved_at=None if over_for is None else uow.now - over_for,
        )
        uow.session.add(row)
        uow.session.flush()
        assert row.id is not None
        return row.id


def channel(ctx: Context, receiver: Receiver) -> int:
    url = receiver.url.removesuffix("/hook")
    asked = system_now()  # not yet: what is told first is no reminder
    return make_channel(ctx, "am", ReceiverKind.ALERTMANAGER, url=url, secret="", resent_at=asked)


def remind(ctx: Context) -> None:
    with ctx.uow() as uow:
        uow.session.execute(sa.update(Subscription).values(resent_at=system_now() - timedelta(minutes=2)))


def test_what_fires_is_sent_again_and_what_was_never_told_is_not(ctx: Context, receiver: Receiver) -> None:
    channel(ctx, receiver)
    fires, long_over, just_over = (
        alert(ctx, "ATL"),
        alert(ctx, "BOS", AlertStatus.RESOLVED, over_for=timedelta(minutes=20)),
        alert(ctx, "CHI", AlertStatus.RESOLVED, over_for=timedelta(minutes=1)),
    )
    alert(ctx, "DEN")  # nobody was told of it here
    tell(ctx, notice(OPENED, "ATL", "am", alert=fires), notice(OPENED, "BOS", "am", alert=long_over))
    tell(ctx, notice(OPENED, "CHI", "am", alert=just_over))
    relay(ctx)
    with delivering(ctx):
        eventually(attempted(ctx, 3))
        tell(ctx, notice(RESOLVED, "CHI", "am", alert=just_over))
        relay(ctx)
        eventually(attempted(ctx, 4))
        remind(ctx)
        receiver.wait_for(5)
    assert {request.path for request in receiver.received} == {"/api/v2/alerts"}
    again = {one["labels"]["location"]: one for one in receiver.received[-1].json}
    assert set(again) == {"ATL", "CHI"}
    assert again["ATL"]["endsAt"] > again["CHI"]["endsAt"]
    assert len(all_deliveries(ctx)) == 4


def test_each_minute_one_process_reminds(ctx: Context, receiver: Receiver) -> None:
    channel(ctx, receiver)
    fires = alert(ctx, "ATL")
    tell(ctx, notice(OPENED, "ATL", "am", alert=fires))
    relay(ctx)
    with delivering(ctx):
        eventually(attempted(ctx, 1))
    now = system_now() + timedelta(minutes=5)
    with ctx.uow() as uow:
        assert len(take_reminders(uow.session, now=now, business_now=uow.now)) == 1
    with ctx.uow() as uow:
        assert take_reminders(uow.session, now=now, business_now=uow.now) == []


def test_a_silence_is_made_there_and_ended_there(ctx: Context, receiver: Receiver) -> None:
    receiver.plan(Answer(200, text='{"silenceID": "abc-1"}'))
    channel(ctx, receiver)
    make_channel(ctx, "hook", url=receiver.url)
    now = system_now()
    data = {
        "silence": 1,
        "change": "created",
        "matchers": [{"name": "location", "value": "ATL", "is_regex": False, "is_equal": True}],
        "reason": "stock-taking",
        "starts_at": now.isoformat(),
        "ends_at": (now + timedelta(hours=1)).isoformat(),
        "by": "ann",
    }
    with delivering(ctx):
        for change, ends in (("created", timedelta(hours=1)), ("ended", timedelta(seconds=-1))):
            with ctx.uow() as uow:
                told = data | {"change": change, "ends_at": (now + ends).isoformat()}
                uow.record(EventType.SILENCE_CHANGED, subject="silence/1", data=told)
            relay(ctx)
            eventually(attempted(ctx, 1 if change == "created" else 2))
    paths = [(request.method, request.path) for request in receiver.received]
    assert paths == [("POST", "/api/v2/silences"), ("DELETE", "/api/v2/silence/abc-1")]
