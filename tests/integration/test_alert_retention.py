"""Alerts that are over are forgotten with all that hangs on them; what is open, or still needed, never is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from alerts.connectors.alertmanager_silences import Told
from alerts.delivery.claims import claim
from alerts.delivery.resend import take_reminders
from alerts.telling import tell
from backend.alerting import retention
from backend.alerting.retention import MOST_LIFE
from backend.clock import system_now
from backend.context import Context
from backend.events import retention as messages
from backend.jobs import prune
from models.alerting import AlertStatus, NoticeKind, ReceiverKind
from models.enums import DeliveryStatus
from models.events import EventType
from models.tables import Alert, AlertLinkUse, AlertProblem, AlertStep, Delivery, Silence, Subscription
from tests.support.open_alerts import ESCALATION, channel, fire, places, sequenced

LONG_AGO = timedelta(days=500)
OVER: dict[str, Any] = {"status": AlertStatus.RESOLVED.value}


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    monkeypatch.setattr(messages, "BATCH", 2)


def over(ctx: Context, place: str, *, ago: timedelta = LONG_AGO, **changes: Any) -> int:
    """Make an alert that was over so long ago, and return its id."""
    return fire(ctx, place, resolved_at=ctx.clock.now() - ago, **{**OVER, **changes})


def ids(ctx: Context, column: Any) -> list[Any]:
    with ctx.read() as uow:
        return sorted(uow.session.scalars(sa.select(column)))


def said(ctx: Context, status: DeliveryStatus, *, receipt: str | None = None) -> None:
    """Finish everything that is owed, 100 days ago."""
    with ctx.uow() as uow:
        done = {"status": status.value, "next_attempt_at": None, "finished_at": system_now() - timedelta(days=100)}
        owed = col(Delivery.status) == DeliveryStatus.PENDING.value
        uow.session.execute(sa.update(Delivery).where(owed).values(receipt=receipt, **done))


def test_what_is_over_for_long_goes_with_its_escalation_and_links(ctx: Context) -> None:
    places(ctx, "CHI", "CLE", "CIN", "COL")
    gone = [over(ctx, place) for place in ("CHI", "CLE", "CIN")]
    kept = [over(ctx, "COL", ago=timedelta(days=399)), fire(ctx, "CHI", steps_=ESCALATION)]
    with ctx.uow() as uow:
        step = {"due_at": uow.now, "planned_at": uow.now, "state": "stopped"}
        for alert_id in gone:
            uow.session.add(AlertStep(alert_id=alert_id, number=1, **step))
            uow.session.add(AlertLinkUse(token=f"of-{alert_id}", alert_id=alert_id, used_at=system_now()))
    prune.run(ctx)
    assert ids(ctx, Alert.id) == kept
    assert set(ids(ctx, AlertStep.alert_id)) == {kept[1]}
    assert ids(ctx, AlertLinkUse.token) == []


def test_what_is_open_is_kept_however_old(ctx: Context) -> None:
    places(ctx, "CHI", "CLE", "CIN")
    before = ctx.clock.now() - LONG_AGO
    states = (AlertStatus.PENDING, AlertStatus.FIRING, AlertStatus.ACKNOWLEDGED)
    kept = [
        fire(ctx, place, status=status.value, since=before, opened_at=before)
        for place, status in zip(("CHI", "CLE", "CIN"), states, strict=True)
    ]
    prune.run(ctx)
    assert ids(ctx, Alert.id) == kept


def test_what_is_still_needed_is_kept(ctx: Context) -> None:
    places(ctx, "CHI", "CLE", "CIN")
    channel(ctx, "team")
    parent, owed, holds = over(ctx, "CHI"), over(ctx, "CLE"), over(ctx, "CIN", resolved_by="Ann")
    child = fire(ctx, "CHI", parent_id=parent, muted="storm")
    telling = fire(ctx, "CLE")  # its message stands for one of the alert that is over
    sequenced(ctx)
    with ctx.uow() as uow:
        uow.session.execute(sa.update(Delivery).values(alert_id=owed))
        problem = {"subject": "x", "severity": "error", "since": uow.now, "seq": 1, "born": True}
        uow.session.add(AlertProblem(policy_code="red", group_key="location/CIN", **problem))
    prune.run(ctx)
    assert ids(ctx, Alert.id) == [parent, owed, holds, child, telling]
    said(ctx, DeliveryStatus.DELIVERED)
    with ctx.uow() as uow:
        uow.session.execute(sa.delete(AlertProblem))
        uow.session.execute(sa.update(Alert).where(col(Alert.id) == child).values(parent_id=None))
    prune.run(ctx)
    assert ids(ctx, Alert.id) == [child, telling]


def test_zero_days_keep_alerts_for_ever(ctx: Context) -> None:
    ctx.settings.alert_days = 0
    places(ctx, "CHI")
    kept = over(ctx, "CHI", ago=timedelta(days=20_000))
    prune.run(ctx)
    assert ids(ctx, Alert.id) == [kept]


def test_a_link_that_was_followed_is_remembered_as_long_as_it_is_good(ctx: Context) -> None:
    places(ctx, "CHI")
    alert_id = fire(ctx, "CHI")
    with ctx.uow() as uow:
        for name, age in (("good", MOST_LIFE - timedelta(minutes=5)), ("too old", MOST_LIFE + timedelta(minutes=5))):
            uow.session.add(AlertLinkUse(token=name, alert_id=alert_id, used_at=system_now() - age))
    prune.run(ctx)
    assert ids(ctx, AlertLinkUse.token) == ["good"]


def test_alertmanager_goes_on_hearing_of_an_alert_that_fires_for_long(ctx: Context) -> None:
    places(ctx, "CHI")
    channel(ctx, "team", ReceiverKind.ALERTMANAGER)
    alert_id = fire(ctx, "CHI")
    sequenced(ctx)
    said(ctx, DeliveryStatus.DELIVERED)
    prune.run(ctx)
    with ctx.uow() as uow:
        [reminder] = take_reminders(uow.session, now=system_now(), business_now=uow.now)
        assert len(reminder.requests) == 1
        uow.session.execute(sa.update(Alert).where(col(Alert.id) == alert_id).values(resolved_at=uow.now, **OVER))
    prune.run(ctx)
    assert ids(ctx, Delivery.id) == []


def test_only_the_last_that_a_tool_took_of_an_open_alert_is_kept(ctx: Context) -> None:
    places(ctx, "CHI")
    channel(ctx, "team", ReceiverKind.SLACK)
    alert_id = fire(ctx, "CHI")
    sequenced(ctx)
    said(ctx, DeliveryStatus.DELIVERED, receipt="C1:1.0")
    for _ in range(3):
        again(ctx, alert_id)
        said(ctx, DeliveryStatus.DELIVERED, receipt="C1:1.0")
    prune.run(ctx)
    assert len(ids(ctx, Delivery.id)) == 1
    again(ctx, alert_id)
    with ctx.uow() as uow:
        receiver = uow.session.scalars(sa.select(Subscription.id).where(col(Subscription.code) == "team")).one()
        [message] = claim(uow.session, {receiver or 0: 1}, owner="host:1:x", now=system_now())
    assert message.receipt == "C1:1.0"


def again(ctx: Context, alert_id: int) -> None:
    """Tell of an alert once more."""
    with ctx.uow() as uow:
        tell(uow, uow.session.get_one(Alert, alert_id), NoticeKind.REPEATED, why="Still.", notify=("team",))
    sequenced(ctx)


def test_what_is_owed_keeps_what_lies_before_it(ctx: Context) -> None:
    places(ctx, "CHI")
    channel(ctx, "team", ReceiverKind.SLACK)
    alert_id = fire(ctx, "CHI")
    sequenced(ctx)
    said(ctx, DeliveryStatus.DELIVERED, receipt="C1:1.0")
    again(ctx, alert_id)
    with ctx.uow() as uow:
        uow.session.execute(sa.update(Alert).values(resolved_at=uow.now, **OVER))
    prune.run(ctx)
    assert len(ids(ctx, Delivery.id)) == 2


@pytest.mark.parametrize(("ended", "left"), [(False, 1), (True, 0)])
def test_what_alertmanager_calls_a_silence_is_kept_as_long_as_it_runs(ctx: Context, ended: bool, left: int) -> None:
    channel(ctx, "am", ReceiverKind.ALERTMANAGER)
    with ctx.uow() as uow:
        row = Silence(
            matchers=[{"name": "location", "value": "CHI", "is_regex": False, "is_equal": True}],
            reason="Painting.",
            starts_at=uow.now - timedelta(days=3),
            ends_at=uow.now + timedelta(days=3),
            ended_at=uow.now if ended else None,
            created_by="Ann",
            created_at=uow.now,
        )
        uow.session.add(row)
        uow.session.flush()
        ends = {"starts_at": row.starts_at.isoformat(), "ends_at": row.ends_at.isoformat()}
        data = {"matchers": row.matchers, "change": "created", **ends}
        assert Told.of(data).change == "created"
        uow.record(EventType.SILENCE_CHANGED, subject=f"silence/{row.id}", data=data)
    sequenced(ctx)
    said(ctx, DeliveryStatus.DELIVERED, receipt="3f2a")
    prune.run(ctx)
    assert len(ids(ctx, Delivery.id)) == left
