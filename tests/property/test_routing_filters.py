"""Compiled filters equal a reference that reads the document naively, for any document and any attributes."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.routing.document import parse_filters
from backend.routing.facts import Held, LineFacts
from backend.routing.fields import Env
from backend.routing.filters import compile_filter
from tests.support.routing import order, place

scalars = st.booleans() | st.integers(-2, 2) | st.sampled_from([0.0, 1.5, "", "a", "ab", "b"])
INSTANTS = ["2026-11-27T12:00:00Z", "2026-11-27T13:00:00+01:00", "2026-11-28T00:00:00Z"]
instants = st.sampled_from(INSTANTS)
singles = scalars | instants
attribute = singles | st.lists(scalars, max_size=3) | st.none() | st.just({"deep": 1})
documents = st.dictionaries(st.sampled_from(["a", "b", "c"]), attribute)
roots = st.sampled_from(
    ["order.attributes.", "location.attributes.", "item.attributes.", "customer.attributes.", "inventory.attributes."]
)
fields = st.tuples(roots, st.sampled_from(["a", "b", "c", "a.deep"])).map("".join)

ORDERS = {
    "greater": lambda a, b: a > b,
    "less": lambda a, b: a < b,
    "greater_or_equal": lambda a, b: a >= b,
    "less_or_equal": lambda a, b: a <= b,
}


@st.composite
def condition(draw: st.DrawFn) -> dict[str, Any]:
    kinds = {
        "equal": singles | st.lists(scalars, max_size=3),
        "not_equal": singles,
        "in": st.lists(singles, max_size=3),
        "not_in": st.lists(singles, max_size=3),
        "between": st.lists(st.integers(-2, 2) | instants, min_size=2, max_size=2),
        "starts_with": st.sampled_from(["", "a", "b"]),
        "ends_with": st.sampled_from(["", "a", "b"]),
        "contains": scalars,
        "subset": st.lists(scalars, max_size=3),
    } | dict.fromkeys(ORDERS, st.integers(-2, 2) | instants)
    op = draw(st.sampled_from(sorted(kinds)))
    value = draw(kinds[op] | st.builds(lambda name: {"field": name}, fields))
    return {"field": draw(fields), "op": op, "value": value}


filters = st.recursive(
    condition(),
    lambda inner: (
        st.builds(lambda parts: {"all": parts}, st.lists(inner, max_size=3))
        | st.builds(lambda parts: {"any": parts}, st.lists(inner, max_size=3))
        | st.builds(lambda part: {"not": part}, inner)
        | st.builds(lambda part: {"any_item": part}, inner)
        | st.builds(lambda part: {"every_item": part}, inner)
    ),
    max_leaves=6,
)


def look_up(facts: dict[str, Any], name: str) -> Any:
    owner, _, *path = name.split(".")
    value = facts[owner]
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def same(a: Any, b: Any) -> bool:
    if isinstance(a, list) and isinstance(b, list):
        return all(any(same(x, y) for y in b) for x in a) and all(any(same(x, y) for x in a) for y in b)
    return (type(a) is type(b) or (is_number(a) and is_number(b))) and not isinstance(a, dict | list) and a == b


def comparable(value: Any) -> Any:
    """Return a number, an instant's place in time, or None."""
    if is_number(value):
        return ("number", value)
    return ("instant", [0, 0, 1][INSTANTS.index(value)]) if value in INSTANTS else None


def ordered(op: str, a: Any, b: Any) -> bool:
    left, right = comparable(a), comparable(b)
    return left is not None and right is not None and left[0] == right[0] and ORDERS[op](left[1], right[1])


def holds(op: str, a: Any, b: Any) -> bool:
    text = isinstance(a, str) and isinstance(b, str)
    if op in ORDERS:
        return ordered(op, a, b)
    if op == "equal":
        return same(a, b)
    if op == "in":
        return isinstance(b, list) and any(same(a, one) for one in b)
    if op == "between":
        two = isinstance(b, list) and len(b) == 2
        return two and ordered("greater_or_equal", a, b[0]) and ordered("less_or_equal", a, b[1])
    if op == "starts_with":
        return text and a.startswith(b)
    if op == "ends_with":
        return text and a.endswith(b)
    if op == "contains":
        return any(same(one, b) for one in a) if isinstance(a, list) else text and b in a
    return isinstance(a, list) and isinstance(b, list) and all(any(same(x, y) for y in b) for x in a)


def reference(part: dict[str, Any], facts: dict[str, Any], lines: list[dict[str, Any]]) -> bool:
    if "all" in part:
        return all(reference(one, facts, lines) for one in part["all"])
    if "any" in part:
        return any(reference(one, facts, lines) for one in part["any"])
    if "not" in part:
        return not reference(part["not"], facts, lines)
    if "any_item" in part:
        return any(reference(part["any_item"], facts | {"item": line}, lines) for line in lines)
    if "every_item" in part:
        return all(reference(part["every_item"], facts | {"item": line}, lines) for line in lines)
    op, opposite = part["op"].removeprefix("not_"), part["op"].startswith("not_")
    left, right = look_up(facts, part["field"]), part["value"]
    if isinstance(right, dict):
        right = look_up(facts, right["field"])
    return (left is not None and right is not None and holds(op, left, right)) != opposite


@given(
    part=filters,
    mine=documents,
    theirs=documents,
    hers=documents,
    noted=documents,
    lines=st.lists(documents, min_size=1, max_size=3),
)
@settings(max_examples=300, deadline=None)
def test_filters_equal_a_naive_reference(
    part: dict[str, Any],
    mine: dict[str, Any],
    theirs: dict[str, Any],
    hers: dict[str, Any],
    noted: dict[str, Any],
    lines: list[dict[str, Any]],
) -> None:
    made = tuple(LineFacts(number, number, "S", 1, attributes=line) for number, line in enumerate(lines))
    facts = order(*made, attributes=mine, customer={"attributes": hers})
    env = Env(facts, place(1, attributes=theirs), made[0], held=Held(attributes=noted))
    known = {"order": mine, "location": theirs, "customer": hers, "item": lines[0], "inventory": noted}
    assert compile_filter(*parse_filters([part])).test(env) is reference(part, known, lines)
