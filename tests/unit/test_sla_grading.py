"""The colour rule on counts, and flap control: worse at once, better only after the hold time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.sla.grading import Counts, Standing, Thresholds, describe, grade, grade_now
from models.enums import Compliance

C, R, N = Compliance
NOW = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
HOLD = timedelta(seconds=300)
RULE = Thresholds()

COUNTS = st.builds(Counts, *[st.integers(0, 60)] * 3)


@pytest.mark.parametrize(
    ("counts", "colour"),
    [
        ((0, 0, 0), C),
        ((10, 0, 0), C),
        ((91, 9, 0), C),
        ((90, 10, 0), R),
        ((91, 8, 1), R),
        ((99, 0, 1), R),
        ((91, 0, 9), R),
        ((90, 0, 10), N),
        ((9, 0, 1), N),
        ((0, 0, 1), N),
        ((0, 1, 0), R),
    ],
)
def test_the_stated_rule(counts: tuple[int, int, int], colour: Compliance) -> None:
    assert grade_now(Counts(*counts), RULE) is colour


def test_below_the_minimum_count_shares_say_nothing() -> None:
    rule = Thresholds(minimum_open=5)
    assert grade_now(Counts(0, 4, 0), rule) is C
    assert grade_now(Counts(0, 0, 4), rule) is R
    assert grade_now(Counts(0, 0, 5), rule) is N


def test_better_waits_for_the_hold_time() -> None:
    held = grade(Counts(10, 0, 0), RULE, was=Standing(N), now=NOW)
    assert held == Standing(N, NOW, C)
    assert held.regrade_at(RULE) == NOW + HOLD
    almost = grade(Counts(10, 0, 0), RULE, was=held, now=NOW + HOLD - timedelta(seconds=1))
    assert almost.grade is N
    assert grade(Counts(10, 0, 0), RULE, was=almost, now=NOW + HOLD) == Standing(C)


def test_between_clear_threshold_and_threshold_it_stays() -> None:
    assert grade_now(Counts(91, 0, 9), RULE) is R
    assert grade(Counts(91, 0, 9), RULE, was=Standing(N), now=NOW) == Standing(N)  # 9 % is not below 8 %
    assert grade(Counts(93, 0, 7), RULE, was=Standing(N), now=NOW) == Standing(N, NOW, R)


def test_a_relapse_starts_the_hold_time_anew() -> None:
    healing = grade(Counts(10, 0, 0), RULE, was=Standing(N), now=NOW)
    relapse = grade(Counts(9, 0, 1), RULE, was=healing, now=NOW + HOLD / 2)
    assert relapse == Standing(N)
    again = grade(Counts(10, 0, 0), RULE, was=relapse, now=NOW + HOLD / 2)
    assert again.regrade_at(RULE) == NOW + 1.5 * HOLD


def test_what_was_at_risk_within_the_hold_time_becomes_at_risk_first() -> None:
    healing = grade(Counts(80, 20, 0), RULE, was=Standing(N), now=NOW)
    better = grade(Counts(100, 0, 0), RULE, was=healing, now=NOW + HOLD / 2)
    after = grade(Counts(100, 0, 0), RULE, was=better, now=NOW + HOLD)
    assert after == Standing(R, NOW + HOLD, C)
    assert grade(Counts(100, 0, 0), RULE, was=after, now=NOW + 2 * HOLD) == Standing(C)


def test_no_open_work_is_compliant_at_once() -> None:
    assert grade(Counts(), RULE, was=Standing(N, NOW, R), now=NOW) == Standing(C)


@given(COUNTS, st.sampled_from([Standing(C), Standing(R), Standing(N)]))
def test_worse_is_at_once_and_never_better_without_the_hold(counts: Counts, was: Standing) -> None:
    bare, after = grade_now(counts, RULE), grade(counts, RULE, was=was, now=NOW)
    if bare.severity >= was.grade.severity or not counts.open:
        assert after.grade is bare
    else:
        assert after.grade is was.grade


@given(COUNTS, st.sampled_from(["compliant", "at_risk"]))
def test_one_more_late_shipment_never_makes_a_better_colour(counts: Counts, band: str) -> None:
    if not getattr(counts, band):
        return
    moved = {"compliant": Counts(-1, 0, 1), "at_risk": Counts(0, -1, 1)}[band]
    assert grade_now(counts + moved, RULE).severity >= grade_now(counts, RULE).severity


def test_the_rule_in_words_names_every_number() -> None:
    text = describe(Thresholds(12, 23, minimum_open=7, clear_percent=85, hold_seconds=240))
    for part in ("12 %", "23 %", "7 open", "85 %", "4 minutes"):
        assert part in text, part
