"""The demo's past is lived through in a process of its own: what it says, how it ends, and when it is not needed."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

import pytest

from backend.clock import ManualClock
from backend.context import Context
from backend.locations.rules import LocationInput
from backend.locations.service import put_locations
from backend.simulation import facts
from backend.simulation.demo import apart
from backend.simulation.demo.service import GAP_SECONDS
from models.enums import LocationKind, Method

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_what_it_refuses_is_said_in_plain_words_and_with_its_exit_code(
    ctx: Context, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with ctx.uow() as uow:
        put_locations(uow, [LocationInput("ATL", "Atlanta", LocationKind.STORE, "America/New_York", (Method.PICKUP,))])
    monkeypatch.setenv("DATABASE_URL", ctx.settings.database_url)
    assert apart.bring_up(ctx) == 1
    said = capfd.readouterr().err
    assert "another network" in said
    assert "Traceback" not in said


def test_it_ends_when_the_program_that_started_it_is_gone(ctx: Context) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "backend.simulation.demo"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"DATABASE_URL": ctx.settings.database_url},
    )
    assert child.stdin is not None
    child.stdin.close()  # as when a process is killed
    assert child.stdin.closed
    assert child.wait(60) == apart.INTERRUPTED
    assert child.stderr is not None
    assert b"Traceback" not in child.stderr.read()


def test_a_short_gap_needs_no_process(ctx: Context, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    with ctx.uow() as uow:
        facts.update(uow, facts.NETWORK, {"kind": "demo", "seed": 1})
        facts.update(uow, facts.DEMO, {"reached": clock.now().isoformat()})
    started: list[str] = []
    monkeypatch.setattr(apart.subprocess, "Popen", lambda *_, **__: started.append("process"))
    clock.advance(timedelta(seconds=GAP_SECONDS))
    assert apart.bring_up(ctx) == 0
    assert started == []
