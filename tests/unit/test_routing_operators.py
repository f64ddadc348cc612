"""Every operator on every type, what is missing, what clashes; and fields that are paths into documents."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from backend.routing.document import parse_filters
from backend.routing.fields import Env
from backend.routing.filters import compile_filter
from tests.support.routing import order, place

NOON = "2026-11-27T12:00:00Z"
ONE = "2026-11-27T14:00:00+01:00"  # 13:00 in UTC

ROWS: list[tuple[object, str, object, bool | None]] = [  # value, operator, literal, verdict (None: a clash)
    (5, "equal", 5, True),
    (5, "equal", 5.0, True),
    (5, "equal", "5", None),
    (True, "equal", 1, None),
    (True, "equal", True, True),
    ("a", "equal", "A", False),
    (["a", "b"], "equal", ["b", "a"], True),
    (["a"], "equal", ["a", "b"], False),
    ({"a": 1}, "equal", "a", None),
    (5, "greater", 4.5, True),
    (5, "greater", 5, False),
    (5, "greater_or_equal", 5, True),
    (5, "less", 5, False),
    (5, "less", 6, True),
    (5, "less_or_equal", 5, True),
    ("5", "less", 6, None),
    (True, "less", 6, None),
    (ONE, "greater", NOON, True),
    (NOON, "less", ONE, True),
    ("not an instant", "less", ONE, None),
    (5, "in", [1, 5], True),
    (5, "in", [1, "5"], False),
    (5, "in", ["5"], None),
    ("a", "in", [], False),
    (["a"], "in", ["a"], None),
    (5, "between", [5, 7], True),
    (7, "between", [5, 7], True),
    (8, "between", [5, 7], False),
    (NOON, "between", [NOON, ONE], True),
    ("x", "between", [5, 7], None),
    ("Austin", "starts_with", "Aus", True),
    ("Austin", "starts_with", "aus", False),
    (5, "starts_with", "5", None),
    ("Austin", "ends_with", "tin", True),
    ("Austin", "ends_with", "Aus", False),
    ("Austin", "contains", "ust", True),
    (["a", "b"], "contains", "b", True),
    (["a", 1], "contains", True, False),
    (5, "contains", "5", None),
    (["a"], "subset", ["a", "b"], True),
    (["a", "c"], "subset", ["a", "b"], False),
    ([], "subset", ["a"], True),
    ("a", "subset", ["a"], None),
]


def ask(document: dict[str, Any], env: Env) -> bool:
    return compile_filter(*parse_filters([document])).test(env)


def env_with(**attributes: object) -> Env:
    return Env(order((1, 1), attributes=attributes), place(1))


@pytest.mark.parametrize(("value", "op", "literal", "verdict"), ROWS)
def test_an_operator(value: object, op: str, literal: object, verdict: bool | None) -> None:
    env = env_with(x=value)
    assert ask({"field": "order.attributes.x", "op": op, "value": literal}, env) is bool(verdict)
    assert bool(env.clashes) is (verdict is None)


@pytest.mark.parametrize(("value", "op", "literal", "verdict"), [row for row in ROWS if row[1] in ("equal", "in")])
def test_not_equal_and_not_in_are_the_opposite(value: object, op: str, literal: object, verdict: bool | None) -> None:
    env = env_with(x=value)
    assert ask({"field": "order.attributes.x", "op": f"not_{op}", "value": literal}, env) is not bool(verdict)
    assert bool(env.clashes) is (verdict is None)


@pytest.mark.parametrize("op", sorted({row[1] for row in ROWS}))
def test_what_is_missing_never_matches(op: str) -> None:
    condition = {
        "field": "order.attributes.none",
        "op": op,
        "value": [1, 2] if op in ("in", "between", "subset") else 1,
    }
    env = env_with(x=1)
    assert not ask(condition, env)
    assert ask({"not": condition}, env)
    assert not env.clashes


@pytest.mark.parametrize(("op", "value"), [("not_equal", 1), ("not_in", [1])])
def test_what_is_missing_is_not_equal_and_not_in(op: str, value: object) -> None:
    condition = {"field": "order.attributes.none", "op": op, "value": value}
    assert ask(condition, env_with())
    assert not ask({"not": condition}, env_with())
    assert ask(condition, env_with(none=None))


def test_a_clash_is_named_by_field_and_types() -> None:
    env = env_with(x="5")
    ask({"field": "order.attributes.x", "op": "less", "value": 6}, env)
    assert env.clashes == {"order.attributes.x less 6: text against number"}


def test_two_fields_are_compared() -> None:
    same = {"field": "location.code", "op": "equal", "value": {"field": "order.attributes.home"}}
    assert ask(same, env_with(home="L01"))
    assert not ask(same, env_with(home="L02"))
    assert not ask(same, env_with())


def test_attributes_are_reached_by_their_path() -> None:
    deep = {"field": "order.attributes.gift.wrap.colour", "op": "equal", "value": "red"}
    assert ask(deep, env_with(gift={"wrap": {"colour": "red"}}))
    assert not ask(deep, env_with(gift={"wrap": "red"}))
    assert not ask(deep, env_with(gift=3))


def test_all_any_and_not() -> None:
    yes = {"field": "order.channel", "op": "equal", "value": "web"}
    no = {"field": "order.channel", "op": "equal", "value": "shop"}
    env = env_with()
    assert ask({"all": [yes, {"not": no}]}, env)
    assert not ask({"all": [yes, no]}, env)
    assert ask({"any": [no, yes]}, env)
    assert not ask({"any": [no, no]}, env)
    assert ask({"all": []}, env)
    assert not ask({"any": []}, env)


def test_any_item_and_every_item() -> None:
    two = Env(order((1, 1), (2, 5)))
    many = {"field": "item.quantity", "op": "greater", "value": 2}
    assert ask({"any_item": many}, two)
    assert not ask({"every_item": many}, two)
    assert ask({"every_item": {"not": {"field": "item.sku", "op": "equal", "value": "SKU-3"}}}, two)


def test_money_is_in_whole_currency_units_and_instants_are_instants() -> None:
    facts = replace(order((1, 1)), total_minor=1_999, placed_at=datetime(2026, 11, 27, 13, tzinfo=UTC))
    assert ask({"field": "order.total", "op": "equal", "value": 19.99}, Env(facts))
    assert ask({"field": "order.placed_at", "op": "greater", "value": NOON}, Env(facts))
    assert ask({"field": "order.placed_at", "op": "equal", "value": ONE}, Env(facts))
    assert not ask({"field": "order.due_at", "op": "less", "value": ONE}, Env(facts))
