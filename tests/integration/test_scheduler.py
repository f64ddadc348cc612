"""The scheduler's promise: what was committed before a signal is looked at after it, and never twice at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from backend.clock import SystemClock, system_now
from backend.context import Context
from backend.jobs.job import Job
from backend.jobs.scheduler import Scheduler
from backend.persistence.uow import Uow
from backend.wakeups import Topic

HOUR = 3600.0


def _wait(condition: Callable[[], bool]) -> bool:
    for _ in range(6000):
        if condition():
            return True
        threading.Event().wait(0.01)
    return False


def _live(ctx: Context) -> Context:
    return replace(ctx, clock=SystemClock())


def test_a_job_runs_at_the_instant_it_asked_for(ctx: Context) -> None:
    runs: list[datetime] = []
    asked: list[datetime] = []

    def run(_ctx: Context) -> datetime | None:
        runs.append(system_now())
        if len(runs) > 1:
            return None
        asked.append(system_now() + timedelta(seconds=0.3))
        return asked[0]

    scheduler = Scheduler(_live(ctx), [Job("j", run, HOUR)])
    scheduler.start()
    try:
        assert _wait(lambda: len(runs) == 2)
        assert runs[1] >= asked[0]
    finally:
        scheduler.stop()


def test_a_signal_during_a_run_is_not_lost(ctx: Context) -> None:
    inside, leave = threading.Event(), threading.Event()
    overlap: list[int] = []
    runs: list[int] = []
    busy = threading.Lock()

    def run(_ctx: Context) -> datetime | None:
        if not busy.acquire(blocking=False):
            overlap.append(1)
            return None
        runs.append(1)
        inside.set()
        leave.wait(60)
        busy.release()
        return None

    live = _live(ctx)
    scheduler = Scheduler(live, [Job("j", run, HOUR, wakes_on=Topic.EVENTS)])
    scheduler.start()
    try:
        assert inside.wait(60)
        live.wakeups.signal(Topic.EVENTS)
        leave.set()
        assert _wait(lambda: len(runs) == 2)
        for _ in range(50):
            live.wakeups.signal(Topic.EVENTS)
        assert _wait(lambda: len(runs) >= 3)
        assert overlap == []
    finally:
        scheduler.stop()


def test_a_failing_job_runs_again(ctx: Context) -> None:
    runs: list[int] = []

    def run(_ctx: Context) -> datetime | None:
        runs.append(1)
        raise RuntimeError("boom")

    live = _live(ctx)
    scheduler = Scheduler(live, [Job("j", run, HOUR, wakes_on=Topic.SLA)])
    scheduler.start()
    try:
        assert _wait(lambda: len(runs) == 1)
        live.wakeups.signal(Topic.SLA)
        assert _wait(lambda: len(runs) == 2)
    finally:
        scheduler.stop()


def test_an_exclusive_job_runs_in_one_process_only(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    from backend.jobs import runner
    from backend.persistence import claims

    runs: list[int] = []
    asked: list[str] = []

    def hold_lease(uow: Uow, job: str, *, seconds: float) -> bool:
        held = claims.hold_lease(uow, job, seconds=seconds)
        asked.append(job)
        return held

    monkeypatch.setattr(runner, "hold_lease", hold_lease)

    def run(_ctx: Context) -> datetime | None:
        runs.append(1)
        return None

    live = _live(ctx)
    with live.uow() as uow:
        assert claims.hold_lease(uow, "j", seconds=3600)
    ours = claims.OWNER
    claims.OWNER = "another process"
    try:
        scheduler = Scheduler(live, [Job("j", run, 0.05, exclusive=True)])
        scheduler.start()
        assert _wait(lambda: len(asked) >= 3)
        scheduler.stop()
        assert runs == []
    finally:
        claims.OWNER = ours
    with live.uow() as uow:
        assert claims.hold_lease(uow, "j", seconds=3600)
