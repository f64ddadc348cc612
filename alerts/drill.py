"""Drills: an incident that never was, on a location that is not there; what is said of it, and its report. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from alerts.about import StepView, ToldView
from alerts.browse import AlertView
from alerts.policy import Happened, Match, Policy, Test
from alerts.story import lasted
from models.alerting import StepState
from models.enums import DeliveryStatus
from models.events import EventType

#: The code and name of the location of drills, which no real one has.
PLACE = "DRILL"
#: Group keys and subjects of drills begin so.
KEY = "drill/"
#: How long a drill goes on when nobody ends it.
LASTS = timedelta(minutes=30)
#: So many channels at most: longer lists are not kept of an event.
MOST_CHANNELS = 20
#: A policy that needs more problems than this is not tried.
MOST_PROBLEMS = 100
_NAMED = re.compile(r"\{data\.([\w.-]+)\}")


@dataclass(frozen=True, slots=True)
class DrillAsk:
    """What somebody wants to try: a policy, on these channels and no others. `escalates`: its steps come due too, but
    tell these channels in the place of their own."""

    policy: str
    channels: tuple[str, ...]
    escalates: bool = False
    lasts: timedelta = LASTS


def incident(policy: Policy, key: str, ask: DrillAsk, *, now: datetime, by: str = "") -> Happened:
    """Return an event that the policy would take for a problem, marked as a drill that `by` began."""
    raising = policy.raises[0]
    data: dict[str, Any] = {"location": PLACE, "name": "Drill location", "open": 40}
    for name in _NAMED.findall(policy.says):
        _put(data, name, _get(data, name) or "drill")
    for test in raising.where:
        if test.field.startswith("data."):
            _put(data, test.field.removeprefix("data."), _fitting(test))
    data |= {"drill": True, "drill_channels": list(ask.channels), "drill_escalates": ask.escalates, "drill_by": by}
    return Happened(0, _type(raising), key, now, data, location=PLACE, groups=(KEY.rstrip("/"),))


def is_drill(facts: Mapping[str, Any]) -> bool:
    """Return whether what is kept of an event (`grouping.facts_of`) says that it is only an exercise."""
    return facts["data"].get("drill") is True


def rehearsed(policy: Policy | None) -> Policy | None:
    """Return a policy as a drill goes by it: what somebody ends is over at once, it does not flap."""
    return None if policy is None else replace(policy, keep=timedelta())


def steps_for(facts: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the steps of a drill's escalation: none unless asked for, and then only to the drill's own channels."""
    if not facts.get("drill_escalates") or not facts.get("drill_channels"):
        return []
    return [{**step, "notify": list(facts["drill_channels"])} for step in steps]


def report(alert: AlertView, told: Sequence[ToldView], steps: Sequence[StepView]) -> dict[str, Any]:
    """Return the after-action report: when it was told, on which channel how fast, who took it on after how long, what
    was escalated, and in words what did not go well."""
    start = alert.notified_at or alert.opened_at or alert.since
    return {
        "opened_at": _instant(alert.opened_at),
        "told": [_told(one) for one in told],
        "acknowledged_by": alert.acknowledged_by,
        "acknowledged_after_s": _seconds(start, alert.acknowledged_at),
        "resolved_by": alert.resolved_by,
        "resolved_after_s": _seconds(start, alert.resolved_at),
        "escalated": [_step(one) for one in steps],
        "findings": findings(alert, told, steps),
    }


def findings(alert: AlertView, told: Sequence[ToldView], steps: Sequence[StepView]) -> list[str]:
    """Return in words what a drill showed that should be better; empty when all went well."""
    found = []
    if alert.notified_at is None:
        found.append(f"Nobody was told: it was {alert.muted.value}." if alert.muted else "Nobody was told.")
    elif not alert.facts.get("drill_channels"):
        found.append("No channel was named, so nobody outside was told.")
    opened = [one for one in told if one.event == EventType.ALERT_OPENED]
    found += [f"{one.title} was not reached: {_MISSED[one.status]}." for one in opened if one.status in _MISSED]
    slow = [one for one in opened if (_seconds(one.owed_at, one.finished_at) or 0) > 60]
    found += [f"{one.title} was told only after {_span(one)}." for one in slow]
    if alert.acknowledged_at is None:
        found.append("Nobody acknowledged it.")
    sent = sum(one.state is StepState.SENT for one in steps)
    if sent:
        found.append(f"It had to be escalated: {sent} of {len(steps)} {'step' if len(steps) == 1 else 'steps'}.")
    return found


def _told(one: ToldView) -> dict[str, Any]:
    return {
        "channel": one.channel,
        "event": one.event,
        "status": one.status.value,
        "attempts": one.attempts,
        "after_s": _seconds(one.owed_at, one.finished_at),
    }


def _step(one: StepView) -> dict[str, Any]:
    return {"number": one.number, "state": one.state.value, "due_at": _instant(one.due_at), "why": one.why}


def _span(one: ToldView) -> str:
    return lasted(one.finished_at - one.owed_at) if one.finished_at and one.owed_at else "a while"


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return None if start is None or end is None else round((end - start).total_seconds(), 3)


def _type(match: Match) -> str:
    if not match.type.endswith("*"):
        return match.type
    return next(type_.value for type_ in EventType if type_.value.startswith(match.type.rstrip("*")))


def _fitting(test: Test) -> Any:
    """Return a value for which a test holds, as far as one can be guessed; a drill need not match to be told."""
    if test.op == "in":
        return test.value[0] if test.value else "drill"
    if test.op in ("more_than", "less_than"):
        return test.value + (1 if test.op == "more_than" else -1)
    return test.value if test.op in ("is", "at_least", "at_most", "has") else "drill"


def _get(data: Mapping[str, Any], path: str) -> Any:
    found: Any = data
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _put(data: dict[str, Any], path: str, value: Any) -> None:
    *folders, last = path.split(".")
    for name in folders:
        inside = data.get(name)
        data[name] = inside = inside if isinstance(inside, dict) else {}
        data = inside
    data[last] = value


_MISSED: Mapping[DeliveryStatus, str] = {
    DeliveryStatus.DEAD: "its message was given up",
    DeliveryStatus.PENDING: "its message was still waiting",
    DeliveryStatus.SENDING: "its message was still on its way",
}
