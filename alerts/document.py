"""What a policy document may look like: one set of shapes, which gives the JSON Schema and the faults. Pure.

How a document is read and what it matches is `policy.py`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any

from alerts.matching import expand_types
from alerts.runbooks import runbook_faults
from models.alerting import AlertLevel, Severity
from models.errors import Fault
from models.events import EventType
from models.shapes import Either, Fields, Flag, Literal, Many, Shape, Text, Whole, Word

#: How a field is compared with a value.
OPS = ("is", "is_not", "in", "not_in", "more_than", "less_than", "at_least", "at_most", "has", "exists")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: A field of an event: its type, subject, location, the location's first group or all of them, or one of its data.
FIELD = re.compile(r"type|subject|location|group|groups|data(\.[A-Za-z0-9_-]+)+")
#: What a title may name beside fields.
COUNT = "count"
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_BRACED = re.compile(r"\{([^{}]*)\}")
_LISTS = ("in", "not_in")
_NUMBERS = ("more_than", "less_than", "at_least", "at_most")
_WEEK = 7 * 24 * 3600

_FIELD = Text(120, 1, about="type, subject, location, group, groups or data.…")
_TEST = Fields(
    {"field": _FIELD, "op": Word(OPS), "value": Either({list: Many(Literal(200), 200)}, Literal(200))},
    required=("field", "op"),
    about="Compares a field of the event with a value.",
)
_MATCH: dict[str, Shape] = {
    "type": Text(64, 1, about="An event type, or a prefix such as sla.*"),
    "where": Many(_TEST, 20, about="All of them must hold."),
}
_CHANNELS = Many(Text(64, 1), 50, about="Codes of channels; empty: every channel that is a default.")
QUIET = Fields(
    {
        "from": Text(5, 5, about="A time of day such as 22:00, where the alert's location is (else UTC)."),
        "to": Text(5, 5, about="When it ends; earlier than `from`: on the next day."),
        "days": Many(Word(DAYS), 7, about="On which days it begins; empty: every day."),
    },
    required=("from", "to"),
)

POLICY = Fields(
    {
        "title": Text(200, 1),
        "description": Text(2_000),
        "enabled": Flag("Whether it watches; absent: yes."),
        "level": Word(tuple(AlertLevel), "What its alerts are about."),
        "severity": Word(tuple(Severity), "How bad they are, where `raise` does not say otherwise."),
        "raise": Many(
            Fields({**_MATCH, "severity": Word(tuple(Severity))}, required=("type",)),
            20,
            1,
            about="Events that say that a problem began. The first that matches says how bad it is.",
        ),
        "clear": Many(
            Fields(_MATCH, required=("type",)), 20, about="Events that say that a problem of the same subject is over."
        ),
        "subject": Text(120, 1, about="The field that tells problems apart; absent: the event's subject."),
        "group_by": Many(
            _FIELD,
            5,
            about="Problems alike in these fields are one alert; absent: each subject is its own; []: all are.",
        ),
        "at_least": Whole(1, 100_000, "How many problems make an alert."),
        "lasts_s": Whole(1, 4 * _WEEK, "A problem that nothing clears is over after so long."),
        "for_s": Whole(0, _WEEK, "How long it must hold before it is an alert."),
        "wait_s": Whole(
            0, 24 * 3600, "How long the first notice waits, so that what belongs together is told together."
        ),
        "keep_s": Whole(0, _WEEK, "How long an alert stays after nothing holds any more, so that it does not flap."),
        "update_s": Whole(0, _WEEK, "How often it is told at most that there are more, or that it is less severe."),
        "repeat_s": Whole(60, 4 * _WEEK, "How often it is said again while nobody acknowledged it; absent: never."),
        "storm": Fields(
            {
                "more_than": Whole(1, 100_000, "More new alerts than this become one."),
                "within_s": Whole(1, 24 * 3600, "New within this time."),
                "by": Word(("region", "network"), "One for each location's first group, or one for all."),
            },
            required=("more_than", "within_s"),
            about="More new alerts than that in so short a time are told as one, with the list.",
        ),
        "mutes": Many(
            Word(tuple(AlertLevel)),
            4,
            about="Narrower levels that its alerts mute inside them; absent: all but network's.",
        ),
        "quiet": Many(QUIET, 20, about="Nobody is called then; what still holds afterwards is told."),
        "notify": _CHANNELS,
        "escalate": Many(
            Fields(
                {
                    "after_s": Whole(0, _WEEK, "After the first notice, while nobody acknowledged it."),
                    "notify": Many(Text(64, 1), 50, 1, about="Codes of channels."),
                    "quiet": Many(QUIET, 20, about="This step waits until these are over."),
                },
                required=("after_s", "notify"),
            ),
            20,
        ),
        "says": Text(300, 1, about="The title; {location}, {data.name}, {count} and other fields stand for values."),
        "clears": Text(500, about="In words: what would end it."),
        "runbook": Text(20_000, about="Markdown: what to do."),
    },
    required=("title", "level", "severity", "raise"),
)


@lru_cache(maxsize=1)
def _schema() -> dict[str, Any]:
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Pickwatch alert policy"}
    return head | POLICY.schema()


def policy_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a policy document."""
    return dict(_schema())


