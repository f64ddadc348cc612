"""The fields of a form from a JSON Schema, and what was meant by what was typed into them. Pure. It knows what
connectors' schemas are made of: an object of texts, numbers, flags, words, lists of texts, and objects of these."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.views.forms import FormField
from models.errors import Fault

Schema = Mapping[str, Any]

#: Before the name of each field, so that none is taken for one of the form's own.
PREFIX = "config_"
_YES_NO = [("yes", "Yes"), ("no", "No")]


def fields(schema: Schema, given: Mapping[str, Any]) -> list[FormField]:
    """Return a field for each property, filled with what is given, else with the default of the schema."""
    return [
        _field(each, _given(given, each.path, each.part.get("default")), required=each.required)
        for each in _leaves(schema)
    ]


@dataclass(frozen=True, slots=True)
class _Leaf:
    """A property that is typed as one field; that of an object inside is called by both names."""

    path: tuple[str, ...]
    part: Schema
    label: str
    required: bool

    @property
    def field(self) -> str:
        return PREFIX + ".".join(self.path)


def _leaves(schema: Schema) -> Iterator[_Leaf]:
    needed = schema.get("required", ())
    for name, part in schema.get("properties", {}).items():
        inner = part.get("properties") if part.get("type") == "object" else None
        if not inner:
            yield _Leaf((name,), part, label(name, part), name in needed)
            continue
        for below, piece in inner.items():
            told = label(below, piece)
            yield _Leaf((name, below), piece, f"{label(name, part)}: {told[:1].lower()}{told[1:]}", required=False)


def _given(given: Mapping[str, Any], path: Sequence[str], otherwise: Any) -> Any:
    value: Any = given
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return otherwise if value is None else value


def _field(leaf: _Leaf, value: Any, *, required: bool) -> FormField:
    kind, options = _input(leaf.part, required=required)
    return FormField(
        name=leaf.field,
        label=leaf.label,
        kind=kind,
        value=_typed(value, leaf.part),
        hint=_hint(leaf.part),
        required=required,
        options=options,
    )


def label(name: str, part: Schema) -> str:
    """Return what a property is called."""
    title = part.get("title")
    words = name.replace("_", " ")
    return str(title) if title else words[:1].upper() + words[1:]


def _hint(part: Schema) -> str:
    about = str(part.get("description", ""))
    return f"{about} One per line.".strip() if part.get("type") == "array" else about


def _input(part: Schema, *, required: bool) -> tuple[str, list[tuple[str, str]]]:
    """Return the kind of input, and what there is to choose."""
    if "enum" in part:
        free = [] if required or "default" in part else [("", "Not said")]
        return "select", [*free, *((str(word), str(word).replace("_", " ")) for word in part["enum"])]
    if part.get("type") == "boolean":
        return "select", _YES_NO if "default" in part or required else [("", "Not said"), *_YES_NO]
    if part.get("type") in ("integer", "number"):
        return "number", []
    return ("area", []) if part.get("type") in ("array", "object") else ("text", [])


def _typed(value: Any, part: Schema) -> str:
    """Return a value as it is typed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "\n".join(str(each) for each in value)
    if part.get("type") == "object":
        return json.dumps(value, ensure_ascii=False, indent=2)
    return str(value)


def read(schema: Schema, given: Mapping[str, str], faults: list[Fault]) -> dict[str, Any]:
    """Return the object that was meant; a field left empty is left out. What cannot be read is a fault."""
    meant: dict[str, Any] = {}
    for leaf in _leaves(schema):
        text = given.get(leaf.field, "").strip()
        if not text:
            continue
        *above, name = leaf.path
        inside = meant
        for each in above:
            inside = inside.setdefault(each, {})
        try:
            inside[name] = _value(text, leaf.part)
        except ValueError:
            faults.append(Fault(f"/{leaf.field}", "unreadable", _UNREADABLE[str(leaf.part.get("type"))]))
    return meant


_UNREADABLE = {
    "integer": "A whole number, for example 12.",
    "number": "A number, for example 1.5.",
    "boolean": "Choose one of these.",
    "object": "A JSON object, please.",
}


def _value(text: str, part: Schema) -> Any:
    kind = part.get("type")
    if kind == "integer":
        return int(text)
    if kind == "number":
        return float(text)
    if kind == "boolean":
        return _flag(text)
    if kind == "array":
        return [line.strip() for line in text.splitlines() if line.strip()]
    if kind == "object":
        return _object(text)
    return text


def _flag(text: str) -> bool:
    if text not in dict(_YES_NO):
        raise ValueError(text)
    return text == "yes"


def _object(text: str) -> dict[str, Any]:
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError(text)
    return value


def at_field(fault: Fault) -> Fault:
    """Return a fault of `/config/NAME/…` as one of its field; a list's is told by its line."""
    parts = fault.pointer.removeprefix("/").split("/")
    if parts[0] != "config" or len(parts) < 2:
        return fault
    names = [part for part in parts[1:] if not part.isdigit()]
    line = f"Line {int(parts[-1]) + 1}: " if parts[-1].isdigit() else ""
    return Fault(f"/{PREFIX}{'.'.join(names)}", fault.code, line + fault.message)


def shown(schema: Schema, given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what is set, in words: label and value."""
    told = ((leaf.label, _given(given, leaf.path, None)) for leaf in _leaves(schema))
    return [(name, _shown(value)) for name, value in told if value not in (None, "", [])]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
