"""What goes wrong in the demo network, and when: pure functions of the seed and the time.

A closure (nobody works, the customer's order waits), a late truck (packed parcels wait at the dock), a flash sale (a
region's orders multiply for some minutes). Time is cut into slots; each slot may start one incident.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from backend.simulation.demo.world import World, chance, is_staffed
from models.enums import LocationKind, Method

SLOT_SECONDS = 240
#: No incident lasts longer; so a look this far back finds all that are still on.
LONGEST = timedelta(minutes=80)


class IncidentKind(StrEnum):
    """The three troubles of the demo."""

    CLOSURE = "closure"
    LATE_TRUCK = "late_truck"
    FLASH_SALE = "flash_sale"


@dataclass(frozen=True, slots=True)
class Incident:
    """One trouble from `start` until `end`, at the locations `codes`; `words` tell a manager why."""

    kind: IncidentKind
    start: datetime
    end: datetime
    codes: tuple[str, ...]
    words: str

    def covers(self, code: str, at: datetime) -> bool:
        """Return whether it is on at this location and instant."""
        return self.start <= at < self.end and code in self.codes


#: Why a store closes, as a manager would write it.
CLOSURES = (
    "Power cut in the block: tills and handhelds are down",
    "Short staffed: the morning shift called in sick",
    "Burst pipe in the stock room",
    "Fire alarm: the building was cleared",
    "Network outage: handhelds cannot reach the stock room",
    "Delivery blocks the loading door",
)
_TRUCKS = ("accident on the interstate", "snow on the pass", "breakdown near the hub", "the driver ran out of hours")
_SALES = (
    "a live stream",
    "a push message to all app users",
    "a celebrity's post",
    "a competitor's web site being down",
)


def incidents(world: World, start: datetime, end: datetime) -> list[Incident]:
    """Return the incidents that are on at some moment of [start, end), in order of their start."""
    first = int((start - LONGEST).timestamp()) // SLOT_SECONDS
    last = int(end.timestamp()) // SLOT_SECONDS
    found = (_of_slot(world, slot) for slot in range(first, last + 1))
    return [item for item in found if item is not None and item.end > start and item.start < end]


@lru_cache(maxsize=1000)
def _of_slot(world: World, slot: int) -> Incident | None:
    rng = chance(world.seed, "incident", slot)
    start = datetime.fromtimestamp(slot * SLOT_SECONDS + rng.randrange(SLOT_SECONDS), UTC)
    dice = rng.random()
    if dice < 0.60:
        return _closure(world, slot, start)
    if dice < 0.74:
        return _late_truck(world, slot, start)
    return _flash_sale(world, slot, start) if dice < 0.84 else None


def _closure(world: World, slot: int, start: datetime) -> Incident:
    rng = chance(world.seed, "closure", slot)
    stores = [site for site in world.sites.values() if site.format.kind is LocationKind.STORE]
    site = rng.choice([site for site in stores if is_staffed(site, start)])
    end = start + timedelta(seconds=rng.randint(8 * 60, 18 * 60))
    return Incident(IncidentKind.CLOSURE, start, end, (site.code,), rng.choice(CLOSURES))


def _late_truck(world: World, slot: int, start: datetime) -> Incident:
    rng = chance(world.seed, "truck", slot)
    docks = [site for site in world.sites.values() if Method.TRANSFER in site.format.methods]
    minutes = rng.randint(45, 80)
    words = f"Carrier truck about {minutes} minutes late: {rng.choice(_TRUCKS)}"
    end = start + timedelta(minutes=minutes)
    return Incident(IncidentKind.LATE_TRUCK, start, end, (rng.choice(docks).code,), words)


def _flash_sale(world: World, slot: int, start: datetime) -> Incident:
    rng = chance(world.seed, "sale", slot)
    region = rng.choice(sorted(world.regions))
    codes = tuple(site.code for site in world.regions[region])
    words = f"Flash sale in the {region}: orders tripled after {rng.choice(_SALES)}"
    end = start + timedelta(seconds=rng.randint(4 * 60, 9 * 60))
    return Incident(IncidentKind.FLASH_SALE, start, end, codes, words)
