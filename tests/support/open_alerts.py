"""Alerts and channels for tests, written as rows: as the engine leaves them when somebody was told."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from alerts import steps
from alerts.telling import tell
from backend.clock import system_now
from backend.context import Context
from backend.events.sequencer import sequence
from backend.locations.service import put_locations
from models.alerting import AlertLevel, AlertStatus, NoticeKind, ReceiverKind, Severity
from models.tables import Alert, AlertStep, Delivery, Event, Location, Subscription
from tests.support.shop import location

ESCALATION = [{"after_s": 600, "notify": ["boss"]}, {"after_s": 1800, "notify": ["boss", "all"]}]


def places(ctx: Context, *codes: str) -> None:
    """Make locations; the first letter of a code is its group. And `boss`, a channel, for `ESCALATION`."""
    with ctx.uow() as uow:
        if uow.session.scalar(sa.select(Subscription.id).where(col(Subscription.code) == "boss")) is None:
            uow.session.add(Subscription(**_channel("boss")))
        put_locations(uow, [location(code, groups=(code[0].lower(),)) for code in codes])


def channel(ctx: Context, code: str, kind: ReceiverKind = ReceiverKind.WEBHOOK, **changes: Any) -> None:
    """Make a channel."""
    with ctx.uow() as uow:
        uow.session.add(Subscription(**{**_channel(code), "kind": kind.value, **changes}))


def _channel(code: str) -> dict[str, Any]:
    now = system_now()
    return {
        "code": code,
        "kind": ReceiverKind.WEBHOOK.value,
        "title": code.title(),
        "url": "http://127.0.0.1:9/",
        "secret": "whsec_" + "a" * 43 + "=",
        "created_by": "test",
        "created_at": now,
        "updated_at": now,
        "owner_scope": {},
    }


def fire(
    ctx: Context, place: str | None = "CHI", *, notify: tuple[str, ...] = ("team",), steps_: Any = (), **changes: Any
) -> int:
    """Open an alert about a location, tell it, and return its id."""
    with ctx.uow() as uow:
        found = sa.select(Location).where(col(Location.code) == place)
        where = uow.session.execute(found).scalar_one_or_none()
        group = where.groups[0] if where is not None and where.groups else None
        labels = {"alertname": "red", "policy": "red"} | ({"location": place} if place else {})
        row: dict[str, Any] = {
            "policy_code": "red",
            "policy_version": 1,
            "group_key": f"location/{place}",
            "level": AlertLevel.LOCATION.value,
            "severity": Severity.CRITICAL.value,
            "status": AlertStatus.FIRING.value,
            "title": f"{place} is Non-Compliant",
            "labels": labels | ({"group": group} if group else {}),
            "location_id": None if where is None else where.id,
            "group_code": group,
            "since": uow.now,
            "opened_at": uow.now,
        }
        alert = Alert(**{**row, **changes})
        uow.session.add(alert)
        uow.session.flush()
        if alert.status == AlertStatus.FIRING and alert.muted is None:
            tell(uow, alert, NoticeKind.OPENED, why="New.", notify=notify)
            assert alert.id is not None
            steps.plan(uow, [steps.Plan(alert.id, steps_)])
        assert alert.id is not None
        return alert.id


def sequenced(ctx: Context) -> None:
    """Give every event its place in the feed, and owe what it is owed."""
    with ctx.uow() as uow:
        while sequence(uow):
            pass


def alert_row(ctx: Context, alert_id: int) -> Alert:
    """Return an alert's row."""
    with ctx.read() as uow:
        found = uow.session.get(Alert, alert_id)
        assert found is not None
        uow.session.expunge_all()
        return found


def step_rows(ctx: Context, alert_id: int) -> list[AlertStep]:
    """Return the steps of an alert, in order."""
    with ctx.read() as uow:
        mine = sa.select(AlertStep).where(col(AlertStep.alert_id) == alert_id).order_by(col(AlertStep.number))
        rows = list(uow.session.scalars(mine))
        uow.session.expunge_all()
        return rows


def told(ctx: Context) -> list[tuple[str, list[str]]]:
    """Return type and channels of every notice so far, in order."""
    with ctx.read() as uow:
        rows = uow.session.execute(
            sa.select(Event.type, Event.data).where(col(Event.type).startswith("alert.")).order_by(col(Event.id))
        )
        return [(type_, data.get("notify", [])) for type_, data in rows if "notify" in data]


def owed(ctx: Context) -> list[tuple[str, str]]:
    """Return (channel, event type) of everything owed or sent, in order."""
    with ctx.read() as uow:
        rows = uow.session.execute(
            sa.select(Subscription.code, Delivery.event_type)
            .join(Subscription, col(Subscription.id) == col(Delivery.subscription_id))
            .order_by(col(Delivery.id))
        )
        return [(code, type_) for code, type_ in rows]
