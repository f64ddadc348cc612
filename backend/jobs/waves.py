"""Wave rules whose time has come plan their waves, each in a transaction of its own. Many processes may do so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from backend.context import Context
from backend.jobs.batches import in_batches, later
from backend.jobs.job import Job
from backend.metrics.registry import WAVES_PLANNED
from backend.persistence.uow import Uow
from backend.wakeups import Topic
from backend.waves import service, wave_rules

_NAME = "waves"


def run(ctx: Context) -> datetime | None:
    """Run every rule that is due; return when the next one is."""
    with ctx.read() as uow:
        now, due = uow.now, wave_rules.due(uow)
    failed = in_batches(ctx, _NAME, due, _run)
    in_batches(ctx, _NAME, failed, _put_off)
    with ctx.read() as uow:
        return later(wave_rules.next_due(uow), than=now)


def _run(uow: Uow, rules: Sequence[tuple[int, str, str]]) -> None:
    for rule_id, _, _ in rules:
        WAVES_PLANNED.inc(len(service.run_rule(uow, rule_id)))


def _put_off(uow: Uow, rules: Sequence[tuple[int, str, str]]) -> None:
    """Let rules that failed run again at their next time: one cannot be worked out only when it cannot be read."""
    for rule_id, _, _ in rules:
        wave_rules.claim(uow, rule_id)


JOB = Job(_NAME, run, every_seconds=30, wakes_on=Topic.WAVES)
