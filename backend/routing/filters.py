"""Filters, compiled once into plain functions.

Two rules for what is not there or does not fit: a condition on a missing value does not match, nor does one whose
types clash (each clash is named in the trace). `not_equal` and `not_in` are exactly the opposite of `equal` and `in`,
and `not` is the opposite of what is within; so these do match what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from backend.routing.document import AllOf, AnyItem, AnyOf, Condition, Filter, Not
from backend.routing.fields import Env, Field, FieldType, Reader, Scope, find_field
from backend.routing.operators import COMPARE, OPPOSITES, instant, kind, shortcut
from backend.routing.words import Op

Test = Callable[[Env], bool]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A filter ready to run: what it depends on, its test, and how it reads."""

    scope: Scope
    test: Test
    text: str


def compile_filter(part: Filter) -> Compiled:
    """Return the compiled form of a filter of a valid document."""
    if isinstance(part, Condition):
        return _condition(part)
    if isinstance(part, AllOf | AnyOf):
        return _several(part)
    inner = compile_filter(part.part)
    if isinstance(part, Not):
        return Compiled(inner.scope, lambda env: not inner.test(env), f"not ({inner.text})")
    scope = inner.scope & ~Scope.ITEM | Scope.ORDER
    if isinstance(part, AnyItem):
        return Compiled(scope, _each_item(inner.test, any), f"any item: {inner.text}")
    return Compiled(scope, _each_item(inner.test, all), f"every item: {inner.text}")


def matches(filters: Iterable[Compiled], env: Env) -> bool:
    """Return whether all filters match; none of them: yes."""
    return all(one.test(env) for one in filters)


def _several(part: AllOf | AnyOf) -> Compiled:
    inner = [compile_filter(one) for one in part.parts]
    tests = [one.test for one in inner]
    scope = Scope.NOTHING
    for one in inner:
        scope |= one.scope
    if isinstance(part, AllOf):
        return Compiled(scope, _every(tests), _joined(inner, " and ", "anything"))
    return Compiled(scope, lambda env: any(test(env) for test in tests), _joined(inner, " or ", "nothing"))


def _every(tests: list[Test]) -> Test:
    def test(env: Env) -> bool:
        for one in tests:  # noqa: SIM110  # a loop is quicker than all() with a generator
            if not one(env):
                return False
        return True

    return test


def _joined(parts: list[Compiled], word: str, empty: str) -> str:
    return word.join(one.text if len(parts) == 1 else f"({one.text})" for one in parts) or empty


def _each_item(test: Test, gather: Callable[[Iterable[bool]], bool]) -> Test:
    def run(env: Env) -> bool:
        asked = env.line
        try:
            return gather(_on_lines(test, env))
        finally:
            env.line = asked

    return run


def _on_lines(test: Test, env: Env) -> Iterable[bool]:
    for line in env.order.lines:
        env.line = line
        yield test(env)


def _condition(part: Condition) -> Compiled:
    field = _known(part.field)
    opposite = part.op in OPPOSITES
    op = OPPOSITES.get(part.op, part.op)
    compare = COMPARE[op]
    text = f"{part.field} {part.op.replace('_', ' ')} {show_value(part)}"
    other = _known(part.other) if part.other is not None else None
    literal = _typed(part, field)
    read = field.read

    def test(env: Env) -> bool:
        left = read(env)
        right = literal if other is None else other.read(env)
        if left is None or right is None:
            return opposite
        verdict = compare(left, right)
        if verdict is None:
            env.clashes.add(f"{text}: {named(left)} against {named(right)}")
            return opposite
        return verdict is not opposite

    scope = field.scope | (other.scope if other else Scope.NOTHING)
    return Compiled(scope, _short(test, read, op, part) if other is None else test, text)


def _short(test: Test, read: Reader, op: Op, part: Condition) -> Test:
    """Return the same test, quicker for values of the usual types."""
    simple = shortcut(op, part.value)
    if simple is None or part.op in OPPOSITES:
        return test
    types, holds = simple

    def quick(env: Env) -> bool:
        left = read(env)
        return holds(left) if type(left) in types else test(env)

    return quick


def _typed(part: Condition, field: Field) -> Any:
    """Return the literal as the field's values are: text that names an instant becomes one."""
    if field.type is not FieldType.INSTANT:
        return part.value
    if isinstance(part.value, tuple):
        return tuple(instant(one) if isinstance(one, str) else one for one in part.value)
    return instant(part.value) if isinstance(part.value, str) else part.value


def _known(name: str) -> Field:
    field = find_field(name)
    if field is None:
        raise ValueError(f"{name} is no field: the document was not checked")
    return field


def show_value(part: Condition) -> str:
    """Return what a condition compares with, as text."""
    if part.other is not None:
        return part.other
    if not isinstance(part.value, tuple):
        return _plain(part.value)
    if part.op is Op.BETWEEN:
        return " and ".join(_plain(one) for one in part.value)
    shown = ", ".join(_plain(one) for one in part.value[:5])
    return f"{shown} and {len(part.value) - 5} more" if len(part.value) > 5 else shown


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def named(value: object) -> str:
    """Return the type of a value in a word."""
    return kind(value) or "document"
