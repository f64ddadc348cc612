"""What happened to an alert in plain words, oldest first: its timeline, and the report of an incident. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from alerts.about import Happening, ToldView
from alerts.browse import AlertView
from alerts.rules import WORDS, NotifyReason
from models.alerting import Muted
from models.enums import DeliveryStatus
from models.events import EventType


class EntryKind(StrEnum):
    """What sort of line it is, for its symbol."""

    OPENED = "opened"
    CHANGED = "changed"
    ESCALATED = "escalated"
    TAKEN = "taken"
    NOTE = "note"
    ACTION = "action"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: what happened, who did it, and to which channels it was told and how that went (`told`)."""

    at: datetime
    kind: EntryKind
    words: str
    by: str
    detail: str
    told: tuple[ToldView, ...] = ()


def tell(happened: Sequence[Happening], told: Sequence[ToldView] = ()) -> list[Entry]:
    """Return the story; `told` are the deliveries of these happenings, each with the event it belongs to."""
    waiting = list(told)
    entries = []
    for each in happened:
        kind, words = _WORDS.get(each.type, (EntryKind.NOTE, each.type))
        mine = [one for one in waiting if one.event == each.type and one.at == each.at]
        waiting = [one for one in waiting if one not in mine]
        if each.type == EventType.ALERT_NOTED:
            kind, words = _noted(each.data)
        by = str(each.data.get("by") or "")
        said, detail = _with(words, by), _detail(each)
        detail = "" if detail.rstrip(".") == said else detail
        entries.append(Entry(each.at, kind, said, by or each.actor, detail, tuple(mine)))
    return entries


def untold(alert: AlertView, around: AlertView | None) -> Entry | None:
    """Return why nobody was told of an alert that is listed only; None when somebody was, or will be soon. `around` is
    what tells of it, where that may be seen."""
    if alert.notified_at is not None or alert.muted is None:
        return None
    other = f"Alert {around.id}, “{around.title}”," if around is not None else "A wider alert"
    return Entry(alert.opened_at or alert.since, EntryKind.OPENED, _UNTOLD[alert.muted].format(other=other), "", "")


def outcome(told: Sequence[ToldView]) -> str:
    """Return in words how it went to tell channels: `told ops; still to reach pager`."""
    by_state: dict[str, list[str]] = {}
    for one in told:
        by_state.setdefault(_STATES[one.status], []).append(one.title)
    return "; ".join(f"{state} {', '.join(dict.fromkeys(names))}" for state, names in by_state.items())


def lasted(span: timedelta) -> str:
    """Return how long something took: `45 s`, `12 min`, `3 h 5 min`, `2 d 4 h`."""
    seconds = max(0, round(span.total_seconds()))
    if seconds < 120:
        return f"{seconds} s"
    minutes, hours = seconds // 60, seconds // 3600
    if minutes < 120:
        return f"{minutes} min"
    if hours < 48:
        rest = minutes - hours * 60
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    rest = hours - hours // 24 * 24
    return f"{hours // 24} d {rest} h" if rest else f"{hours // 24} d"


def channels(told: Sequence[ToldView]) -> Mapping[str, int]:
    """Return how many notices went to each channel."""
    return Counter(one.channel for one in told)


def _noted(data: Mapping[str, Any]) -> tuple[EntryKind, str]:
    action, text = data.get("action"), str(data.get("text") or "")
    if not action:
        return EntryKind.NOTE, text
    return EntryKind.ACTION, text or str(action).replace("_", " ").capitalize()


def _with(words: str, by: str) -> str:
    return words.replace("{by}", f" by {by}" if by else "")


def _detail(each: Happening) -> str:
    if each.type == EventType.ALERT_NOTED:
        return ""
    why, summary = str(each.data.get("why") or ""), str(each.data.get("summary") or "")
    parts = [] if each.type == EventType.ALERT_OPENED and why == _NEW else [why]
    if each.type in (EventType.ALERT_OPENED, EventType.ALERT_CHANGED) and summary != each.data.get("title"):
        parts.append(summary)
    return " ".join(part for part in parts if part)


_WORDS: Mapping[str, tuple[EntryKind, str]] = {
    EventType.ALERT_OPENED: (EntryKind.OPENED, "Opened"),
    EventType.ALERT_CHANGED: (EntryKind.CHANGED, "Changed"),
    EventType.ALERT_REPEATED: (EntryKind.CHANGED, "Told again"),
    EventType.ALERT_ESCALATED: (EntryKind.ESCALATED, "Escalated"),
    EventType.ALERT_ACKNOWLEDGED: (EntryKind.TAKEN, "Acknowledged{by}"),
    EventType.ALERT_RESOLVED: (EntryKind.RESOLVED, "Resolved{by}"),
}
#: Why of what opens for the first time: it says no more than that.
_NEW = WORDS[NotifyReason.FIRST]
_UNTOLD: Mapping[Muted, str] = {
    Muted.STORM: "One of many that began together. {other} tells of all of them.",
    Muted.INHIBITED: "Nobody is told of it by itself. {other} is about all around it.",
    Muted.SILENCED: "Nobody is told: it is silenced.",
    Muted.BORN: "Nobody is told: it was so before its policy was made or edited.",
    Muted.QUIET: "Nobody is called in the quiet time of its policy.",
}
_STATES: Mapping[DeliveryStatus, str] = {
    DeliveryStatus.PENDING: "still to reach",
    DeliveryStatus.SENDING: "still to reach",
    DeliveryStatus.DELIVERED: "told",
    DeliveryStatus.DEAD: "could not reach",
    DeliveryStatus.SUPERSEDED: "no longer needed for",
}
