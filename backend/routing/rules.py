"""Where an order goes, simply for now: the given pickup location, else the nearest that has all of it. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from models.enums import Method

_EARTH_KM = 6_371.0088  # mean radius, IUGG


@dataclass(frozen=True, slots=True)
class Place:
    """A location as routing sees it; degrees are WGS 84."""

    location_id: int
    code: str
    methods: frozenset[Method]
    closed: bool = False
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What routing knows of an order: units by product id (none: stock does not matter), and the given location."""

    method: Method
    needs: Mapping[int, int]
    location: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class Reason(StrEnum):
    """Why an order went where it went, or nowhere."""

    GIVEN = "given_location"
    NEAREST = "nearest_with_stock"
    GIVEN_CLOSED = "given_location_closed"
    GIVEN_METHOD = "given_location_lacks_method"
    GIVEN_STOCK = "given_location_lacks_stock"
    NO_LOCATION = "no_open_location_offers_method"
    NO_STOCK = "no_location_has_all_stock"


@dataclass(frozen=True, slots=True)
class Decision:
    """The chosen place, or None and why."""

    place: Place | None
    reason: Reason
    distance_km: float | None = None


#: Units available by (location id, product id).
Available = Mapping[tuple[int, int], int]


#: Places by code.
Network = Mapping[str, Place]


def route(order: OrderFacts, network: Network, available: Available) -> Decision:
    """Return where the order goes. Ties go to the smaller code, so that the order of the network never matters."""
    if order.location is not None:
        return _given(order, network[order.location], available)
    fit = [place for place in network.values() if order.method in place.methods and not place.closed]
    if not fit:
        return Decision(None, Reason.NO_LOCATION)
    stocked = [place for place in fit if _has_all(place, order.needs, available)]
    if not stocked:
        return Decision(None, Reason.NO_STOCK)
    distances = {place.code: _distance(order, place) for place in stocked}
    best = min(stocked, key=lambda place: (distances[place.code], place.code))
    distance = distances[best.code]
    return Decision(best, Reason.NEAREST, round(distance, 1) if math.isfinite(distance) else None)


def route_all(orders: Sequence[OrderFacts], network: Network, available: Available) -> list[Decision]:
    """Route orders one after the other, each on what the ones before it left."""
    left: MutableMapping[tuple[int, int], int] = dict(available)
    decisions: list[Decision] = []
    for order in orders:
        decision = route(order, network, left)
        decisions.append(decision)
        if decision.place is not None:
            for product_id, units in order.needs.items():
                left[decision.place.location_id, product_id] -= units
    return decisions


def haversine_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the great-circle distance of two (latitude, longitude) in degrees (R. W. Sinnott, 1984)."""
    lat_a, lat_b = math.radians(a[0]), math.radians(b[0])
    half_lat, half_lon = (lat_b - lat_a) / 2, math.radians(b[1] - a[1]) / 2
    h = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2 * _EARTH_KM * math.asin(math.sqrt(min(1.0, h)))


def _given(order: OrderFacts, place: Place, available: Available) -> Decision:
    if place.closed:
        return Decision(None, Reason.GIVEN_CLOSED)
    if order.method not in place.methods:
        return Decision(None, Reason.GIVEN_METHOD)
    if not _has_all(place, order.needs, available):
        return Decision(None, Reason.GIVEN_STOCK)
    return Decision(place, Reason.GIVEN)


def _has_all(place: Place, needs: Mapping[int, int], available: Available) -> bool:
    return all(available.get((place.location_id, product), 0) >= units for product, units in needs.items())


def _distance(order: OrderFacts, place: Place) -> float:
    if order.latitude is None or order.longitude is None or place.latitude is None or place.longitude is None:
        return math.inf  # unknown is farthest
    return haversine_km((order.latitude, order.longitude), (place.latitude, place.longitude))
