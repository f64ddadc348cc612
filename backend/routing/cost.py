"""What a shipment from a location costs, by the location's attribute `cost`. Pure.

`{"per_shipment": 350, "per_unit": 40, "per_km": 2, "per_kg": 15}`, all in minor units, absent ones 0. Others for a
service level stand under `services`, as in `{"services": {"express": {"per_shipment": 900}}}`. Tables of carriers are
`tariffs`: `[{"from_kg": 0, "to_kg": 30, "least": 500, "per_kg": 12}, …]`; the cheapest that fits the weight is added.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from backend.routing.facts import LineFacts, OrderFacts, Place


@dataclass(frozen=True, slots=True)
class Parcel:
    """What would be shipped."""

    units: int
    kg: float
    service_level: str


def parcel(order: OrderFacts, share: Iterable[tuple[LineFacts, int]]) -> Parcel:
    """Return the parcel of these units of an order's lines."""
    units = grams = 0
    for line, number in share:
        units += number
        grams += number * line.weight_g
    return Parcel(units, grams / 1_000, order.service_level)


def cost_minor(place: Place, what: Parcel, km: float | None) -> int | None:
    """Return the cost in minor units; None without the attribute, or when a distance or tariff it needs is missing."""
    cost = place.attributes.get("cost")
    if not isinstance(cost, Mapping):
        return None
    services = cost.get("services")
    if isinstance(services, Mapping) and isinstance(services.get(what.service_level), Mapping):
        cost = {**cost, **services[what.service_level]}
    per_km = _number(cost.get("per_km"))
    carrier = _tariff(cost.get("tariffs"), what.kg)
    if carrier is None or (per_km and km is None):
        return None
    each = _number(cost.get("per_unit")) * what.units + _number(cost.get("per_kg")) * what.kg
    return round(_number(cost.get("per_shipment")) + each + per_km * (km or 0.0) + carrier)


def _tariff(tariffs: Any, kg: float) -> float | None:
    """Return the cheapest tariff that fits a weight; 0 without tariffs, None when none fits."""
    if not isinstance(tariffs, list | tuple):
        return 0.0
    return min(
        (
            max(_number(row.get("least")), _number(row.get("per_kg")) * kg)
            for row in tariffs
            if isinstance(row, Mapping) and _number(row.get("from_kg")) <= kg <= _number(row.get("to_kg"))
        ),
        default=None,
    )


def _number(value: object) -> float:
    """Return a number as such, and 0 for what is none or beyond reason."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e15:
        return 0.0
    return float(value)
