"""When an alert is told of, what a group is, what mutes what, when it is quiet: the pure rules of alerting."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts.grouping import Group, Problem, group_of, next_step
from alerts.inhibition import Wider, Within, inhibited_by
from alerts.policy import STORM, Happened, Match, Policy, Storm, group_key_of
from alerts.quiet import quiet_times, quiet_until
from alerts.rules import AlertFacts, NotifyReason, Sent, Timing, may_become, needs_notify, next_notice_at
from alerts.storm import Candidate, gathered
from models.alerting import AlertLevel, AlertStatus, Severity

NOW = datetime(2026, 11, 27, 15, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TIMING = Timing(wait=MINUTE, update=5 * MINUTE, repeat=60 * MINUTE)
FIRING, TAKEN, OVER = AlertStatus.FIRING, AlertStatus.ACKNOWLEDGED, AlertStatus.RESOLVED
WARNING, CRITICAL = Severity.WARNING, Severity.CRITICAL


def facts(
    status: AlertStatus = FIRING, severity: Severity = WARNING, problems: int = 1, *, muted: bool = False
) -> AlertFacts:
    return AlertFacts(status, severity, problems, NOW, muted, TIMING)


def told(after: timedelta, severity: Severity = WARNING, problems: int = 1) -> Sent:
    return Sent(NOW + after, severity, problems)


def test_what_holds_no_more_calls_nobody_while_it_is_kept() -> None:
    kept = replace(facts(problems=2), clearing=True)
    for last in (None, told(MINUTE), told(MINUTE, CRITICAL)):
        assert needs_notify(last, kept, NOW + 300 * MINUTE) is None
        assert next_notice_at(last, kept) is None


def test_worse_than_somebody_took_on_untold_is_told_after_all() -> None:
    for severity, reason in ((WARNING, None), (CRITICAL, NotifyReason.FIRST)):
        taken = replace(facts(TAKEN, severity), taken=WARNING)
        assert needs_notify(None, taken, NOW) is reason
        assert needs_notify(None, replace(taken, muted=True), NOW) is None


@pytest.mark.parametrize(
    ("last", "alert", "after", "reason"),
    [
        (None, facts(), 59, None),
        (None, facts(), 60, NotifyReason.FIRST),
        (None, facts(muted=True), 60, None),
        (None, facts(TAKEN), 60, None),
        (None, facts(OVER), 60, None),
        (told(MINUTE), facts(OVER), 61, NotifyReason.RESOLVED),
        (told(MINUTE), facts(OVER, muted=True), 61, NotifyReason.RESOLVED),
        (told(MINUTE), facts(severity=CRITICAL), 61, NotifyReason.WORSE),
        (told(MINUTE), facts(TAKEN, CRITICAL), 61, NotifyReason.WORSE),
        (told(MINUTE), facts(severity=CRITICAL, muted=True), 61, None),
        (told(MINUTE, CRITICAL), facts(), 359, None),
        (told(MINUTE, CRITICAL), facts(), 360, NotifyReason.BETTER),
        (told(MINUTE), facts(problems=2), 359, None),
        (told(MINUTE), facts(problems=2), 360, NotifyReason.MORE),
        (told(MINUTE, problems=3), facts(problems=2), 360, None),
        (told(MINUTE), facts(), 3659, None),
        (told(MINUTE), facts(), 3660, NotifyReason.REPEAT),
        (told(MINUTE), facts(TAKEN), 3660, None),
        (told(MINUTE), facts(muted=True), 3660, None),
    ],
)
def test_why_it_is_told(last: Sent | None, alert: AlertFacts, after: int, reason: NotifyReason | None) -> None:
    assert needs_notify(last, alert, NOW + timedelta(seconds=after)) is reason


@pytest.mark.parametrize("last", [None, told(MINUTE), told(MINUTE, CRITICAL, 3), told(MINUTE, problems=9)])
@pytest.mark.parametrize("alert", [facts(), facts(TAKEN), facts(problems=5), facts(severity=CRITICAL), facts(OVER)])
def test_nothing_is_missed_between_two_looks(last: Sent | None, alert: AlertFacts) -> None:
    """Whenever there is something to tell later, `next_notice_at` is when that begins."""
    if needs_notify(last, alert, NOW + MINUTE) is not None:
        return
    instants = [NOW + timedelta(seconds=second) for second in range(60, 8000, 30)]
    first = next((at for at in instants if needs_notify(last, alert, at)), None)
    assert next_notice_at(last, alert) == first


def test_nothing_follows_what_is_over() -> None:
    assert not any(may_become(OVER, status) for status in AlertStatus)
    assert not may_become(AlertStatus.PENDING, OVER)


def problem(subject: str, after: int = 0) -> Problem:
    data = {"data": {}, "text": subject}
    return Problem(subject, NOW + timedelta(seconds=after), WARNING, after, data)


def policy(**more: object) -> Policy:
    return Policy("p", 1, "P", AlertLevel.LOCATION, WARNING, (Match("sla.*"),), **more)  # type: ignore[arg-type]


def test_a_group_holds_since_there_were_enough() -> None:
    two = policy(at_least=2)
    assert group_of([problem("a")], two) is None
    group = group_of([problem("a", 5), problem("b", 2), problem("c", 9)], two)
    assert group is not None
    assert (group.since, group.newest.subject) == (NOW + timedelta(seconds=5), "c")
    assert group_of([problem("a")], policy(enabled=False)) is None


def test_states_follow_the_condition() -> None:
    slow = policy(for_=MINUTE, keep=MINUTE)
    group = Group((problem("a"),), NOW)

    def status(was: AlertStatus | None, holds: Group | None, seconds: int, clear: datetime | None = None) -> object:
        return next_step(was, holds, slow, clear_since=clear, now=NOW + timedelta(seconds=seconds)).status

    assert status(None, group, 59) is AlertStatus.PENDING
    assert status(AlertStatus.PENDING, group, 60) is FIRING
    assert status(AlertStatus.PENDING, None, 30) is None
    assert status(None, None, 30) is None
    assert status(TAKEN, group, 60) is TAKEN
    assert status(FIRING, None, 60) is FIRING
    assert status(FIRING, None, 60, NOW) is OVER
    assert next_step(FIRING, None, None, clear_since=None, now=NOW).status is OVER


SHIPMENT = Within(9, AlertLevel.SHIPMENT, Severity.ERROR, 7, frozenset({"south", "mall"}))
ALL = frozenset({AlertLevel.SHIPMENT, AlertLevel.LOCATION})


@pytest.mark.parametrize(
    ("wide", "mutes"),
    [
        (Wider(1, AlertLevel.LOCATION, CRITICAL, ALL, location_id=7), True),
        (Wider(1, AlertLevel.LOCATION, CRITICAL, ALL, location_id=8), False),
        (Wider(1, AlertLevel.LOCATION, CRITICAL, ALL), False),
        (Wider(1, AlertLevel.LOCATION, WARNING, ALL, location_id=7), False),
        (Wider(1, AlertLevel.LOCATION, CRITICAL, frozenset(), location_id=7), False),
        (Wider(1, AlertLevel.LOCATION, CRITICAL, ALL, location_id=7, drill=True), False),
        (Wider(1, AlertLevel.GROUP, CRITICAL, ALL, group="mall"), True),
        (Wider(1, AlertLevel.GROUP, CRITICAL, ALL, group="north"), False),
        (Wider(1, AlertLevel.NETWORK, CRITICAL, ALL), True),
        (Wider(1, AlertLevel.SHIPMENT, CRITICAL, ALL, location_id=7), False),
        (Wider(9, AlertLevel.NETWORK, CRITICAL, ALL), False),
    ],
)
def test_what_mutes_a_shipment(wide: Wider, mutes: bool) -> None:  # noqa: FBT001, RUF100
    assert (inhibited_by(SHIPMENT, [wide]) is wide) is mutes


def test_the_widest_tells_of_it() -> None:
    narrow = Wider(1, AlertLevel.LOCATION, CRITICAL, ALL, location_id=7)
    wide = Wider(5, AlertLevel.GROUP, CRITICAL, ALL, group="south")
    assert inhibited_by(SHIPMENT, [narrow, wide]) is wide


def test_a_storm_is_more_than_so_many_in_so_long() -> None:
    storm = Storm(2, MINUTE)
    old = [Candidate(n, "south", NOW - MINUTE) for n in range(5)]
    new = [Candidate(n, "north" if n == 12 else "south", NOW) for n in range(10, 14)]
    assert gathered(storm, [*old, *new], open_in=(), now=NOW) == {"south": [10, 11, 13]}
    assert gathered(storm, new[:2], open_in=(), now=NOW) == {}
    assert gathered(storm, new[:1], open_in={"south"}, now=NOW) == {"south": [10]}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("instant", "until"),
    [
        ("2026-11-27T21:59-06:00", None),  # a Friday in Chicago
        ("2026-11-27T22:00-06:00", "2026-11-28T09:00-06:00"),  # the night, and the Saturday morning behind it
        ("2026-11-28T05:59-06:00", "2026-11-28T09:00-06:00"),
        ("2026-11-28T09:00-06:00", None),
        ("2026-11-28T22:30-06:00", None),  # Saturday night is not quiet
        ("2026-11-01T00:30-05:00", None),
    ],
)
def test_quiet_until(instant: str, until: str | None) -> None:
    times = quiet_times(
        [
            {"from": "22:00", "to": "06:00", "days": ["mon", "tue", "wed", "thu", "fri"]},
            {"from": "06:00", "to": "09:00", "days": ["sat"]},
        ]
    )
    assert quiet_until(times, at(instant), "America/Chicago") == (None if until is None else at(until))


def test_always_quiet_ends_within_a_week() -> None:
    always = quiet_times([{"from": "00:00", "to": "12:00"}, {"from": "12:00", "to": "00:00"}])
    until = quiet_until(always, NOW)
    assert until is not None
    assert NOW + timedelta(days=6) < until <= NOW + timedelta(days=7)


@pytest.mark.parametrize("by", [None, ("data.sku",), ("data.sku", "location")])
def test_nobody_s_word_passes_for_a_storm(by: tuple[str, ...] | None) -> None:
    event = Happened(1, "sla.x", "storm:south", NOW, {"sku": "storm:south"})
    key = group_key_of(policy(group_by=by), event)
    assert not key.startswith(STORM)
    assert key.startswith("storm%3Asouth")
