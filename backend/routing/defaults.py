"""The strategy that Pickwatch ships: a document like any other, to start from."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from backend.routing.document import Strategy, parse_strategy

DEFAULT_NAME = "standard"

_ANY_TIME = {"closing": False, "cutoff": False}

DEFAULT_STRATEGY: dict[str, Any] = {
    "title": "Nearest with all of it, else the fewest parcels",
    "description": (
        "Pickup and curbside go to the location the customer chose. Everything else goes to the nearest location that "
        "has all of it and still has time today, else the nearest that has all of it; else it is split by line, then "
        "by quantity, into at most three parcels. What no location has stays unassigned."
    ),
    "lanes": [
        {"name": "VIP", "when": [{"field": "customer.tier", "op": "in", "value": ["vip", "VIP", "platinum", "gold"]}]},
        {"name": "B2B", "when": [{"field": "customer.type", "op": "in", "value": ["b2b", "B2B", "business"]}]},
        {
            "name": "Express",
            "when": [
                {
                    "field": "order.service_level",
                    "op": "in",
                    "value": ["express", "same_day", "next_day", "overnight", "priority"],
                }
            ],
        },
    ],
    "limits": {"splits_per_order": 3, "splits_per_line": 3, "attempts": 5, "too_many_attempts": "customer_care"},
    "guards": {"closing": True, "cutoff": True, "daily_limit": True, "blocks": True},
    "routes": [
        {
            "name": "Collected by the customer",
            "when": [{"field": "order.method", "op": "in", "value": ["pickup", "curbside"]}],
            "scenarios": [{"name": "The chosen location", "guards": _ANY_TIME}],
        },
        {
            "name": "Sent to the customer",
            "candidates": "fewest_shipments",
            "scenarios": [
                {"name": "Nearest with all of it, today", "sorts": [{"by": "distance"}]},
                {"name": "Nearest with all of it", "sorts": [{"by": "distance"}], "guards": _ANY_TIME},
                {
                    "name": "Split by line",
                    "sorts": [{"by": "distance"}],
                    "guards": _ANY_TIME,
                    "when_partial": "split_by_line",
                    "only_complete": True,
                },
                {
                    "name": "Split by quantity",
                    "sorts": [{"by": "distance"}],
                    "guards": _ANY_TIME,
                    "when_partial": "split_by_quantity",
                },
            ],
        },
    ],
    "otherwise": "unassigned",
}


@lru_cache(maxsize=1)
def default_strategy() -> Strategy:
    """Return the shipped strategy, read."""
    return parse_strategy(DEFAULT_STRATEGY)
