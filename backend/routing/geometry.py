"""Distances on the globe. Pure."""

from __future__ import annotations

import math

EARTH_KM = 6_371.0088  # mean radius, IUGG

#: A unit vector from the earth's centre.
Vector = tuple[float, float, float]

#: x, y, z of a place's direction, a penalty when that is unknown, and its code: what ranking by distance needs.
Spot = tuple[float, float, float, float, str]
UNKNOWN = -3.0  # the penalty, below every cosine: the farthest


def haversine_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the great-circle distance of two (latitude, longitude) in degrees (R. W. Sinnott, 1984)."""
    lat_a, lat_b = math.radians(a[0]), math.radians(b[0])
    half_lat, half_lon = (lat_b - lat_a) / 2, math.radians(b[1] - a[1]) / 2
    h = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, h)))


def direction(latitude: float | None, longitude: float | None) -> Vector | None:
    """Return the unit vector from the earth's centre to a place in degrees; None when either is unknown."""
    if latitude is None or longitude is None:
        return None
    lat, lon = math.radians(latitude), math.radians(longitude)
    return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)


def km_of(cosine: float) -> float:
    """Return the great-circle distance of two unit vectors from their product; to a metre, from there on exact."""
    return EARTH_KM * math.acos(max(-1.0, min(1.0, cosine)))


def arc_km(a: Vector, b: Vector) -> float:
    """Return the great-circle distance of two unit vectors; exact for near ones too (atan2 of cross and dot)."""
    cross = (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
    dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    return EARTH_KM * math.atan2(math.hypot(*cross), dot)
