"""A strategy in plain words, and what differs between two of them: what a manager reads before he activates one."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from backend.routing.document import parse_filters, strategy_faults
from dashboard.present.editing.changes import change_views
from dashboard.present.editing.diff import diff
from dashboard.present.editing.sides import side_by_side
from dashboard.present.editing.text import write
from dashboard.present.routing.changes import VOCABULARY
from dashboard.present.routing.check import check
from dashboard.present.routing.phrases import phrase
from dashboard.present.routing.words import strategy_words

NEAR = {
    "name": "Near stores",
    "groups": ["east"],
    "filters": [{"field": "location.distance_km", "op": "less_or_equal", "value": 50}],
    "sorts": [{"by": "distance"}],
    "when_partial": "split_by_line",
}
STRATEGY: dict[str, Any] = {
    "title": "Close to the customer",
    "lanes": [
        {"name": "Express", "when": [{"field": "order.service_level", "op": "equal", "value": "express"}]},
        {"name": "All the rest"},
    ],
    "limits": {"splits_per_order": 3, "splits_per_line": 1},
    "guards": {"closing": True},
    "routes": [
        {
            "name": "Web",
            "when": [
                {"field": "order.channel", "op": "equal", "value": "web"},
                {"field": "order.service_level", "op": "equal", "value": "2-day"},
            ],
            "scenarios": [NEAR, {"name": "Anywhere", "sorts": [{"by": "stock", "descending": True}]}],
        },
        {"name": "Others", "scenarios": [{"name": "All", "guards": {"closing": False}, "when_none": "backorder"}]},
    ],
    "otherwise": "customer_care",
}


def test_a_strategy_reads_as_sentences() -> None:
    words = strategy_words(STRATEGY)
    web, others = words.routes
    assert web.who == "Orders from channel web and with 2-day service"
    assert web.scenarios[0].text == "First locations of group east within 50 km that have all of it, nearest first."
    assert web.scenarios[0].then == [
        "If no single location has everything: split it, each line whole from one location, "
        "in as few parcels as possible, at most 3."
    ]
    assert web.scenarios[1].text == "Then all locations that have all of it, most stock first."
    assert others.who == "All other orders"
    assert "Takes also locations that close before they could finish." in others.scenarios[0].then
    assert others.scenarios[0].then[-1] == "If no location has any of it: put it on backorder."
    assert words.otherwise == "What is left after that: hand it to customer care."
    assert [(one.title, one.text) for one in words.lanes] == [
        ("1. Express", "Orders with express service"),
        ("2. All the rest", "All other orders"),
    ]
    assert words.limits[1].text == "One: a line is never divided"


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"field": "order.channel", "op": "in", "value": ["web", "app"]}, "from channel web or app"),
        ({"field": "order.total", "op": "greater", "value": 100}, "whose total is more than 100"),
        ({"field": "order.ship_to.country", "op": "equal", "value": "US"}, "whose ship to country is US"),
        ({"field": "order.attributes.gift", "op": "equal", "value": True}, "whose gift is yes"),
        ({"field": "item.unit_price", "op": "between", "value": [5, 10]}, "whose unit price is between 5 and 10"),
        ({"not": {"field": "location.kind", "op": "equal", "value": "store"}}, "except those that are stores"),
        (
            {"any_item": {"field": "item.sku", "op": "starts_with", "value": "X"}},
            "with an item whose SKU starts with X",
        ),
        (
            {"any": [{"field": "customer.tier", "op": "equal", "value": t} for t in ("gold", "silver")]},
            "either of gold customers or of silver customers",
        ),
        (
            {"field": "inventory.available", "op": "greater", "value": {"field": "item.quantity"}},
            "whose stock of the item is more than the quantity",
        ),
    ],
)
def test_every_kind_of_filter_is_a_phrase(document: dict[str, Any], said: str) -> None:
    assert phrase(parse_filters([document])[0]) == said


def test_changes_say_where_and_what() -> None:
    other = deepcopy(STRATEGY)
    other["routes"][0]["scenarios"][0]["filters"][0]["value"] = 80
    other["routes"][0]["scenarios"].reverse()
    other["routes"].append({"name": "Last", "scenarios": [{"name": "All"}]})
    del other["lanes"]
    other["otherwise"] = "cancel"
    views = {view.where: view for view in change_views(diff(STRATEGY, other), STRATEGY, other, words=VOCABULARY)}
    assert views["lanes"].word == "Removed"
    value = views["route “Web” › scenario “Near stores” › filter 1 › value"]
    assert (value.before, value.after) == ("50", "80")
    assert views["route “Web” › scenarios"].after == "Anywhere, Near stores"
    assert views["route “Last”"].after == "“Last”: 1 scenario"
    assert views["what is left at the end"].after == "cancel it"
    assert len(views) == 5


def test_faults_are_told_with_their_lines() -> None:
    broken = deepcopy(STRATEGY)
    broken["routes"][0]["scenarios"][0]["when_partial"] = "explode"
    text = write(broken)
    checked = check(text, STRATEGY, faults_of=strategy_faults)
    assert [fault.where for fault in checked.faults] == ["/routes/0/scenarios/0/when_partial"]
    assert "explode" in text.splitlines()[checked.faults[0].line - 1]
    assert checked.marks[0].line == checked.faults[0].line
    assert checked.words.title == ""
    assert [change.after for change in checked.changes] == ["explode"]


def test_a_missing_part_is_told_at_what_lacks_it() -> None:
    checked = check('{\n "title": "x"\n}', None, faults_of=strategy_faults)
    assert [(fault.where, fault.line) for fault in checked.faults] == [("/routes", 1)]


def test_text_that_is_no_json_has_its_line() -> None:
    checked = check('{\n "title": "x",\n}', STRATEGY, faults_of=strategy_faults)
    assert checked.faults[0].line in (2, 3)
    assert checked.faults[0].message.startswith("This is not JSON:")
    twice = check('{\n "title": "x",\n "title": "y"\n}', STRATEGY, faults_of=strategy_faults)
    assert [(fault.line, fault.where) for fault in twice.faults] == [(3, "/title")]


def test_right_text_has_words_and_no_changes() -> None:
    checked = check(json.dumps(STRATEGY), STRATEGY, faults_of=strategy_faults)
    assert checked.faults == []
    assert checked.changes == []
    assert checked.sides == []
    assert checked.words.title == "Close to the customer"


def test_lines_stand_side_by_side_and_equal_ones_are_folded() -> None:
    old = "\n".join(f"line {n}" for n in range(20))
    new = old.replace("line 10", "line ten").replace("line 15\n", "")
    lines = side_by_side(old, new)
    assert lines[0].text == "7 equal lines"
    changed = [line for line in lines if line.kind == "changed"]
    assert [(line.old, line.before, line.after) for line in changed] == [("11", "line 10", "line ten")]
    assert [line.before for line in lines if line.kind == "removed"] == ["line 15"]
