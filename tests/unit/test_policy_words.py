"""Alert policies in words: who is told when, what clears it, what one would raise, what differs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from alerts.document import policy_faults
from backend.alerting.defaults import DEFAULT_POLICIES
from dashboard.format import AMERICAN
from dashboard.present.policies.check import Born, born_words, check
from dashboard.present.policies.words import clauses, match_words, summary

POLICY: dict[str, Any] = {
    "title": "Location Non-Compliant",
    "level": "location",
    "severity": "critical",
    "raise": [
        {"type": "sla.location.changed", "where": [{"field": "data.to", "op": "is", "value": "non_compliant"}]},
        {
            "type": "sla.location.changed",
            "where": [{"field": "data.to", "op": "in", "value": ["at_risk"]}],
            "severity": "warning",
        },
    ],
    "clear": [{"type": "sla.location.changed"}],
    "wait_s": 10,
    "notify": ["ops-pagerduty"],
    "escalate": [{"after_s": 900, "notify": ["lead", "night"]}],
    "clears": "It is Compliant again.",
}


def test_a_policy_is_a_sentence() -> None:
    assert summary(POLICY) == (
        "Warning or critical, told to ops-pagerduty after 10 s, escalates to lead and night after 15 min; "
        "cleared when it is Compliant again."
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"wait_s": 0}, "told to ops-pagerduty at once,"),
        ({"for_s": 60}, "once it held for 1 min, 10 s later"),
        ({"notify": []}, "told to the default channels after 10 s"),
        ({"clears": ""}, "; cleared by sla.location.changed."),
        ({"clears": "", "clear": [], "lasts_s": 7200}, "; over by itself after 2 h."),
    ],
)
def test_what_a_policy_leaves_out_is_said_too(changes: dict[str, Any], words: str) -> None:
    assert words in summary({**POLICY, **changes})


def test_conditions_are_read_as_words() -> None:
    tests = [
        {"field": "data.open", "op": "more_than", "value": 20},
        {"field": "groups", "op": "has", "value": "east"},
        {"field": "data.reason", "op": "exists", "value": False},
    ]
    said = match_words({"type": "order.*", "where": tests})
    assert said == "order.* where open is more than 20 and groups has east and reason is not there"


@pytest.mark.parametrize("code", DEFAULT_POLICIES)
def test_every_policy_that_ships_has_words_for_all_it_says(code: str) -> None:
    document = DEFAULT_POLICIES[code]
    assert summary(document).endswith(".")
    heads = [clause.title for clause in clauses(document)]
    assert heads[:4] == ["Opens by", "Ends by", "One alert is", "Tells"]


@pytest.mark.parametrize(
    ("born", "words"),
    [
        (Born(3), "3 locations are so already: they will be listed, not paged."),
        (Born(1), "1 location is so already: it will be listed, not paged."),
        (
            Born(1, looked=5000),
            "1 location is so already: it will be listed, not paged."
            " Looked at: the newest 5,000 events, of seven days at most.",
        ),
        (Born(0), "Nothing is so now: it watches what happens from now on."),
        (None, "Whoever may write policies is told here what it would raise right now."),
    ],
)
def test_what_it_would_raise_is_said_before_it_is_saved(born: Born | None, words: str) -> None:
    assert born_words(born, POLICY, AMERICAN) == words


def test_a_fault_stands_on_its_line_and_what_differs_in_words() -> None:
    asked: list[Any] = []

    def born(document: Any) -> Born:
        asked.append(document)
        return Born(2, ["Chicago 1"])

    text = json.dumps({**POLICY, "wait_s": -1}, indent=2)
    wrong = check(text, POLICY, faults_of=policy_faults, born_of=born, locale=AMERICAN)
    assert [fault.line for fault in wrong.faults] == [text.splitlines().index('  "wait_s": -1,') + 1]
    assert (wrong.title, asked) == ("", [])
    right = check(json.dumps({**POLICY, "wait_s": 90}), POLICY, faults_of=policy_faults, born_of=born, locale=AMERICAN)
    assert [(one.where, one.before, one.after) for one in right.changes] == [
        ("how long the first notice waits", "10 s", "1 min")
    ]
    assert right.born.startswith("2 locations are so already")
    assert right.born_examples == ["Chicago 1"]


@pytest.mark.parametrize("typed", ['{"escalate": [{"after_s": "x"}]}', '{"where": [3]}', '{"raise": [{}]}', "[]", "3"])
def test_whatever_is_typed_meanwhile_has_differences(typed: str) -> None:
    looked = check(typed, POLICY, faults_of=policy_faults, born_of=lambda _: None, locale=AMERICAN)
    assert looked.faults
    assert looked.changes
