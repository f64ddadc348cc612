"""Shapes of JSON documents: each says its JSON Schema and finds what is wrong with a value, so the two cannot drift."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from models.errors import Fault

JsonSchema = dict[str, Any]

#: The largest number in a document: every one up to it is exact in any program that reads it.
LARGEST = 10**15


class Shape(Protocol):
    """What a value may look like."""

    def schema(self) -> JsonSchema:
        """Return the JSON Schema (draft 2020-12) of this shape."""
        ...

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        """Yield everything wrong with a value that stands at this JSON pointer."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """Text of `least` to `most` characters."""

    most: int
    least: int = 0
    about: str = ""

    def schema(self) -> JsonSchema:
        """Return the JSON Schema."""
        return {"type": "string", "minLength": self.least, "maxLength": self.most} | _about(self.about)

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        """Yield what is wrong."""
        if not isinstance(value, str):
            yield Fault(at, "wrong_type", "This is text.")
        elif not self.least <= len(value) <= self.most:
            yield Fault(at, "bad_length", f"Use {self.least} to {self.most} characters.")


@dataclass(frozen=True, slots=True)
class Word:
    """One of a closed set of words."""

    words: tuple[str, ...]
    about: str = ""

    def schema(self) -> JsonSchema:
        """Return the JSON Schema."""
        return {"type": "string", "enum": [str(word) for word in self.words]} | _about(self.about)

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        """Yield what is wrong."""
        if not isinstance(value, str) or value not in self.words:
            yield Fault(at, "unknown_word", f"Use one of: {', '.join(self.words)}.")


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number within bounds; 3.0 is one, true is none."""

    least: int
    most: int
    about: str = ""

    def schema(self) -> JsonSchema:
        """Return the JSON Schema."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most} | _about(self.about)

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        """Yield what is wrong."""
        if isinstance(value, bool) or not isinstance(value, int | float) or value % 1 != 0:
            yield Fault(at, "wrong_type", "This is a whole number.")
        elif not self.least <= value <= self.most:
            yield Fault(at, "out_of_range", f"Use {self.least:,} to {self.most:,}.")


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    about: str = ""

    def schema(self) -> JsonSchema:
        """Return the JSON Schema."""
        return {"type": "boolean"} | _about(self.about)

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        """Yield what is wrong."""
        if not isinstance(value, bool):
            yield Fault(at, "wrong_type", "This is true or false.")


@dataclass(frozen=True, slots=True)
class Many:
    """A list of `least` to `most` things of one shape."""

    each: Shape
    most: int
    least: int = 0
    about: str = ""

    def schema(self) -> JsonSchema:
        """Return the JSON Schema."""
        bounds = {"minItems": self.least, "maxItems": self.most}
        return {"type": "array", "items": self.each.schema()} | bounds | _about(self.about)

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        """Yield what is wrong."""
        if not isinstance(value, list):
            yield Fault(at, "wrong_type", "This is a list.")
            return
        if not self.least <= len(value) <= self.most:
            yield Fault(at, "bad_length", f"Use {self.least} to {self.most} of them.")
        for index, one in enumerate(value):
            yield from self.each.faults(one, f"{at}/{index}")


@dataclass(frozen=True, slots=True)
class Fields:
    """An object with these fields and no others."""

    fields: Mapping[str, Shape]
    required: Sequence[str] = ()
    about: str = ""

    def schema(self) -> JsonSchema:
        """Return the JSON Schema."""
        properties = {name: shape.schema() for name, shape in self.fields.items()}
        needs = {"required": list(self.required)} if self.required else {}
        return {"type": "object", "properties": properties, "additionalProperties": False} | needs | _about(self.about)

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        """Yield what is wrong."""
        if not isinstance(value, dict):
            yield Fault(at, "wrong_type", "This is an object.")
            return
        for name in self.required:
            if name not in value:
                yield Fault(f"{at}/{escape(name)}", "missing", f"{name} is missing.")
        for name, one in value.items():
            shape = self.fields.get(name)
            if shape is None:
                known = ", ".join(self.fields)
                yield Fault(f"{at}/{escape(name)}", "unknown_field", f"{name} is not known here; known: {known}.")
            else:
                yield from shape.faults(one, f"{at}/{escape(name)}")


@dataclass(frozen=True, slots=True)
class Kinds:
    """An object whose kind is told by which of these fields it has; every kind allows none of the others."""

    kinds: Mapping[str, Fields]
    about: str = ""

    def schema(self) -> JsonSchema:
        """Return the JSON Schema."""
        return {"oneOf": [kind.schema() for kind in self.kinds.values()]} | _about(self.about)

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        """Yield what is wrong."""
        if not isinstance(value, dict):
            yield Fault(at, "wrong_type", "This is an object.")
            return
        named = [kind for name, kind in self.kinds.items() if name in value]
        if not named:
            yield Fault(at, "unknown_kind", f"Use one of: {', '.join(self.kinds)}.")
        else:
            yield from named[0].faults(value, at)


@dataclass(frozen=True, slots=True)
class Literal:
    """Text of at most `most` characters, a number, true or false."""

    most: int = 500

    def schema(self) -> JsonSchema:
        """Return the JSON Schema."""
        bounds = {"minimum": -LARGEST, "maximum": LARGEST}
        return {"type": ["string", "number", "boolean"], "maxLength": self.most} | bounds

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        """Yield what is wrong."""
        if isinstance(value, str):
            if len(value) > self.most:
                yield Fault(at, "bad_length", f"Use at most {self.most} characters.")
        elif not isinstance(value, int | float):
            yield Fault(at, "wrong_type", "This is text, a number, true or false.")
        elif not -LARGEST <= value <= LARGEST:
            yield Fault(at, "out_of_range", f"Use a number from {-LARGEST:,} to {LARGEST:,}.")


@dataclass(frozen=True, slots=True)
class Either:
    """One of several shapes that JSON's own types tell apart."""

    by_type: Mapping[type, Shape]
    otherwise: Shape

    def schema(self) -> JsonSchema:
        """Return the JSON Schema."""
        return {"anyOf": [*(shape.schema() for shape in self.by_type.values()), self.otherwise.schema()]}

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        """Yield what is wrong."""
        yield from self.by_type.get(type(value), self.otherwise).faults(value, at)


@dataclass(slots=True)
class Named:
    """A shape with a name, so that it can hold itself; `shape` is set after it was made."""

    name: str
    shape: Shape | None = field(default=None)

    def schema(self) -> JsonSchema:
        """Return a reference to the definition of this name."""
        return {"$ref": f"#/$defs/{self.name}"}

    def faults(self, value: Any, at: str) -> Iterator[Fault]:
        """Yield what is wrong."""
        assert self.shape is not None, self.name  # noqa: S101  # set where it is made
        yield from self.shape.faults(value, at)


def escape(name: str) -> str:
    """Return a key as it stands in a JSON pointer (RFC 6901)."""
    return str(name).replace("~", "~0").replace("/", "~1")


def _about(text: str) -> JsonSchema:
    return {"description": text} if text else {}
