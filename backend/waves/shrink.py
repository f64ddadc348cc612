"""A wave's walk without what left it. Pure: the document of a plan (`planning.document`) in, one out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.waves.walk import walking_order

#: What leaves a wave, by shipment: units by SKU; None: all of it.
Gone = Mapping[int, Mapping[str, int] | None]


@dataclass(frozen=True, slots=True)
class Size:
    """How much a walk takes: as many units, lines and stops."""

    units: int
    lines: int
    stops: int


def without(plan: Mapping[str, Any], gone: Gone) -> dict[str, Any]:
    """Return the plan without what left; stops where nothing is taken any more are not walked to. Where a product is
    taken at several stops, the last ones go first."""
    owed = {id_: Counter(units) for id_, units in gone.items() if units is not None}
    whole = {id_ for id_, units in gone.items() if units is None}
    stops: dict[str, dict[str, Any]] = {}
    for stop in reversed(plan.get("stops", ())):
        items = [left for item in stop["items"] if (left := _item(item, whole, owed))]
        if items:
            stops[stop["bin"]] = {**stop, "items": items}
    return {**plan, "stops": [stops[name] for name in walking_order(stops)]}


def size_of(plan: Mapping[str, Any]) -> Size:
    """Return how much there is in a plan."""
    shares = [
        (share["id"], item["sku"], share["quantity"])
        for stop in plan.get("stops", ())
        for item in stop["items"]
        for share in item["shipments"]
    ]
    lines = {(id_, sku) for id_, sku, _ in shares}
    return Size(sum(units for _, _, units in shares), len(lines), len(plan.get("stops", ())))


def _item(item: Mapping[str, Any], whole: set[int], owed: Mapping[int, Counter[str]]) -> dict[str, Any] | None:
    sku, shares = item["sku"], []
    for share in item["shipments"]:
        if share["id"] in whole:
            continue
        less = owed.get(share["id"], Counter())
        units = min(share["quantity"], less[sku])
        less[sku] -= units
        if share["quantity"] > units:
            shares.append({**share, "quantity": share["quantity"] - units})
    return {**item, "quantity": sum(share["quantity"] for share in shares), "shipments": shares} if shares else None
