"""The running program: which context it has and which jobs run beside the web server.

`current()` is what the API and the dashboard ask for; `running()` is the web server's lifespan. Building a Context
is `runtime.py`; what runs when is `jobs/scheduler.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from backend import runtime
from backend.context import Context
from backend.jobs.job import Job, Service
from backend.jobs.scheduler import Scheduler, all_jobs


@dataclass(frozen=True, slots=True)
class Program:
    """What this process does. `web` only has no jobs; `services` are made when it starts."""

    context: Context
    jobs: Sequence[Job] = ()
    services: Callable[[Context], Sequence[Service]] = lambda _ctx: ()


_program: Program | None = None


def configure(program: Program) -> None:
    """Set what this process runs; called by the command line and by tests, before the server starts."""
    global _program
    _program = program


def program() -> Program:
    """Return the configured program, or the default one: everything, from the environment's settings."""
    global _program
    if _program is None:
        _program = Program(runtime.build(), jobs=all_jobs(), services=runtime.services)
    return _program


def current() -> Context:
    """Return the context of this process."""
    return program().context


@contextlib.asynccontextmanager
async def running() -> AsyncIterator[None]:
    """Run jobs and services while the web server runs; starting and stopping never blocks its event loop."""
    this = program()
    scheduler = Scheduler(this.context, this.jobs, this.services(this.context))
    await asyncio.to_thread(scheduler.start)
    try:
        yield
    finally:
        await asyncio.to_thread(scheduler.stop)