def policy_faults(document: Any, *, channels: Collection[str] | None = None) -> list[Fault]:
    """Return everything wrong with a document, by JSON pointer; `channels` are the codes that exist (None: any)."""
    faults = list(POLICY.faults(document, ""))
    return faults or list(_nonsense(document, channels))


def _nonsense(document: Mapping[str, Any], channels: Collection[str] | None) -> Iterator[Fault]:
    """Yield what makes no sense though its form is right."""
    for word in ("raise", "clear"):
        for index, match in enumerate(document.get(word, ())):
            yield from _match(match, f"/{word}/{index}")
    if "subject" in document:
        yield from _field(document["subject"], "/subject")
    for index, field in enumerate(document.get("group_by", ())):
        yield from _field(field, f"/group_by/{index}")
    yield from _names(document.get("says", ""), "/says")
    if not document.get("clear") and "lasts_s" not in document:
        yield Fault("/lasts_s", "missing", "Nothing would ever end it: say what clears it, or how long it lasts.")
    if "storm" in document and document["level"] == AlertLevel.NETWORK:
        yield Fault("/storm", "not_here", "Alerts of the whole network are one already.")
    for index, level in enumerate(document.get("mutes", ())):
        if AlertLevel(level).width >= AlertLevel(document["level"]).width:
            yield Fault(f"/mutes/{index}", "not_narrower", f"{level} is not inside {document['level']}.")
    yield from _quiet(document.get("quiet", ()), "/quiet")
    yield from _known(document.get("notify", ()), "/notify", channels)
    yield from runbook_faults(document.get("runbook", ""), "/runbook")
    for index, step in enumerate(document.get("escalate", ())):
        yield from _known(step["notify"], f"/escalate/{index}/notify", channels)
        yield from _quiet(step.get("quiet", ()), f"/escalate/{index}/quiet")


def _match(match: Mapping[str, Any], at: str) -> Iterator[Fault]:
    types = expand_types([match["type"]])
    if not types:
        yield Fault(f"{at}/type", "unknown_type", f"There is no event type {match['type']}.")
    elif any(type_.startswith("alert.") for type_ in types) or match["type"] == EventType.CHANNEL_TESTED:
        yield Fault(f"{at}/type", "not_here", "An alert about alerts would never end.")
    for index, test in enumerate(match.get("where", ())):
        yield from _test(test, f"{at}/where/{index}")


def tests_faults(tests: Any, at: str) -> list[Fault]:
    """Return what is wrong with a list of tests that stands by itself, all of which must hold."""
    shape = Many(_TEST, 20)
    found = list(shape.faults(tests, at))
    if found:
        return found
    return [fault for index, test in enumerate(tests) for fault in _test(test, f"{at}/{index}")]


def _test(test: Mapping[str, Any], at: str) -> Iterator[Fault]:
    yield from _field(test["field"], f"{at}/field")
    op, value = test["op"], test.get("value")
    if op == "exists":
        if not isinstance(test.get("value", True), bool):
            yield Fault(f"{at}/value", "wrong_type", "exists takes true or false.")
    elif "value" not in test:
        yield Fault(f"{at}/value", "missing", "value is missing.")
    elif (op in _LISTS) != isinstance(value, list):
        yield Fault(f"{at}/value", "wrong_type", f"{op} takes {'a list' if op in _LISTS else 'one value'}.")
    elif op in _NUMBERS and (isinstance(value, bool) or not isinstance(value, int | float)):
        yield Fault(f"{at}/value", "wrong_type", f"{op} takes a number.")


def _field(field: str, at: str) -> Iterator[Fault]:
    if not FIELD.fullmatch(field):
        yield Fault(at, "unknown_field", "Use type, subject, location, group, groups or data.….")


def _names(template: str, at: str) -> Iterator[Fault]:
    for name in _BRACED.findall(template):
        if name != COUNT and not FIELD.fullmatch(name):
            yield Fault(
                at, "unknown_field", f"{{{name}}} is no field: use {{location}}, {{data.…}}, {{count}} and so on."
            )


def _quiet(times: Any, at: str) -> Iterator[Fault]:
    for index, time in enumerate(times):
        for end in ("from", "to"):
            if not _CLOCK.fullmatch(time[end]):
                yield Fault(f"{at}/{index}/{end}", "bad_time", "Use a time of day such as 22:00.")
        if time["from"] == time["to"]:
            yield Fault(f"{at}/{index}/to", "empty", "It ends when it begins.")


def _known(codes: Any, at: str, channels: Collection[str] | None) -> Iterator[Fault]:
    for index, code in enumerate(codes):
        if channels is not None and code not in channels:
            yield Fault(f"{at}/{index}", "unknown_channel", f"There is no channel {code}.")
