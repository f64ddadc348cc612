"""Making, changing and ending a silence, as forms; what was meant by what was typed. Times are at the clock of whoever
types them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from alerts.browse import AlertView
from alerts.silence_rows import SilenceView
from alerts.silences import Matcher
from dashboard.present.reading import Reading
from dashboard.views.forms import Form, FormField
from models.errors import DomainError, Fault, invalid

_MATCHER = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_.-]*)\s*(=~|!~|!=|=)\s*(.*?)\s*")
_UNTIL = "until"
#: How long it lasts, and the words for it.
_LASTS = (("60", "1 hour"), ("120", "2 hours"), ("240", "4 hours"), ("480", "8 hours"), ("1440", "1 day"))
_LENGTHS = [*_LASTS, ("10080", "1 week"), (_UNTIL, "Until a time")]
_LOOK, _MAKE, _CHANGE = "Show what it silences", "Silence", "Save the change"


class SilenceAction(StrEnum):
    """What may be done."""

    MAKE = "make"
    CHANGE = "change"
    END = "end"


@dataclass(frozen=True, slots=True)
class Meant:
    """A silence as it was typed; `starts_at` None is now."""

    matchers: tuple[Matcher, ...]
    reason: str
    starts_at: datetime | None
    ends_at: datetime


def href_of(alert_id: int) -> str:
    """Return the address that opens the form for an alert."""
    return f"/alerts/silences?of={alert_id}"


def make(alert: AlertView | None, zone: str) -> Form:
    """Return the form of a new silence, filled in with the labels of an alert."""
    labels = {} if alert is None else {k: v for k, v in alert.labels.items() if k not in _said_already(alert)}
    return Form(
        action=SilenceAction.MAKE.value,
        title="New silence",
        explain="Alerts stay on the page and on the map; nobody is told of those that match until it ends.",
        button=_LOOK,
        fields=_fields("\n".join(f"{name}={value}" for name, value in sorted(labels.items())), zone),
    )


def change(one: SilenceView, zone: str) -> Form:
    """Return the form that changes a silence."""
    lines = "\n".join(_line(each) for each in one.matchers)
    fields = _fields(lines, zone)
    values = {"lasts": _UNTIL, "ends": _local(one.ends_at, zone), "starts": _local(one.starts_at, zone)}
    return Form(
        action=SilenceAction.CHANGE.value,
        title="Change the silence",
        explain="What is changed counts at once.",
        button=_LOOK,
        fields=[replace(each, value=(values | {"reason": one.reason}).get(each.name, each.value)) for each in fields],
    )


def end() -> Form:
    """Return the question before a silence is ended."""
    return Form(
        action=SilenceAction.END.value,
        title="End the silence now",
        explain="Alerts that it keeps quiet, and that still hold, are told at once. It cannot be started again; a new "
        "one can be made.",
        button="End it now",
    )


def looked_at(form: Form, given: Mapping[str, str]) -> Form:
    """Return the form after what it silences was shown: the next press carries it out."""
    button = _CHANGE if form.action == SilenceAction.CHANGE else _MAKE
    fields = [replace(each, value=given.get(each.name, ""), fault="") for each in form.fields]
    return replace(form, fields=fields, button=button, fault="")


def matchers_in(given: Mapping[str, str]) -> tuple[Matcher, ...]:
    """Return what is to be silenced, whatever else is still to be typed; raises INVALID."""
    reading = Reading(given, "UTC")
    matchers = _matchers(given, reading)
    if reading.faults:
        raise invalid(reading.faults)
    return matchers


def read(given: Mapping[str, str], zone: str, now: datetime) -> Meant:
    """Return what was meant; raises INVALID with every fault, pointers `/{field}`."""
    reading = Reading(given, zone)
    matchers = _matchers(given, reading)
    starts_at = reading.instant("starts") if given.get("starts", "").strip() else None
    lasts = reading.choice("lasts", [value for value, _ in _LENGTHS])
    ends_at = now
    if lasts == _UNTIL:
        ends_at = reading.instant("ends")
    elif lasts:
        ends_at = (starts_at or now) + timedelta(minutes=int(lasts) if lasts.isdecimal() else 0)
    reason = reading.text("reason", most=500, missing="Say why: somebody will ask.")
    if reading.faults:
        raise invalid(reading.faults)
    return Meant(matchers, reason, starts_at, ends_at)


def at_fields(error: DomainError) -> DomainError:
    """Return a refusal with its faults at the fields of the form."""
    names = {"matchers": "matchers", "ends_at": "ends", "starts_at": "starts", "reason": "reason"}

    def placed(fault: Fault) -> Fault:
        name = fault.pointer.strip("/").partition("/")[0]
        return replace(fault, pointer=f"/{names.get(name, name)}")

    return DomainError(error.code, error.message, faults=[placed(fault) for fault in error.faults])


def _said_already(alert: AlertView) -> set[str]:
    """Return the labels that say nothing which the others do not: the silence of an alert is made without them."""
    place = alert.labels.get("location")
    if place is None:
        return {"alertname", "level"}
    same = {"subject"} if alert.labels.get("subject") == f"location/{place}" else set()
    return {"alertname", "level", "group"} | same


def _fields(lines: str, zone: str) -> list[FormField]:
    clock = f"At your clock ({zone.replace('_', ' ')})"
    return [
        FormField(
            "matchers",
            "What",
            "area",
            value=lines,
            hint="One condition a line, all of them count: location=chi-0, group=~east|west, policy!=location-stalled",
            required=True,
        ),
        FormField("reason", "Why", hint="Everybody sees it, with your name.", required=True),
        FormField("lasts", "How long", "select", value="120", options=list(_LENGTHS)),
        FormField("ends", "Until", "datetime-local", hint=f"{clock}; only when it lasts until a time."),
        FormField("starts", "From", "datetime-local", hint=f"{clock}; empty: from now."),
    ]


def _matchers(given: Mapping[str, str], reading: Reading) -> tuple[Matcher, ...]:
    lines = [line for line in given.get("matchers", "").splitlines() if line.strip()]
    if not lines:
        reading.fault("matchers", "missing", "What is to be silenced: a line such as location=chi-0.")
    return tuple(_matcher(line, reading) for line in lines)


def _matcher(line: str, reading: Reading) -> Matcher:
    found = _MATCHER.fullmatch(line)
    if found is None:
        reading.fault("matchers", "unreadable", f"This is no condition: {line.strip()[:60]}")
        return Matcher("", "")
    name, sign, value = found.groups()
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = value[1:-1]
    return Matcher(name, value, is_regex=sign in ("=~", "!~"), is_equal=sign in ("=", "=~"))


def _line(one: Matcher) -> str:
    sign = ("=~" if one.is_regex else "=") if one.is_equal else ("!~" if one.is_regex else "!=")
    return f"{one.name}{sign}{one.value}"


def _local(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"


def known_zone(name: str) -> str:
    """Return the zone of that name, UTC when there is none."""
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):
        return UTC.tzname(None) or "UTC"
