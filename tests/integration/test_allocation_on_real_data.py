"""One day of a real maker's orders: every plant that takes one may, none takes more than it can, few are missed."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from bench.brunel import FILE, RANKINGS, capacities, decide, eligible, read_day
from bench.brunel_solver import least_cost, most_orders

pytestmark = pytest.mark.needs_data


@pytest.mark.parametrize("ranking", RANKINGS)
def test_a_day_is_allocated_within_every_bound(ranking: str) -> None:
    if not FILE.exists():
        message = f"there is no {FILE}: put the data there or set PICKWATCH_DATA"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    day = read_day(FILE)
    pairs, most = eligible(day), capacities(day)
    decisions, _ = decide(day, RANKINGS[ranking])
    taken = {n: one.assignments[0] for n, one in enumerate(decisions) if one.assignments}
    assert all(pairs[n][one.place.location_id] == one.cost_minor for n, one in taken.items())
    assert all(number <= most[id_] for id_, number in Counter(one.place.location_id for one in taken.values()).items())
    assert 0.98 * most_orders(pairs, most) <= len(taken) <= most_orders(pairs, most)
    cost = sum(one.cost_minor or 0 for one in taken.values())
    least = least_cost({n: pairs[n] for n in taken}, most, len(taken))
    assert least * 0.999_999 <= cost <= least * 1.02
