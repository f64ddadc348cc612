"""What the kit tries: a channel of every kind, notices of every kind and severity, and text that wants to do harm."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from alerts.connectors.base import ChannelFacts, Sending
from alerts.envelope import EventFacts
from alerts.notice import EVENT_OF, Notice, instant, key_of
from models.alerting import AlertLevel, AlertStatus, NoticeKind, ReceiverKind, Severity

NOW = datetime(2026, 11, 27, 15, 4, 5, tzinfo=UTC)
SINCE = NOW - timedelta(minutes=12)
SECRET_OF: Mapping[ReceiverKind, str] = {
    ReceiverKind.WEBHOOK: "whsec_" + base64.b64encode(b"kit-secret-of-the-webhook-0123456789").decode(),
    ReceiverKind.PAGERDUTY: "R0K1TSECRET2ABCDEF3GHIJKL4MNOPQR",
    ReceiverKind.OPSGENIE: "0p5gen1e-kit0-secr-et00-123456789abc",
    ReceiverKind.JSM: "j5m00000-kit0-secr-et00-123456789abc",
    ReceiverKind.ALERTMANAGER: "kit-secret/alert&manager",
    ReceiverKind.GRAFANA: "https://oncall.example.com/integrations/v1/formatted_webhook/kitSecretToken123/",
    ReceiverKind.SLACK: "https://hooks.slack.example.com/services/T0/B0/kitSecretToken123",
    ReceiverKind.TEAMS: "https://prod-1.logic.example.com/workflows/ab/triggers/run?sig=kitSecretToken123&sv=1.0",
    ReceiverKind.SERVICENOW_EVENT: "kit secret \u00fcber now",
    ReceiverKind.SERVICENOW_INCIDENT: "kit-secret-incident",
    ReceiverKind.EMAIL: "kit-secret-mail",
}
URL_OF: Mapping[ReceiverKind, str] = {
    ReceiverKind.WEBHOOK: "https://hooks.example.com/pickwatch",
    ReceiverKind.ALERTMANAGER: "https://alertmanager.example.com/prefix",
    ReceiverKind.SERVICENOW_EVENT: "https://kit.service-now.example.com",
    ReceiverKind.SERVICENOW_INCIDENT: "https://kit.service-now.example.com/",
}
CONFIG_OF: Mapping[ReceiverKind, dict[str, Any]] = {
    ReceiverKind.OPSGENIE: {"region": "eu", "teams": ["Store operations"], "tags": ["retail"]},
    ReceiverKind.ALERTMANAGER: {"user": "pickwatch"},
    ReceiverKind.SERVICENOW_EVENT: {"user": "integration"},
    ReceiverKind.SERVICENOW_INCIDENT: {"user": "integration", "assignment_group": "Store operations"},
    ReceiverKind.EMAIL: {
        "host": "smtp.example.com",
        "user": "pickwatch",
        "sender": "pickwatch@example.com",
        "recipients": ["ops@example.com", "kim.lee@example.com"],
    },
}
BOT = {"secret": "xoxb-kit-01234567", "config": {"mode": "bot", "channel": "#ops"}}
PREVIOUS = "whsec_" + base64.b64encode(b"kit-secret-of-yesterday-9876543210").decode()
LINKS = {
    "acknowledge": "https://pickwatch.example.com/act/ack-token?a=1&b=2",
    "resolve": "https://pickwatch.example.com/act/resolve-token",
}


def channel(kind: ReceiverKind, **changes: Any) -> ChannelFacts:
    """Return a channel whose settings are right."""
    facts = ChannelFacts(
        code=f"{kind.value}-1",
        kind=kind,
        url=URL_OF.get(kind, ""),
        secret=SECRET_OF.get(kind, ""),
        config=CONFIG_OF.get(kind, {}),
    )
    return replace(facts, **changes)


_STATUS = {NoticeKind.ACKNOWLEDGED: AlertStatus.ACKNOWLEDGED, NoticeKind.RESOLVED: AlertStatus.RESOLVED}


def notice(kind: NoticeKind = NoticeKind.OPENED, severity: Severity = Severity.CRITICAL, **changes: Any) -> Notice:
    """Return what is told of one location that is Non-Compliant."""
    told = Notice(
        kind=kind,
        alert=481,
        key=key_of("location-non-compliant", "location/ATL01"),
        policy="location-non-compliant",
        policy_version=3,
        level=AlertLevel.LOCATION,
        severity=severity,
        status=_STATUS.get(kind, AlertStatus.FIRING),
        title="Atlanta Midtown (ATL01) is Non-Compliant",
        summary="12 of 40 open shipments are late, 9 more are at risk. Dominant cause: waiting in the queue.",
        since=instant(SINCE),
        labels={"policy": "location-non-compliant", "location": "ATL01", "group": "us-south"},
        facts={"open": 40, "late": 12, "at_risk": 9, "cause": "queue"},
        location="ATL01",
        group="us-south",
        count=1,
        problems=(
            {
                "subject": "location/ATL01",
                "text": "Atlanta Midtown: 12 late of 40 & 9 at risk",
                "url": "https://pickwatch.example.com/locations/ATL01",
            },
        ),
        clears="fewer than 8 % of its open shipments are late for 5 minutes",
        why="30 % of the open shipments are late; the limit is 10 %.",
        by="Kim Lee" if kind in (NoticeKind.ACKNOWLEDGED, NoticeKind.RESOLVED) else None,
        url="https://pickwatch.example.com/alerts/481",
        runbook_url="https://pickwatch.example.com/runbooks/location-non-compliant",
        notify=("pagers",),
    )
    return replace(told, **changes)


def event(told: Notice) -> EventFacts:
    """Return the event that carries a notice."""
    return EventFacts("evt_0481", EVENT_OF[told.kind].value, "alert/x/y", NOW - timedelta(seconds=2), told.data())


def sending(told: Notice, **changes: Any) -> Sending:
    """Return an attempt to tell it."""
    attempt = Sending(event(told), NOW, "https://pickwatch.example.com", links=LINKS)
    return replace(attempt, **changes)


HARM = (
    "\x00\x01\x07\x1b[31m NUL and controls\x7f",
    "CR\r\nLF\r\n.\r\nBcc: eve@example.com\r\n\r\n<script>alert(1)</script>",
    "\"quotes\" \\back\\slash\\ 'single' `tick` {{mustache}} ${dollar} %s %n",
    "<!channel> <!here> @channel @everyone <@U0123> <https://evil.example.com|click> &amp; &lt;b&gt;",
    "**bold** _em_ [link](javascript:alert(1)) # head | table | ~strike~ > quote",
    "👩‍👩‍👧‍👦🏳️‍🌈🇺🇸🇩🇪👍🏽é̂́" * 40,
    "\u202eevil\u202c שלום عالم \u2066mixed\u2069 \u200f",
    "\ud800 half \udfff",
    "",
    " \t\n ",
    "z" * 1_000_000,
    "😀" * 300_000,
    "e" + "\u0301" * 100_000,
)


def hostile(kind: NoticeKind, text: str) -> Notice:
    """Return a notice in which everything that comes from outside is this text."""
    deep: Any = text
    for _ in range(20):
        deep = {"in": [deep]}
    return notice(
        kind,
        title=text,
        summary=text,
        key=key_of("p", text),
        labels={"location": text, text[:2000]: "name", "n": "1"},
        facts={"text": text, "deep": deep, "many": list(range(5000)), "not": float("nan"), text[:500]: 1},
        location=text,
        group=text,
        count=10**9,
        problems=({"subject": text, "text": text, "url": f"javascript:{text}"},) * 40,
        clears=text,
        why=text,
        by=text,
        url=f"https://pickwatch.example.com/{text}",
        runbook_url=text,
    )
