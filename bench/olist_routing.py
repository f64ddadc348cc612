"""How much distance and how many parcels routing saves on the real orders of a marketplace (Olist, all its months).

The files say who sold what to whom, not who had stock: that is invented, and the same for all three ways. A product is
held by those who sold it and by ten more sellers of its category, together 1.3 times what was ever asked for. Then
  as it was      every item comes from the seller who sold it
  nearest        every item comes from the nearest who holds it, whatever the rest of the order does
  strategy       whole orders are routed by the strategy that Pickwatch ships, on what the orders before them left
"""

from __future__ import annotations

import math
import os
import random
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from backend.routing.defaults import default_strategy
from backend.routing.engine import route_all
from backend.routing.facts import LineFacts, Network, OrderFacts, Place
from backend.routing.geometry import haversine_km
from backend.simulation.olist.files import Dataset, read_dataset
from backend.simulation.olist.mapping import ReplayOrder, replay_orders, seller_places
from bench.harness import Figure
from models.enums import Method

DATA = Path(os.environ.get("PICKWATCH_DATA", Path(__file__).resolve().parents[1].parent / "shared" / "data")) / "olist"
MORE_HOLDERS = 10
PLENTY = 1.3


@dataclass
class Shelves:
    """Units by product and seller; what is taken is gone."""

    units: dict[int, dict[int, int]]

    def holders(self, product_id: int, order: OrderFacts) -> Mapping[int, int]:
        """Return who holds a product."""
        return self.units[product_id]

    def take(self, location_id: int, product_id: int, units: int, order: OrderFacts) -> None:
        """Count units as promised."""
        left = self.units[product_id]
        left[location_id] -= units
        if left[location_id] == 0:
            del left[location_id]


@dataclass
class Tally:
    """What one way of routing came to."""

    km: list[float] = field(default_factory=list)  # per parcel
    parcels: list[int] = field(default_factory=list)  # per order
    without: int = 0  # orders of which something found no seller

    def figures(self, name: str) -> Iterator[Figure]:
        """Yield distance per parcel and parcels per order."""
        note = f"mean {statistics.mean(self.km):,.0f}; {len(self.parcels):,} orders, {self.without} incomplete"
        yield Figure(f"{name}: distance per parcel", self.km, unit="km", note=note)
        several = sum(count > 1 for count in self.parcels)
        note = f"mean of all orders; {several:,} orders in several parcels"
        yield Figure(f"{name}: parcels per order", [statistics.mean(self.parcels)], unit="", note=note)


def run() -> Iterator[Figure]:
    """Yield the three ways, the last as a ratio to the others."""
    files = read_dataset(DATA)
    facts, sold = _orders(files)
    places = _places(files)
    was, nearest, ours = Tally(), Tally(), Tally()
    for order, sellers in zip(facts, sold, strict=True):
        _count(was, order, {places[code].location_id: places[code] for code in sellers}, 0)
    by_id = {place.location_id: place for place in places.values()}
    shelves = _shelves(files, facts, places)
    _nearest(facts, by_id, Shelves({p: dict(held) for p, held in shelves.items()}), nearest)
    network = Network(by_id, dict(places), Shelves(shelves))
    for order, decision in zip(facts, route_all(facts, network, default_strategy()), strict=True):
        _count(ours, order, {a.place.location_id: a.place for a in decision.assignments}, len(decision.leftovers))
    for name, tally in (("as it was", was), ("nearest", nearest), ("strategy", ours)):
        yield from tally.figures(name)
    saved = 1 - statistics.mean(ours.km) / statistics.mean(was.km)
    yield Figure("strategy against as it was: distance saved", [saved * 100], unit="%")
    fewer = _splits(nearest) - _splits(ours)
    share = 100 * fewer / max(1, _splits(nearest))
    yield Figure("strategy against nearest: extra parcels saved", [share], unit="%", note=f"{fewer:,} parcels")


