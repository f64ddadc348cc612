"""All faults at once: pointers that fit the request's body, and domain faults beside schema faults.

A body that fails its schema never reaches a service, so its unknown SKUs and locations would only be named on the next
try. A route therefore may say, with `also`, what else to look for in a raw body that its schema refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from backend.catalog import queries as catalog
from backend.locations import queries as locations
from backend.locations.rules import LocationInput, check_location
from backend.persistence.uow import Uow
from models.enums import LocationKind, Method
from models.errors import DomainError, Fault

Check = Callable[[Uow, Any], list[Fault]]
Route = TypeVar("Route", bound=Callable[..., Any])
_LOCATION_PARTS = ("hours", "daily_limit", "processing", "capacity")


def also(check: Check) -> Callable[[Route], Route]:
    """Decorate a route: when its schema refuses a body, add what `check` finds in the raw body."""

    def mark(route: Route) -> Route:
        route.__also__ = check  # type: ignore[attr-defined]  # read by `errors.py`
        return route

    return mark


@contextmanager
def pointing(*, drop: str = "", prefix: str = "") -> Iterator[None]:
    """Rewrite pointers of faults raised inside: take `drop` off the front, put `prefix` there."""
    try:
        yield
    except DomainError as error:
        error.faults = tuple(
            Fault(prefix + fault.pointer.removeprefix(drop), fault.code, fault.message) for fault in error.faults
        )
        raise


@contextmanager
def renaming(field: str, to: str) -> Iterator[None]:
    """Rewrite pointers of faults raised inside that end in `field`, as the service calls it, to end in `to`."""
    try:
        yield
    except DomainError as error:
        error.faults = tuple(
            Fault(fault.pointer.removesuffix(field) + to, fault.code, fault.message)
            if fault.pointer.endswith(field)
            else fault
            for fault in error.faults
        )
        raise


def moved(fault: Fault, list_: str, places: Sequence[int]) -> Fault:
    """Return a fault of the n-th of some members of a list as one of the member that stands at `places[n]`."""
    index, slash, rest = fault.pointer.removeprefix(f"{list_}/").partition("/")
    return Fault(f"{list_}/{places[int(index)]}{slash}{rest}", fault.code, fault.message)


def orders(uow: Uow, body: Any) -> list[Fault]:
    """Return unknown SKUs and locations in the raw body of one order."""
    if not isinstance(body, Mapping):
        return []
    lines = body.get("lines") if isinstance(body.get("lines"), list) else []
    skus = [(f"/lines/{i}/sku", line.get("sku")) for i, line in enumerate(lines or []) if isinstance(line, Mapping)]
    return [*_unknown_skus(uow, skus), *_pickup(uow, body)]


def stock(uow: Uow, body: Any) -> list[Fault]:
    """Return unknown SKUs and locations in a raw body of stock items."""
    items = list(_items(body))
    places = [(f"/items/{i}/location", item.get("location")) for i, item in items]
    return [*_unknown_skus(uow, [(f"/items/{i}/sku", item.get("sku")) for i, item in items]), *_unknown(uow, places)]


def count(uow: Uow, body: Any) -> list[Fault]:
    """Return the unknown SKU and location in the raw body of one stock item."""
    if not isinstance(body, Mapping):
        return []
    return [*_unknown(uow, [("/location", body.get("location"))]), *_unknown_skus(uow, [("/sku", body.get("sku"))])]


def location(_uow: Uow, body: Any) -> list[Fault]:
    """Return what is wrong with the parts of one location's raw body."""
    return _location(body, "") if isinstance(body, Mapping) else []


def location_batch(_uow: Uow, body: Any) -> list[Fault]:
    """Return what is wrong with the parts of the locations in a raw body of a batch."""
    return [fault for i, item in _items(body) for fault in _location(item, f"/items/{i}")]


def reassign(uow: Uow, body: Any) -> list[Fault]:
    """Return the unknown location in the raw body of a reassignment."""
    return _unknown(uow, [("/location", body.get("location"))]) if isinstance(body, Mapping) else []


def unknown_locations(uow: Uow, places: Sequence[tuple[str, Any]]) -> list[Fault]:
    """Return which of (pointer, code) are no locations the actor may see; what is no code is the schema's to name."""
    return _unknown(uow, places)


def _location(body: Mapping[str, Any], at: str) -> list[Fault]:
    """Judge what has the right type by itself; what has not, or is not stated, the schema has named."""
    zone = body.get("time_zone")
    parts = {name: body[name] for name in _LOCATION_PARTS if isinstance(body.get(name), Mapping)}
    stated = LocationInput(
        "-", "-", LocationKind.STORE, zone if isinstance(zone, str) else "UTC", (Method.SHIP,), **parts
    )
    return check_location(stated, at=at)


def _items(body: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    items = body.get("items") if isinstance(body, Mapping) else None
    for index, item in enumerate(items if isinstance(items, list) else []):
        if isinstance(item, Mapping):
            yield index, item


def _pickup(uow: Uow, body: Mapping[str, Any]) -> list[Fault]:
    code, method = body.get("pickup_location"), body.get("method")
    faults = _unknown(uow, [("/pickup_location", code)])
    if faults or not isinstance(code, str) or not code or method not in list(Method):
        return faults
    if method in locations.by_code(uow, [code])[code].methods:
        return []
    return [Fault("/pickup_location", "method_not_offered", f"{code} does not offer {method}.")]


def _unknown(uow: Uow, places: Sequence[tuple[str, Any]]) -> list[Fault]:
    stated = [(pointer, code) for pointer, code in places if isinstance(code, str) and 0 < len(code) <= 64]
    known = locations.by_code(uow, {code for _, code in stated})
    return [
        Fault(pointer, "unknown_location", f"There is no location {code}.")
        for pointer, code in stated
        if code not in known
    ]


def _unknown_skus(uow: Uow, skus: Sequence[tuple[str, Any]]) -> list[Fault]:
    stated = [(pointer, sku) for pointer, sku in skus if isinstance(sku, str) and 0 < len(sku) <= 64]
    known = catalog.ids_by_sku(uow, {sku for _, sku in stated})
    return [Fault(pointer, "unknown_sku", f"There is no product {sku}.") for pointer, sku in stated if sku not in known]
