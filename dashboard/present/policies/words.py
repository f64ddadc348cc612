"""An alert policy in words: what opens it, what clears it, who is told when. Pure. The document is one that has no
faults (`alerts/document.py`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dashboard import format as say
from dashboard.views.policies import Clause
from models.alerting import AlertLevel, Severity

Document = Mapping[str, Any]

SEVERITY_WORDS: dict[Severity, str] = {
    Severity.INFO: "Info",
    Severity.WARNING: "Warning",
    Severity.ERROR: "Error",
    Severity.CRITICAL: "Critical",
}
LEVEL_WORDS: dict[AlertLevel, str] = {
    AlertLevel.NETWORK: "the network",
    AlertLevel.GROUP: "a group of locations",
    AlertLevel.LOCATION: "a location",
    AlertLevel.SHIPMENT: "a shipment",
}
_DAYS = {"mon": "Mon", "tue": "Tue", "wed": "Wed", "thu": "Thu", "fri": "Fri", "sat": "Sat", "sun": "Sun"}
_OPS = {
    "is": "is",
    "is_not": "is not",
    "in": "is one of",
    "not_in": "is none of",
    "more_than": "is more than",
    "less_than": "is less than",
    "at_least": "is at least",
    "at_most": "is at most",
    "has": "has",
}
DEFAULTS = "the default channels"


def summary(document: Document) -> str:
    """Return the policy in a sentence: how bad, who is told when, what clears it."""
    parts = [f"{severities(document)}, told to {channels(document.get('notify', ()))}{_after(document)}"]
    steps = [f"{channels(step['notify'])} after {_span(step['after_s'])}" for step in document.get("escalate", ())]
    if steps:
        parts.append(f"escalates to {', then '.join(steps)}")
    return f"{', '.join(parts)}; {cleared(document)}."


def severities(document: Document) -> str:
    """Return how bad its alerts are: "Critical", "Warning or critical"."""
    found = {Severity(match.get("severity", document["severity"])) for match in document["raise"]}
    words = [SEVERITY_WORDS[one] for one in sorted(found, key=lambda one: one.rank)]
    return " or ".join([words[0], *(word.lower() for word in words[1:])])


def channels(codes: Sequence[str]) -> str:
    """Return who is told: "ops-pagerduty and ops-mail"."""
    return _and(list(codes)) if codes else DEFAULTS


def cleared(document: Document) -> str:
    """Return what ends it: "cleared when …"."""
    if document.get("clears"):
        said = str(document["clears"]).rstrip(".")
        return f"cleared when {said[:1].lower()}{said[1:]}"
    found = [match_words(match) for match in document.get("clear", ())]
    if found:
        return f"cleared by {' or '.join(found)}"
    return f"over by itself after {_span(document['lasts_s'])}"


def _after(document: Document) -> str:
    held, waits = document.get("for_s", 0), document.get("wait_s", 0)
    if held:
        later = f", {_span(waits)} later" if waits else ""
        return f" once it held for {_span(held)}{later}"
    return f" after {_span(waits)}" if waits else " at once"


def match_words(match: Document) -> str:
    """Return which events match: "sla.location.changed where to is non_compliant"."""
    tests = [test_words(test) for test in match.get("where", ())]
    return f"{match['type']} where {' and '.join(tests)}" if tests else str(match["type"])


def test_words(test: Document) -> str:
    """Return a test: "to is non_compliant"."""
    field, op = str(test["field"]).removeprefix("data."), test["op"]
    if op == "exists":
        return f"{field} is there" if test.get("value", True) else f"{field} is not there"
    return f"{field} {_OPS[op]} {_value(test['value'])}"


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(_value(one) for one in value) if isinstance(value, list) else str(value)


def clauses(document: Document) -> list[Clause]:
    """Return all that the policy says, under heads."""
    told = [
        ("Opens by", list(_opens(document))),
        ("Ends by", list(_ends(document))),
        ("One alert is", list(_one(document))),
        ("Tells", list(_tells(document))),
        ("Escalates", list(_escalates(document))),
        ("Quiet", [quiet_words(time) for time in document.get("quiet", ())]),
        ("Runbook", _runbook(document)),
    ]
    return [Clause(title, title, lines) for title, lines in told if lines]


def _opens(document: Document) -> Iterator[str]:
    for match in document["raise"]:
        severity = Severity(match.get("severity", document["severity"]))
        yield f"{match_words(match)}: {SEVERITY_WORDS[severity].lower()}"
    if document.get("for_s"):
        yield f"It must hold for {_span(document['for_s'])}."
    if document.get("at_least", 1) > 1:
        yield f"Only {document['at_least']} such problems make an alert."


def _ends(document: Document) -> Iterator[str]:
    if document.get("clears"):
        yield str(document["clears"])
    for match in document.get("clear", ()):
        yield match_words(match)
    if "lasts_s" in document:
        yield f"By itself after {_span(document['lasts_s'])}."
    if document.get("keep_s"):
        yield f"It stays for {_span(document['keep_s'])} after nothing holds any more, so that it does not flap."


def _one(document: Document) -> Iterator[str]:
    level = LEVEL_WORDS[AlertLevel(document["level"])]
    yield f"About {level}. {_grouped(document)}"
    storm = document.get("storm")
    if storm:
        by = "each region" if storm.get("by", "region") == "region" else "the whole network"
        yield f"More than {storm['more_than']} new ones within {_span(storm['within_s'])} are told as one for {by}."
    if "mutes" in document:
        muted = _and([str(level) for level in document["mutes"]])
        yield f"It mutes narrower alerts inside it: {muted}." if muted else "It mutes no other alerts."


def _grouped(document: Document) -> str:
    if "group_by" not in document:
        return "Each subject has its own."
    fields = [str(field).removeprefix("data.") for field in document["group_by"]]
    return f"Problems alike in {_and(fields)} are one." if fields else "All problems are one."


def _tells(document: Document) -> Iterator[str]:
    told = channels(document.get("notify", ()))
    yield f"{told[:1].upper()}{told[1:]}{_after(document)}."
    if document.get("repeat_s"):
        yield f"Again every {_span(document['repeat_s'])} while nobody acknowledged it."
    if document.get("says"):
        yield f"As: {document['says']}"


def _escalates(document: Document) -> Iterator[str]:
    for step in document.get("escalate", ()):
        quiet = [quiet_words(time) for time in step.get("quiet", ())]
        waits = f" It waits {_and(quiet).lower()}." if quiet else ""
        yield f"To {channels(step['notify'])} after {_span(step['after_s'])} without acknowledgement.{waits}"


def quiet_words(time: Document) -> str:
    """Return quiet times: "From 22:00 to 06:00 on Sat and Sun, the time where it is"."""
    days = _and([_DAYS[day] for day in time.get("days", ())])
    on = f" on {days}" if days else ""
    return f"From {time['from']} to {time['to']}{on}, the time where it is"


def _runbook(document: Document) -> list[str]:
    """Return the heads of the runbook, else how long it is."""
    lines = str(document.get("runbook", "")).splitlines()
    heads = [line.lstrip("# ").strip() for line in lines if line.startswith("#")]
    if heads:
        return heads
    return [say.plural(len(lines), "line")] if lines else []


def _span(seconds: float) -> str:
    return say.duration(seconds)


def _and(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
