"""What an answer means and when to try again. Pure. Source: Standard Webhooks 1.0 and domain notes F7, F10.

2xx is delivered. 410 disables the subscription. Everything else (a redirect, which is never followed, any other
status, a receiver that cannot be reached, a target that must not be called) is tried again on the schedule: a wrong
4xx is often a receiver's deployment gone wrong, and three days of schedule give people time to notice. A channel's
connector knows its tool better: what it calls `invalid` is never tried again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

#: Seconds to wait after the 1st, 2nd, … failed attempt; the first attempt itself is immediate.
SCHEDULE = (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 24 * 3600)
#: For channels: whoever must know waits for no schedule of days. Given up after a day and a half.
CHANNEL_SCHEDULE = (5, 15, 30, 60, 60, 120, 300, 600, 1800, 3600, 2 * 3600, 4 * 3600, 8 * 3600, 16 * 3600)
#: Nobody is made to wait longer than this by a receiver's Retry-After.
MAX_RETRY_AFTER = timedelta(hours=24)
#: A receiver that has not taken anything for so long is disabled.
GIVE_UP_AFTER = timedelta(days=5)
#: After an outage of at least so long, the first success makes everything that waits due at once.
OUTAGE = timedelta(minutes=5)


class Outcome(StrEnum):
    """How one attempt ended."""

    DELIVERED = "delivered"
    REJECTED = "rejected"  # a status that is neither 2xx nor one of the two below
    REDIRECTED = "redirected"
    GONE = "gone"
    UNREACHABLE = "unreachable"  # no answer: name, connection, TLS or protocol
    TIMED_OUT = "timed_out"
    REFUSED = "refused"  # by our own guard: not a public address
    HELD = "held"  # not sent after all: the one before it failed; never on record
    LOST = "lost"  # whoever was sending it ended before he could say
    UNTOLD = "untold"  # a channel of this kind is not told of such a thing; nothing was sent
    INVALID = "invalid"  # the tool says that the message or its key is wrong; never tried again


#: After these the receiver is sent the next message at once.
GOES_ON = frozenset({Outcome.DELIVERED, Outcome.INVALID, Outcome.UNTOLD})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one attempt; `response` is the beginning of the body, `retry_after` the raw header.

    `receipt` is what the tool calls what it made of the message, when it said so.
    """

    outcome: Outcome
    status_code: int | None = None
    error: str | None = None
    response: str | None = None
    retry_after: str | None = None
    receipt: str | None = None


def outcome_of(status_code: int) -> Outcome:
    """Return what an HTTP status means for a webhook."""
    if 200 <= status_code < 300:
        return Outcome.DELIVERED
    if 300 <= status_code < 400:
        return Outcome.REDIRECTED
    return Outcome.GONE if status_code == 410 else Outcome.REJECTED


def next_attempt(
    answer: Answer, *, attempt: int, now: datetime, jitter: float, schedule: Sequence[int] = SCHEDULE
) -> datetime | None:
    """Return when to try again after the failed attempt number `attempt` (from 1), None when it was the last.

    `jitter` in [0, 1) spreads each delay from 80 % to 120 % of the schedule; a Retry-After only ever lengthens it.
    """
    if answer.outcome is Outcome.INVALID or attempt > len(schedule):
        return None
    delay = timedelta(seconds=schedule[attempt - 1] * (0.8 + 0.4 * jitter))
    asked = retry_after(answer.retry_after, now=now)
    return now + (delay if asked is None else max(delay, min(asked, MAX_RETRY_AFTER)))


def retry_after(header: str | None, *, now: datetime) -> timedelta | None:
    """Return the wait that a Retry-After header asks for, in seconds or as an HTTP date; None when unreadable."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), int(MAX_RETRY_AFTER.total_seconds())))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(timedelta(), moment - now)


def gives_up(failing_since: datetime | None, *, now: datetime) -> bool:
    """Return whether a receiver has failed for so long that its subscription is disabled."""
    return failing_since is not None and now - failing_since >= GIVE_UP_AFTER
