"""One request, or one job item, is one transaction. Services record and never commit; the edge commits here."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session

from backend.auth.actor import Actor
from backend.clock import Clock, system_now
from backend.wakeups import Topic, Wakeups
from models.events import EventType
from models.tables import Event

# SQLite has one writer at a time; queueing our own threads here is fair and far cheaper than its busy polling.
_SQLITE_WRITER = threading.RLock()


@dataclass(slots=True)
class Uow:
    """A transaction with its actor, its business instant, and the events it will leave behind."""

    session: Session
    actor: Actor
    now: datetime
    _events: list[dict[str, Any]] = field(default_factory=list)
    _signals: dict[Topic, datetime | None] = field(default_factory=dict)

    def record(
        self,
        type_: EventType,
        *,
        subject: str,
        data: dict[str, Any],
        location_id: int | None = None,
        at: datetime | None = None,
    ) -> str:
        """Add an event to this transaction and return its uid. `at` is the true moment, now by default."""
        uid = f"evt_{secrets.token_hex(16)}"
        self._events.append(
            {
                "uid": uid,
                "type": type_.value,
                "subject": subject,
                "location_id": location_id,
                "actor": self.actor.label,
                "data": data,
                "at": at or self.now,
                "recorded_at": system_now(),
            }
        )
        return uid

    def wake(self, topic: Topic, at: datetime | None = None) -> None:
        """Signal `topic` once the transaction has committed; the earliest `at` wins, None is now."""
        if topic not in self._signals:
            self._signals[topic] = at
            return
        known = self._signals[topic]
        self._signals[topic] = None if at is None or known is None else min(at, known)

    def flush_events(self) -> None:
        """Write the recorded events; called by the edge just before it commits."""
        if not self._events:
            return
        self.session.execute(sa.insert(Event), self._events)
        self._events.clear()
        self.wake(Topic.EVENTS)


class UowFactory:
    """Opens transactions on one engine."""

    def __init__(self, engine: Engine, clock: Clock, wakeups: Wakeups) -> None:
        self._engine = engine
        self._writer = engine.execution_options(sqlite_begin="IMMEDIATE")
        self._clock = clock
        self._wakeups = wakeups
        self._sqlite = engine.dialect.name == "sqlite"

    @contextmanager
    def write(self, actor: Actor) -> Iterator[Uow]:
        """Commit on a clean exit, roll back on any exception; then signal what changed."""
        if self._sqlite:
            with _SQLITE_WRITER:
                uow = yield from self._transaction(actor)
        else:
            uow = yield from self._transaction(actor)
        for topic, at in uow._signals.items():
            self._wakeups.signal(topic, at)

    def _transaction(self, actor: Actor) -> Generator[Uow, None, Uow]:
        with Session(self._writer, expire_on_commit=False, autoflush=False) as session:
            uow = Uow(session=session, actor=actor, now=self._clock.now())
            yield uow
            session.flush()
            uow.flush_events()
            session.commit()
        return uow

    @contextmanager
    def read(self, actor: Actor) -> Iterator[Uow]:
        """Open a transaction for SELECTs; whatever it changed is rolled back."""
        with Session(self._engine, expire_on_commit=False, autoflush=False) as session:
            try:
                yield Uow(session=session, actor=actor, now=self._clock.now())
            finally:
                session.rollback()
