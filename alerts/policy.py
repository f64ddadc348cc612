"""A policy as the engine uses it: read from its document, matched against events. Pure.

What a document may say is `document.py`; what comes of a match is `grouping.py` and `rules.py`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from alerts.matching import type_matches
from alerts.quiet import Quiet, quiet_times
from alerts.rules import AT_ONCE, Timing
from models.alerting import AlertLevel, Severity
from models.enums import Compliance

_BRACED = re.compile(r"\{([^{}]*)\}")
#: How words of the program are written for people.
_SPOKEN: Mapping[str, str] = {
    Compliance.COMPLIANT: "Compliant",
    Compliance.AT_RISK: "At Risk",
    Compliance.NON_COMPLIANT: "Non-Compliant",
}
#: A storm's parent has a group key of this beginning, and nothing else has.
STORM = "storm:"
#: A group key is at most so long, so that with its policy's code it fits into what tools and events know it by.
KEY = 128
#: A subject is at most so long; of longer ones and longer keys the rest becomes a hash.
SUBJECT = 200


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as policies see it. `groups` are its location's, in the owner's order."""

    seq: int
    type: str
    subject: str
    at: datetime
    data: Mapping[str, Any]
    location: str | None = None
    location_id: int | None = None
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Test:
    """Compares a field of an event with a value."""

    field: str
    op: str
    value: Any = True


@dataclass(frozen=True, slots=True)
class Match:
    """Events of a type, or of types with a common prefix, for which every test holds."""

    type: str
    where: tuple[Test, ...] = ()
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Storm:
    """More than so many new alerts within so long are one: per region, or for the network."""

    more_than: int
    within: timedelta
    by_region: bool = True


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy; durations are zero or None where the document says nothing. `group_by` None: each subject is alone."""

    code: str
    version: int
    title: str
    level: AlertLevel
    severity: Severity
    raises: tuple[Match, ...]
    clears: tuple[Match, ...] = ()
    from_seq: int = 0
    enabled: bool = True
    subject: str = "subject"
    group_by: tuple[str, ...] | None = None
    at_least: int = 1
    lasts: timedelta | None = None
    for_: timedelta = timedelta()
    keep: timedelta = timedelta()
    timing: Timing = AT_ONCE
    storm: Storm | None = None
    mutes: frozenset[AlertLevel] = frozenset()
    quiet: tuple[Quiet, ...] = ()
    notify: tuple[str, ...] = ()
    says: str = ""
    clears_words: str = ""
    escalate: tuple[Mapping[str, Any], ...] = ()

    @property
    def types(self) -> frozenset[str]:
        """Return the types, and prefixes of types, that it looks at."""
        return frozenset(match.type for match in (*self.raises, *self.clears))


def parse_policy(document: Mapping[str, Any], *, code: str, version: int = 0, from_seq: int = 0) -> Policy:
    """Read a document that has no faults."""
    level = AlertLevel(document["level"])
    storm, lasts, repeat = document.get("storm"), document.get("lasts_s"), document.get("repeat_s")
    return Policy(
        code=code,
        version=version,
        from_seq=from_seq,
        title=document["title"],
        level=level,
        severity=Severity(document["severity"]),
        raises=tuple(_match(one) for one in document["raise"]),
        clears=tuple(_match(one) for one in document.get("clear", ())),
        enabled=document.get("enabled", True),
        subject=document.get("subject", "subject"),
        group_by=tuple(document["group_by"]) if "group_by" in document else None,
        at_least=int(document.get("at_least", 1)),
        lasts=None if lasts is None else timedelta(seconds=lasts),
        for_=_seconds(document, "for_s"),
        keep=_seconds(document, "keep_s"),
        timing=Timing(
            wait=_seconds(document, "wait_s"),
            update=_seconds(document, "update_s", default=300),
            repeat=None if repeat is None else timedelta(seconds=repeat),
        ),
        storm=None if storm is None else _storm(storm),
        mutes=_mutes(document, level),
        quiet=quiet_times(document.get("quiet", ())),
        notify=tuple(document.get("notify", ())),
        says=document.get("says", ""),
        clears_words=document.get("clears", ""),
        escalate=tuple(document.get("escalate", ())),
    )


def raised(policy: Policy, event: Happened) -> Severity | None:
    """Return how bad a problem is that the event says began, None when it says no such thing."""
    for match in policy.raises:
        if matches(match, event):
            return match.severity or policy.severity
    return None


def cleared(policy: Policy, event: Happened) -> bool:
    """Return whether the event says that a problem of its subject is over; what raises does not clear."""
    return any(matches(match, event) for match in policy.clears) and raised(policy, event) is None


def matches(match: Match, event: Happened) -> bool:
    """Return whether an event is of the type and every test holds."""
    return type_matches((match.type,), event.type) and all(holds(test, event) for test in match.where)


def holds(test: Test, event: Happened) -> bool:
    """Return whether a test holds; a field that is not there equals nothing, and is neither more nor less."""
    found = field_of(event, test.field)
    if test.op == "exists":
        return (found is not None) is bool(test.value)
    if test.op in ("is", "is_not"):
        return _same(found, test.value) == (test.op == "is")
    if test.op in ("in", "not_in"):
        return any(_same(found, one) for one in test.value) == (test.op == "in")
    if test.op == "has":
        return str(test.value) in found if isinstance(found, str) else _listed(test.value, found)
    return _compared(found, test.op, test.value)


def field_of(event: Happened, field: str) -> Any:
    """Return the value of a field, None when it is not there."""
    if field.startswith("data."):
        value: Any = event.data
        for part in field.split(".")[1:]:
            value = value.get(part) if isinstance(value, Mapping) else None
        return value
    if field == "group":
        return event.groups[0] if event.groups else None
    return getattr(event, field)


def subject_of(policy: Policy, event: Happened) -> str:
    """Return what tells the event's problem apart from others of the policy."""
    return shortened(_text(field_of(event, policy.subject)) or event.subject, most=SUBJECT)


