"""What api, jobs, simulator and dashboard are handed. Built in `runtime.py`; holds no rule."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from sqlalchemy.engine import Engine

from backend.auth.actor import SYSTEM, Actor
from backend.auth.keycache import KeyCache
from backend.availability.book import Book
from backend.clock import Clock
from backend.config import Settings
from backend.persistence.uow import Uow, UowFactory
from backend.wakeups import Wakeups


@dataclass(frozen=True, slots=True)
class Context:
    """Settings, time, transactions, signals, the API keys seen lately and the stock book of one running program."""

    settings: Settings
    engine: Engine
    clock: Clock
    wakeups: Wakeups
    transactions: UowFactory
    keys: KeyCache = field(default_factory=KeyCache)  # remembers nothing unless told to
    stock: Book = field(default_factory=Book)  # kept up to date by `backend/availability/follower.py`

    def uow(self, actor: Actor = SYSTEM) -> AbstractContextManager[Uow]:
        """Open a writing transaction; it commits when the block ends without an exception."""
        return self.transactions.write(actor)

    def read(self, actor: Actor = SYSTEM) -> AbstractContextManager[Uow]:
        """Open a read-only transaction."""
        return self.transactions.read(actor)
