"""Why here, why not there: the sentences a trace becomes, its size, and the strategies of docs/routing.md."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from backend.routing.defaults import default_strategy
from backend.routing.document import parse_strategy
from backend.routing.engine import route
from backend.routing.explain import Said, explain, why_not
from backend.routing.facts import Limit, LineFacts, Load, Place
from backend.routing.reading import candidates, skus_of, with_goods
from backend.routing.schema import DEEPEST
from models.enums import Method
from tests.support.routing import network, order, place, strategy

ROOT = Path(__file__).parent.parent.parent
NAMES = {1: "Austin", 2: "Dallas", 3: "Houston", 4: "Waco", 5: "El Paso", 6: "Tyler"}


def sentences(said: Said) -> list[str]:
    return [said.text, *(text for one in said.under for text in sentences(one))]


def told(places: list[Place], stock: dict[int, dict[int, int]], **facts: Any) -> dict[str, Any]:
    line = LineFacts(100, 1, "TV-55", 5, unit_price_minor=10_000)
    trace = route(order(line, **facts), network(places, stock), default_strategy()).trace
    return json.loads(json.dumps(trace))  # as it comes back from the database


def test_why_the_chosen_one() -> None:
    trace = told([place(n) for n in range(1, 6)], {1: dict.fromkeys(range(1, 6), 5)})
    assert explain(trace, NAMES).text == "Goes to Austin"
    assert "Why Austin: nearest of 5 that have all of it, 111 km" in sentences(explain(trace, NAMES))
    assert why_not(trace, 1, NAMES).text == "Why Austin: nearest of 5 that have all of it, 111 km"
    assert sentences(why_not(trace, 2, NAMES)) == [
        "Why not Dallas",
        "Nearest with all of it, today: ranked 2 of 5, 222 km; Austin came first",
    ]


def test_nobody_is_called_the_nearest_where_no_distance_is_known() -> None:
    places, units = [place(n) for n in (1, 2)], {1: {1: 5, 2: 5}}
    nowhere = {"latitude": None, "longitude": None}
    by_code = "Why Austin: first by code, as nothing else tells them apart, of 2 that have all of it"
    assert by_code in sentences(explain(told(places, units, **nowhere), NAMES))
    line = LineFacts(100, 1, "TV-55", 5)
    busy = [place(1, load=Load(open_shipments=3)), place(2)]
    for sorts, facts, said in (
        ([{"by": "distance"}, {"by": "load"}], nowhere, "Why Dallas: first by load of 2 that have all of it"),
        ([{"by": "distance"}, {"by": "load"}], {}, "Why Austin: nearest of 2 that have all of it, 111 km"),
        ([{"by": "cost"}], {}, "Why Austin: nearest of 2 that have all of it, 111 km"),  # no costs are stated
        ([{"by": "cost"}], nowhere, by_code),
    ):
        trace = route(order(line, **facts), network(busy, units), strategy({"sorts": sorts})).trace
        assert said in sentences(explain(json.loads(json.dumps(trace)), NAMES))


SHIP = frozenset({Method.SHIP})


@pytest.mark.parametrize(
    ("other", "units", "facts", "sentence"),
    [
        (place(2), 3, {}, "3 of 5 TV-55 there"),
        (place(2, closed=True), 5, {}, "closed by hand"),
        (place(2, methods=frozenset({Method.PICKUP})), 5, {}, "does not offer this method"),
        (
            place(2, work_minutes_left={Method.SHIP: -25}, processing_minutes={Method.SHIP: 45}),
            5,
            {},
            "closes in 20 min, needs 45",
        ),
        (place(2, work_minutes_left={Method.SHIP: -25}), 5, {}, "25 min too late"),
        (place(2, limit=Limit(orders=0)), 5, {}, "was given as much as it may be"),
        (place(2, limit=Limit(items=4)), 5, {}, "that would be more than it may be given"),
        (place(2), 5, {"refused_by": frozenset({2})}, "gave this order back before"),
        (place(2, longitude=4.0), 5, {}, "ranked 2 of 2, 445 km; Houston came first"),
    ],
)
def test_why_not_another(other: Place, units: int, facts: dict[str, Any], sentence: str) -> None:
    trace = told([other, place(3)], {1: {2: units, 3: 5}}, **facts)
    assert sentences(why_not(trace, 2, NAMES))[1] == f"Nearest with all of it, today: {sentence}"
    assert why_not(trace, 3, NAMES).text.startswith("Why Houston")


def test_why_not_one_that_was_never_met() -> None:
    trace = told([place(1), place(2)], {1: {1: 5}})
    assert sentences(why_not(trace, 2, NAMES)) == ["Why not Dallas", "It has none of what the order needs."]
    given = told([place(1, "A"), place(2)], {1: {1: 5, 2: 5}}, given="A")
    assert sentences(why_not(given, 2, NAMES)) == ["Why not Dallas", "The order is for A alone."]
    late = told([place(1)], {1: {1: 5}}, attempt=9)
    assert sentences(why_not(late, 1, NAMES))[1] == "No location was looked at: it was routed too often already."


def test_filters_and_blocks_are_told_as_they_read() -> None:
    kinds = strategy({"filters": [{"field": "location.kind", "op": "in", "value": ["warehouse", "3pl"]}]})
    here = network([place(1), place(2, kind="3pl"), place(3, kind="3pl")], {1: {1: 5, 2: 5, 3: 5}})
    trace = route(order((1, 1)), here, kinds).trace
    assert sentences(why_not(trace, 1, NAMES))[1] == "S0: does not match “location.kind in warehouse, 3pl”"
    stopped = network([place(1), place(2)], {1: {1: 5, 2: 5}}, blocked=frozenset({(1, 1)}))
    trace = route(order((1, 1)), stopped, kinds).trace
    assert sentences(why_not(trace, 1, NAMES))[1] == "S0: the product is blocked there"


def test_a_line_that_may_not_be_taken_is_told_apart_from_one_that_is_not_there() -> None:
    perishable = {"not": {"field": "item.sku", "op": "equal", "value": "SKU-2"}}
    some = {"any": [perishable, {"field": "location.attributes.fridge", "op": "equal", "value": True}]}
    here = network(
        [place(1), place(2), place(3, attributes={"fridge": True})],
        {n: {1: 5, 2: 5, 3: 5} for n in (1, 2)},
        blocked=frozenset({(2, 1)}),
    )
    trace = route(order((1, 1), (2, 1)), here, strategy({"filters": [some]})).trace
    assert trace["chosen"][0][0] == 3
    assert sentences(why_not(trace, 1, NAMES))[1].startswith("S0: SKU-2: does not match “(not (item.sku equal SKU-2)")
    assert sentences(why_not(trace, 2, NAMES))[1] == "S0: SKU-1: the product is blocked there"


def test_a_split_and_a_rest_are_told() -> None:
    trace = told([place(1), place(2)], {1: {1: 2, 2: 2}})
    words = sentences(explain(trace, NAMES))
    assert words[0] == "Split among Austin and Dallas, with something left over"
    assert "1 × TV-55 stays unassigned: there is not enough where it may come from" in words
    assert "Why Dallas: one of 2 that share it, of 2 that have something of it, 222 km" in words
    assert "Austin: 2 of 5 there" in words


def test_the_last_scenario_leads_to_no_next() -> None:
    trace = route(order((1, 5)), network([place(1)], {1: {1: 2}}), strategy({}, {})).trace
    words = sentences(explain(trace, NAMES))
    assert words.count("On to the next scenario.") == 1
    assert words[-1] == "No scenario is left to try."


def test_an_empty_suggestion_says_so() -> None:
    words = sentences(explain(told([place(1, closed=True)], {1: {1: 9}}), NAMES))
    assert words[0] == "No location takes this order"
    assert "5 × TV-55 stays unassigned: every location that has it is left out" in words


def test_a_clash_is_named() -> None:
    odd = strategy({"filters": [{"field": "location.attributes.size", "op": "less", "value": 5}]})
    here = network([place(1, attributes={"size": "small"}), place(2, attributes={"size": 3})], {1: {1: 5, 2: 5}})
    trace = route(order((1, 1)), here, odd).trace
    assert trace["chosen"][0][0] == 2
    assert trace["clashes"] == ["location.attributes.size less 5: text against number"]


@pytest.mark.parametrize("lines", [1, 3])
def test_a_trace_of_200_candidates_is_small_and_everybody_in_it_can_be_asked(lines: int) -> None:
    chance = random.Random(5)
    places = [place(id_, f"L{id_}", closed=id_ % 17 == 0) for id_ in range(1_001, 1_201)]
    stock = {n: {p.location_id: chance.randint(0, 9) for p in places} for n in range(lines)}
    trace = route(order(*((n, 5) for n in range(lines))), network(places, stock), default_strategy()).trace
    assert len(json.dumps(trace, separators=(",", ":"))) <= 2_600
    for one in places:
        assert "none of what" not in sentences(why_not(trace, one.location_id, {}))[-1] or not any(
            units.get(one.location_id) for units in stock.values()
        )


def test_long_lists_are_cut_and_still_counted() -> None:
    places = [place(id_, closed=True) for id_ in range(1, 701)]
    trace = route(order((1, 1)), network(places, {1: dict.fromkeys(range(1, 701), 1)}), default_strategy()).trace
    assert trace["steps"][0]["out"]["closed"][-1] == -200
    assert "700 left out: closed by hand" in sentences(explain(trace, {}))
    open_ = [place(id_) for id_ in range(1, 701)]
    trace = route(order((1, 1)), network(open_, {1: dict.fromkeys(range(1, 701), 1)}), default_strategy()).trace
    assert candidates(trace["steps"][0]) == 700
    assert candidates({"ranked": [[1, 2.0]], "rest": [2, 3]}) == 3


DOCUMENTED = re.findall(r"```json\n(.*?)```", (ROOT / "docs" / "routing.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("number", range(len(DOCUMENTED)))
def test_the_examples_of_the_documentation_are_strategies(number: int) -> None:
    assert parse_strategy(json.loads(DOCUMENTED[number])).routes


def test_there_are_examples_and_they_are_not_deep() -> None:
    assert len(DOCUMENTED) >= 7
    assert DEEPEST > 20


def test_goods_are_told_by_name_where_they_have_one() -> None:
    trace = {"lines": [(1, "TV-55", 5)], "left": [[1, 5, "unassigned", "not_enough_stock"]]}
    named = with_goods(trace, {"TV-55": "Television (TV-55)"})
    assert skus_of(trace) == {"TV-55"}
    assert explain(named, {}).under[0].text.startswith("5 × Television (TV-55) stays unassigned")
    assert explain(with_goods(trace, {}), {}) == explain(trace, {})
