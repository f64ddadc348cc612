"""The orders of a day: how many come in a second, for what, where. Pure: the same second always brings the same orders.

The curve is that of people's waking hours, per location in its own time; it never falls to nothing. A flash sale
multiplies a region's share.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from backend.orders.rules import NewLine, NewOrder
from backend.simulation.demo.incidents import Incident, IncidentKind
from backend.simulation.demo.network import DROPSHIP, Site
from backend.simulation.demo.people import FIRST, LAST
from backend.simulation.demo.products import DemoProduct
from backend.simulation.demo.world import World, chance, is_staffed, local_time
from models.enums import LocationKind, Method

#: Orders per second over the whole network at an average hour, and how much a flash sale adds in its region.
ORDERS_PER_SECOND = 1.2
_SALE_PER_SECOND = 0.8

_METHODS = {
    Method.SHIP: 0.30,
    Method.PICKUP: 0.32,
    Method.CURBSIDE: 0.16,
    Method.DELIVERY: 0.17,
    Method.TRANSFER: 0.05,
}
#: Share of a day's orders by local hour, midnight first; the mean is 1.
_HOURS = (
    0.35, 0.25, 0.20, 0.20, 0.25, 0.40, 0.65, 0.90, 1.15, 1.35, 1.45, 1.50,
    1.50, 1.40, 1.35, 1.30, 1.35, 1.45, 1.55, 1.60, 1.50, 1.25, 0.90, 0.55,
)  # fmt: skip
_CHANNELS = ("web", "web", "app", "app", "app", "store", "marketplace")
_TIERS = (None, None, None, "silver", "silver", "gold")


@dataclass(frozen=True)
class Demand:
    """Who orders where during some minutes: the weights, worked out once and used for many seconds."""

    world: World
    sales: Sequence[Incident]
    sites: Sequence[Site]
    weights: Sequence[float]
    rate: float

    @classmethod
    def at(cls, world: World, at: datetime, troubles: Sequence[Incident], closed: Collection[str]) -> Demand:
        """Return the demand around an instant; nothing is ordered at a `closed` location."""
        sites = [site for site in world.sites.values() if site.code not in closed]
        weights = [_weight(site, at) for site in sites]
        level = sum(_HOURS[local_time(site, at).hour] for site in sites) / max(1, len(sites))
        sales = [item for item in troubles if item.kind is IncidentKind.FLASH_SALE and item.start <= at < item.end]
        return cls(world, sales, sites, weights, ORDERS_PER_SECOND * (0.75 + 0.25 * level))

    def orders(self, second: int) -> Iterator[NewOrder]:
        """Yield the orders of one second of Unix time."""
        rng = chance(self.world.seed, "orders", second)
        for number in range(_poisson(rng, self.rate)):
            site = rng.choices(self.sites, self.weights)[0]
            yield self._order(rng, second, str(number), site)
        for sale in self.sales:
            inside = [site for site in self.sites if site.code in sale.codes]
            for number in range(_poisson(rng, _SALE_PER_SECOND) if inside else 0):
                yield self._order(rng, second, f"S{number}", rng.choice(inside))

    def _order(self, rng: Random, second: int, number: str, site: Site) -> NewOrder:
        at = datetime.fromtimestamp(second, UTC)
        method = _method(rng, site)
        at_counter = method in (Method.PICKUP, Method.CURBSIDE)
        first, last = rng.choice(FIRST), rng.choice(LAST)
        tier = rng.choice(_TIERS)
        return NewOrder(
            external_id=f"{at:%y%m%d-%H%M%S}-{number}",
            channel="replenishment" if method is Method.TRANSFER else rng.choice(_CHANNELS),
            method=method,
            lines=_lines(rng, self.world.products[site.code]),
            customer={"id": f"C{rng.randrange(90_000):05d}", "name": f"{first} {last}"}
            | ({"tier": tier} if tier else {}),
            service_level="express" if method in (Method.SHIP, Method.TRANSFER) and rng.random() < 0.5 else "standard",
            ship_to=_address(rng, site),
            pickup_location=site.code if at_counter else None,
            location=site.code if method is Method.TRANSFER else None,
            placed_at=at,
        )


def _weight(site: Site, at: datetime) -> float:
    """Return how often a location is ordered at: by its size and the hour there; hardly ever while it is shut."""
    hour = 0.4 + 0.6 * _HOURS[local_time(site, at).hour]
    return math.sqrt(site.format.daily_orders) * hour * (1.0 if is_staffed(site, at) else 0.04)


def _method(rng: Random, site: Site) -> Method:
    offered = site.format.methods
    return rng.choices(offered, [_METHODS[method] for method in offered])[0]


def _lines(rng: Random, products: Sequence[DemoProduct]) -> tuple[NewLine, ...]:
    """Return one to three different products; the best sellers come first in the list and are taken most."""
    count = min(len(products), rng.choices((1, 2, 3), (60, 28, 12))[0])
    picked = {int(len(products) * rng.random() ** 2): rng.choices((1, 2, 3), (85, 12, 3))[0] for _ in range(count)}
    return tuple(
        NewLine(products[place].sku, quantity, products[place].price_minor) for place, quantity in picked.items()
    )


def _address(rng: Random, site: Site) -> dict[str, object]:
    """Return somewhere near the location (within some kilometres), so that routing finds that one or a neighbour."""
    reach = 0.05 if site.format.kind is LocationKind.STORE else 1.5 if site.format is not DROPSHIP else 4.0
    latitude = max(-90.0, min(90.0, site.place.latitude + rng.uniform(-reach, reach)))
    longitude = site.place.longitude + rng.uniform(-reach, reach)
    return {
        "city": site.place.name.rsplit(" ", 1)[0],
        "state": site.place.state,
        "country": "US",
        "latitude": round(latitude, 4),
        "longitude": round(longitude, 4),
    }


def _poisson(rng: Random, mean: float) -> int:
    """Return a Poisson draw (D. Knuth's product of uniforms; fine for small means)."""
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count
