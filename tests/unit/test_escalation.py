"""Steps of an escalation: when they come due, and what becomes of them then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alerts.escalation import resumed, snapshot, verdict
from models.alerting import AlertStatus, Muted, StepState

CHICAGO = ZoneInfo("America/Chicago")
NOW = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)  # a Friday, 09:00 in Chicago
NIGHT: dict[str, Any] = {"from": "22:00", "to": "07:00"}


def chicago(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=CHICAGO)


def test_a_snapshot_keeps_the_order_of_the_steps() -> None:
    steps = [
        {"after_s": 600, "notify": ["team"]},
        {"after_s": 14 * 3600, "notify": ["boss"], "quiet": [NIGHT]},
        {"after_s": 15 * 3600, "notify": ["all", "team"]},
    ]
    first, second, third = snapshot(steps, told_at=NOW, zone=CHICAGO.key)
    assert (first.number, first.due_at, first.channels) == (1, NOW + timedelta(minutes=10), ("team",))
    assert (second.planned_at, second.due_at) == (chicago(27, 23), chicago(28, 7))
    assert (third.planned_at, third.due_at) == (chicago(28, 0), chicago(28, 7))  # not before the one in front of it
    assert snapshot([], told_at=NOW, zone=CHICAGO.key) == []


def test_what_was_still_to_wait_is_still_to_wait() -> None:
    (step,) = snapshot([{"after_s": 600, "notify": ["team"]}], told_at=NOW, zone=CHICAGO.key)
    minutes = [timedelta(minutes=number) for number in range(100)]
    (again,) = resumed([step], stopped_at=NOW + minutes[4], now=NOW + minutes[60], zone=CHICAGO.key)
    assert again.due_at == NOW + minutes[66]
    (overdue,) = resumed([step], stopped_at=NOW + minutes[11], now=NOW + minutes[60], zone=CHICAGO.key)
    assert overdue.due_at == NOW + minutes[60]


def test_steps_that_go_on_keep_their_order() -> None:
    steps = snapshot(
        [{"after_s": 600, "notify": ["team"], "quiet": [NIGHT]}, {"after_s": 1200, "notify": ["boss"]}],
        told_at=NOW,
        zone=CHICAGO.key,
    )
    first, second = resumed(steps, stopped_at=NOW, now=chicago(27, 22), zone=CHICAGO.key)
    assert (first.planned_at, first.due_at) == (chicago(27, 22, 10), chicago(28, 7))
    assert (second.planned_at, second.due_at) == (chicago(27, 22, 20), chicago(28, 7))


def test_a_step_waits_while_nothing_holds_any_more() -> None:
    assert verdict(AlertStatus.FIRING, muted=None, clear_since=NOW)[0] is StepState.DUE
    assert verdict(AlertStatus.RESOLVED, muted=None, clear_since=NOW)[0] is StepState.STOPPED


@pytest.mark.parametrize(
    ("status", "muted", "state"),
    [
        (AlertStatus.FIRING, None, StepState.SENT),
        (AlertStatus.FIRING, Muted.SILENCED, StepState.DUE),
        (AlertStatus.PENDING, None, StepState.SPARED),
        (AlertStatus.ACKNOWLEDGED, None, StepState.STOPPED),
        (AlertStatus.RESOLVED, None, StepState.STOPPED),
    ],
)
def test_a_due_step_is_judged_by_the_alert_as_it_is(status: AlertStatus, muted: str | None, state: StepState) -> None:
    judged, why = verdict(status, muted=muted)
    assert judged is state
    assert why
