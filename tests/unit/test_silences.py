"""Matchers as Alertmanager has them, patterns that cannot explode, and the times of a silence."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.regex import BadPatternError, compiled, literal
from alerts.silences import (
    Matcher,
    SilenceFacts,
    SilenceState,
    matcher_faults,
    matchers_of,
    next_change,
    pinned,
    silencing,
    time_faults,
)

NOW = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("matcher", "labels", "met"),
    [
        (Matcher("location", "CHI"), {"location": "CHI"}, True),
        (Matcher("location", "CHI"), {"location": "CHI2"}, False),
        (Matcher("location", "CHI"), {}, False),
        (Matcher("location", ""), {}, True),  # missing is as good as empty
        (Matcher("location", "CHI", is_equal=False), {}, True),
        (Matcher("location", "CHI", is_equal=False), {"location": "CHI"}, False),
        (Matcher("location", "CH.*|NY", is_regex=True), {"location": "CHI"}, True),
        (Matcher("location", "CH", is_regex=True), {"location": "CHI"}, False),  # the whole of it
        (Matcher("location", ".*", is_regex=True), {}, True),
        (Matcher("location", ".+", is_regex=True), {}, False),
        (Matcher("location", ".+", is_regex=True, is_equal=False), {}, True),
    ],
)
def test_a_matcher_is_alertmanagers(matcher: Matcher, labels: dict[str, str], met: bool) -> None:
    assert matcher.matches(labels) is met
    assert matchers_of([matcher.document()]) == (matcher,)


@pytest.mark.parametrize(
    "pattern", ["(a+)+b", "(a|a)*b", "(.*)(.*)(.*)(.*)(.*)x", "(a?){50}a{50}", "((a*)*)*b", "(x+x+)+y"]
)
def test_patterns_that_make_others_explode_are_quick(pattern: str) -> None:
    assert compiled(pattern).matches("a" * 5_000) is False


@pytest.mark.parametrize(
    "pattern",
    [
        *("(", ")", "[a", "a)", "*a", "a**", "a{5,2}", "(?=a)", "\\1", "a\\", "((a{100}){100}){100}", "a" * 201),
    ],
)
def test_what_a_pattern_cannot_be_is_said(pattern: str) -> None:
    with pytest.raises(BadPatternError, match=r"\w"):
        compiled(pattern)
    (fault,) = matcher_faults([Matcher("location", pattern, is_regex=True)])
    assert fault.pointer == "/matchers/0/value"


_PIECES = st.sampled_from(
    ["a", "b", ".", "[ab]", "[^a]", "[a-c]", "\\d", "\\.", "(a|b)", "(?:ab)?", "a*", "b+", "c?", "(ab|c)*", "a{2}", "|"]
)


@given(st.lists(_PIECES, max_size=6), st.text("abc1.\n", max_size=8))
def test_patterns_mean_what_they_mean_elsewhere(pieces: list[str], text: str) -> None:
    pattern = "".join(pieces)
    assert compiled(pattern).matches(text) is (re.fullmatch(pattern, text) is not None)


@given(st.text(max_size=20))
def test_text_can_be_written_so_that_it_means_itself(text: str) -> None:
    assert compiled(literal(text)).matches(text)
    assert not compiled(literal(text)).matches(text + "x")


def test_case_can_be_ignored() -> None:
    assert compiled("(?i)chi.*").matches("CHIcago")
    assert not compiled("chi.*").matches("CHIcago")


def test_a_silence_covers_what_meets_all_of_its_matchers_while_it_lasts() -> None:
    both = (Matcher("location", "CHI"), Matcher("severity", "warning"))
    short = SilenceFacts(1, both, NOW, NOW + HOUR)
    long = SilenceFacts(2, both[:1], NOW - HOUR, NOW + 2 * HOUR)
    labels = {"location": "CHI", "severity": "warning"}
    assert silencing([short, long], labels, NOW) == long
    assert silencing([short], labels, NOW - timedelta(seconds=1)) is None
    assert silencing([short], labels, NOW + HOUR) is None  # the last instant does not belong to it
    assert silencing([short], {"location": "CHI"}, NOW) is None
    assert [short.state(NOW + step * HOUR) for step in (-1, 0, 1)] == [
        SilenceState.PENDING,
        SilenceState.ACTIVE,
        SilenceState.EXPIRED,
    ]
    assert next_change([short, long], NOW) == NOW + HOUR
    assert next_change([short], NOW + HOUR) is None


def test_faults_of_a_silence() -> None:
    assert [fault.code for fault in matcher_faults([])] == ["bad_length"]
    assert [fault.code for fault in matcher_faults([Matcher("a", "")])] == ["matches_everything"]
    assert [fault.code for fault in matcher_faults([Matcher("a", ".*", is_regex=True)])] == ["matches_everything"]
    assert matcher_faults([Matcher("a", "", is_equal=False)]) == []
    assert [fault.pointer for fault in matcher_faults([Matcher("", "x"), Matcher("a", "x" * 201)])] == [
        "/matchers/0/name",
        "/matchers/1/value",
    ]
    assert [fault.code for fault in time_faults(NOW, NOW, now=NOW, most_days=30)] == ["before_start"]
    assert [fault.code for fault in time_faults(NOW - HOUR, NOW, now=NOW, most_days=30)] == ["in_the_past"]
    assert [fault.code for fault in time_faults(NOW, NOW + 31 * 24 * HOUR, now=NOW, most_days=30)] == ["too_long"]
    assert time_faults(NOW, NOW + 30 * 24 * HOUR, now=NOW, most_days=30) == []


def test_what_pins_a_label() -> None:
    assert pinned([Matcher("location", "CHI")], "location") == "CHI"
    assert pinned([Matcher("location", "CHI", is_equal=False)], "location") is None
    assert pinned([Matcher("location", "CHI", is_regex=True), Matcher("group", "west")], "location") is None
