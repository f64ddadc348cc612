"""What the delivery worker is handed by the program that starts it: transactions, time and limits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlmodel import Session

from alerts.delivery.http import SendLimits
from alerts.notice import Notice
from models.events import EventType

Links = Callable[[Notice, datetime, str], Mapping[str, str]]


class Transaction(Protocol):
    """A unit of work: commits when its block ends cleanly. `now` is the business instant."""

    session: Session
    now: datetime

    def record(self, type_: EventType, *, subject: str, data: dict[str, Any]) -> str:
        """Add an event to the transaction."""
        ...


@dataclass(frozen=True, slots=True)
class Ports:
    """`write` and `read` open transactions; `now` is the machine's time (aware UTC); `owner` names this process.

    `owner` is `host:pid:token`, never used by another process before or after; `source` is the CloudEvents source.
    `links` signs the single-use addresses that a notice carries to a channel (its code), by what they do
    ("acknowledge", "resolve").
    """

    write: Callable[[], AbstractContextManager[Transaction]]
    read: Callable[[], AbstractContextManager[Transaction]]
    now: Callable[[], datetime]
    owner: str
    source: str
    links: Links = field(default=lambda _notice, _now, _channel: {})


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """`concurrency` messages on the way at most, and for each `ahead` that follow it once it is taken; a look at the
    database at least every `poll_seconds`."""

    concurrency: int = 32
    ahead: int = 16
    poll_seconds: float = 0.25
    hung_after_seconds: float = 1.0
    stop_seconds: float = 3.0
    limits: SendLimits = field(default_factory=SendLimits)
