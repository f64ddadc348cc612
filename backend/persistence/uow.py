"""One request, or one job item, is one transaction. Services record and never commit; the edge commits here."""

from __future__ import annotations

import copy
import secrets
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from sqlalchemy.engine import Engine
from sqlmodel import Session

from backend.auth.actor import Actor
from backend.clock import Clock, system_now
from backend.persistence.bulk import Insert, insert_rows
from backend.wakeups import Topic, Wakeups
from models.events import EventType
from models.tables import Event

# SQLite has one writer at a time; queueing our own threads here is fair and far cheaper than its busy polling.
_SQLITE_WRITER = threading.RLock()


class Ending(Protocol):
    """Work gathered during a transaction and done once, just before it commits."""

    def close(self, uow: Uow) -> None:
        """Do it. May record events and signals; must not commit."""
        ...


E = TypeVar("E", bound=Ending)

#: A transaction with so many events numbers them itself: for fewer, the lock that all share is not worth it. More than
#: a group of single orders has, which must not wait for anybody.
MANY = 300

#: Writes the events of a transaction that is about to commit.
Append = Callable[["Uow", list[dict[str, Any]]], None]


def write_events(uow: Uow, rows: list[dict[str, Any]]) -> None:
    """Write events without a place in the feed; the relay gives them theirs."""
    insert_rows(uow.session, Event, rows)
    uow.wake(Topic.EVENTS)


@dataclass(slots=True)
class Uow:
    """A transaction with its actor, its business instant, and the events it will leave behind.

    `public_url` is for links in events; `stale_after` is how old data may be, in business time; a silence lasts at most
    `silence_days`.
    """

    session: Session
    actor: Actor
    now: datetime
    public_url: str = "http://localhost:8000"
    stale_after: timedelta = timedelta(seconds=3600)
    silence_days: int = 31
    append: Append = write_events
    _endings: dict[type[Ending], Ending] = field(default_factory=dict)
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
        actor: Actor | None = None,
    ) -> str:
        """Add an event to this transaction and return its uid. `at` is the true moment, now by default.

        `actor` is whoever did it, where one transaction holds the work of several.
        """
        uid = f"evt_{secrets.token_hex(16)}"
        self._events.append(
            {
                "uid": uid,
                "type": type_.value,
                "subject": subject,
                "location_id": location_id,
                "actor": (actor or self.actor).label,
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

    def ending(self, kind: type[E], *, ahead: bool = False) -> E:
        """Return this transaction's one `kind`, made on first use; its `close(uow)` runs just before the commit.

        For rows that everyone touches (a location's health): changes are added up, applied in one go, and their locks
        come last in every transaction and in ascending order, so that no two transactions can deadlock on them.
        `ahead` is for rows that are locked before those of all others.
        """
        known = self._endings.get(kind)
        if known is None:
            known = kind()
            self._endings = {kind: known, **self._endings} if ahead else {**self._endings, kind: known}
        return known  # type: ignore[return-value]  # the dict maps each class to an instance of it

    @contextmanager
    def acting(self, actor: Actor) -> Iterator[None]:
        """Let what is done inside be done by another actor, with his scope and in his name."""
        before, self.actor = self.actor, actor
        try:
            yield
        finally:
            self.actor = before

    def close(self) -> None:
        """Do the gathered work; called by the edge just before it commits."""
        done: set[type[Ending]] = set()
        while waiting := [kind for kind in self._endings if kind not in done]:  # one may ask for another
            for kind in waiting:
                self._endings[kind].close(self)
            done.update(waiting)
        self._endings.clear()

    def flush_events(self) -> None:
        """Write the recorded events; called by the edge just before it commits."""
        if self._events:
            events, self._events = self._events, []
            self.append(self, events)

    def told(self) -> Insert:
        """Return what writes the events recorded so far: for who has more to insert and wants one statement for all.

        Many wait for the end, where they get their places in the feed as they are written.
        """
        if len(self._events) >= MANY:
            return Insert(Event, [])
        events, self._events = self._events, []
        if events:
            self.wake(Topic.EVENTS)
        return Insert(Event, events)


class UowFactory:
    """Opens transactions on one engine."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        wakeups: Wakeups,
        *,
        public_url: str = "http://localhost:8000",
        stale_after_seconds: float = 3600,
        silence_days: int = 31,
        append: Append = write_events,
    ) -> None:
        self._engine = engine
        self._writer = engine.execution_options(sqlite_begin="IMMEDIATE")
        self._clock = clock
        self._wakeups = wakeups
        self._append = append
        self._public_url = public_url
        self._silence_days = silence_days
        # A replay an hour a second must not turn grey in a quarter of a second.
        self._stale_after = timedelta(seconds=stale_after_seconds * max(1.0, clock.speed))
        self._sqlite = engine.dialect.name == "sqlite"

    def by(self, clock: Clock) -> UowFactory:
        """Return a factory like this one whose transactions happen by another clock: to make history."""
        other = copy.copy(self)
        other._clock = clock
        return other

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
            uow = self._uow(session, actor)
            yield uow
            session.flush()
            uow.close()
            uow.flush_events()
            session.commit()
        return uow

    @contextmanager
    def read(self, actor: Actor) -> Iterator[Uow]:
        """Open a transaction for SELECTs; whatever it changed is rolled back."""
        with Session(self._engine, expire_on_commit=False, autoflush=False) as session:
            try:
                yield self._uow(session, actor)
            finally:
                session.rollback()

    def _uow(self, session: Session, actor: Actor) -> Uow:
        return Uow(
            session=session,
            actor=actor,
            now=self._clock.now(),
            public_url=self._public_url,
            stale_after=self._stale_after,
            silence_days=self._silence_days,
            append=self._append,
        )
