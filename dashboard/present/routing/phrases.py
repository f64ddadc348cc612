"""Filters and sorts of a strategy as parts of a sentence: "from channel web", "within 50 km", "nearest first". Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from backend.routing.document import AllOf, AnyItem, AnyOf, Condition, EveryItem, Filter, Not, Sort
from backend.routing.words import Op, SortBy

_OPS: dict[Op, str] = {
    Op.EQUAL: "is",
    Op.NOT_EQUAL: "is not",
    Op.GREATER: "is more than",
    Op.LESS: "is less than",
    Op.GREATER_OR_EQUAL: "is at least",
    Op.LESS_OR_EQUAL: "is at most",
    Op.IN: "is",
    Op.NOT_IN: "is none of",
    Op.BETWEEN: "is between",
    Op.STARTS_WITH: "starts with",
    Op.ENDS_WITH: "ends with",
    Op.CONTAINS: "contains",
    Op.SUBSET: "has nothing but",
}

#: How a field is called, as far as its own last word does not say it.
_FIELDS = {
    "order.external_id": "order number",
    "order.service_level": "service level",
    "order.placed_at": "time of placing",
    "order.due_at": "due time",
    "order.pickup_location": "pickup location",
    "order.lines": "number of lines",
    "order.units": "number of units",
    "customer.id": "customer number",
    "customer.name": "customer's name",
    "customer.email": "customer's e-mail",
    "customer.tier": "customer tier",
    "customer.type": "kind of customer",
    "customer.segment": "customer segment",
    "item.sku": "SKU",
    "item.unit_price": "unit price",
    "item.weight_g": "weight in grams",
    "location.groups": "groups",
    "location.methods": "methods",
    "location.minutes_left": "working time left today, in minutes,",
    "location.distance_km": "distance in km",
    "location.load.open_shipments": "number of open shipments",
    "location.load.orders": "number of orders given to it",
    "location.load.items": "number of items given to it",
    "location.load.money": "money given to it",
    "location.load.used_percent": "used share of its limit, in percent,",
    "inventory.available": "stock of the item",
    "inventory.available_percent": "share of the line in stock, in percent,",
    "inventory.whole_lines": "number of whole lines in stock",
    "inventory.on_hand": "stock of the item on hand",
    "inventory.unsellable": "unsellable stock of the item",
    "inventory.allocated": "promised stock of the item",
    "inventory.pending": "stock of the item promised and missing",
    "inventory.safety_stock": "safety stock of the item",
    "inventory.floor": "floor of the item",
}

Say = Callable[[Any], str]
_UPWARD, _DOWNWARD = (Op.GREATER, Op.GREATER_OR_EQUAL), (Op.LESS, Op.LESS_OR_EQUAL)

_METHODS = {
    "ship": "to be shipped",
    "pickup": "for pickup",
    "curbside": "for curbside pickup",
    "delivery": "for delivery",
    "transfer": "for transfer",
}
_KINDS = {"store": "stores", "warehouse": "warehouses", "dropship": "dropshippers", "3pl": "3PLs"}

#: What people say shorter than field, operator and value.
_SHORT: dict[tuple[str, Op], Say] = {
    ("order.channel", Op.EQUAL): lambda value: f"from channel {value}",
    ("order.channel", Op.IN): lambda value: f"from channel {either(value)}",
    ("order.channel", Op.NOT_EQUAL): lambda value: f"not from channel {value}",
    ("order.service_level", Op.EQUAL): lambda value: f"with {value} service",
    ("order.service_level", Op.IN): lambda value: f"with {either(value)} service",
    ("order.method", Op.EQUAL): lambda value: _METHODS.get(value, f"by {value}"),
    ("order.method", Op.IN): lambda value: either([_METHODS.get(one, f"by {one}") for one in value]),
    ("customer.tier", Op.EQUAL): lambda value: f"of {value} customers",
    ("customer.tier", Op.IN): lambda value: f"of {either(value)} customers",
    ("location.distance_km", Op.LESS_OR_EQUAL): lambda value: f"within {value} km",
    ("location.distance_km", Op.LESS): lambda value: f"within {value} km",
    ("location.distance_km", Op.GREATER): lambda value: f"farther than {value} km",
    ("location.groups", Op.CONTAINS): lambda value: f"in group {value}",
    ("location.kind", Op.EQUAL): lambda value: f"that are {_KINDS.get(value, f'of kind {value}')}",
    ("location.kind", Op.IN): lambda value: f"that are {either([_KINDS.get(one, one) for one in value])}",
    ("location.kind", Op.NOT_EQUAL): lambda value: f"that are not {_KINDS.get(value, f'of kind {value}')}",
    ("location.load.used_percent", Op.LESS): lambda value: f"below {value}% of their limit",
    ("location.load.used_percent", Op.LESS_OR_EQUAL): lambda value: f"at {value}% of their limit or below",
    ("location.load.open_shipments", Op.LESS): lambda value: f"with fewer than {value} open shipments",
    ("location.load.open_shipments", Op.LESS_OR_EQUAL): lambda value: f"with at most {value} open shipments",
    ("location.minutes_left", Op.GREATER_OR_EQUAL): lambda value: f"with at least {value} min of work left today",
    ("location.minutes_left", Op.GREATER): lambda value: f"with more than {value} min of work left today",
    ("inventory.available_percent", Op.GREATER_OR_EQUAL): lambda value: _enough(value),
    ("inventory.available", Op.GREATER_OR_EQUAL): lambda value: f"with at least {value} of the item",
    ("inventory.available", Op.GREATER): lambda value: f"with more than {value} of the item",
    ("inventory.whole_lines", Op.GREATER_OR_EQUAL): lambda value: f"that have at least {lines(value)} whole",
}

_SORTS: dict[SortBy, tuple[str, str]] = {
    SortBy.DISTANCE: ("nearest first", "farthest first"),
    SortBy.RANK: ("in the order they stand here", "in the opposite order"),
    SortBy.COST: ("cheapest first", "dearest first"),
    SortBy.STOCK: ("least stock first", "most stock first"),
    SortBy.LOAD: ("least busy first", "busiest first"),
}


def either(words: Iterable[Any], joint: str = "or") -> str:
    """Return "a", "a or b", "a, b or c"."""
    said = [str(word) for word in words]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} {joint} {said[-1]}" if said else "none"


def both(words: Sequence[str]) -> str:
    """Return "a", "a and b", "a, b and c"."""
    return either(words, "and")


def lines(number: Any) -> str:
    """Return "1 line", "3 lines"."""
    return f"{number} line" if number == 1 else f"{number} lines"


def field_words(name: str) -> str:
    """Return how a field is called: "service level", "ship to country"."""
    if name in _FIELDS:
        return _FIELDS[name]
    path = name.split(".")[1:] or [name]
    return " ".join(part.replace("_", " ") for part in path if part != "attributes")


def phrase(one: Filter) -> str:
    """Return a filter as what follows "orders" or "places": "from channel web", "whose total is more than 100"."""
    match one:
        case Condition():
            return _condition(one)
        case AllOf():
            return both([phrase(part) for part in one.parts])
        case AnyOf():
            return f"either {either([phrase(part) for part in one.parts])}" if one.parts else "that do not exist"
        case Not():
            return f"except those {phrase(one.part)}"
        case AnyItem():
            return f"with an item {phrase(one.part)}"
        case EveryItem():
            return f"with only items {phrase(one.part)}"


def phrases(filters: Sequence[Filter]) -> str:
    """Return all of them joined, empty for none."""
    return both([phrase(one) for one in filters]) if filters else ""


def sort_words(one: Sort) -> str:
    """Return how candidates are ranked: "nearest first"."""
    if one.by is SortBy.RANDOM:
        return f"in a random order (seed {one.seed})"
    if one.by is SortBy.ATTRIBUTE:
        return f"{'highest' if one.descending else 'lowest'} {field_words(one.field or '')} first"
    return _SORTS[one.by][int(one.descending)]


def _condition(one: Condition) -> str:
    if one.other is not None:
        return f"whose {field_words(one.field)} {_OPS[one.op]} the {field_words(one.other)}"
    short = _SHORT.get((one.field, one.op))
    if short is not None:
        return short(one.value)
    return f"whose {field_words(one.field)} {_OPS[one.op]} {_value(one.op, one.value)}"


def _value(op: Op, value: Any) -> str:
    if isinstance(value, tuple | list):
        said = [_value(op, one) for one in value]
        return " and ".join(said) if op is Op.BETWEEN else either(said)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"“{value}”" if isinstance(value, str) and (not value or " " in value) else str(value)


def _enough(percent: Any) -> str:
    return "that have all of the line" if percent == 100 else f"that have at least {percent}% of the line"
