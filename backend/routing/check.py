"""What a strategy document says that makes no sense, though its form is right; the form is `schema.py`."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.routing.fields import Field, FieldType, Scope, find_field
from backend.routing.operators import FITTING, LISTS, ORDERING, between, instant, kind
from backend.routing.words import ENDS, After, Op, SortBy
from models.enums import LocationKind, Method
from models.errors import Fault

_QUANTIFIED = Scope.ORDER | Scope.ITEM
_ANYWHERE = _QUANTIFIED | Scope.PLACE | Scope.LIVE | Scope.PAIR | Scope.STOCK | Scope.COVER | Scope.BALANCE

#: Fields whose values are a closed set.
_WORDS: Mapping[str, tuple[str, ...]] = {"order.method": tuple(Method), "location.kind": tuple(LocationKind)}


@dataclass(frozen=True, slots=True)
class _Known:
    """Codes that exist; None: not looked at."""

    locations: Collection[str] | None
    groups: Collection[str] | None


def semantic_faults(
    document: Any, *, locations: Collection[str] | None = None, groups: Collection[str] | None = None
) -> list[Fault]:
    """Return what makes no sense; parts whose form is wrong are passed over."""
    return list(_strategy(document, _Known(locations, groups)))


def _strategy(document: Any, known: _Known) -> Iterator[Fault]:
    for word in ("lanes", "routes"):
        parts = _objects(_get(document, word))
        yield from _unique_names(parts, f"/{word}")
        for index, part in parts:
            yield from _filters(_get(part, "when"), f"/{word}/{index}/when", Scope.ORDER)
        yield from _never_reached(parts, f"/{word}")
    for index, route in _objects(_get(document, "routes")):
        scenarios = _objects(_get(route, "scenarios"))
        at = f"/routes/{index}/scenarios"
        yield from _unique_names(scenarios, at)
        for place, scenario in scenarios:
            yield from _scenario(scenario, f"{at}/{place}", known)
        if scenarios:
            yield from _last(scenarios[-1][1], f"{at}/{scenarios[-1][0]}")


def _unique_names(parts: Sequence[tuple[int, Any]], at: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, part in parts:
        name = part.get("name")
        if isinstance(name, str) and name in seen:
            yield Fault(f"{at}/{index}/name", "duplicate", f"The name {name!r} is taken.")
        if isinstance(name, str):
            seen.add(name)


def _never_reached(parts: Sequence[tuple[int, Any]], at: str) -> Iterator[Fault]:
    for index, part in parts[:-1]:
        if not part.get("when"):
            yield Fault(f"{at}/{index + 1}", "never_reached", "The one before matches every order: give it a `when`.")
            return


def _last(scenario: Mapping[str, Any], at: str) -> Iterator[Fault]:
    for word in ("when_partial", "rest", "when_none"):
        if scenario.get(word) == "next":
            yield Fault(f"{at}/{word}", "no_next", "There is no scenario after this one.")


def _scenario(scenario: Mapping[str, Any], at: str, known: _Known) -> Iterator[Fault]:
    if "groups" in scenario and "locations" in scenario:
        yield Fault(f"{at}/locations", "only_one", "Name groups or locations, not both.")
    yield from _codes(scenario.get("groups"), f"{at}/groups", known.groups, "group")
    yield from _codes(scenario.get("locations"), f"{at}/locations", known.locations, "location")
    yield from _filters(scenario.get("filters"), f"{at}/filters", _ANYWHERE)
    ranked = "groups" in scenario or "locations" in scenario
    for index, sort in _objects(scenario.get("sorts")):
        yield from _sort(sort, f"{at}/sorts/{index}")
        if sort.get("by") == SortBy.RANK and not ranked:
            yield Fault(f"{at}/sorts/{index}/by", "nothing_ranked", "A rank needs groups or locations to be ranked.")
    if scenario.get("when_partial", After.NEXT) in (After.NEXT, *ENDS):
        for word in ("rest", "only_complete"):
            if word in scenario:
                yield Fault(f"{at}/{word}", "no_split", f"{word} belongs to a split: see when_partial.")


def _codes(codes: Any, at: str, known: Collection[str] | None, what: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, code in enumerate(codes if isinstance(codes, list) else ()):
        if not isinstance(code, str):
            continue
        if code in seen:
            yield Fault(f"{at}/{index}", "duplicate", f"{code} is listed twice.")
        if known is not None and code not in known:
            yield Fault(f"{at}/{index}", f"unknown_{what}", f"There is no {what} {code}.")
        seen.add(code)


def _sort(sort: Mapping[str, Any], at: str) -> Iterator[Fault]:
    by, name = sort.get("by"), sort.get("field")
    if "seed" in sort and by != SortBy.RANDOM:
        yield Fault(f"{at}/seed", "not_here", "A seed belongs to a random sort.")
    if by != SortBy.ATTRIBUTE:
        if "field" in sort:
            yield Fault(f"{at}/field", "not_here", "A field belongs to a sort by attribute.")
        return
    if name is None:
        yield Fault(f"{at}/field", "missing_field", "A sort by attribute needs the field.")
    elif isinstance(name, str):
        field = find_field(name)
        if field is None:
            yield _unknown(name, at)
        elif not field.scope & (Scope.PLACE | Scope.LIVE | Scope.PAIR) or field.type is FieldType.LIST:
            yield Fault(f"{at}/field", "not_here", "Locations are ranked by a field of theirs, such as location.name.")


def _filters(filters: Any, at: str, allowed: Scope) -> Iterator[Fault]:
    for index, part in _objects(filters):
        yield from _filter(part, f"{at}/{index}", allowed)


def _filter(part: Mapping[str, Any], at: str, allowed: Scope) -> Iterator[Fault]:
    if "field" in part:
        yield from _condition(part, at, allowed)
        return
    for word in ("all", "any"):
        if word in part:
            yield from _filters(part[word], f"{at}/{word}", allowed)
    for word, inner in (("not", allowed), ("any_item", _inside(allowed)), ("every_item", _inside(allowed))):
        if isinstance(part.get(word), dict):
            yield from _filter(part[word], f"{at}/{word}", inner)


def _inside(allowed: Scope) -> Scope:
    """Return what may be asked of one item among several: not its stock, which belongs to the line at hand."""
    return (allowed | Scope.ITEM) & ~(Scope.STOCK | Scope.COVER | Scope.BALANCE)


def _condition(part: Mapping[str, Any], at: str, allowed: Scope) -> Iterator[Fault]:
    field = yield from _field(part.get("field"), at, allowed)
    value = part.get("value")
    other = None
    if isinstance(value, dict):
        other = yield from _field(value.get("field"), f"{at}/value", allowed)
    if field is None or part.get("op") not in tuple(Op):
        return
    op = Op(part["op"])
    if op not in FITTING[field.type]:
        fitting = ", ".join(word for word in Op if word in FITTING[field.type])
        message = f"{part['field']} is of type {field.type}; it knows: {fitting}."
        yield Fault(f"{at}/op", "operator_does_not_fit", message)
    elif isinstance(value, dict):
        if other is not None and not _types_meet(op, field, other):
            yield Fault(
                f"{at}/value/field", "value_does_not_fit", f"A {field.type} is not compared with a {other.type}."
            )
    elif problem := _misfit(op, field, value):
        yield Fault(f"{at}/value", "value_does_not_fit", problem)
    elif op in (Op.EQUAL, Op.NOT_EQUAL, Op.IN, Op.NOT_IN):
        yield from _known_words(part["field"], value, f"{at}/value")


def _field(name: Any, at: str, allowed: Scope) -> Generator[Fault, None, Field | None]:
    if not isinstance(name, str):
        return None
    field = find_field(name)
    if field is None:
        yield _unknown(name, at)
    elif field.scope == Scope.ITEM and not allowed & Scope.ITEM:
        yield Fault(f"{at}/field", "which_item", f"{name} differs by line: put it inside any_item or every_item.")
    elif field.scope & ~allowed:
        yield Fault(f"{at}/field", "not_here", f"{name} is not known at this place of the document.")
    return field


def _unknown(name: str, at: str) -> Fault:
    return Fault(f"{at}/field", "unknown_name", f"There is no field {name}.")


def _types_meet(op: Op, field: Field, other: Field) -> bool:
    if FieldType.ANY in (field.type, other.type):
        return True
    if op in LISTS:
        return other.type is FieldType.LIST and op is not Op.BETWEEN
    if op is Op.CONTAINS and field.type is FieldType.LIST:
        return other.type is not FieldType.LIST
    return field.type is other.type


def _misfit(op: Op, field: Field, value: Any) -> str:
    """Return what is wrong with a literal, empty when it fits."""
    if op in LISTS:
        if not isinstance(value, list):
            return "This operator needs a list."
        if op is Op.BETWEEN and len(value) != 2:
            return "between needs a list of two: the least and the most."
        kinds = [_element_misfit(op, field, one) for one in value]
        if text := next((text for text in kinds if text), ""):
            return text
        backwards = op is Op.BETWEEN and between(value[0], value) is False
        return "Nothing is between these: the least comes first, then the most." if backwards else ""
    if isinstance(value, list):
        fits = op in (Op.EQUAL, Op.NOT_EQUAL) and field.type in (FieldType.LIST, FieldType.ANY)
        return "" if fits else "This operator needs a single value."
    if op in (Op.EQUAL, Op.NOT_EQUAL) and field.type is FieldType.LIST:
        return "A list is equal to a list only; for one element use contains."
    return _element_misfit(op, field, value)


def _element_misfit(op: Op, field: Field, value: Any) -> str:
    of = kind(value)
    if of in (None, FieldType.LIST):
        return ""  # its form is wrong, which is told elsewhere
    if op in ORDERING or op is Op.BETWEEN:
        is_instant = isinstance(value, str) and instant(value) is not None
        fits = {FieldType.NUMBER: of is FieldType.NUMBER, FieldType.INSTANT: is_instant}
        if not fits.get(field.type, of is FieldType.NUMBER or is_instant):
            return "Use a number." if field.type is FieldType.NUMBER else "Use an instant such as 2026-11-27T15:00:00Z."
        return ""
    if op in (Op.STARTS_WITH, Op.ENDS_WITH) and of is not FieldType.TEXT:
        return "This operator needs text."
    if field.type is FieldType.INSTANT:
        return "" if isinstance(value, str) and instant(value) else "Use an instant such as 2026-11-27T15:00:00Z."
    if field.type in (FieldType.LIST, FieldType.ANY) or of is field.type:
        return ""
    return f"This field holds a {field.type}, this is a {of}."


def _known_words(name: Any, value: Any, at: str) -> Iterator[Fault]:
    words = _WORDS.get(name)
    if words is None:
        return
    several = isinstance(value, list)
    for index, one in enumerate(value if several else (value,)):
        if one not in words:
            yield Fault(f"{at}/{index}" if several else at, "unknown_word", f"Use one of: {', '.join(words)}.")


def _get(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _objects(values: Any) -> list[tuple[int, dict[str, Any]]]:
    """Return the objects in a list with their places; what is no object has a fault of its form."""
    if not isinstance(values, list):
        return []
    return [(index, value) for index, value in enumerate(values) if isinstance(value, dict)]
