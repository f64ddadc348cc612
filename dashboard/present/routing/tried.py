"""From what somebody fills in to an order that is tried. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from backend.orders.rules import NewLine, NewOrder
from backend.routing.strategies import Active
from backend.sla.views import LocationView
from dashboard.address.routing import TryAddress
from dashboard.present.common import METHOD_WORDS
from dashboard.present.routing.goods import degrees, lines_of
from dashboard.views.kept import Version
from dashboard.views.trial import TryForm
from models.enums import Method

COLLECTED = (Method.PICKUP, Method.CURBSIDE)


def form(active: Active, drafts: Sequence[Version], places: Sequence[LocationView]) -> TryForm:
    """Return what the form offers."""
    shipped = "as shipped" if active.id is None else f"{active.name} {active.version}"
    return TryForm(
        strategies=[
            ("", f"Active: {shipped}"),
            *((f"{one.name}:{one.version}", f"Draft: {one.name} {one.version}") for one in drafts),
        ],
        places=[(one.code, one.name) for one in sorted(places, key=lambda one: one.name)],
        methods=[(method.value, word) for method, word in METHOD_WORDS.items() if method is not Method.TRANSFER],
    )


def order(address: TryAddress, near: LocationView | None) -> NewOrder:
    """Return the order that an address describes; collected orders are for the place, others go to where it is.

    Raises INVALID with what cannot be read."""
    latitude = degrees(address.lat, most=90, name="latitude")
    longitude = degrees(address.lon, most=180, name="longitude")
    if near is not None and (latitude is None or longitude is None):
        latitude, longitude = near.latitude, near.longitude
    collected = address.method in COLLECTED and near is not None
    return NewOrder(
        external_id="tried",
        lines=tuple(NewLine(sku, units) for sku, units in lines_of(address.lines)),
        method=address.method,
        channel=address.channel or "web",
        service_level=address.service or "standard",
        customer={"tier": address.tier} if address.tier else {},
        ship_to={} if latitude is None else {"latitude": latitude, "longitude": longitude},
        pickup_location=near.code if collected and near else None,
    )