def _orders(files: Dataset) -> tuple[list[OrderFacts], list[set[str]]]:
    """Return the orders that can be placed on a map, oldest first, and who sold each."""
    products = {product: number for number, product in enumerate(sorted({i.product_id for i in files.items.values()}))}
    facts, sold = [], []
    for order in replay_orders(files):
        where = _home(files, order)
        if where is None:
            continue
        units = Counter(item.product_id for part in order.shipments for item in part.items)
        lines = tuple(LineFacts(n, products[sku], sku, units[sku]) for n, sku in enumerate(sorted(units)))
        facts.append(OrderFacts(order.row.order_id, "olist", Method.SHIP, lines, latitude=where[0], longitude=where[1]))
        sold.append({part.seller_id for part in order.shipments})
    return facts, sold


def _home(files: Dataset, order: ReplayOrder) -> tuple[float, float] | None:
    customer = files.customers.get(order.row.customer_id)
    return files.places.get(customer.zip_prefix) if customer else None


def _places(files: Dataset) -> dict[str, Place]:
    return {
        seller.code: Place(
            number, seller.code, frozenset({Method.SHIP}), latitude=seller.latitude, longitude=seller.longitude
        )
        for number, seller in enumerate(seller_places(files), start=1)
    }


def _shelves(files: Dataset, orders: list[OrderFacts], places: Mapping[str, Place]) -> dict[int, dict[int, int]]:
    """Invent who holds what: the same for everybody who runs this."""
    chance = random.Random(2017)
    asked: Counter[str] = Counter()
    number_of: dict[str, int] = {}
    for order in orders:
        for line in order.lines:
            asked[line.sku] += line.quantity
            number_of[line.sku] = line.product_id
    sellers: dict[str, set[str]] = defaultdict(set)
    by_category: dict[str, set[str]] = defaultdict(set)
    for item in files.items.values():
        sellers[item.product_id].add(item.seller_id)
        by_category[_category(files, item.product_id)].add(item.seller_id)
    shelves: dict[int, dict[int, int]] = {}
    for sku in sorted(asked):
        others = sorted(by_category[_category(files, sku)] - sellers[sku])
        more = chance.sample(others, min(MORE_HOLDERS, len(others)))
        holders = [places[code].location_id for code in (*sorted(sellers[sku]), *more)]
        shelves[number_of[sku]] = dict.fromkeys(holders, math.ceil(PLENTY * asked[sku] / len(holders)))
    return shelves


def _category(files: Dataset, sku: str) -> str:
    return files.products[sku].category if sku in files.products else ""


def _nearest(orders: list[OrderFacts], places: Mapping[int, Place], shelves: Shelves, tally: Tally) -> None:
    """Give every line to the nearest holders, one after another until it is full."""
    for order in orders:
        used: dict[int, Place] = {}
        short = 0
        for line in order.lines:
            left = line.quantity
            held = shelves.holders(line.product_id, order)
            for place_id in sorted(held, key=lambda id_: (_km(order, places[id_]), id_)):
                units = min(left, held[place_id])
                shelves.take(place_id, line.product_id, units, order)
                used[place_id] = places[place_id]
                left -= units
                if not left:
                    break
            short += left > 0
        _count(tally, order, used, short)


def _count(tally: Tally, order: OrderFacts, used: Mapping[int, Place], short: int) -> None:
    known = [km for place in used.values() if math.isfinite(km := _km(order, place))]
    tally.km.extend(known)
    tally.parcels.append(len(used))
    tally.without += short > 0


def _km(order: OrderFacts, place: Place) -> float:
    if place.latitude is None or place.longitude is None or order.latitude is None or order.longitude is None:
        return math.inf
    return haversine_km((order.latitude, order.longitude), (place.latitude, place.longitude))


def _splits(tally: Tally) -> int:
    return sum(max(0, count - 1) for count in tally.parcels)
