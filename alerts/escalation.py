"""Who is told next when nobody takes an alert on: the steps of a policy, and their instants for one alert. Pure.

The steps are copied (`snapshot`) when the alert is first told of, so that editing a policy does not change who is being
called right now. Rows and sending: `steps.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from alerts.quiet import quiet_times, quiet_until
from models.alerting import AlertStatus, StepState


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step of one alert. `planned_at` is before quiet times moved it to `due_at`."""

    number: int
    planned_at: datetime
    due_at: datetime
    channels: tuple[str, ...]
    quiet: tuple[Mapping[str, Any], ...] = ()


def snapshot(steps: Sequence[Mapping[str, Any]], *, told_at: datetime, zone: str) -> list[PlannedStep]:
    """Return the steps of an alert that was first told of at an instant; quiet times are on the clock of `zone`.

    `steps` is `escalate` of the policy's document, in any order. A step never comes before one that is meant to come
    sooner, wherever quiet times moved that to.
    """
    planned: list[PlannedStep] = []
    for number, step in enumerate(sorted(steps, key=lambda step: int(step["after_s"])), start=1):
        at = told_at + timedelta(seconds=int(step["after_s"]))
        quiet = tuple(step.get("quiet", ()))
        before = planned[-1].due_at if planned else at
        due_at = _after(max(at, before), quiet, zone)
        planned.append(PlannedStep(number, at, due_at, tuple(step["notify"]), quiet))
    return planned


def resumed(steps: Sequence[PlannedStep], *, stopped_at: datetime, now: datetime, zone: str) -> list[PlannedStep]:
    """Return steps that were stopped as they go on, in order: what was still to wait then is still to wait, and again
    none comes before the one in front of it."""
    going: list[PlannedStep] = []
    for step in sorted(steps, key=lambda step: step.number):
        at = now + max(step.planned_at - stopped_at, timedelta())
        before = going[-1].due_at if going else at
        going.append(PlannedStep(step.number, at, _after(max(at, before), step.quiet, zone), step.channels, step.quiet))
    return going


def verdict(status: AlertStatus, *, muted: str | None, clear_since: datetime | None = None) -> tuple[StepState, str]:
    """Return what becomes of a step that is due, given the alert as it is at this very moment, and why.

    While nobody is to be told, or nothing holds any more (`clear_since`) and the alert only stays so that it does not
    flap, it stays due: it is looked at again, and sent if it is still firing when that ends.
    """
    if status is AlertStatus.FIRING and clear_since is not None:
        return StepState.DUE, "Nothing holds any more."
    if status is AlertStatus.FIRING:
        return (StepState.SENT, "Nobody has acknowledged it.") if muted is None else (StepState.DUE, f"It is {muted}.")
    if status is AlertStatus.PENDING:
        return StepState.SPARED, "It is not firing."
    return StepState.STOPPED, f"It is {status.value}."


def _after(at: datetime, quiet: Sequence[Mapping[str, Any]], zone: str) -> datetime:
    return quiet_until(quiet_times(quiet), at, zone) or at
