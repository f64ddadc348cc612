"""How one shipment will go: which step at which instant. Pure; drawn once, when the shipment is opened.

Most are done well before their SLA turns amber. Locations have moods that last some minutes: in a tense one many
shipments come in just under the wire, in a late one many miss it. Closures and late trucks push steps back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from backend.fulfillment.workflow import WAY
from backend.simulation.demo.incidents import Incident, IncidentKind
from backend.simulation.demo.network import Site
from backend.simulation.demo.world import World, chance, next_staffed
from models.enums import Method, ShipmentStatus

MOOD_SECONDS = 600


class Mood(StrEnum):
    """How a location copes for some minutes."""

    CALM = "calm"
    TENSE = "tense"
    LATE = "late"


class Pause(StrEnum):
    """What the demo does to a shipment besides moving it on."""

    HOLD = "hold"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Opened:
    """A shipment just opened. The instants are those of its most urgent clock, None when it has none; `until` is the
    status that stops that clock."""

    shipment_id: int
    name: str
    code: str
    method: Method
    at: datetime
    at_risk_at: datetime | None = None
    due_at: datetime | None = None
    until: ShipmentStatus | None = None


@dataclass(frozen=True, slots=True, order=True)
class Act:
    """One thing to do to a shipment at an instant."""

    at: datetime
    shipment_id: int
    to: ShipmentStatus | Pause


#: Minutes a step takes after the one that matters (from, to); a customer takes longer than a colleague.
_AFTER: Mapping[tuple[Method, ShipmentStatus], tuple[int, int]] = {
    (Method.PICKUP, ShipmentStatus.HANDED_OVER): (10, 90),
    (Method.CURBSIDE, ShipmentStatus.HANDED_OVER): (4, 30),
    (Method.DELIVERY, ShipmentStatus.HANDED_OVER): (15, 45),
    (Method.SHIP, ShipmentStatus.SHIPPED): (5, 35),
    (Method.TRANSFER, ShipmentStatus.SHIPPED): (5, 35),
}
_QUICK = (2, 8)
_LONGEST_CALM = timedelta(minutes=95)
_LONGEST_LATE = timedelta(minutes=18)
_LATE_SHARE, _TENSE_SHARE = 0.11, 0.03
_HELD_SHARE = 0.006


def mood(world: World, code: str, at: datetime) -> Mood:
    """Return how a location copes at an instant; locations change at different minutes."""
    shift = chance(world.seed, "shift", code).randrange(MOOD_SECONDS)
    block = (int(at.timestamp()) + shift) // MOOD_SECONDS
    dice = (
        chance(world.seed, "mood", code, block).random() / world.sites[code].pace
    )  # the slow are in trouble more often
    if dice < _LATE_SHARE:
        return Mood.LATE
    return Mood.TENSE if dice < _LATE_SHARE + _TENSE_SHARE else Mood.CALM


def course(world: World, opened: Opened, troubles: Sequence[Incident]) -> list[Act]:
    """Return everything that will be done to a shipment, in order; `troubles` are the incidents of the next hours."""
    site = world.sites[opened.code]
    rng = chance(world.seed, "course", opened.name, opened.code)
    acts: list[tuple[datetime, ShipmentStatus | Pause]] = []
    for wanted, to in _undisturbed(world, opened, rng):
        at = max(_pushed(site, wanted, to, troubles, rng), acts[-1][0] if acts else opened.at)
        acts.append((at, to))
    if rng.random() < _HELD_SHARE:
        acts = _with_hold(acts, timedelta(minutes=rng.randint(4, 12)))
    return [Act(at.replace(microsecond=0), opened.shipment_id, to) for at, to in acts]


def _undisturbed(world: World, opened: Opened, rng: Random) -> list[tuple[datetime, ShipmentStatus]]:
    """Return every step of the method's way: spread evenly up to the one that matters, some minutes each after it."""
    steps = WAY[opened.method][1:]
    last = steps.index(opened.until) if opened.until in steps else len(steps) - 1
    at = opened.at
    way = _crunch_at(world, opened, rng) - at
    found: list[tuple[datetime, ShipmentStatus]] = []
    for place, to in enumerate(steps):
        if place <= last:
            at = opened.at + way * ((place + 1) / (last + 1))
        else:
            shortest, longest = _AFTER.get((opened.method, to), _QUICK)
            at += timedelta(seconds=rng.randint(shortest * 60, longest * 60))
        found.append((at, to))
    return found


def _crunch_at(world: World, opened: Opened, rng: Random) -> datetime:
    """Return when the step that matters for the SLA is reached."""
    share, dice = rng.uniform(0.08, 0.55), rng.random()
    overtime = rng.uniform(0.15, 0.85)
    if opened.at_risk_at is None or opened.due_at is None:
        return opened.at + _LONGEST_CALM * share
    window = opened.due_at - opened.at_risk_at
    if dice < 0.97 and mood(world, opened.code, opened.due_at) is Mood.LATE:
        return opened.due_at + min(window, _LONGEST_LATE) * overtime
    if dice < 0.8 and mood(world, opened.code, opened.at_risk_at) is Mood.TENSE:
        return opened.at_risk_at + min(window, _LONGEST_LATE) * overtime
    calm = (opened.at_risk_at - opened.at) * min(0.95, share * world.sites[opened.code].pace)
    return opened.at + max(timedelta(seconds=20), min(calm, _LONGEST_CALM * share))


def _pushed(site: Site, at: datetime, to: ShipmentStatus, troubles: Sequence[Incident], rng: Random) -> datetime:
    """Return when a step happens given opening hours, closures and late trucks."""
    at = next_staffed(site, at)
    for trouble in troubles:
        if not trouble.covers(site.code, at):
            continue
        if trouble.kind is IncidentKind.CLOSURE:
            at = trouble.end + timedelta(seconds=rng.randint(30, 420))
        elif trouble.kind is IncidentKind.LATE_TRUCK and to is ShipmentStatus.SHIPPED:
            at = trouble.end + timedelta(seconds=rng.randint(30, 300))
    return at


def _with_hold(
    acts: Sequence[tuple[datetime, ShipmentStatus | Pause]], length: timedelta
) -> list[tuple[datetime, ShipmentStatus | Pause]]:
    """Return the acts with a hold after the first, and the rest that much later."""
    first, rest = acts[0], acts[1:]
    begin = first[0] + timedelta(seconds=15)
    later = [(max(at, begin) + length, to) for at, to in rest]
    return [first, (begin, Pause.HOLD), (begin + length, Pause.RELEASE), *later]
