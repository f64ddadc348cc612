"""Which open alert tells of another already, because it is about something wider around it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from models.alerting import AlertLevel, Severity


@dataclass(frozen=True, slots=True)
class Within:
    """An alert and where it is: its location's key and all groups of that location."""

    id: int
    level: AlertLevel
    severity: Severity
    location_id: int | None = None
    groups: frozenset[str] = frozenset()
    drill: bool = False


@dataclass(frozen=True, slots=True)
class Wider:
    """An open alert that mutes the levels its policy names, inside it."""

    id: int
    level: AlertLevel
    severity: Severity
    mutes: frozenset[AlertLevel]
    location_id: int | None = None
    group: str | None = None
    drill: bool = False


def inhibited_by(alert: Within, wider: Iterable[Wider]) -> Wider | None:
    """Return what tells of an alert already: the widest, of these the oldest; None when nothing does.

    What is milder mutes nothing that is worse, and an exercise mutes nothing real.
    """
    found = [one for one in wider if _mutes(one, alert)]
    return min(found, key=lambda one: (-one.level.width, one.id), default=None)


def _mutes(wide: Wider, alert: Within) -> bool:
    if wide.id == alert.id or wide.level.width <= alert.level.width or alert.level not in wide.mutes:
        return False
    if wide.severity.rank < alert.severity.rank or (wide.drill and not alert.drill):
        return False
    if wide.level is AlertLevel.NETWORK:
        return True
    if wide.level is AlertLevel.GROUP:
        return wide.group in alert.groups
    return wide.location_id is not None and wide.location_id == alert.location_id
