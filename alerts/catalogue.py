"""The catalogue of events as programs read it: each type with a JSON Schema of its data. Pure; the facts themselves are
`event_table.py`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from alerts.event_table import EVENTS, NOTICE, WAVE
from models.alerting import AlertLevel, AlertStatus, Severity
from models.enums import Method

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SHARED = {"@notice": NOTICE, "@wave": WAVE}

_TEXT = {"type": "string"}
_ID = {"type": "integer", "minimum": 1}
_COUNT = {"type": "integer", "minimum": 0}
_FLAG = {"type": "boolean"}
_AT = {"type": "string", "format": "date-time"}
_OBJECT = {"type": "object"}
_IDS = {"type": "array", "items": _ID}
_TEXTS = {"type": "array", "items": _TEXT}


def _words(words: type[Any]) -> dict[str, Any]:
    return {"type": "string", "enum": [word.value for word in words]}


def _rows(more: Mapping[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    row = {"type": "object", "properties": {**fields, **(more or {})}, "required": list(fields)}
    return {"type": "array", "items": row}


_NAMES = (
    (_ID, "id order shipment child found_by wave parent import return replacement_order silence control transfer"),
    (_COUNT, "alert version policy_version rule_version definition_version number count quantity open allocated units"),
    (_COUNT, "stops picked taken known refused products owed alerts"),
    (_FLAG, "active enabled claimed closed collateral drill routed until_count"),
    (_AT, "since until due_at cutoff_at starts_at ends_at expires_at arrives_at promised_at collect_by_at"),
    (_AT, "latest_safe_start_at predicted_finish_at"),
    (_TEXTS, "locations groups scopes skus notify"),
    (_OBJECT, "object facts document thresholds report limit before"),
    ({"type": "number", "minimum": 0}, "distance_km delay_seconds"),
)
#: What a field looks like wherever it has this name; every other is text.
SHAPES: Mapping[str, Any] = {
    **{name: shape for shape, names in _NAMES for name in names.split()},
    "ids": _IDS,
    "shipments": _IDS,
    "level": _words(AlertLevel),
    "severity": _words(Severity),
    "method": _words(Method),
    "alert_status": _words(AlertStatus),
    "labels": {"type": "object", "additionalProperties": _TEXT},
    "counts": {"type": "object", "additionalProperties": _COUNT},
    "lines": _rows({"action": _TEXT}, sku=_TEXT, quantity=_COUNT),
    "received": _rows(sku=_TEXT, received=_COUNT),
    "inspected": _rows(sku=_TEXT, restocked=_COUNT, written_off=_COUNT),
    "short": _rows(shipment=_ID, sku=_TEXT, missing=_COUNT),
    "lanes": _rows({"minutes": {"type": ["integer", "null"]}, "from": _TEXT}, to=_TEXT),
    "worst": _rows(shipment=_ID, due_at=_AT, status=_TEXT),
    "problems": _rows(subject=_TEXT, text=_TEXT, url=_TEXT),
    "matchers": _rows(name=_TEXT, value=_TEXT, is_regex=_FLAG, is_equal=_FLAG),
    "items": _rows(
        {"segments": _rows(code=_TEXT, quota=_COUNT, used=_COUNT)},
        sku=_TEXT,
        on_hand=_COUNT,
        unsellable=_COUNT,
        allocated=_COUNT,
        pending=_COUNT,
        safety_stock=_COUNT,
        floor=_COUNT,
        available=_COUNT,
        version=_COUNT,
    ),
}


@dataclass(frozen=True, slots=True)
class EventKind:
    """A type of event: its name, what it tells, the JSON Schema of its `data`. New fields may be added at any time."""

    name: str
    about: str
    schema: Mapping[str, Any]


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, EventKind]:
    """Return every type of event by name, in the order of the table."""
    return {kind.name: kind for kind in _kinds()}


def _kinds() -> Iterator[EventKind]:
    name, fields, about = "", [""], [""]
    for text in [*EVENTS.splitlines(), ":"]:
        if text.startswith("  + "):
            fields.append(text[4:])
        elif text.startswith("    "):
            about.append(text.strip())
        else:
            if name:
                yield _kind(name, " ".join(fields).split(), " ".join(about).strip())
            name, _, rest = text.partition(":")
            fields, about = [rest], []


def _kind(name: str, tokens: Sequence[str], about: str) -> EventKind:
    fields = [part for token in tokens for part in _SHARED.get(token, token).split()]
    properties, required = {}, []
    for token in fields:
        field, shape = _field(token)
        properties[field] = shape
        if not token.startswith("~"):
            required.append(field)
    schema = {
        "$schema": DIALECT,
        "title": name,
        "description": about,
        "type": "object",
        "properties": properties,
        "required": required,
    }
    return EventKind(name, about, schema)


def _field(token: str) -> tuple[str, dict[str, Any]]:
    """Return a field's name and shape from its token."""
    name, _, shape = token.lstrip("~").rstrip("?").partition("=")
    found = SHAPES.get(shape or name, _TEXT)
    return name, {"anyOf": [found, {"type": "null"}]} if token.endswith("?") else dict(found)