def group_key_of(policy: Policy, event: Happened) -> str:
    """Return which alert the event's problem is a part of: the values of `group_by`, or its subject."""
    values = [_text(field_of(event, field)) for field in policy.group_by or ()]
    escaped = [value.replace("%", "%25").replace("/", "%2F") for value in values]
    key = subject_of(policy, event) if policy.group_by is None else values[0] if len(values) == 1 else "/".join(escaped)
    if key.startswith(STORM):  # anybody's word must not pass for a storm's parent
        key = key.replace(":", "%3A", 1)
    return shortened(key or "all")


def labels_of(policy: Policy, event: Happened) -> dict[str, str]:
    """Return the identity of the alert that the event's problem is a part of: the same for all of its group.

    Where it is stands there only if the group is about one place. The severity is none of it: it may change.
    """
    labels = {"alertname": policy.code, "policy": policy.code, "level": policy.level.value}
    fields = (policy.subject,) if policy.group_by is None else policy.group_by
    labels |= {field.rpartition(".")[2]: _text(field_of(event, field)) for field in fields}
    if is_local(policy) and event.location is not None:
        labels["location"] = event.location
    group = field_of(event, "group")
    if (is_local(policy) or "group" in fields) and group is not None:
        labels["group"] = group
    return {name: value for name, value in labels.items() if value}


def is_local(policy: Policy) -> bool:
    """Return whether each of the policy's alerts is at one location."""
    if policy.group_by is None:
        return policy.level in (AlertLevel.LOCATION, AlertLevel.SHIPMENT)
    return "location" in policy.group_by or "data.location" in policy.group_by or "subject" in policy.group_by


def title_of(policy: Policy, event: Happened, *, count: int = 1) -> str:
    """Return the title: what the policy says, with the event's values."""

    def value(braced: re.Match[str]) -> str:
        text = str(count) if braced[1] == "count" else _text(field_of(event, braced[1]))
        return _SPOKEN.get(text, text)

    return _BRACED.sub(value, policy.says or policy.title)[:300]


def shortened(key: str, *, most: int = KEY) -> str:
    """Return a key of at most so many characters that differs where the long ones do."""
    if len(key) <= most:
        return key
    return key[: most - 17] + "~" + hashlib.sha256(key.encode()).hexdigest()[:16]


def _match(document: Mapping[str, Any]) -> Match:
    where = tuple(Test(one["field"], one["op"], one.get("value", True)) for one in document.get("where", ()))
    severity = document.get("severity")
    return Match(document["type"], where, None if severity is None else Severity(severity))


def _storm(document: Mapping[str, Any]) -> Storm:
    within = timedelta(seconds=document["within_s"])
    return Storm(int(document["more_than"]), within, by_region=document.get("by", "region") == "region")


def _mutes(document: Mapping[str, Any], level: AlertLevel) -> frozenset[AlertLevel]:
    if "mutes" in document:
        return frozenset(AlertLevel(word) for word in document["mutes"])
    if level is AlertLevel.NETWORK:  # a dead channel says nothing about stores
        return frozenset()
    return frozenset(narrower for narrower in AlertLevel if narrower.width < level.width)


def _seconds(document: Mapping[str, Any], name: str, *, default: int = 0) -> timedelta:
    return timedelta(seconds=document.get(name, default))


def _same(found: Any, wanted: Any) -> bool:
    """Equal as JSON: true is not 1, and text is no number."""
    return isinstance(found, bool) == isinstance(wanted, bool) and bool(found == wanted)


def _listed(wanted: Any, found: Any) -> bool:
    return isinstance(found, list | tuple) and any(_same(one, wanted) for one in found)


def _compared(found: Any, op: str, wanted: Any) -> bool:
    if isinstance(found, bool) or not isinstance(found, int | float):
        return False
    return bool(
        {
            "more_than": found > wanted,
            "less_than": found < wanted,
            "at_least": found >= wanted,
            "at_most": found <= wanted,
        }[op]
    )


def _text(value: Any) -> str:
    if value is None or isinstance(value, Mapping):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(_text(one) for one in value) if isinstance(value, list | tuple) else str(value)
