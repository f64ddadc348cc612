"""The one writer of waves: keep a plan, release, begin, close with what was not found, cancel.

Every command is load → decide (`rules.py`, `planner.py`) → apply (`store.py`) → events. What happens to a shipment
outside its wave and takes it out of there is `membership.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from backend.fulfillment import store as shipments
from backend.persistence.uow import Uow
from backend.promise import queries as promises
from backend.waves import closing as doing
from backend.waves import ending, notices, rows, wave_rules
from backend.waves.facts import LeftOut
from backend.waves.keeping import keep
from backend.waves.membership import unclaim
from backend.waves.planning import Ask, one_wave, preview
from backend.waves.queries import WholeWave, get
from backend.waves.rules import Closing, Counted, Missing, WaveCommand, check, closing, counted
from backend.waves.settings import settings_of
from models.errors import DomainError, ErrorCode, invalid
from models.events import EventType
from models.floor import WaveShare, WaveStatus
from models.tables import PickWave


@dataclass(frozen=True, slots=True)
class Made:
    """Waves that were kept, the most urgent first, and who is in none."""

    waves: tuple[PickWave, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class CloseAsk:
    """How a wave is closed: what is picked by count, what was looked for and not found, and why (a code of
    `fulfillment/reasons.py`, or plain words); `recovery`: what was not tried makes a wave."""

    missing: tuple[Missing, ...] = ()
    reason: str = "not_found"
    recovery: bool = True
    picked: tuple[Counted, ...] = ()


def plan(uow: Uow, ask: Ask, *, released: bool = False) -> Made:
    """Plan waves and keep them: their shipments are in no other wave until they leave these.

    Raises what `planning.preview` raises, and CONFLICT when somebody else planned all of them at the same moment.
    """
    made = preview(uow, ask)
    kept = keep(uow, made)
    if made.plan.waves and not kept:
        raise DomainError(ErrorCode.CONFLICT, "Somebody else planned these shipments at the same moment; plan again.")
    for wave in kept if released else ():
        _release(uow, wave)
    return Made(tuple(kept), made.plan.left_out)


def run_rule(uow: Uow, rule_id: int) -> tuple[PickWave, ...]:
    """Plan what a rule that is due asks for, and say when it runs next; nothing when somebody else took it."""
    rule = wave_rules.claim(uow, rule_id)
    if rule is None:
        return ()
    place = promises.network(uow).places[rule.location_id]
    settings = settings_of(rule.document)
    return plan(uow, Ask(place.code, rule.code, settings), released=settings.release).waves


def release(uow: Uow, wave_id: int, *, expected: int | None = None) -> None:
    """Send a wave to the floor."""
    wave = rows.lock(uow, wave_id)
    _check(wave, WaveCommand.RELEASE, expected)
    _release(uow, wave)
    ending.end_if_done(uow, wave)


def begin(uow: Uow, wave_id: int, *, expected: int | None = None) -> None:
    """Say that somebody picks a released wave."""
    wave = rows.lock(uow, wave_id)
    _check(wave, WaveCommand.PICK, expected)
    ending.begin(uow, wave)


def close(uow: Uow, wave_id: int, ask: CloseAsk, *, expected: int | None = None) -> list[PickWave]:
    """End a wave and return the waves that recover it.

    What was counted is picked. What was not found goes on by its reason; shipments of which something was not tried
    make a recovery wave, or are free again. Raises INVALID with every fault, pointers below `/picked` and `/short`.
    """
    get(uow, wave_id)  # NOT_FOUND before anything is locked
    skus = {item.sku for item in ask.missing}
    others = doing.lock(uow, rows.members(uow, wave_id), reason=ask.reason, skus=skus)
    wave = rows.lock(uow, wave_id)
    _check(wave, WaveCommand.CLOSE, expected)
    before = rows.member_facts(uow, rows.members(uow, wave_id))
    members, faults = counted(before, ask.picked)
    end = closing(members, ask.missing)
    if faults or end.faults:
        raise invalid([*faults, *end.faults])
    doing.take_counts(uow, wave_id, before, members)
    rows.settle(uow, wave_id, {member.shipment_id: end.share(member.shipment_id) for member in members})
    units = sum(line.to_pick if member.done else line.picked for member in members for line in member.lines)
    rows.change(uow, wave, status=WaveStatus.CLOSED.value, closed_at=uow.now, picked=units)
    unclaim(uow, end.left)
    doing.go_on_without(uow, end.short, reason=ask.reason, others=others)
    recovery = _recover(uow, wave, end) if ask.recovery else []
    notices.tell(uow, EventType.WAVE_CLOSED, wave, {"picked": units, **_told(end, recovery)})
    return recovery


def cancel(uow: Uow, wave_id: int, *, reason: str, expected: int | None = None) -> None:
    """Take a wave back: its shipments are free again, what was picked of them stays picked."""
    get(uow, wave_id)
    shipments.load(uow, rows.members(uow, wave_id))
    wave = rows.lock(uow, wave_id)
    to = _check(wave, WaveCommand.CANCEL, expected)
    inside = rows.members(uow, wave_id)
    rows.settle(uow, wave_id, dict.fromkeys(inside, WaveShare.REMOVED))
    unclaim(uow, inside)
    rows.change(uow, wave, status=to.value, closed_at=uow.now)
    notices.tell(uow, EventType.WAVE_CANCELLED, wave, {"reason": reason})


def read(uow: Uow, wave_id: int) -> WholeWave:
    """Return the wave as it is after a command."""
    uow.session.flush()
    uow.session.expire_all()
    return get(uow, wave_id)


def _check(wave: PickWave, command: WaveCommand, expected: int | None) -> WaveStatus:
    return check(wave.number, WaveStatus(wave.status), command, version=wave.version, expected_version=expected)


def _release(uow: Uow, wave: PickWave) -> None:
    rows.change(uow, wave, status=WaveStatus.RELEASED.value, released_at=uow.now)
    notices.tell(uow, EventType.WAVE_RELEASED, wave)


def _recover(uow: Uow, wave: PickWave, end: Closing) -> list[PickWave]:
    """Make one wave of what was not tried, with the slots and the pace of the first."""
    if not end.left:
        return []
    place = promises.network(uow).places[wave.location_id]
    return keep(uow, one_wave(uow, place, settings_of(wave.limits), end.left, rule=wave.rule_code), parent_id=wave.id)


def _told(end: Closing, recovery: list[PickWave]) -> dict[str, object]:
    short = [
        {"shipment": id_, "sku": sku, "missing": units}
        for id_, missing in sorted(end.short.items())
        for sku, units in missing.items()
    ]
    return {"short": short, "recovery": [wave.id for wave in recovery]}
