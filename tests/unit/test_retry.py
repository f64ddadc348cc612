"""What each status means and when the next attempt is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.delivery.retry import (
    GIVE_UP_AFTER,
    MAX_RETRY_AFTER,
    SCHEDULE,
    Answer,
    Outcome,
    gives_up,
    next_attempt,
    outcome_of,
    retry_after,
)

NOW = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
FAILED = Answer(Outcome.REJECTED, 500)


@pytest.mark.parametrize(
    ("outcome", "codes"),
    [
        (Outcome.DELIVERED, [200, 201, 202, 204, 299]),
        (Outcome.REDIRECTED, [300, 301, 302, 303, 304, 307, 308, 399]),
        (Outcome.GONE, [410]),
        (Outcome.REJECTED, [400, 401, 403, 404, 408, 409, 415, 422, 425, 429, 451, 500, 501, 502, 503, 504, 599]),
    ],
)
def test_every_status_has_one_meaning(outcome: Outcome, codes: list[int]) -> None:
    assert {outcome_of(code) for code in codes} == {outcome}


def test_the_schedule_is_the_standards() -> None:
    waits = [next_attempt(FAILED, attempt=n, now=NOW, jitter=0.5) for n in range(1, len(SCHEDULE) + 2)]
    assert [at and round((at - NOW).total_seconds()) for at in waits] == [
        5,
        300,
        1800,
        7200,
        18000,
        36000,
        50400,
        72000,
        86400,
        None,
    ]


@given(st.integers(1, len(SCHEDULE)), st.floats(0, 1, exclude_max=True))
def test_jitter_spreads_by_a_fifth(attempt: int, jitter: float) -> None:
    at = next_attempt(FAILED, attempt=attempt, now=NOW, jitter=jitter)
    assert at is not None
    assert 0.8 * SCHEDULE[attempt - 1] <= (at - NOW).total_seconds() <= 1.2 * SCHEDULE[attempt - 1]


@given(st.text(max_size=40) | st.integers(-(10**12), 10**12).map(str), st.integers(1, len(SCHEDULE)))
def test_retry_after_only_lengthens_and_never_beyond_a_day(header: str, attempt: int) -> None:
    plain = next_attempt(FAILED, attempt=attempt, now=NOW, jitter=0)
    asked = next_attempt(Answer(Outcome.REJECTED, 429, retry_after=header), attempt=attempt, now=NOW, jitter=0)
    assert plain is not None
    assert asked is not None
    assert plain <= asked <= max(plain, NOW + MAX_RETRY_AFTER)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("Fri, 27 Nov 2026 15:02:00 GMT", 120),
        ("Fri, 27 Nov 2026 14:00:00 GMT", 0),
        ("99999999999999", 86400),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: int | None) -> None:
    wait = retry_after(header, now=NOW)
    assert wait == (None if seconds is None else timedelta(seconds=seconds))


def test_a_receiver_is_given_up_after_five_days() -> None:
    assert not gives_up(None, now=NOW)
    assert not gives_up(NOW - GIVE_UP_AFTER + timedelta(seconds=1), now=NOW)
    assert gives_up(NOW - GIVE_UP_AFTER, now=NOW)
    assert timedelta(seconds=sum(SCHEDULE) * 1.2) < GIVE_UP_AFTER  # a message's own schedule ends first
