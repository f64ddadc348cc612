"""Other locations that work may go to, or goods may come from: the nearest ones that are open."""

from __future__ import annotations

from backend.locations import queries as locations
from backend.persistence.uow import Uow
from backend.routing.geometry import haversine_km
from dashboard import format as say
from dashboard.format import Locale
from models.enums import Method
from models.tables import Location

#: So many are offered.
PLACES = 30


def near(uow: Uow, here: Location, locale: Locale, *, method: Method | None = None) -> list[tuple[str, str]]:
    """Return the codes of the nearest open locations, with names and how far they are; those that offer a method."""
    places = [view.location for view in locations.listing(uow)]
    others = [place for place in places if place.id != here.id and place.closed_reason is None]
    ranked = sorted((_km(here, place), place.code, place.name) for place in others if _offers(place, method))
    return [(code, _label(name, km, locale)) for km, code, name in ranked[:PLACES]]


def _offers(place: Location, method: Method | None) -> bool:
    return method is None or method.value in place.methods


def _label(name: str, km: float, locale: Locale) -> str:
    return name if km == float("inf") else f"{name}, {say.count(round(km), locale)} km"


def _km(here: Location, place: Location) -> float:
    if None in (here.latitude, here.longitude, place.latitude, place.longitude):
        return float("inf")
    ends = ((each.latitude or 0.0, each.longitude or 0.0) for each in (here, place))
    return haversine_km(*ends)
