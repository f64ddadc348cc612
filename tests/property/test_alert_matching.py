"""Policies match as their documents say: compared with a naive reading, and with the published schema."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import jsonschema
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.document import OPS, POLICY, policy_faults, policy_schema
from alerts.grouping import facts_of
from alerts.policy import Happened, cleared, group_key_of, labels_of, parse_policy, raised, title_of
from backend.alerting.defaults import DEFAULT_POLICIES
from backend.alerting.feed import intents_of

scalars = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from(["", "a", "b", "ab", "1"]))
values = st.one_of(scalars, st.lists(scalars, max_size=3), st.dictionaries(st.sampled_from(["x", "y"]), scalars))
events = st.builds(
    Happened,
    seq=st.integers(1, 10),
    type=st.sampled_from(["sla.location.changed", "sla.shipment.changed", "order.placed"]),
    subject=st.sampled_from(["location/A", "location/B"]),
    at=st.just(datetime(2026, 11, 27, tzinfo=UTC)),
    data=st.dictionaries(st.sampled_from(["a", "b", "to"]), values),
    location=st.sampled_from([None, "A", "B"]),
    groups=st.sampled_from([(), ("south",), ("north", "south")]),
)
fields = st.sampled_from(["type", "subject", "location", "group", "groups", "data.a", "data.b.x", "data.to"])
tests = st.fixed_dictionaries(
    {"field": fields, "op": st.sampled_from(OPS), "value": st.one_of(scalars, st.lists(scalars))}
)
matches = st.fixed_dictionaries(
    {"type": st.sampled_from(["sla.*", "order.placed", "sla.location.changed"]), "where": st.lists(tests, max_size=2)},
    optional={"severity": st.sampled_from(["info", "critical"])},
)
documents = st.fixed_dictionaries(
    {
        "title": st.just("T"),
        "level": st.just("location"),
        "severity": st.just("warning"),
        "raise": st.lists(matches, min_size=1, max_size=3),
        "clear": st.lists(matches.map(lambda one: {"type": one["type"], "where": one["where"]}), max_size=2),
        "lasts_s": st.just(60),
    },
    optional={
        "group_by": st.lists(fields, max_size=2),
        "subject": fields,
        "says": st.just("{location} {data.a} {count}"),
    },
)


def look_up(event: Happened, field: str) -> Any:
    """Read a field the plain way."""
    known = {"type": event.type, "subject": event.subject, "location": event.location, "groups": event.groups}
    if field in known:
        return known[field]
    if field == "group":
        return next(iter(event.groups), None)
    found: Any = event.data
    for part in field.split(".")[1:]:
        found = found[part] if isinstance(found, dict) and part in found else None
    return found


def equal(one: Any, other: Any) -> bool:
    return type(one) is type(other) and one == other


def plain(test: dict[str, Any], event: Happened) -> bool:
    found, op, value = look_up(event, test["field"]), test["op"], test["value"]
    number = type(found) is int
    answers = {
        "is": lambda: equal(found, value),
        "is_not": lambda: not equal(found, value),
        "in": lambda: any(equal(found, one) for one in value),
        "not_in": lambda: not any(equal(found, one) for one in value),
        "more_than": lambda: number and found > value,
        "less_than": lambda: number and found < value,
        "at_least": lambda: number and found >= value,
        "at_most": lambda: number and found <= value,
        "exists": lambda: (found is None) != value,
        "has": lambda: (
            str(value) in found
            if isinstance(found, str)
            else isinstance(found, list | tuple) and any(equal(one, value) for one in found)
        ),
    }
    return bool(answers[op]())


def plainly(match: dict[str, Any], event: Happened) -> bool:
    wanted = match["type"]
    fits = event.type.startswith(wanted[:-1]) if wanted.endswith("*") else event.type == wanted
    return fits and all(plain(test, event) for test in match["where"])


@settings(max_examples=300)
@given(document=documents, event=events)
def test_a_policy_matches_as_it_reads(document: dict[str, Any], event: Happened) -> None:
    if policy_faults(document):
        return
    policy = parse_policy(document, code="p")
    hits = [one for one in document["raise"] if plainly(one, event)]
    expected = hits[0].get("severity", "warning") if hits else None
    assert raised(policy, event) == expected
    assert cleared(policy, event) == (not hits and any(plainly(one, event) for one in document["clear"]))
    assert len(group_key_of(policy, event)) <= 128
    assert len(title_of(policy, event)) <= 300
    assert all(isinstance(value, str) and value for value in labels_of(policy, event).values())
    assert facts_of(policy, event)["type"] == event.type


@settings(max_examples=100)
@given(document=documents, happened=st.lists(events, max_size=8))
def test_a_batch_comes_to_what_the_events_come_to_one_by_one(
    document: dict[str, Any], happened: list[Happened]
) -> None:
    if policy_faults(document):
        return
    policy = parse_policy(document, code="p")
    holding: dict[tuple[str, str], Any] = {}
    for event in happened:
        for key, intent in intents_of([policy], [event]).items():
            holding[key] = intent.severity
    assert {key: one.severity for key, one in intents_of([policy], happened).items()} == holding


@settings(max_examples=200)
@given(document=documents, spoil=st.sampled_from(sorted(POLICY.fields)), value=values)
def test_the_schema_says_the_same_of_form_as_the_faults(document: dict[str, Any], spoil: str, value: Any) -> None:
    spoiled = {**document, spoil: value}
    schema = jsonschema.Draft202012Validator(policy_schema())
    assert schema.is_valid(spoiled) == (not list(POLICY.faults(spoiled, "")))


def test_what_ships_has_no_faults() -> None:
    for document in DEFAULT_POLICIES.values():
        assert policy_faults(document) == []
