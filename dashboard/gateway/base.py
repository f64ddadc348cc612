"""What every part of the door shares: who asks, the context it opens transactions in, batches for files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

from backend.auth.actor import Actor
from backend.clock import system_now
from backend.context import Context
from backend.persistence.uow import Uow
from dashboard.format import Locale
from dashboard.present import sheet
from dashboard.present.common import Reader
from models.errors import DomainError

T = TypeVar("T")

Row = tuple[sheet.Cell, ...]

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: what he may see, and how he writes numbers."""

    actor: Actor
    locale: Locale


class Door:
    """A part of the door; the parts make up `dashboard.gateway.Gateway`."""

    def __init__(self, context: Callable[[], Context]) -> None:
        self._context = context

    @staticmethod
    def _reader(uow: Uow, asker: Asker) -> Reader:
        return Reader(uow.now, asker.locale, system_now())


def offsets() -> Iterator[int]:
    """Yield where each batch of a file begins."""
    return count(0, BATCH)


def if_there(look: Callable[[], T]) -> T | None:
    """Return what an address opens, or None when there is none that the actor may see."""
    try:
        return look()
    except DomainError:
        return None
