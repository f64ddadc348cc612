"""Which state of an alert may follow which, and what is told of it when. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.alerting import AlertStatus, NoticeKind, Severity

#: What may follow. A pending alert whose condition ends was never one: its row goes.
AFTER: Mapping[AlertStatus, frozenset[AlertStatus]] = {
    AlertStatus.PENDING: frozenset({AlertStatus.FIRING}),
    AlertStatus.FIRING: frozenset({AlertStatus.ACKNOWLEDGED, AlertStatus.RESOLVED}),
    AlertStatus.ACKNOWLEDGED: frozenset({AlertStatus.FIRING, AlertStatus.RESOLVED}),
    AlertStatus.RESOLVED: frozenset(),
}


def may_become(was: AlertStatus, becomes: AlertStatus) -> bool:
    """Return whether an alert may go from one state into another."""
    return becomes in AFTER[was]


class NotifyReason(StrEnum):
    """Why something is told of an alert now."""

    FIRST = "first"
    WORSE = "worse"
    BETTER = "better"
    MORE = "more"
    REPEAT = "repeat"
    RESOLVED = "resolved"

    @property
    def kind(self) -> NoticeKind:
        """Return the kind of notice that tells it."""
        return _KIND[self]


_KIND = {
    NotifyReason.FIRST: NoticeKind.OPENED,
    NotifyReason.WORSE: NoticeKind.CHANGED,
    NotifyReason.BETTER: NoticeKind.CHANGED,
    NotifyReason.MORE: NoticeKind.CHANGED,
    NotifyReason.REPEAT: NoticeKind.REPEATED,
    NotifyReason.RESOLVED: NoticeKind.RESOLVED,
}

#: What each reason says in a notice.
WORDS: Mapping[NotifyReason, str] = {
    NotifyReason.FIRST: "New.",
    NotifyReason.WORSE: "It became worse.",
    NotifyReason.BETTER: "It became less severe.",
    NotifyReason.MORE: "It is about more now.",
    NotifyReason.REPEAT: "It goes on.",
    NotifyReason.RESOLVED: "It is over.",
}


@dataclass(frozen=True, slots=True)
class Timing:
    """When a policy tells: `wait` before the first notice, `update` between news of what became more or less severe,
    `repeat` after which it says so again (None: never)."""

    wait: timedelta = timedelta()
    update: timedelta = timedelta(seconds=300)
    repeat: timedelta | None = None


#: A policy that says nothing of time.
AT_ONCE = Timing()


@dataclass(frozen=True, slots=True)
class Sent:
    """What was last told of an alert: when, how bad it was, and about how many."""

    at: datetime
    severity: Severity
    problems: int


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """An alert as it is now; `opened_at` is None while it is pending. `clearing`: nothing holds any more, it only stays
    so that it does not flap. `taken`: how bad it was when somebody took it on whom nobody had told."""

    status: AlertStatus
    severity: Severity
    problems: int
    opened_at: datetime | None
    muted: bool
    timing: Timing
    clearing: bool = False
    taken: Severity | None = None

    @property
    def quiet(self) -> bool:
        """Whether nobody is to be called now."""
        return self.muted or self.clearing or self.opened_at is None


def needs_notify(last: Sent | None, alert: AlertFacts, now: datetime) -> NotifyReason | None:
    """Return why an alert has to be told of now, None when it has not.

    That it is over is told if and only if anything was told before, muted or not: who was called must be called off.
    """
    if alert.status is AlertStatus.RESOLVED:
        return None if last is None else NotifyReason.RESOLVED
    if alert.quiet or alert.opened_at is None:
        return None
    if last is None:
        if alert.status is AlertStatus.FIRING:
            return NotifyReason.FIRST if now >= alert.opened_at + alert.timing.wait else None
        worse = alert.taken is not None and alert.severity.rank > alert.taken.rank
        return NotifyReason.FIRST if worse else None
    if alert.severity.rank > last.severity.rank:
        return NotifyReason.WORSE
    return _in_time(last, alert, now)


def _in_time(last: Sent, alert: AlertFacts, now: datetime) -> NotifyReason | None:
    if now >= last.at + alert.timing.update:
        if alert.severity.rank < last.severity.rank:
            return NotifyReason.BETTER
        if alert.problems > last.problems:
            return NotifyReason.MORE
    repeat = alert.timing.repeat
    if alert.status is AlertStatus.FIRING and repeat is not None and now >= last.at + repeat:
        return NotifyReason.REPEAT
    return None


def next_notice_at(last: Sent | None, alert: AlertFacts) -> datetime | None:
    """Return when `needs_notify` may have another answer though nothing happens; None: never."""
    if alert.status is AlertStatus.RESOLVED or alert.quiet or alert.opened_at is None:
        return None
    if last is None:
        return alert.opened_at + alert.timing.wait if alert.status is AlertStatus.FIRING else None
    news = alert.severity is not last.severity or alert.problems > last.problems
    times = [last.at + alert.timing.update] if news else []
    if alert.status is AlertStatus.FIRING and alert.timing.repeat is not None:
        times.append(last.at + alert.timing.repeat)
    return min(times, default=None)
