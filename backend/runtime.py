"""Composition root: settings → Context, and the services that run beside it. The running program is `program.py`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.engine import Engine

from backend.auth.keycache import FRESH_SECONDS, KeyCache
from backend.availability.follower import Follower
from backend.clock import Clock, SystemClock
from backend.config import Settings, settings_from_environment
from backend.context import Context
from backend.events.sequencer import append
from backend.jobs.job import Service
from backend.jobs.webhooks import WebhookService
from backend.persistence.engine import make_engine
from backend.persistence.uow import UowFactory
from backend.simulation.demo.service import DemoSimulator
from backend.wakeups import Wakeups


def build(settings: Settings | None = None, *, clock: Clock | None = None) -> Context:
    """Return a Context; nothing connects until first used."""
    settings = settings or settings_from_environment()
    clock = clock or SystemClock()
    engine = make_engine(settings.database)
    wakeups = _wakeups(settings, engine)
    return Context(
        settings=settings,
        engine=engine,
        clock=clock,
        wakeups=wakeups,
        transactions=UowFactory(
            engine,
            clock,
            wakeups,
            public_url=settings.public_url,
            stale_after_seconds=settings.stale_after_seconds,
            silence_days=settings.silence_days,
            append=append,
        ),
        keys=KeyCache(seconds=FRESH_SECONDS),
    )


def _wakeups(settings: Settings, engine: Engine) -> Wakeups:
    """Return how processes wake each other; a client is loaded only where there is a server for it."""
    if settings.redis_url:
        from backend.wakeups_redis import RedisWakeups

        return RedisWakeups(settings.redis_url)
    if engine.dialect.name == "postgresql":
        from backend.wakeups_postgres import PostgresWakeups

        return PostgresWakeups(engine)
    return Wakeups()


def services(ctx: Context) -> Sequence[Service]:
    """Return the long-running services of a process that answers and does the work."""
    return (*reading(ctx), *working(ctx))


def reading(ctx: Context) -> Sequence[Service]:
    """Return those of a process that only answers: what keeps its stock book up to date."""
    return (Follower(ctx, ctx.stock),)


def working(ctx: Context) -> Sequence[Service]:
    """Return those of a process that only does the work: delivery of webhooks, the demo network. Its stock book serves
    routing alone, which brings it up to date itself."""
    return (WebhookService(ctx), DemoSimulator(ctx))
