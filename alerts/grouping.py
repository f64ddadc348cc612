"""Problems of one group key as one alert: whether it holds, how bad it is, what it says, and its next state. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from alerts.policy import Happened, Policy, title_of
from alerts.rules import may_become
from models.alerting import AlertStatus, Severity

#: Of an event's data, lists longer than this are not kept.
_LIST = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """A subject for which a condition holds; `facts` are those of `facts_of`, of its newest event."""

    subject: str
    since: datetime
    severity: Severity
    seq: int
    facts: Mapping[str, Any]
    born: bool = False
    location_id: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Problems that make an alert, the newest last; `since` is when there were enough of them."""

    problems: Sequence[Problem]
    since: datetime

    @property
    def severity(self) -> Severity:
        """The worst of them."""
        return max((problem.severity for problem in self.problems), key=lambda severity: severity.rank)

    @property
    def newest(self) -> Problem:
        """The one that was told of last."""
        return max(self.problems, key=lambda problem: problem.seq)

    @property
    def born(self) -> bool:
        """Whether all of it was so before the policy was."""
        return all(problem.born for problem in self.problems)

    @property
    def drill(self) -> bool:
        """Whether any of it is only an exercise."""
        return any(problem.facts["data"].get("drill") is True for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of an alert: its state (None: there is no alert), since when nothing holds any more, and when to
    look again though nothing happens."""

    status: AlertStatus | None
    clear_since: datetime | None = None
    look_at: datetime | None = None


def group_of(problems: Iterable[Problem], policy: Policy) -> Group | None:
    """Return the group that problems of one key make, None when there are too few."""
    known = tuple(problems)
    if len(known) < policy.at_least or not policy.enabled:
        return None
    return Group(known, sorted(problem.since for problem in known)[policy.at_least - 1])


def next_step(
    was: AlertStatus | None, group: Group | None, policy: Policy | None, *, clear_since: datetime | None, now: datetime
) -> Step:
    """Return the next state of an open alert (`was` None: there is none); `policy` None: it is no more."""
    if group is None:
        return _ending(was, clear_since or now, policy, now)
    if was is not None and was is not AlertStatus.PENDING:
        return Step(was)
    due = group.since + (policy.for_ if policy is not None else timedelta())
    if now < due:
        return Step(AlertStatus.PENDING, look_at=due)
    return Step(AlertStatus.FIRING)


def _ending(was: AlertStatus | None, clear_since: datetime, policy: Policy | None, now: datetime) -> Step:
    if was is None or not may_become(was, AlertStatus.RESOLVED):
        return Step(None)
    until = clear_since if policy is None or not policy.enabled else clear_since + policy.keep
    return Step(AlertStatus.RESOLVED) if now >= until else Step(was, clear_since, until)


def facts_of(policy: Policy, event: Happened) -> dict[str, Any]:
    """Return what is kept of an event that says that a problem holds."""
    return {
        "text": title_of(policy, event),
        "type": event.type,
        "subject": event.subject,
        "location": event.location,
        "groups": list(event.groups),
        "data": {name: value for name, value in event.data.items() if _small(value)},
    }


def event_of(problem: Problem) -> Happened:
    """Return the event that said so, as far as it was kept."""
    facts = problem.facts
    return Happened(
        seq=problem.seq,
        type=facts["type"],
        subject=facts["subject"],
        at=problem.since,
        data=facts["data"],
        location=facts["location"],
        location_id=problem.location_id,
        groups=tuple(facts["groups"]),
    )


def title_of_group(policy: Policy, group: Group) -> str:
    """Return an alert's title: the policy's words about the newest, and how many there are beside it."""
    count = len(group.problems)
    title = title_of(policy, event_of(group.newest), count=count)
    if count == 1 or "{count}" in policy.says:
        return title
    ending = f" and {count - 1:,} more"
    return title[: 300 - len(ending)] + ending


def summary_of(group: Group) -> str:
    """Return the first of what it is about, one a line."""
    first = [str(problem.facts["text"]) for problem in group.problems[:5]]
    rest = len(group.problems) - len(first)
    return "\n".join([*first, *([f"and {rest:,} more"] if rest else [])])[:2000]


def _small(value: Any) -> bool:
    if isinstance(value, Mapping):
        return len(value) <= _LIST and not any(isinstance(inner, Mapping | list) for inner in value.values())
    if isinstance(value, list):
        return len(value) <= _LIST and not any(isinstance(inner, Mapping | list) for inner in value)
    return True
