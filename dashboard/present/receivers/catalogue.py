"""What the page Event types says: each type, what it means, what its data holds. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from alerts.catalogue import EventKind
from dashboard import format as say
from dashboard.address.receivers import CatalogueAddress, ReceiversAddress
from dashboard.format import Locale
from dashboard.present.receivers.listing import SUBSCRIPTIONS_PATH
from dashboard.present.sheet import Cell
from dashboard.views.receivers import CatalogueScreen, FieldRow, TypeDetail, TypeFamily, TypeRow

PATH = "/alerts/events"
SHEET = ("type", "about", "fields")


def found(every: Sequence[EventKind], address: CatalogueAddress) -> list[EventKind]:
    """Return the types that have what is looked for in their name, meaning or fields."""
    wanted = address.q.lower().split()
    return [one for one in every if all(word in _text(one) for word in wanted)]


def _text(one: EventKind) -> str:
    return " ".join([one.name, one.about, *one.schema.get("properties", {})]).lower()


def screen(every: Sequence[EventKind], address: CatalogueAddress, locale: Locale) -> CatalogueScreen:
    """Return the whole page."""
    shown = found(every, address)
    opened = next((one for one in every if one.name == address.type), None)
    families = groupby(sorted(shown, key=_family), key=_family)
    return CatalogueScreen(
        families=[TypeFamily(name, f"{name}.*", [_row(one, address) for one in members]) for name, members in families],
        found=say.plural(len(shown), "type", locale),
        csv=f"/ui/export/event-types.csv?{address.href('', type='').removeprefix('?')}",
        detail=_detail(opened, address) if opened else TypeDetail(),
    )


def _family(one: EventKind) -> str:
    return one.name.partition(".")[0]


def _row(one: EventKind, address: CatalogueAddress) -> TypeRow:
    return TypeRow(
        key=one.name,
        name=one.name,
        about=one.about,
        href=address.href(PATH, type=one.name),
        chosen=one.name == address.type,
    )


def _detail(one: EventKind, address: CatalogueAddress) -> TypeDetail:
    return TypeDetail(
        name=one.name,
        about=one.about,
        fields=list(fields(one.schema)),
        schema=json.dumps(one.schema, indent=2, ensure_ascii=False),
        subscribe=ReceiversAddress(types=one.name).href(SUBSCRIPTIONS_PATH),
        close=address.href(PATH, type=""),
    )


def fields(schema: Mapping[str, Any]) -> Iterator[FieldRow]:
    """Yield the fields of an event's data."""
    needed = schema.get("required", ())
    for name, part in schema.get("properties", {}).items():
        always = "" if name in needed else ", not always there"
        yield FieldRow(name, name, kind(part) + always, str(part.get("description", "")))


def kind(part: Mapping[str, Any]) -> str:
    """Return what a value is: "text", "whole number or nothing", "list of text"."""
    if "enum" in part:
        return f"one of {', '.join(_word(word) for word in part['enum'])}"
    if "const" in part:
        return _word(part["const"])
    several = part.get("anyOf") or part.get("oneOf")
    if several:
        return " or ".join(dict.fromkeys(kind(one) for one in several))
    types = part.get("type", "anything")
    names = types if isinstance(types, list) else [types]
    return " or ".join(_type(name, part) for name in names)


def _type(name: str, part: Mapping[str, Any]) -> str:
    if name == "array":
        items = part.get("items")
        return f"list of {kind(items)}" if isinstance(items, Mapping) and items else "list"
    if name == "string" and part.get("format") == "date-time":
        return "instant"
    return _TYPES.get(name, name)


_TYPES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "object": "object",
    "null": "nothing",
}


def _word(value: Any) -> str:
    return "nothing" if value is None else str(value)


def sheet_row(one: EventKind) -> tuple[Cell, ...]:
    """Return a type as a row of `SHEET`."""
    return one.name, one.about, " ".join(one.schema.get("properties", {}))
