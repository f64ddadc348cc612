"""The token bucket and the breaker of a channel: never faster than its pace, never for ever left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from alerts.connectors.base import Pace
from alerts.delivery.breaker import LONGEST, OPENS_AFTER, broken_until
from alerts.delivery.pace import hold, pace_of, ready_at, room, spend

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
PACE = Pace(60, 60.0, burst=10)


def test_a_fresh_bucket_holds_a_burst_then_one_a_second() -> None:
    assert room(PACE, None, now=NOW) == 10
    spent = spend(PACE, None, 10, now=NOW)
    assert room(PACE, spent, now=NOW) == 0
    assert ready_at(PACE, spent) == NOW + timedelta(seconds=1)
    assert room(PACE, spent, now=NOW + timedelta(seconds=3)) == 3
    assert room(PACE, spent, now=NOW + timedelta(hours=1)) == 10


def test_config_goes_before_the_tools_own_pace() -> None:
    assert pace_of(PACE, {}) == PACE
    assert pace_of(PACE, {"pace": {"per": 5, "seconds": 10}}) == Pace(5, 10.0, 1)


def test_a_tool_that_says_when_is_told_nothing_before() -> None:
    until = NOW + timedelta(seconds=30)
    for pace in (PACE, Pace(1, 1.0)):
        assert ready_at(pace, hold(pace, until)) == until
        assert room(pace, hold(pace, until), now=until - timedelta(milliseconds=1)) == 0
        assert room(pace, hold(pace, until), now=until) == 1


@given(st.lists(st.floats(0, 5), min_size=1, max_size=60), st.integers(1, 20), st.integers(1, 10))
def test_never_more_than_the_pace_and_its_burst(gaps: list[float], per: int, burst: int) -> None:
    pace, now, spent, sent = Pace(per, 10.0, burst), NOW, None, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        count = room(pace, spent, now=now)
        spent = spend(pace, spent, count, now=now)
        sent += [now] * count
    for first in set(sent):
        within = [at for at in sent if first <= at < first + timedelta(seconds=10)]
        assert len(within) <= per + burst


@given(st.integers(0, 200))
def test_a_breaker_opens_after_five_and_never_for_longer_than_its_cap(failures: int) -> None:
    until = broken_until(failures, now=NOW)
    assert (until is None) == (failures < OPENS_AFTER)
    assert until is None or NOW < until <= NOW + LONGEST


def test_each_failure_after_the_first_five_doubles_the_rest() -> None:
    rests = [broken_until(failures, now=NOW) for failures in range(OPENS_AFTER, OPENS_AFTER + 7)]
    assert [(until - NOW).total_seconds() for until in rests if until] == [15, 30, 60, 120, 240, 480, 600]
