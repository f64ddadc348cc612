"""Where an order goes, simply for now: the given pickup location, else the nearest that has all of it. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from models.enums import Method

_EARTH_KM = 6_371.0088  # mean radius, IUGG


Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Place:
    """A location as routing sees it; degrees are WGS 84, `direction` follows from them."""

    location_id: int
    code: str
    methods: frozenset[Method]
    closed: bool = False
    latitude: float | None = None
    longitude: float | None = None
    direction: Vector | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Work the trigonometry out once per place, not once per order."""
        object.__setattr__(self, "direction", direction(self.latitude, self.longitude))


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
    here = direction(order.latitude, order.longitude)
    best: Place | None = None
    nearest = (-math.inf, "")
    offered = False
    for place in network.values():
        if place.closed or order.method not in place.methods:
            continue
        offered = True
        closeness = _closeness(here, place.direction)
        if best is not None and (closeness < nearest[0] or (closeness == nearest[0] and place.code > nearest[1])):
            continue
        if _has_all(place, order.needs, available):
            best, nearest = place, (closeness, place.code)
    if best is None:
        return Decision(None, Reason.NO_STOCK if offered else Reason.NO_LOCATION)
    return Decision(best, Reason.NEAREST, _distance(order, best))


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


def direction(latitude: float | None, longitude: float | None) -> Vector | None:
    """Return the unit vector from the earth's centre to a place in degrees; None when either is unknown."""
    if latitude is None or longitude is None:
        return None
    lat, lon = math.radians(latitude), math.radians(longitude)
    return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)


def _closeness(a: Vector | None, b: Vector | None) -> float:
    """Return the cosine of the angle between two places: larger is nearer, and unknown is farthest."""
    if a is None or b is None:
        return -2.0
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _distance(order: OrderFacts, place: Place) -> float | None:
    if order.latitude is None or order.longitude is None or place.latitude is None or place.longitude is None:
        return None
    return round(haversine_km((order.latitude, order.longitude), (place.latitude, place.longitude)), 1)
