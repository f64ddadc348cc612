"""The demo network as inputs for the services: stores and warehouses, products, stock, SLA definitions. Pure.

A mid-sized retailer before Black Friday: most stores open 06:00–24:00, flagships and everything that ships in bulk
round the clock, nobody but those on Thanksgiving.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from backend.catalog.service import ProductInput
from backend.inventory.service import StockCount
from backend.locations.rules import LocationInput
from backend.simulation.demo.places import DROPSHIPPERS, STORES, THIRD_PARTIES, WAREHOUSES, Place, region_of
from backend.simulation.demo.products import DemoProduct, demo_products
from models.enums import LocationKind, Method

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_STORE_ASSORTMENT = 70

#: Open minutes of work before a shipment is ready: a parcel is packed and labelled, curbside waits for nobody.
_WORK_MINUTES = {Method.SHIP: 120, Method.TRANSFER: 120, Method.PICKUP: 45, Method.CURBSIDE: 30, Method.DELIVERY: 60}
#: Shipments that one picker of usual pace gets done in an open hour.
_PICKED_AN_HOUR = 12


@dataclass(frozen=True, slots=True)
class Format:
    """What kind of location it is: how it is called as a group, what it does, how much, and until when."""

    group: str
    kind: LocationKind
    methods: tuple[Method, ...]
    daily_orders: int
    pickers: int
    ship_cutoff: str
    round_the_clock: bool


_COUNTER = (Method.PICKUP, Method.CURBSIDE, Method.DELIVERY)
FLAGSHIP = Format("flagship", LocationKind.STORE, (*_COUNTER, Method.SHIP), 3000, 14, "18:00", True)
CITY = Format("city", LocationKind.STORE, _COUNTER, 1200, 6, "17:00", False)
EXPRESS = Format("express", LocationKind.STORE, _COUNTER, 800, 3, "16:00", True)
WAREHOUSE = Format("warehouse", LocationKind.WAREHOUSE, (Method.SHIP, Method.TRANSFER), 12000, 60, "20:00", True)
THIRD_PARTY = Format("3pl", LocationKind.THIRD_PARTY, (Method.SHIP, Method.TRANSFER), 6000, 30, "19:00", True)
DROPSHIP = Format("dropship", LocationKind.DROPSHIP, (Method.SHIP,), 600, 5, "15:00", False)

#: Cities whose first store is a flagship.
_FLAGSHIPS = "ATL BOS CHI CLT DCA DEN DFW DTW HOU LAS LAX MIA MSP MSY NYC PDX PHL PHX SAN SEA SFO"
_FLAGSHIP_CITIES = frozenset(_FLAGSHIPS.split())


@dataclass(frozen=True, slots=True)
class Site:
    """A location of the demo: where, of which format, and how fast its people pick (1.0 is usual; less is faster)."""

    place: Place
    format: Format
    pace: float

    @property
    def code(self) -> str:
        """The location's code."""
        return self.place.code


def demo_sites(seed: int) -> list[Site]:
    """Return every location of the demo; the seed decides who is quick and who is slow."""
    groups = ((STORES, None), (WAREHOUSES, WAREHOUSE), (DROPSHIPPERS, DROPSHIP), (THIRD_PARTIES, THIRD_PARTY))
    return [
        Site(place, format_ or _store_format(place), _pace(seed, place))
        for places, format_ in groups
        for place in places
    ]


def _store_format(place: Place) -> Format:
    city, number = place.code[:-2], int(place.code[-2:])
    if number == 1 and city in _FLAGSHIP_CITIES:
        return FLAGSHIP
    return EXPRESS if number in (2, 4) and city in _FLAGSHIP_CITIES else CITY


def _pace(seed: int, place: Place) -> float:
    return round(random.Random(f"{seed}:pace:{place.code}").uniform(0.75, 1.15), 2)  # noqa: S311  # a simulation


def location_inputs(sites: list[Site], *, year: int) -> list[LocationInput]:
    """Return the locations as their owner would state them; holidays of `year` and the next."""
    return [_location(site, year) for site in sites]


def _location(site: Site, year: int) -> LocationInput:
    place, form = site.place, site.format
    return LocationInput(
        code=place.code,
        name=place.name,
        kind=form.kind,
        time_zone=place.time_zone,
        methods=form.methods,
        latitude=place.latitude,
        longitude=place.longitude,
        hours=_hours(form, year),
        daily_limit={"orders": form.daily_orders},
        processing={method.value: _WORK_MINUTES[method] for method in form.methods},
        capacity={"shipments_per_hour": round(form.pickers * _PICKED_AN_HOUR / site.pace, 1)},
        groups=(region_of(place.state), place.state, form.group),
        attributes={"state": place.state, "pickers": form.pickers, "pace": site.pace},
    )


def _hours(form: Format, year: int) -> dict[str, Any]:
    cutoffs = {method.value: form.ship_cutoff for method in (Method.SHIP, Method.TRANSFER) if method in form.methods}
    if form.round_the_clock:
        return {"cutoffs": cutoffs} if cutoffs else {}
    closed = [
        {"date": thanksgiving(when).isoformat(), "closed": True, "label": "Thanksgiving"} for when in (year, year + 1)
    ]
    hours: dict[str, Any] = {"weekly": {day: [["06:00", "24:00"]] for day in _DAYS}, "exceptions": closed}
    return {**hours, "cutoffs": cutoffs} if cutoffs else hours


def thanksgiving(year: int) -> date:
    """Return the fourth Thursday of November."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 21)


def product_inputs() -> list[ProductInput]:
    """Return the catalog as its owner would state it."""
    return [
        ProductInput(sku=item.sku, name=item.name, barcodes=(item.barcode,), weight_g=item.weight_g)
        for item in demo_products()
    ]


def assortment(site: Site, seed: int, products: list[DemoProduct]) -> list[DemoProduct]:
    """Return what a location stocks: bulk shippers everything, stores a part with all best sellers, drop shippers
    their own."""
    if site.format is DROPSHIP:
        return [item for item in products if item.only_at == site.code]
    common = [item for item in products if item.only_at is None]
    if site.format.kind is not LocationKind.STORE:
        return common
    best, rest = common[:30], common[30:]
    rng = random.Random(f"{seed}:assortment:{site.code}")  # noqa: S311
    return best + rng.sample(rest, _STORE_ASSORTMENT - len(best))


def stock_counts(sites: list[Site], seed: int) -> list[StockCount]:
    """Return the opening stock of every location."""
    products = demo_products()
    counts: list[StockCount] = []
    for site in sites:
        rng = random.Random(f"{seed}:stock:{site.code}")  # noqa: S311
        usual = 300 if site.format.kind is LocationKind.STORE else 5000
        for item in assortment(site, seed, products):
            counts.append(StockCount(site.code, item.sku, rng.randint(usual // 2, usual * 2), "opening stock"))
    return counts
