"""The demo's fixed facts in one value, and chance that depends on nothing but the seed and a name. Pure.

Every draw is made by `chance(seed, what, …)`: the same seed gives the same world, the same orders in the same second
and the same troubles, however often the program is restarted and however large its steps are.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from backend.simulation.demo.network import Site, assortment, demo_sites, thanksgiving
from backend.simulation.demo.places import region_of
from backend.simulation.demo.products import DemoProduct, demo_products

OPENS_AT_HOUR = 6


def chance(seed: int, *what: object) -> random.Random:
    """Return a generator that depends on the seed and the words given, and on nothing else."""
    return random.Random(":".join(map(str, (seed, *what))))  # noqa: S311  # a simulation, not a secret


@dataclass(frozen=True)
class World:
    """The demo network of one seed."""

    seed: int

    @cached_property
    def sites(self) -> Mapping[str, Site]:
        """Every location by code."""
        return {site.code: site for site in demo_sites(self.seed)}

    @cached_property
    def products(self) -> Mapping[str, list[DemoProduct]]:
        """What each location stocks, best sellers first."""
        everything = demo_products()
        return {code: assortment(site, self.seed, everything) for code, site in self.sites.items()}

    @cached_property
    def regions(self) -> Mapping[str, list[Site]]:
        """The locations of each region."""
        found: dict[str, list[Site]] = {}
        for site in self.sites.values():
            found.setdefault(region_of(site.place.state), []).append(site)
        return found


def local_time(site: Site, at: datetime) -> datetime:
    """Return the site's wall-clock time."""
    return at.astimezone(ZoneInfo(site.place.time_zone))


def is_staffed(site: Site, at: datetime) -> bool:
    """Return whether somebody works there at that instant (by its opening hours; incidents are another matter)."""
    if site.format.round_the_clock:
        return True
    local = local_time(site, at)
    return local.hour >= OPENS_AT_HOUR and local.date() != thanksgiving(local.year)


def next_staffed(site: Site, at: datetime) -> datetime:
    """Return `at`, or the next opening when nobody is there."""
    while not is_staffed(site, at):
        local = local_time(site, at)
        opening = local.replace(hour=OPENS_AT_HOUR, minute=0, second=0, microsecond=0)
        if local.hour >= OPENS_AT_HOUR:
            opening += timedelta(days=1)  # wall-clock arithmetic: aware addition keeps the local hour
        at = opening.astimezone(at.tzinfo)
    return at
