"""Which subscription wants which event. Pure: the sequencer asks once per kind of event, not once per event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.alerting import ReceiverKind
from models.errors import Fault
from models.events import EventType


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event happened: a location's code and groups. An event without a place concerns the whole network."""

    code: str
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PlaceFilter:
    """A set of places, by code or by group; both empty means everywhere, events without a place included."""

    codes: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()

    @property
    def everything(self) -> bool:
        """Whether there is no limit."""
        return not self.codes and not self.groups

    def covers(self, place: Place | None) -> bool:
        """Return whether the place is inside; a limited filter never covers an event without a place."""
        if self.everything:
            return True
        return place is not None and (place.code in self.codes or not self.groups.isdisjoint(place.groups))


@dataclass(frozen=True, slots=True)
class Interest:
    """What one subscription asked for, and the most that its owner may see. A channel wants no event by itself: notices
    name it by its code. `tests` are conditions on an event's fields, as its row has them; `fanout.py` asks them."""

    subscription_id: int
    types: tuple[str, ...] = ()
    wanted: PlaceFilter = PlaceFilter()
    allowed: PlaceFilter = PlaceFilter()
    hidden_types: frozenset[str] = frozenset()
    code: str = ""
    kind: ReceiverKind = ReceiverKind.SUBSCRIPTION
    tests: tuple[Mapping[str, Any], ...] = ()

    def wants(self, type_: str, place: Place | None) -> bool:
        """Return whether an event of this type, at this place, is owed to the subscription."""
        if self.kind is not ReceiverKind.SUBSCRIPTION:
            return False
        if type_ in self.hidden_types or not type_matches(self.types, type_):
            return False
        return self.allowed.covers(place) and self.wanted.covers(place)


def type_matches(patterns: Sequence[str], type_: str) -> bool:
    """Return whether any pattern is the type itself or a prefix of it written `sla.*`; no pattern matches all."""
    if not patterns:
        return True
    return any(p == type_ or (p.endswith(".*") and type_.startswith(p[:-1])) for p in patterns)


def expand_types(patterns: Sequence[str]) -> tuple[str, ...]:
    """Return every known event type that the patterns match, in the order of `EventType`."""
    return tuple(type_.value for type_ in EventType if type_matches(patterns, type_.value))


def type_faults(patterns: Iterable[str], *, pointer: str) -> list[Fault]:
    """Return one fault per pattern that matches no known type; `pointer` is the list's JSON pointer."""
    return [
        Fault(
            f"{pointer}/{index}",
            "unknown_type",
            f"There is no event type {pattern!r}. Use a type such as sla.location.changed, or a prefix such as sla.*",
        )
        for index, pattern in enumerate(patterns)
        if not expand_types([pattern])
    ]
