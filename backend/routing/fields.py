"""The fields a strategy can ask about: their types, what they depend on, and how they are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntFlag, StrEnum
from typing import Any

from backend.routing.facts import Held, LineFacts, Load, OrderFacts, Place
from backend.routing.geometry import Vector, arc_km, direction


class FieldType(StrEnum):
    """What a field holds; `any` is told by the value itself."""

    NUMBER = "number"
    TEXT = "text"
    LIST = "list"
    INSTANT = "instant"
    BOOLEAN = "boolean"
    ANY = "any"


class Scope(IntFlag):
    """What a filter depends on, and so how often it must be worked out."""

    NOTHING = 0
    ORDER = 1
    ITEM = 2
    PLACE = 4  # as long as the snapshot lasts
    LIVE = 8  # what a location was given, which changes with every decision
    PAIR = 16  # order and location together
    STOCK = 32  # line and location together
    COVER = 64  # how many lines a location has whole
    BALANCE = 128  # what is recorded of the stock of a line at a location, read where a strategy asks


_NO_LOAD = Load()


@dataclass(slots=True)
class Env:
    """What a filter looks at now; `clashes` gathers comparisons whose types did not fit."""

    order: OrderFacts
    place: Place | None = None
    line: LineFacts | None = None
    load: Load = _NO_LOAD
    available: int = 0
    whole_lines: int = 0
    held: Held | None = None
    here: Vector | None = None  # where the order goes; worked out when first asked
    far: Mapping[int, float | None] = field(default_factory=dict)  # km by location, where they are known already
    clashes: set[str] = field(default_factory=set)


Reader = Callable[[Env], Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One field, or every field that starts with a prefix."""

    type: FieldType
    scope: Scope
    read: Reader


def _from_order(read: Callable[[OrderFacts], Any], type_: FieldType) -> Field:
    return Field(type_, Scope.ORDER, lambda env: read(env.order))


def _from_line(read: Callable[[LineFacts], Any], type_: FieldType) -> Field:
    return Field(type_, Scope.ITEM, lambda env: None if env.line is None else read(env.line))


def _from_place(read: Callable[[Place], Any], type_: FieldType) -> Field:
    return Field(type_, Scope.PLACE, lambda env: None if env.place is None else read(env.place))


def _from_load(read: Callable[[Load], Any]) -> Field:
    return Field(FieldType.NUMBER, Scope.LIVE, lambda env: read(env.load))


def _from_balance(read: Callable[[Held], Any]) -> Field:
    return Field(
        FieldType.NUMBER, Scope.STOCK | Scope.BALANCE, lambda env: None if env.held is None else read(env.held)
    )


def used_percent(place: Place, load: Load) -> float | None:
    """Return how much of its limit a location was given, the largest of its parts; None without a limit."""
    limit = place.limit
    if limit is None:
        return None
    most: float | None = None
    if limit.orders is not None:
        most = _share(load.orders, limit.orders)
    if limit.items is not None:
        most = max(most or 0.0, _share(load.items, limit.items))
    if limit.money_minor is not None:
        most = max(most or 0.0, _share(load.money_minor, limit.money_minor))
    return most


def _share(used: int, limit: int) -> float:
    return 100.0 * used / limit if limit else 100.0


def _minutes_left(env: Env) -> Any:
    return None if env.place is None else env.place.work_minutes_left.get(env.order.method)


def _used_percent(env: Env) -> Any:
    return None if env.place is None else used_percent(env.place, env.load)


def _distance(env: Env) -> Any:
    if env.place is not None and (known := env.far.get(env.place.location_id)) is not None:
        return known
    if env.here is None:
        env.here = direction(env.order.latitude, env.order.longitude)
    if env.here is None or env.place is None or env.place.direction is None:
        return None
    return arc_km(env.here, env.place.direction)


def _available_percent(env: Env) -> Any:
    return None if env.line is None else 100.0 * env.available / env.line.quantity


NUMBER, TEXT, LIST = FieldType.NUMBER, FieldType.TEXT, FieldType.LIST

