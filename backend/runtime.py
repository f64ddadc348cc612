"""Composition root: settings → Context. Starting and stopping jobs is `backend/jobs/scheduler.py`."""

from __future__ import annotations

from backend.clock import Clock, SystemClock
from backend.config import Settings, settings_from_environment
from backend.context import Context
from backend.persistence.engine import make_engine
from backend.persistence.uow import UowFactory
from backend.wakeups import Wakeups


def build(settings: Settings | None = None, *, clock: Clock | None = None) -> Context:
    """Return a Context; nothing connects until first used."""
    settings = settings or settings_from_environment()
    clock = clock or SystemClock()
    engine = make_engine(settings.database)
    wakeups = Wakeups()
    return Context(
        settings=settings,
        engine=engine,
        clock=clock,
        wakeups=wakeups,
        transactions=UowFactory(engine, clock, wakeups),
    )
