"""What one `alert.*` event tells, as every channel reads it: self-contained, so that a connector needs no database.

Pure. `alerts/telling.py` writes `Notice.data()` as the event's data; `alerts/connectors` read it back with
`Notice.of`. The order in which notices of one alert are sent is the order of the feed within one subject.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from alerts.envelope import EventFacts, rfc3339
from models.alerting import AlertLevel, AlertStatus, NoticeKind, Severity
from models.events import EventType

EVENT_OF: Mapping[NoticeKind, EventType] = {
    NoticeKind.OPENED: EventType.ALERT_OPENED,
    NoticeKind.CHANGED: EventType.ALERT_CHANGED,
    NoticeKind.REPEATED: EventType.ALERT_REPEATED,
    NoticeKind.ESCALATED: EventType.ALERT_ESCALATED,
    NoticeKind.ACKNOWLEDGED: EventType.ALERT_ACKNOWLEDGED,
    NoticeKind.RESOLVED: EventType.ALERT_RESOLVED,
    NoticeKind.TEST: EventType.CHANNEL_TESTED,
}
#: Types of events that name the channels they are for.
NOTICES = frozenset(type_.value for type_ in EVENT_OF.values())
#: Characters of a key, and how many at its end are a hash when it would have been longer.
MOST_KEY, HASHED = 255, 33
#: Problems named in a notice; `count` says how many there are.
NAMED = 20


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell about an alert.

    `key` is the same for every notice and every episode of one policy and group key, and other than that of every other
    alert: what tools join by. `labels` are identity and never change while the alert is open; `facts` may. `problems`
    are the first of the `count` subjects it is about: `{"subject", "text", "url"}`. `notify` are codes of channels.
    """

    kind: NoticeKind
    alert: int
    key: str
    policy: str
    policy_version: int
    level: AlertLevel
    severity: Severity
    status: AlertStatus
    title: str
    summary: str
    since: str
    labels: dict[str, str] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    location: str | None = None
    group: str | None = None
    count: int = 1
    problems: tuple[dict[str, str], ...] = ()
    clears: str = ""
    why: str = ""
    by: str | None = None
    url: str = ""
    runbook_url: str = ""
    drill: bool = False
    notify: tuple[str, ...] = ()

    @property
    def over(self) -> bool:
        """Whether it tells that the alert is resolved."""
        return self.kind is NoticeKind.RESOLVED

    def data(self) -> dict[str, Any]:
        """Return the event's `data`."""
        data = asdict(self)
        return {**data, "problems": list(self.problems), "notify": list(self.notify)}

    @staticmethod
    def of(event: EventFacts) -> Notice:
        """Read it back from an event; fields this program does not know yet are left out."""
        data = {name: event.data[name] for name in Notice.__slots__ if name in event.data}
        data["kind"] = NoticeKind(data["kind"])
        data["level"] = AlertLevel(data["level"])
        data["severity"] = Severity(data["severity"])
        data["status"] = AlertStatus(data["status"])
        data["problems"] = tuple(data.get("problems", ()))
        data["notify"] = tuple(data.get("notify", ()))
        return Notice(**data)


def key_of(policy: str, group_key: str) -> str:
    """Return what incident tools know an alert by; at most 255 characters, as PagerDuty's `dedup_key` asks."""
    return _within(f"pickwatch:{policy}:{group_key}", MOST_KEY)


def subject_of(policy: str, group_key: str) -> str:
    """Return the subject of an alert's events: notices of one key reach each channel in the order of the feed."""
    return _within(f"alert/{policy}/{group_key}", 200)


def _within(text: str, most: int) -> str:
    """Return the text, or of a longer one its beginning and its hash: two that begin alike stay two."""
    if len(text) <= most:
        return text
    return f"{text[: most - HASHED]}~{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def instant(at: datetime) -> str:
    """Return an instant as notices write it."""
    return rfc3339(at)
