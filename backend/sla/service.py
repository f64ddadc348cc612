"""The SLA engine's commands: the one writer of clocks, of a shipment's SLA columns and of location health.

Every function takes sequences, works in the caller's transaction and never commits. What a moment does to a clock is
`life.py`; time passing is `tick.py`; definitions and colour rules are `definitions.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from backend.persistence.bulk import chunks
from backend.persistence.uow import Uow
from backend.sla import store
from backend.sla.definitions import ensure_defaults, put_definition, put_grading
from backend.sla.facts import ClockMove, DefinitionInput, NewOnClock, StepReached, StepsUndone
from backend.sla.freshness import touch
from backend.sla.grading import Thresholds
from backend.sla.life import Track
from backend.sla.movement import moved
from backend.sla.rules import Promise
from models.enums import Step

__all__ = [
    "ClockMove",
    "DefinitionInput",
    "NewOnClock",
    "Started",
    "StepReached",
    "StepsUndone",
    "Thresholds",
    "cancel_clocks",
    "ensure_defaults",
    "inherit_clocks",
    "move_clocks",
    "pause_clocks",
    "put_definition",
    "put_grading",
    "reach_steps",
    "resume_clocks",
    "start_clocks",
    "touch",
    "unreach_steps",
]

_ORDER = {step: index for index, step in enumerate(Step)}
#: Steps by which work comes to a location; the others move it on.
_ARRIVALS = frozenset({Step.PLACED, Step.ASSIGNED})


def _in_time(moment: tuple[datetime, Step]) -> tuple[datetime, int]:
    return moment[0], _ORDER[moment[1]]


def start_clocks(uow: Uow, shipments: Sequence[NewOnClock]) -> Started:
    """Start the clocks of shipments that have no row yet; insert the rows with `Started.columns_of`, then save.

    What is known already need not be read back: the same as inserting and `reach_steps(PLACED, ASSIGNED)`, for less.
    """
    loaded, promises = store.fresh(uow, shipments)
    for item, shipment in zip(loaded, shipments, strict=True):
        track = item.track
        for at, step in sorted(
            [(shipment.placed_at, Step.PLACED), (shipment.assigned_at, Step.ASSIGNED)], key=_in_time
        ):
            track.reach(step, at, promises)
        track.advance(uow.now)
    return Started({item.track.shipment.id: item for item in loaded})


@dataclass(frozen=True, slots=True)
class Started:
    """Clocks that are running but not written yet, by shipment id."""

    by_shipment: Mapping[int, store.Loaded]

    def columns_of(self, shipment_id: int) -> dict[str, Any]:
        """Return the SLA columns of a shipment's new row."""
        track = self.by_shipment[shipment_id].track
        return {"sla_status": track.status.value if track.status else None, "sla_due_at": track.due_at}

    def groups_of(self, shipment_id: int) -> frozenset[str]:
        """Return the groups of a shipment's location: they were read to find its promises."""
        return self.by_shipment[shipment_id].track.shipment.place.groups

    def save(self, uow: Uow) -> None:
        """Write the clocks, count the shipments, and tell; their rows must be there."""
        store.save(uow, list(self.by_shipment.values()), rows=store.Rows.WRITTEN)
        touch(uow, {item.track.shipment.place.id for item in self.by_shipment.values()})


def inherit_clocks(uow: Uow, shipment_id: int, child_id: int, *, at: datetime) -> Started:
    """Give a shipment that is split off, and has no row yet, its parent's open clocks; written as after `start_clocks`.

    The customer's promise and the time that was counted, paused or not, stay what they were.
    """
    loaded, _ = store.load(uow, [shipment_id])
    parent = loaded[shipment_id].track
    track = Track(replace(parent.shipment, id=child_id), [])
    track.inherit(parent.clocks, at)
    track.resume(at)  # what the parent waits for, this one does not
    track.advance(uow.now)
    return Started({child_id: store.Loaded(track, (), None, None, parent.shipment.place.id)})


def reach_steps(uow: Uow, steps: Sequence[StepReached]) -> None:
    """Start the clocks that start with these steps and finish those that end with them, at the true moments.

    A batch may hold several steps of a shipment, also past ones; they count in order of time. Telling a step twice
    changes nothing.
    """
    by_shipment: dict[int, list[StepReached]] = defaultdict(list)
    for step in steps:
        by_shipment[step.shipment_id].append(step)

    def through(track: Track, promises: Sequence[Promise]) -> None:
        mine = sorted(by_shipment[track.shipment.id], key=lambda reached: (reached.at, _ORDER[reached.step]))
        track.shipment.reached.update({reached.step: reached.at for reached in mine})
        for reached in mine:
            track.reach(reached.step, reached.at, promises)
        if any(reached.step not in _ARRIVALS for reached in mine):
            moved(uow, track.shipment.place.id)

    _each(uow, by_shipment, through)


def unreach_steps(uow: Uow, undone: Sequence[StepsUndone], *, at: datetime) -> None:
    """Take steps back: clocks that ended by them run again towards the instants they had, clocks they began end."""
    by_shipment = {steps.shipment_id: steps for steps in undone}

    def back(track: Track, _: Sequence[Promise]) -> None:
        mine = by_shipment[track.shipment.id]
        track.unreach(mine.steps, mine.reached_at, at)

    _each(uow, by_shipment, back)


def pause_clocks(uow: Uow, shipment_ids: Sequence[int], *, reason: str, at: datetime) -> None:
    """Stop counting: on hold, in backorder, waiting for a transfer."""
    _each(uow, shipment_ids, lambda track, _: track.pause(reason, at))


def resume_clocks(uow: Uow, shipment_ids: Sequence[int], *, at: datetime) -> None:
    """Count on; durations keep the counted time that was left, instants set by order or carrier do not move."""
    _each(uow, shipment_ids, lambda track, _: track.resume(at))


def move_clocks(uow: Uow, moves: Sequence[ClockMove], *, at: datetime) -> None:
    """Hand shipments over: network clocks go along, location clocks close with their attribution, fresh ones start."""
    move_of = {move.shipment_id: move for move in moves}
    places = store.places(uow, {move.to_location_id for move in moves})

    def handed(track: Track, promises: Sequence[Promise]) -> None:
        move = move_of[track.shipment.id]
        track.move(places[move.to_location_id], move.attribution, at, promises)

    _each(uow, move_of, handed)


def cancel_clocks(uow: Uow, shipment_ids: Sequence[int], *, at: datetime) -> None:
    """End clocks without a verdict: the work is not wanted any more."""
    _each(uow, shipment_ids, lambda track, _: track.cancel(at))


def _each(uow: Uow, shipment_ids: Iterable[int], act: Callable[[Track, Sequence[Promise]], None]) -> None:
    """Load the shipments, do `act` to each, bring its clocks up to now, and write what changed."""
    uow.session.flush()  # the caller's own rows may still be pending
    for chunk in chunks(sorted(set(shipment_ids))):
        loaded, promises = store.load(uow, chunk)
        for item in loaded.values():
            act(item.track, promises)
            item.track.advance(uow.now)
        store.save(uow, list(loaded.values()))
        touch(uow, {item.track.shipment.place.id for item in loaded.values()})
