"""What a job is. The table of jobs and the scheduler that runs them are `backend/jobs/scheduler.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from backend.context import Context
from backend.wakeups import Topic


@dataclass(frozen=True, slots=True)
class Job:
    """Work that recurs.

    `run` does everything that is due and returns the business instant at which there is work again (None: nothing
    known). The scheduler wakes it then, on every signal of `wakes_on`, and every `every_seconds` real seconds at the
    latest, which also heals lost signals. It never runs twice at once in a process; an `exclusive` job runs in one
    process at a time, by a lease. The others must be safe side by side (compare-and-set), and then share the work.
    """

    name: str
    run: Callable[[Context], datetime | None]
    every_seconds: float
    wakes_on: Topic | None = None
    exclusive: bool = False


class Service(Protocol):
    """Something with threads of its own that runs as long as the program does."""

    def start(self) -> None:
        """Begin; returns at once."""
        ...

    def stop(self) -> None:
        """End; returns when its threads have ended."""
        ...
