"""Strategies as versions: draft → active → archived. What a document may say is the engine's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from backend.persistence.uow import Uow


@dataclass(frozen=True, slots=True)
class Limits:
    """Until the engine's document is there."""

    attempts: int = 5


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """Until the engine's document is there."""

    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Active:
    """The strategy that decides; without an id it is the built-in one."""

    id: int | None
    name: str
    version: int
    strategy: Any


def active(_uow: Uow) -> Active:
    """Return the active strategy."""
    return Active(None, "default", 0, BuiltIn())
