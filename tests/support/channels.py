"""Channels and notices in tests, without the engine that normally tells."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from alerts.notice import EVENT_OF, Notice, instant, key_of, subject_of
from backend.clock import system_now
from backend.context import Context
from models.alerting import AlertLevel, AlertStatus, NoticeKind, ReceiverKind, Severity
from tests.support.events import make_subscription

ROUTING_KEY = "r" * 32


def make_channel(ctx: Context, code: str, kind: ReceiverKind = ReceiverKind.WEBHOOK, **fields: Any) -> int:
    """Insert a channel and return its id."""
    return make_subscription(ctx, code, kind=kind.value, **fields)


def make_pagerduty(ctx: Context, code: str, url: str, **fields: Any) -> int:
    """Insert a channel to PagerDuty's events at an address of ours and return its id."""
    return make_channel(ctx, code, ReceiverKind.PAGERDUTY, **{"url": url, "secret": ROUTING_KEY} | fields)


def notice(kind: NoticeKind, key: str = "ATL", *notify: str, **fields: Any) -> Notice:
    """Return a notice of one alert."""
    told = Notice(
        kind=kind,
        alert=1,
        key=key_of("at-risk", key),
        policy="at-risk",
        policy_version=1,
        level=AlertLevel.LOCATION,
        severity=Severity.WARNING,
        status=AlertStatus.RESOLVED if kind is NoticeKind.RESOLVED else AlertStatus.FIRING,
        title=f"{key} is at risk",
        summary="3 of 12 shipments are late.",
        since=instant(system_now()),
        labels={"location": key},
        notify=notify,
    )
    return replace(told, **fields)


def tell(ctx: Context, *notices: Notice) -> list[str]:
    """Commit these notices in one transaction and return their uids."""
    with ctx.uow() as uow:
        return [
            uow.record(
                EVENT_OF[told.kind],
                subject=subject_of(told.policy, told.key.rpartition(":")[2]),
                data=told.data(),
            )
            for told in notices
        ]
