"""A location's counts and colour, kept by deltas: gathered during a transaction, applied once just before it commits.

Rows are locked in ascending order of location, after everything else, so that transactions cannot deadlock on them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.persistence.bulk import fetch_in, insert_missing, table_of
from backend.persistence.columnwise import update_columns
from backend.persistence.uow import Uow
from backend.sla.grading import Counts, Standing, Thresholds, grade
from backend.sla.notices import GradeChange, location_changed
from backend.sla.rulebook import rulebook
from backend.sla.worst import worst_shipments
from backend.wakeups import Topic
from models.enums import ClockState, Compliance
from models.tables import Location, LocationHealth

HEALTH, LOCATION = table_of(LocationHealth), table_of(Location)

_BANDS = tuple(band.value for band in Compliance)
_ENDS = (ClockState.MET.value, ClockState.MISSED.value)


@dataclass(frozen=True, slots=True)
class Row:
    """A location's health as the decision needs it, and as it is written."""

    location_id: int
    numbers: Mapping[str, int]
    standing: Standing
    since: datetime

    @property
    def counts(self) -> Counts:
        """Return the running shipments by band."""
        return Counts(*(self.numbers[band] for band in _BANDS))


@dataclass(slots=True)
class HealthLedger:
    """Deltas per location and true moment; `close` turns them into new rows, colours and events."""

    deltas: dict[int, dict[datetime, dict[str, int]]] = field(default_factory=dict)

    def move(self, *, was: tuple[int, str | None], becomes: tuple[int, str | None], at: datetime) -> None:
        """Take a running shipment out of (location, band) and put it into another; band None is not running."""
        if was == becomes:
            return
        for (location_id, band), by in ((was, -1), (becomes, 1)):
            if band is not None:
                self._add(location_id, band, by, at)

    def finish(self, location_id: int, state: ClockState, *, at: datetime) -> None:
        """Count a finished clock, met or missed."""
        self._add(location_id, state.value, 1, at)

    def take_back(self, location_id: int, state: ClockState, *, at: datetime) -> None:
        """Count a clock as not finished after all."""
        self._add(location_id, state.value, -1, at)

    def correct(self, location_id: int, drift: Mapping[str, int], *, at: datetime) -> None:
        """Add what a recount found missing (`repair.py`)."""
        for band, by in drift.items():
            self._add(location_id, band, by, at)

    def look_again(self, location_id: int) -> None:
        """Have the location graded although no count changes: its hold time is over, or its rule is new."""
        self.deltas.setdefault(location_id, {})

    def close(self, uow: Uow) -> None:
        """Apply everything (see `Uow.ending`)."""
        if not self.deltas:
            return
        ids = sorted(self.deltas)
        rows = _locked(uow, ids)
        rules = rulebook(uow)
        places = {row.id: row for row in fetch_in(uow.session, _PLACES, LOCATION.c.id, ids)}
        changes: list[GradeChange] = []
        writes: list[dict[str, Any]] = []
        for id_ in ids:
            version, thresholds = rules.of(places[id_].groups)
            after, turns = settle(rows[id_], self.deltas[id_], thresholds, now=uow.now)
            writes.append(_written(after, thresholds, rule_version=version, now=uow.now))
            place = places[id_]
            changes += [
                GradeChange(id_, place.code, place.name, turn.was, turn.becomes, turn.at, turn.counts, version)
                for turn in turns
            ]
        update_columns(uow.session, LocationHealth, writes, key="location_id")
        worst = worst_shipments(uow, {change.location_id for change in changes})
        for change in changes:
            location_changed(uow, change, worst[change.location_id])
        held = [write["regrade_at"] for write in writes if write["regrade_at"] is not None]
        if held:
            uow.wake(Topic.SLA, min(held))
        self.deltas.clear()

    def _add(self, location_id: int, name: str, by: int, at: datetime) -> None:
        moment = self.deltas.setdefault(location_id, {}).setdefault(at, defaultdict(int))
        moment[name] += by


@dataclass(frozen=True, slots=True)
class Turn:
    """One change of colour."""

    was: Compliance
    becomes: Compliance
    at: datetime
    counts: Counts


def settle(
    row: Row, deltas: Mapping[datetime, Mapping[str, int]], thresholds: Thresholds, *, now: datetime
) -> tuple[Row, list[Turn]]:
    """Return the row after the deltas, graded at each true moment in turn, and its changes of colour. Pure."""
    turns: list[Turn] = []
    numbers = dict(row.numbers)
    standing, since = row.standing, row.since

    def look(at: datetime) -> None:
        nonlocal standing, since
        counts = Counts(*(numbers[band] for band in _BANDS))
        after = grade(counts, thresholds, was=standing, now=at)
        if after.grade is not standing.grade:
            turns.append(Turn(standing.grade, after.grade, at, counts))
            since = at
        standing = after

    def hold_over(until: datetime) -> None:
        while (due := standing.regrade_at(thresholds)) is not None and due <= until:
            look(due)

    for at in sorted(deltas):
        hold_over(at)
        for name, by in deltas[at].items():
            numbers[name] = max(0, numbers[name] + by)  # a drift must not stop the shop; the sweep heals it
        look(at)
    hold_over(now)
    if not deltas:
        look(now)
    return Row(row.location_id, numbers, standing, since), turns


_PLACES = sa.select(LOCATION.c.id, LOCATION.c.code, LOCATION.c.name, LOCATION.c.groups)


def _locked(uow: Uow, ids: Sequence[int]) -> dict[int, Row]:
    """Return the rows of `ids`, locked; makes those that are missing."""
    statement = sa.select(HEALTH).order_by(HEALTH.c.location_id).with_for_update()
    found = fetch_in(uow.session, statement, HEALTH.c.location_id, ids)
    missing = sorted(set(ids) - {row.location_id for row in found})
    if missing:
        insert_missing(uow.session, LocationHealth, [_fresh(id_, uow.now) for id_ in missing])
        found += fetch_in(uow.session, statement, HEALTH.c.location_id, missing)
    return {row.location_id: _read(row) for row in found}


def _read(row: Any) -> Row:
    standing = Standing(
        Compliance(row.grade), row.better_since, Compliance(row.better_grade) if row.better_grade else None
    )
    numbers = {name: getattr(row, name) for name in (*_BANDS, *_ENDS)}
    return Row(row.location_id, numbers, standing, row.since)


def _fresh(location_id: int, now: datetime) -> dict[str, Any]:
    numbers = dict.fromkeys((*_BANDS, *_ENDS), 0)
    row = Row(location_id, numbers, Standing(), now)
    return _written(row, Thresholds(), rule_version=0, now=now)


def _written(row: Row, thresholds: Thresholds, *, rule_version: int, now: datetime) -> dict[str, Any]:
    better = row.standing.better_grade
    return {
        "location_id": row.location_id,
        **row.numbers,
        "grade": row.standing.grade.value,
        "since": row.since,
        "better_since": row.standing.better_since,
        "better_grade": better.value if better else None,
        "regrade_at": row.standing.regrade_at(thresholds),
        "rule_version": rule_version,
        "changed_at": now,
    }
