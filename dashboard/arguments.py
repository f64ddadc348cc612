"""What a browser sends as arguments of an event handler, held against the handler's annotations. Pure.

Reflex passes on whatever came over the websocket: a number annotated `int` may arrive as text, a list or a megabyte.
Here every argument is checked strictly before the handler runs. Use `Annotated[str, Field(max_length=…)]`, `Literal`
or a StrEnum in a handler to allow even less.
"""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar, get_type_hints

from pydantic import TypeAdapter, ValidationError
from reflex_base.utils.form import FORM_DATA_ENTRIES_KEY


class Refused(Exception):
    """The arguments do not fit; the text is for the log and names no value."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one event may carry."""

    text: int
    values: int
    depth: int = 6


OURS = Bounds(text=2_000, values=1_000)
#: Browser storage, state hashes and stack traces, sent by Reflex's own JavaScript.
FRAMEWORKS = Bounds(text=20_000, values=2_000)

#: A routing strategy that somebody types.
DOCUMENT = Bounds(text=200_000, values=20)

Handler = TypeVar("Handler", bound=Callable[..., Any])


def carries(bounds: Bounds) -> Callable[[Handler], Handler]:
    """Let an event of this handler carry more than `OURS`; stands below `@policy`, right above `def`."""

    def mark(handler: Handler) -> Handler:
        handler.__bounds__ = bounds  # type: ignore[attr-defined]
        return handler

    return mark


def bounds_of(handler: Callable[..., Any]) -> Bounds:
    """Return how much an event of this handler may carry."""
    bounds = getattr(handler, "__bounds__", OURS)
    return bounds if isinstance(bounds, Bounds) else OURS


_MOST_EXACT = 2**53  # beyond it JavaScript's numbers are not exact


def checked(handler: Callable[..., Any], payload: Mapping[str, Any], *, bounds: Bounds = OURS) -> dict[str, Any]:
    """Return the arguments as the handler's types. Raises Refused on anything missing, extra, too big or of
    another type than annotated; an argument without annotation is never accepted."""
    _bounded(payload, bounds)
    parameters = parameters_of(handler)
    extra = payload.keys() - parameters.keys()
    missing = {name for name, known in parameters.items() if known.required} - payload.keys()
    if extra or missing:
        raise Refused(f"{len(extra)} unknown and {len(missing)} missing arguments")
    return {name: _fit(name, parameters[name], _form(name, value)) for name, value in payload.items()}


def _form(name: str, value: Any) -> Any:
    """Return the fields of a form that was sent as a plain dict, the last of those with one name; all else as it is."""
    if not isinstance(value, Mapping) or FORM_DATA_ENTRIES_KEY not in value:
        return value
    entries = value[FORM_DATA_ENTRIES_KEY]
    if len(value) > 1 or not isinstance(entries, list):
        raise Refused(f"argument {name} is no form")
    if not all(isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) for pair in entries):
        raise Refused(f"argument {name} is no form")
    return {field: given for field, given in entries if given is not None}  # null: a field that is not shown now


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a handler; `adapter` is None when it has no annotation."""

    adapter: TypeAdapter[Any] | None
    required: bool


@lru_cache(maxsize=1024)
def parameters_of(handler: Callable[..., Any]) -> Mapping[str, Parameter]:
    """Return the arguments a handler takes after `self`."""
    hints = get_type_hints(handler, include_extras=True)
    parameters = list(inspect.signature(handler).parameters.values())[1:]
    return {
        parameter.name: Parameter(
            TypeAdapter(hints[parameter.name]) if parameter.name in hints else None,
            parameter.default is inspect.Parameter.empty,
        )
        for parameter in parameters
    }


def _fit(name: str, parameter: Parameter, value: Any) -> Any:
    if parameter.adapter is None:
        raise Refused(f"argument {name} has no annotation")
    try:  # as JSON, since that is what came: strict about types, yet "2026-11-27" is a date and "ship" a Method
        return parameter.adapter.validate_json(json.dumps(value, allow_nan=False), strict=True)
    except (ValidationError, ValueError, TypeError):
        raise Refused(f"argument {name} is not what it should be") from None


def _bounded(payload: Any, bounds: Bounds) -> None:
    left = bounds.values
    level = [payload]
    for _ in range(bounds.depth):
        below: list[Any] = []
        for value in level:
            left -= 1
            if left < 0:
                raise Refused("too many values")
            if isinstance(value, Mapping):
                below += [*value.keys(), *value.values()]
            elif isinstance(value, list | tuple):
                below += value
            elif not _small(value, bounds.text):
                raise Refused("a value is too big")
        level = below
        if not level:
            return
    raise Refused("nested too deeply")


def _small(value: Any, longest: int) -> bool:
    if isinstance(value, str):
        return len(value) <= longest
    if isinstance(value, bool) or value is None:
        return True
    if isinstance(value, int):
        return abs(value) <= _MOST_EXACT
    if isinstance(value, float):
        return math.isfinite(value)
    return True
