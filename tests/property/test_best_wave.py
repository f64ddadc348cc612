"""One wave: whatever the orders, stops and bounds, it is possible; small ones are as good as trying everything out."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from itertools import combinations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backend.waves.best import best_wave
from backend.waves.problem import Selection, WaveProblem, steps

goods = st.dictionaries(st.integers(1, 6), st.integers(1, 5), min_size=1, max_size=4)


@st.composite
def problems(draw: st.DrawFn) -> WaveProblem:
    orders = draw(st.lists(goods, max_size=8))
    stops = draw(st.lists(goods, max_size=6))
    must = draw(st.lists(st.integers(0, len(orders) - 1), unique=True, max_size=2)) if orders else []
    problem = WaveProblem(
        orders,
        stops,
        lower=draw(st.integers(0, 12)),
        upper=draw(st.integers(1, 40)),
        must=must,
        max_orders=draw(st.none() | st.integers(1, 6)),
        max_lines=draw(st.none() | st.integers(1, 12)),
    )
    assume(feasible(problem, must))
    return problem


def total(rows: Sequence[dict[int, int]], chosen: Sequence[int]) -> Counter[int]:
    return sum((Counter(rows[index]) for index in chosen), Counter())


def feasible(problem: WaveProblem, orders: Sequence[int], stops: Sequence[int] | None = None) -> bool:
    there = total(problem.stops, range(len(problem.stops)) if stops is None else stops)  # type: ignore[arg-type]
    wanted = total(problem.orders, orders)  # type: ignore[arg-type]
    return (
        wanted <= there
        and wanted.total() <= problem.upper
        and len(orders) <= (problem.max_orders if problem.max_orders is not None else len(problem.orders))
        and sum(len(problem.orders[index]) for index in orders) <= (problem.max_lines or 10**9)
    )


@settings(deadline=None)
@given(problems(), st.sampled_from([None, 0, 1, 25]))
def test_a_wave_is_possible_and_has_what_must_be_in(problem: WaveProblem, effort: int | None) -> None:
    wave = best_wave(problem, None if effort is None else steps(effort))

    assert feasible(problem, wave.orders, wave.stops)
    assert len(set(wave.orders)) == len(wave.orders)
    assert len(set(wave.stops)) == len(wave.stops)
    assert set(problem.must) <= set(wave.orders)
    assert wave.units == total(problem.orders, wave.orders).total()  # type: ignore[arg-type]


@settings(deadline=None)
@given(problems())
def test_more_effort_is_never_worse_and_always_repeatable(problem: WaveProblem) -> None:
    quick, good = best_wave(problem), best_wave(problem, steps(40), seed=7)

    assert not quick.better_than(good, problem.lower)
    assert best_wave(problem, steps(40), seed=7) == good


def trying_everything(problem: WaveProblem) -> float:
    best = 0.0
    orders = range(len(problem.orders))
    sets = [chosen for size in orders for chosen in combinations(orders, size + 1)]
    for chosen in sets:
        units = total(problem.orders, chosen).total()  # type: ignore[arg-type]
        if not problem.lower <= units <= problem.upper:
            continue
        for size in range(1, len(problem.stops) + 1):
            if units / size <= best:
                break
            if any(feasible(problem, chosen, stops) for stops in combinations(range(len(problem.stops)), size)):
                best = units / size
                break
    return best


def instance(seed: int, *, single: bool) -> WaveProblem:
    dice = random.Random(seed)

    def row(size: int, most: int) -> dict[int, int]:
        return {item: dice.randint(1, most) for item in dice.sample(range(8), size)}

    orders = [row(1 if single else dice.randint(1, 3), 3) for _ in range(8)]
    stops = [row(dice.randint(1, 5), 5) for _ in range(6)]
    return WaveProblem(orders, stops, lower=4, upper=14)


@pytest.mark.parametrize("single", [True, False], ids=["one line each", "several lines"])
def test_small_waves_are_almost_always_the_best_there_are(single: bool) -> None:
    shares = []
    for seed in range(25):
        problem = instance(seed, single=single)
        wave = best_wave(problem, steps(150))
        best = trying_everything(problem)
        reached = wave.units_per_stop if wave.units >= problem.lower else 0.0
        shares.append(reached / best if best else 1.0)
        assert reached <= best + 1e-9
    assert min(shares) >= 0.9
    assert sum(share > 1 - 1e-9 for share in shares) >= 23


def test_stops_without_use_are_not_visited() -> None:
    problem = WaveProblem([{1: 1}], [{2: 9}, {1: 1}, {}], lower=1, upper=9)

    assert best_wave(problem, steps(50)) == Selection(orders=(0,), stops=(1,), units=1)


def test_no_work_is_no_wave() -> None:
    for problem in (WaveProblem([], [], 0, 5), WaveProblem([{1: 1}], [], 0, 5), WaveProblem([], [{1: 1}], 0, 5)):
        assert best_wave(problem, steps(5)) == Selection((), (), 0)
