"""What is wrong with a strategy document, by exact pointers; and the JSON Schema, read by somebody else's validator."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from backend.routing.defaults import DEFAULT_STRATEGY
from backend.routing.document import Condition, Guards, parse_strategy, strategy_faults
from backend.routing.schema import STRATEGY, strategy_schema, structure_faults
from backend.routing.words import After, Op
from models.errors import DomainError
from tests.support.strategies import FULL, with_value, without

NEAR = "/routes/0/scenarios/0"
WHEN = "/routes/0/when/0"

#: pointer of the change, its value, pointer of the fault, its code. These are faults of form.
FORM: list[tuple[str, object, str, str]] = [
    ("/title", "", "/title", "bad_length"),
    ("/title", 3, "/title", "wrong_type"),
    ("/extra", 1, "/extra", "unknown_field"),
    ("/a~b", 1, "/a~0b", "unknown_field"),
    ("/routes", [], "/routes", "bad_length"),
    ("/routes", {}, "/routes", "wrong_type"),
    ("/routes/0", "R", "/routes/0", "wrong_type"),
    ("/limits/splits_per_order", 0, "/limits/splits_per_order", "out_of_range"),
    ("/limits/splits_per_order", True, "/limits/splits_per_order", "wrong_type"),
    ("/limits/splits_per_order", 1.5, "/limits/splits_per_order", "wrong_type"),
    ("/limits/too_many_attempts", "next", "/limits/too_many_attempts", "unknown_word"),
    ("/guards/closing", "yes", "/guards/closing", "wrong_type"),
    (f"{NEAR}/when_partial", "split", f"{NEAR}/when_partial", "unknown_word"),
    (f"{NEAR}/when_none", "split_by_line", f"{NEAR}/when_none", "unknown_word"),
    (f"{NEAR}/filters/1/op", "like", f"{NEAR}/filters/1/op", "unknown_word"),
    (f"{NEAR}/filters/1", {"field": "order.channel", "op": "equal"}, f"{NEAR}/filters/1/value", "missing"),
    (f"{NEAR}/filters/1", {}, f"{NEAR}/filters/1", "unknown_kind"),
    (f"{NEAR}/filters/1", {"all": [], "any": []}, f"{NEAR}/filters/1/any", "unknown_field"),
    (f"{NEAR}/filters/1/value", {}, f"{NEAR}/filters/1/value/field", "missing"),
    (f"{NEAR}/filters/1/value", [["a"]], f"{NEAR}/filters/1/value/0", "wrong_type"),
    (f"{NEAR}/filters/1/value", None, f"{NEAR}/filters/1/value", "wrong_type"),
    (f"{NEAR}/filters/0/not/value/0", [], f"{NEAR}/filters/0/not/value/0", "wrong_type"),
    (f"{NEAR}/sorts/0/by", "price", f"{NEAR}/sorts/0/by", "unknown_word"),
    (f"{NEAR}/sorts/2/seed", -1, f"{NEAR}/sorts/2/seed", "out_of_range"),
    ("/limits/attempts", 10**400, "/limits/attempts", "out_of_range"),
    ("/limits/attempts", float("nan"), "/limits/attempts", "wrong_type"),
    (f"{NEAR}/filters/2/value", 10**400, f"{NEAR}/filters/2/value", "out_of_range"),
    ("/otherwise", "next", "/otherwise", "unknown_word"),
]

#: Faults of sense: the form is right.
SENSE: list[tuple[str, object, str, str]] = [
    (f"{NEAR}/filters/1/field", "location.colour", f"{NEAR}/filters/1/field", "unknown_name"),
    (f"{NEAR}/filters/1/field", "order.attributes..x", f"{NEAR}/filters/1/field", "unknown_name"),
    (f"{NEAR}/filters/1/value/field", "customer.shoe", f"{NEAR}/filters/1/value/field", "unknown_name"),
    (f"{NEAR}/filters/2/op", "starts_with", f"{NEAR}/filters/2/op", "operator_does_not_fit"),
    (f"{NEAR}/filters/2/value", "many", f"{NEAR}/filters/2/value", "value_does_not_fit"),
    (f"{NEAR}/filters/2/value", [1], f"{NEAR}/filters/2/value", "value_does_not_fit"),
    (f"{NEAR}/filters/2/value", {"field": "order.channel"}, f"{NEAR}/filters/2/value/field", "value_does_not_fit"),
    (f"{NEAR}/filters/0/not/value", "store", f"{NEAR}/filters/0/not/value", "value_does_not_fit"),
    (f"{NEAR}/filters/0/not/value/1", "shop", f"{NEAR}/filters/0/not/value/1", "unknown_word"),
    ("/routes/0/when/1/all/0/value", [1], "/routes/0/when/1/all/0/value", "value_does_not_fit"),
    (WHEN, {"field": "item.sku", "op": "equal", "value": "A"}, f"{WHEN}/field", "which_item"),
    (WHEN, {"field": "location.code", "op": "equal", "value": "A"}, f"{WHEN}/field", "not_here"),
    (WHEN, {"field": "inventory.available", "op": "less", "value": 3}, f"{WHEN}/field", "not_here"),
    (WHEN, {"field": "inventory.attributes.x", "op": "less", "value": 3}, f"{WHEN}/field", "not_here"),
    (WHEN, {"any_item": {"field": "inventory.floor", "op": "less", "value": 3}}, f"{WHEN}/any_item/field", "not_here"),
    (WHEN, {"field": "order.placed_at", "op": "less", "value": "soon"}, f"{WHEN}/value", "value_does_not_fit"),
    (WHEN, {"field": "order.attributes.x", "op": "less", "value": "soon"}, f"{WHEN}/value", "value_does_not_fit"),
    (WHEN, {"field": "order.units", "op": "between", "value": [9, 5]}, f"{WHEN}/value", "value_does_not_fit"),
    (
        WHEN,
        {"field": "order.placed_at", "op": "between", "value": ["2026-11-28T00:00:00Z", "2026-11-27T00:00:00Z"]},
        f"{WHEN}/value",
        "value_does_not_fit",
    ),
    ("/routes/0/scenarios/1/name", "Near", "/routes/0/scenarios/1/name", "duplicate"),
    ("/routes/1/name", "Perishable", "/routes/1/name", "duplicate"),
    ("/lanes/-", {"name": "Express", "when": []}, "/lanes/1/name", "duplicate"),
    ("/routes/-", {"name": "Never", "scenarios": [{"name": "S"}]}, "/routes/2", "never_reached"),
    ("/routes/0/scenarios/1/when_none", "next", "/routes/0/scenarios/1/when_none", "no_next"),
    ("/routes/1/scenarios/0/when_partial", "next", "/routes/1/scenarios/0/when_partial", "no_next"),
    ("/routes/1/scenarios/0/rest", "cancel", "/routes/1/scenarios/0/rest", "no_split"),
    (f"{NEAR}/locations", ["L01"], f"{NEAR}/locations", "only_one"),
    (f"{NEAR}/groups", ["cold", "cold"], f"{NEAR}/groups/1", "duplicate"),
    (f"{NEAR}/groups", ["cold", "hot"], f"{NEAR}/groups/1", "unknown_group"),
    ("/routes/0/scenarios/1/locations/1", "L99", "/routes/0/scenarios/1/locations/1", "unknown_location"),
    (f"{NEAR}/sorts/0", {"by": "attribute"}, f"{NEAR}/sorts/0/field", "missing_field"),
    (f"{NEAR}/sorts/0", {"by": "distance", "seed": 1}, f"{NEAR}/sorts/0/seed", "not_here"),
    (f"{NEAR}/sorts/0", {"by": "distance", "field": "location.code"}, f"{NEAR}/sorts/0/field", "not_here"),
    (f"{NEAR}/sorts/0", {"by": "attribute", "field": "order.channel"}, f"{NEAR}/sorts/0/field", "not_here"),
    ("/routes/1/scenarios/0/sorts", [{"by": "rank"}], "/routes/1/scenarios/0/sorts/0/by", "nothing_ranked"),
]

KNOWN = {"locations": {"L01", "L02"}, "groups": {"cold", "near"}}
VALIDATOR = Draft202012Validator(strategy_schema())


@pytest.mark.parametrize("document", [FULL, DEFAULT_STRATEGY])
def test_a_good_document_has_no_faults(document: dict[str, Any]) -> None:
    assert strategy_faults(document, **KNOWN) == []
    parse_strategy(document, **KNOWN)


@pytest.mark.parametrize(("change", "value", "pointer", "code"), [*FORM, *SENSE])
def test_a_fault_is_named_by_its_exact_pointer(change: str, value: object, pointer: str, code: str) -> None:
    faults = strategy_faults(with_value(change, value), **KNOWN)
    assert [(fault.pointer, fault.code) for fault in faults] == [(pointer, code)]
    assert all(fault.message.endswith(".") for fault in faults)


def test_what_is_missing_is_named_where_it_should_stand() -> None:
    assert [fault.pointer for fault in strategy_faults(without("/title"))] == ["/title"]
    assert [fault.pointer for fault in strategy_faults(without(f"{NEAR}/name"))] == [f"{NEAR}/name"]


def test_all_faults_are_named_at_once_and_pointers_start_where_the_caller_says() -> None:
    document = with_value(f"{NEAR}/filters/1/op", "like")
    document["routes"][0]["scenarios"][0]["filters"][2]["op"] = "starts_with"
    document["title"] = 7
    faults = strategy_faults(document, at="/strategy")
    assert {(fault.pointer, fault.code) for fault in faults} == {
        ("/strategy/title", "wrong_type"),
        (f"/strategy{NEAR}/filters/1/op", "unknown_word"),
        (f"/strategy{NEAR}/filters/2/op", "operator_does_not_fit"),
    }
    with pytest.raises(DomainError) as error:
        parse_strategy(document)
    assert len(error.value.faults) == 3


def test_codes_are_not_looked_at_when_nobody_says_which_exist() -> None:
    assert strategy_faults(with_value(f"{NEAR}/groups", ["anything"])) == []


@pytest.mark.parametrize("document", [None, [], "x", 3, {"routes": None}, {"title": "T", "routes": [None]}])
def test_nonsense_has_faults_and_never_an_exception(document: object) -> None:
    assert strategy_faults(document)


def test_a_document_that_is_far_too_deep_is_refused() -> None:
    deep: dict[str, Any] = {"field": "order.channel", "op": "equal", "value": "web"}
    for _ in range(5_000):
        deep = {"not": deep}
    assert [fault.code for fault in strategy_faults(with_value(WHEN, deep))] == ["too_deep"]


def test_a_document_is_read_into_facts() -> None:
    strategy = parse_strategy(FULL)
    near, two = strategy.routes[0].scenarios
    assert near.filters[1] == Condition("location.attributes.home", Op.EQUAL, other="customer.id")
    assert near.guards == Guards(closing=False, cutoff=False)
    assert two.guards == Guards(cutoff=False)
    assert (near.when_partial, near.rest, two.when_none) == (After.SPLIT_BY_LINE, After.NEXT, After.CANCEL)
    assert near.groups == ("cold", "near")


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(strategy_schema())


@pytest.mark.parametrize(("change", "value"), [(row[0], row[1]) for row in FORM])
def test_the_schema_refuses_faults_of_form(change: str, value: object) -> None:
    assert not VALIDATOR.is_valid(with_value(change, value))


@pytest.mark.parametrize(("change", "value"), [(row[0], row[1]) for row in SENSE])
def test_the_schema_accepts_what_only_makes_no_sense(change: str, value: object) -> None:
    assert VALIDATOR.is_valid(with_value(change, value))


def pointers(value: Any, at: str = "") -> list[str]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(pointer for key, one in inner for pointer in pointers(one, f"{at}/{key}"))]


scalars = st.none() | st.booleans() | st.integers(-3, 60) | st.floats(-3, 60, width=16) | st.text(max_size=3)
words = st.sampled_from(["next", "split_by_line", "cancel", "distance", "rank", "equal", "between", "order.channel"])
keys = st.sampled_from(["field", "op", "value", "all", "any", "not", "any_item", "name", "by", "extra"])
values = st.recursive(
    scalars | words, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys, inner, max_size=3), max_leaves=5
)


@given(changes=st.lists(st.tuples(st.sampled_from(pointers(FULL)[1:]), values | st.just(...)), min_size=1, max_size=3))
@settings(max_examples=150, deadline=None)
def test_schema_and_parser_agree(changes: list[tuple[str, Any]]) -> None:
    document = copy.deepcopy(FULL)
    for pointer, value in changes:
        *way, last = pointer.strip("/").split("/")
        at: Any = document
        try:
            for key in way:
                at = at[int(key)] if isinstance(at, list) else at[key]
            if value is ...:
                del at[int(last) if isinstance(at, list) else last]
            else:
                at[int(last) if isinstance(at, list) else last] = value
        except (KeyError, IndexError, TypeError, ValueError):
            continue  # an earlier change took the place away
    faults = structure_faults(STRATEGY, document)
    assert VALIDATOR.is_valid(document) == (not faults), faults
    if not strategy_faults(document):
        parse_strategy(document)
