"""What a shipment costs by the location's attribute, and that routing can rank by it."""

from __future__ import annotations

from typing import Any

import pytest

from backend.routing.cost import Parcel, cost_minor
from backend.routing.engine import route
from tests.support.routing import given_to, network, order, place, strategy

PARTS = {"per_shipment": 350, "per_unit": 40, "per_km": 2, "per_kg": 10}
TABLE = [
    {"from_kg": 0, "to_kg": 5, "least": 500, "per_kg": 50},
    {"from_kg": 0, "to_kg": 30, "least": 550, "per_kg": 20},
]


@pytest.mark.parametrize(
    ("cost", "kg", "km", "minor"),
    [
        (PARTS, 4.0, 10.0, 350 + 120 + 40 + 20),
        (PARTS, 4.0, None, None),
        ({"per_unit": 1.5}, 4.0, None, 4),
        ({"tariffs": TABLE}, 4.0, None, 500),
        ({"tariffs": TABLE}, 5.0, None, 500),
        ({"tariffs": TABLE}, 29.0, None, 580),
        ({"tariffs": TABLE}, 31.0, None, None),
        ({"per_unit": 10, "services": {"express": {"per_shipment": 900}}}, 1.0, None, 930),
        ({"per_unit": "10"}, 1.0, None, 0),
        ({"per_unit": 10**400, "per_kg": True}, 1.0, None, 0),
        ("free", 1.0, None, None),
        (None, 1.0, None, None),
    ],
)
def test_what_a_shipment_costs(cost: Any, kg: float, km: float | None, minor: int | None) -> None:
    assert cost_minor(place(1, attributes={"cost": cost}), Parcel(3, kg, "express"), km) == minor


def test_the_cheapest_takes_the_order_and_one_without_a_cost_comes_last() -> None:
    dear, cheap = ({"cost": {"per_shipment": minor}} for minor in (900, 300))
    here = network([place(1), place(2, attributes=dear), place(3, attributes=cheap)], {1: {1: 5, 2: 5, 3: 5}})
    decision = route(order((1, 1)), here, strategy({"sorts": [{"by": "cost"}]}))
    assert given_to(decision) == {"L03": {100: 1}}
    assert decision.assignments[0].cost_minor == 300
    assert [row[0] for row in decision.trace["steps"][0]["ranked"]] == [3, 2, 1]
    assert [row[2] for row in decision.trace["steps"][0]["ranked"]] == [300, 900, None]
