"""Strategy documents for tests: one that uses everything, and faults to put into it."""

from __future__ import annotations

import copy
from typing import Any

FULL: dict[str, Any] = {
    "title": "Everything",
    "description": "Uses every part of the document.",
    "lanes": [{"name": "Express", "when": [{"field": "order.service_level", "op": "equal", "value": "express"}]}],
    "limits": {"splits_per_order": 3, "splits_per_line": 2, "attempts": 5, "too_many_attempts": "customer_care"},
    "guards": {"closing": True, "cutoff": False, "daily_limit": True, "blocks": True},
    "routes": [
        {
            "name": "Perishable",
            "when": [
                {"any_item": {"field": "item.attributes.perishable", "op": "equal", "value": True}},
                {"all": [{"field": "order.total", "op": "between", "value": [0, 1000]}, {"any": []}]},
            ],
            "prefer_whole": False,
            "candidates": "as_sorted",
            "scenarios": [
                {
                    "name": "Near",
                    "groups": ["cold", "near"],
                    "filters": [
                        {"not": {"field": "location.kind", "op": "in", "value": ["dropship", "3pl"]}},
                        {"field": "location.attributes.home", "op": "equal", "value": {"field": "customer.id"}},
                        {"field": "inventory.available_percent", "op": "greater_or_equal", "value": 50},
                    ],
                    "sorts": [
                        {"by": "rank"},
                        {"by": "attribute", "field": "location.attributes.rent", "descending": True},
                        {"by": "random", "seed": 3},
                    ],
                    "guards": {"closing": False},
                    "when_partial": "split_by_line",
                    "only_complete": True,
                    "rest": "next",
                    "when_none": "next",
                },
                {"name": "Two places", "locations": ["L01", "L02"], "when_partial": "backorder", "when_none": "cancel"},
            ],
        },
        {"name": "Others", "scenarios": [{"name": "All"}]},
    ],
    "otherwise": "unassigned",
}


def with_value(path: str, value: object) -> dict[str, Any]:
    """Return `FULL` with a value at a JSON pointer (`-` at the end of a list: appended)."""
    document = copy.deepcopy(FULL)
    *way, last = path.strip("/").split("/")
    at: Any = document
    for key in way:
        at = at[int(key)] if isinstance(at, list) else at.setdefault(key, {})
    if isinstance(at, list):
        at[len(at) if last == "-" else int(last) : None if last == "-" else int(last) + 1] = [value]
    else:
        at[last] = value
    return document


def without(path: str) -> dict[str, Any]:
    """Return `FULL` without what stands at a JSON pointer."""
    document = copy.deepcopy(FULL)
    *way, last = path.strip("/").split("/")
    at: Any = document
    for key in way:
        at = at[int(key)] if isinstance(at, list) else at[key]
    del at[int(last) if isinstance(at, list) else last]
    return document
