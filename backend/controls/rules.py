"""What a manager may do to a location for a time: a cap on what it is given, a method that gets no new work. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from backend.locations.rules import limit_faults
from models.enums import Method
from models.errors import Fault
from models.floor import ControlKind

#: A control is for a time; what is meant to last is the location's own setting.
LONGEST = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class NewControl:
    """A control somebody asks for. `limit` comes with a cap, `method` with a pause; without `until` it ends at the
    location's next midnight."""

    kind: ControlKind
    reason: str
    limit: Mapping[str, Any] = field(default_factory=dict)
    method: Method | None = None
    until: datetime | None = None

    @property
    def subject(self) -> str:
        """Return what it is about, next to its kind: one of each runs at a time."""
        return self.method.value if self.method else ""


@dataclass(frozen=True, slots=True)
class Effect:
    """What the controls that run make of a location: the limit that counts, None for its own, and what is paused."""

    cap: Mapping[str, Any] | None = None
    paused: frozenset[Method] = frozenset()


def faults(new: NewControl, *, offered: Iterable[Method], now: datetime) -> list[Fault]:
    """Return everything wrong with a control for a location that offers these methods."""
    found: list[Fault] = []
    if new.kind is ControlKind.CAP:
        if new.method is not None:
            found.append(Fault("/method", "unknown_field", "A cap is for all methods."))
        if not any(name in new.limit for name in ("orders", "items", "money")):
            found.append(Fault("/limit", "empty", 'Say how much at most, such as {"orders": 20}.'))
        found += limit_faults(new.limit, "/limit")
    else:
        if new.limit:
            found.append(Fault("/limit", "unknown_field", "A pause has no limit."))
        if new.method is None:
            found.append(Fault("/method", "missing", "Say which method gets no new work."))
        elif new.method not in set(offered):
            found.append(Fault("/method", "method_not_offered", f"The location does not offer {new.method}."))
    if new.until is not None and new.until <= now:
        found.append(Fault("/until", "in_the_past", "A control ends in the future."))
    if new.until is not None and new.until > now + LONGEST:
        found.append(Fault("/until", "out_of_range", f"A control lasts at most {LONGEST.days} days."))
    return found


def effect(running: Sequence[tuple[ControlKind, str, Mapping[str, Any]]]) -> Effect:
    """Return what controls of one location do together, each given as (kind, subject, value)."""
    caps = [value for kind, _, value in running if kind is ControlKind.CAP]
    paused = frozenset(Method(subject) for kind, subject, _ in running if kind is ControlKind.PAUSE_METHOD)
    return Effect(caps[0] if caps else None, paused)
