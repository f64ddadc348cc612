"""What api, jobs, simulator and dashboard are handed. Built in `runtime.py`; holds no rule."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from sqlalchemy.engine import Engine

from backend.auth.actor import SYSTEM, Actor
from backend.auth.keycache import KeyCache
from backend.availability.book import Book
from backend.clock import Clock
from backend.config import Settings
from backend.persistence.uow import Uow, UowFactory
from backend.wakeups import Wakeups

Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Context:
    """Settings, time, transactions, signals, the API keys seen lately and the stock book of one running program."""

    settings: Settings
    engine: Engine
    clock: Clock
    wakeups: Wakeups
    transactions: UowFactory
    keys: KeyCache = field(default_factory=KeyCache)  # remembers nothing unless told to
    parts: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)
    stock: Book = field(default_factory=Book)  # kept up to date by `backend/availability/follower.py`

    def uow(self, actor: Actor = SYSTEM) -> AbstractContextManager[Uow]:
        """Open a writing transaction; it commits when the block ends without an exception."""
        return self.transactions.write(actor)

    def part(self, kind: Callable[[Context], Part]) -> Part:
        """Return this program's one `kind`, made of this context when first asked for."""
        made = self.parts.get(kind)
        if made is None:
            made = self.parts.setdefault(kind, kind(self))
        return cast(Part, made)

    def read(self, actor: Actor = SYSTEM) -> AbstractContextManager[Uow]:
        """Open a read-only transaction."""
        return self.transactions.read(actor)