FIELDS: Mapping[str, Field] = {
    "order.external_id": _from_order(lambda order: order.external_id, TEXT),
    "order.channel": _from_order(lambda order: order.channel, TEXT),
    "order.method": _from_order(lambda order: str(order.method), TEXT),
    "order.service_level": _from_order(lambda order: order.service_level, TEXT),
    "order.total": _from_order(lambda order: order.total_minor / 100, NUMBER),
    "order.placed_at": _from_order(lambda order: order.placed_at, FieldType.INSTANT),
    "order.due_at": _from_order(lambda order: order.due_at, FieldType.INSTANT),
    "order.pickup_location": _from_order(lambda order: order.given, TEXT),
    "order.attempt": _from_order(lambda order: order.attempt, NUMBER),
    "order.lines": _from_order(lambda order: len(order.lines), NUMBER),
    "order.units": _from_order(lambda order: sum(line.quantity for line in order.lines), NUMBER),
    "customer.id": _from_order(lambda order: order.customer.get("id"), TEXT),
    "customer.name": _from_order(lambda order: order.customer.get("name"), TEXT),
    "customer.email": _from_order(lambda order: order.customer.get("email"), TEXT),
    "customer.tier": _from_order(lambda order: order.customer.get("tier"), TEXT),
    "customer.type": _from_order(lambda order: order.customer.get("type"), TEXT),
    "customer.segment": _from_order(lambda order: order.customer.get("segment"), TEXT),
    "item.sku": _from_line(lambda line: line.sku, TEXT),
    "item.quantity": _from_line(lambda line: line.quantity, NUMBER),
    "item.unit_price": _from_line(lambda line: line.unit_price_minor / 100, NUMBER),
    "item.weight_g": _from_line(lambda line: line.weight_g, NUMBER),
    "location.code": _from_place(lambda place: place.code, TEXT),
    "location.name": _from_place(lambda place: place.name, TEXT),
    "location.kind": _from_place(lambda place: str(place.kind), TEXT),
    "location.groups": _from_place(lambda place: tuple(sorted(place.groups)), LIST),
    "location.methods": _from_place(lambda place: tuple(sorted(map(str, place.methods))), LIST),
    "location.minutes_left": Field(NUMBER, Scope.PLACE, _minutes_left),
    "location.distance_km": Field(NUMBER, Scope.PAIR, _distance),
    "location.load.open_shipments": _from_load(lambda load: load.open_shipments),
    "location.load.orders": _from_load(lambda load: load.orders),
    "location.load.items": _from_load(lambda load: load.items),
    "location.load.money": _from_load(lambda load: load.money_minor / 100),
    "location.load.used_percent": Field(NUMBER, Scope.LIVE, _used_percent),
    "inventory.available": Field(NUMBER, Scope.STOCK, lambda env: env.available),
    "inventory.available_percent": Field(NUMBER, Scope.STOCK, _available_percent),
    "inventory.whole_lines": Field(NUMBER, Scope.STOCK | Scope.COVER, lambda env: env.whole_lines),
    "inventory.on_hand": _from_balance(lambda held: held.on_hand),
    "inventory.unsellable": _from_balance(lambda held: held.unsellable),
    "inventory.allocated": _from_balance(lambda held: held.allocated),
    "inventory.pending": _from_balance(lambda held: held.pending),
    "inventory.safety_stock": _from_balance(lambda held: held.safety_stock),
    "inventory.floor": _from_balance(lambda held: held.floor),
}

Root = Callable[[Env], Any]

#: Documents of the caller's own: any path below them is a field of type `any`.
ROOTS: Mapping[str, tuple[Scope, Root]] = {
    "order.ship_to.": (Scope.ORDER, lambda env: env.order.ship_to),
    "order.attributes.": (Scope.ORDER, lambda env: env.order.attributes),
    "customer.attributes.": (Scope.ORDER, lambda env: env.order.customer.get("attributes")),
    "item.attributes.": (Scope.ITEM, lambda env: None if env.line is None else env.line.attributes),
    "location.attributes.": (Scope.PLACE, lambda env: None if env.place is None else env.place.attributes),
    "inventory.attributes.": (
        Scope.STOCK | Scope.BALANCE,
        lambda env: None if env.held is None else env.held.attributes,
    ),
}


def find_field(name: str) -> Field | None:
    """Return the field of this name, None when there is none; a path below a document is its keys joined by dots."""
    if name in FIELDS:
        return FIELDS[name]
    for prefix, (scope, root) in ROOTS.items():
        if name.startswith(prefix) and all(path := name[len(prefix) :].split(".")):
            return Field(FieldType.ANY, scope, _path(root, tuple(path)))
    return None


def _path(root: Root, path: tuple[str, ...]) -> Reader:
    def read(env: Env) -> Any:
        value = root(env)
        for key in path:
            if not isinstance(value, Mapping):
                return None
            value = value.get(key)
        return tuple(value) if isinstance(value, list) else value

    return read
