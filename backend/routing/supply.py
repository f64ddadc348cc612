"""Ship to store: what the location that an order is for lacks, one other location may send there. Pure.

Who sends it is chosen like for people who ask for a transfer (`backend/fulfillment/suppliers.py`): somebody who has all
of it free and sends transfers, the quickest by lane, else the nearest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Protocol

from backend.promise.rules import COLLECTED_BY_CUSTOMER
from backend.routing.document import Strategy
from backend.routing.facts import OrderFacts, Place, Supply
from backend.routing.geometry import haversine_km
from backend.routing.pool import Job, Pool
from backend.routing.prepare import ReadyScenario
from backend.routing.room import room
from models.enums import Method


class Spot(Protocol):
    """A location, as far as the way to it goes."""

    @property
    def code(self) -> str:
        """Return its code."""
        ...

    @property
    def latitude(self) -> float | None:
        """Return degrees, WGS 84."""
        ...

    @property
    def longitude(self) -> float | None:
        """Return degrees, WGS 84."""
        ...


def effort(source: Spot, target: Spot, minutes: int | None) -> tuple[bool, float, str]:
    """Return what to sort sources by: the minutes of a lane come before any distance, and a code decides between
    equals."""
    if minutes is not None:
        return False, float(minutes), source.code
    if source.latitude is None or source.longitude is None or target.latitude is None or target.longitude is None:
        return True, float("inf"), source.code
    ends = (source.latitude, source.longitude), (target.latitude, target.longitude)
    return True, haversine_km(*ends), source.code


def targets(orders: Iterable[OrderFacts], strategy: Strategy) -> set[str]:
    """Return the codes of the locations to which goods may be sent for these orders."""
    if not strategy.transfers:
        return set()
    return {order.given for order in orders if order.given is not None and _may_wait(order)}


def supply(job: Job, pool: Pool, ready: ReadyScenario) -> Supply | None:
    """Return who sends the location that an order is for what it lacks of what is left; None: nobody, or nothing."""
    here = job.given.location_id if job.given else 0
    if here not in pool.ids or not _may_wait(job.order) or not _takes_all(job, pool, here):
        return None
    lacks = _lacks(job, pool, here)
    places = [place for place in _holders(job, lacks) if _sends(job, place, lacks, ready)]
    if not lacks or not places:
        return None
    lanes, target = job.network.lanes, job.network.places[here]
    best = min(places, key=lambda place: effort(place, target, lanes.get((place.location_id, here))))
    return Supply(best, tuple((job.line(number).line_id, units) for number, units in sorted(lacks.items())))


def _may_wait(order: OrderFacts) -> bool:
    return order.method in COLLECTED_BY_CUSTOMER and order.stock_matters


def _takes_all(job: Job, pool: Pool, here: int) -> bool:
    """Return whether nothing but stock keeps the location from having everything that is left."""
    if any(here in ids for _, _, ids in pool.stopped):
        return False
    left = pool.rooms.get(here)
    return left is None or left.holds(sum(job.left.values()), _worth(job, job.left))


def _lacks(job: Job, pool: Pool, here: int) -> dict[int, int]:
    """Return what is left of an order beyond what the location has, by line number."""
    used, lacks = Counter[int](), {}
    for number, wanted in job.left.items():
        product = job.line(number).product_id
        there = min(wanted, pool.holdings[number].get(here, 0) - used[product])
        used[product] += there
        if there < wanted:
            lacks[number] = wanted - there
    return lacks


def _holders(job: Job, lacks: Mapping[int, int]) -> list[Place]:
    """Return the other locations that have all of this and may give it, in no order."""
    needs = Counter[int]()
    for number, units in lacks.items():
        needs[job.line(number).product_id] += units
    ids = set(job.network.places) - job.order.refused_by - job.took.keys()
    for product, units in needs.items():
        holding = job.network.stock.holders(product, job.order)
        ids &= {id_ for id_, has in holding.items() if has >= units} - job.prepared.blocked.get(product, set())
    return [job.network.places[id_] for id_ in ids if job.given is None or id_ != job.given.location_id]


def _sends(job: Job, place: Place, lacks: Mapping[int, int], ready: ReadyScenario) -> bool:
    """Return whether a location sends transfers now, and may be given these."""
    if place.closed or Method.TRANSFER not in place.methods or Method.TRANSFER in place.paused:
        return False
    if not ready.scenario.guards.daily_limit:
        return True
    left = room(place, job.loads.of(place))
    return left is not None and left.holds(sum(lacks.values()), _worth(job, lacks))


def _worth(job: Job, units: Mapping[int, int]) -> int:
    return sum(count * job.line(number).unit_price_minor for number, count in units.items())
