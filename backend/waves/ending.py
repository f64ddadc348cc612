"""What becomes of waves when a transaction did something to their shipments: done once, just before it commits.

The transaction holds its shipments; waves are locked here, by ascending id, after all else but a location's health. So
nobody who holds a wave waits for anything that somebody else holds who waits for the wave.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from backend.persistence.uow import Uow
from backend.waves import notices
from backend.waves.following import follow
from backend.waves.rows import change, lock_all, member_facts, members, settle
from backend.waves.rules import OPEN
from models.events import EventType
from models.floor import WaveShare, WaveStatus
from models.tables import PickWave


@dataclass(slots=True)
class Change:
    """What happened to the shipments of one wave: some `left`, of some there is `less` to pick (units by SKU), some
    were picked and are not any more (`unpicked`). `begun`: somebody picks it; `look`: it may be done."""

    left: set[int] = field(default_factory=set)
    less: defaultdict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    unpicked: set[int] = field(default_factory=set)
    begun: bool = False
    look: bool = False


class WaveLedger:
    """Changes of waves, gathered during a transaction."""

    def __init__(self) -> None:
        self._changes: defaultdict[int, Change] = defaultdict(Change)

    @classmethod
    def of(cls, uow: Uow, wave_id: int) -> Change:
        """Return what this transaction does to a wave."""
        return uow.ending(cls, ahead=True)._changes[wave_id]

    def close(self, uow: Uow) -> None:
        """Carry it out."""
        changes, self._changes = self._changes, defaultdict(Change)
        for wave in lock_all(uow, changes) if changes else ():
            _carry_out(uow, wave, changes[int(wave.id or 0)])


def begin(uow: Uow, wave: PickWave) -> None:
    """Say that somebody picks a locked, released wave."""
    change(uow, wave, status=WaveStatus.PICKING.value, started_at=uow.now)
    notices.tell(uow, EventType.WAVE_STARTED, wave)


def end_if_done(uow: Uow, wave: PickWave) -> None:
    """Close a locked, open wave in which nothing is left to pick; cancel one that nobody is in any more."""
    wave_id = int(wave.id or 0)
    inside = member_facts(uow, members(uow, wave_id))
    if not inside:
        change(uow, wave, status=WaveStatus.CANCELLED.value, closed_at=uow.now)
        notices.tell(uow, EventType.WAVE_CANCELLED, wave, {"reason": "every shipment left it"})
    elif all(member.done for member in inside):
        settle(uow, wave_id, {member.shipment_id: WaveShare.PICKED for member in inside})
        units = sum(line.to_pick for member in inside for line in member.lines)
        change(uow, wave, status=WaveStatus.CLOSED.value, closed_at=uow.now, picked=units)
        notices.tell(uow, EventType.WAVE_CLOSED, wave, {"picked": units, "short": [], "recovery": []})


def _carry_out(uow: Uow, wave: PickWave, what: Change) -> None:
    if wave.status not in OPEN:  # it may have ended while this transaction waited for it
        if wave.status == WaveStatus.CLOSED:
            _take_back(uow, wave, what.unpicked)
        return
    wave_id = int(wave.id or 0)
    if what.begun and wave.status == WaveStatus.RELEASED:
        begin(uow, wave)
    inside = set(members(uow, wave_id))
    left = what.left & inside
    settle(uow, wave_id, dict.fromkeys(left, WaveShare.REMOVED))
    gone = {**{id_: what.less[id_] for id_ in what.less.keys() & inside}, **dict.fromkeys(left)}
    if gone and inside - left and wave.plan.get("stops"):
        follow(uow, wave, gone)
    if gone or what.look:
        end_if_done(uow, wave)


def _take_back(uow: Uow, wave: PickWave, shipment_ids: set[int]) -> None:
    """Let shipments that are not picked any more out of a closed wave, and count their units as not picked in it."""
    wave_id = int(wave.id or 0)
    back = shipment_ids & set(members(uow, wave_id, WaveShare.PICKED))
    if back:
        units = sum(line.to_pick for member in member_facts(uow, back) for line in member.lines)
        settle(uow, wave_id, dict.fromkeys(back, WaveShare.REMOVED), was=WaveShare.PICKED)
        change(uow, wave, picked=max(0, wave.picked - units))
