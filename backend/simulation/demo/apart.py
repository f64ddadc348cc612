"""Bring the demo network up to now in a process of its own, before the program serves: its memory is given back.

A short gap is left to `service.py`, which closes it in a moment while the program already answers.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from backend.context import Context
from backend.simulation import facts
from backend.simulation.demo.service import GAP_SECONDS

#: As a shell says it of a command that Ctrl-C ended.
INTERRUPTED = 130


def bring_up(ctx: Context) -> int:
    """Seed the demo network, or live through what it has missed; return 0, or the exit code of what said why not.

    It works on the database of the environment's settings. Call it before jobs run: they would judge the past by now.
    """
    if _is_near(ctx):
        return 0
    ctx.engine.dispose()  # nothing of ours stands in its way
    with _child() as child:
        return child.wait()


def _is_near(ctx: Context) -> bool:
    with ctx.read() as uow:
        network, reached = facts.read(uow, facts.NETWORK), facts.read(uow, facts.DEMO).get("reached")
    if network.get("kind") != "demo" or reached is None:
        return False
    return (ctx.clock.now() - datetime.fromisoformat(reached)).total_seconds() <= GAP_SECONDS


@contextmanager
def _child() -> Iterator[subprocess.Popen[bytes]]:
    """Yield the process. It ends when we do, however that comes about: it watches the pipe that we hold open."""
    command = [sys.executable, "-m", "backend.simulation.demo"]
    # In a group of its own Ctrl-C does not reach it: it is for us to end it, without its trace on the screen.
    child = subprocess.Popen(command, stdin=subprocess.PIPE, process_group=0)  # noqa: S603  # our own arguments only
    try:
        yield child
    finally:
        assert child.stdin is not None  # noqa: S101  # it was asked for
        child.stdin.close()
        if child.poll() is None:
            child.terminate()
        child.wait()
