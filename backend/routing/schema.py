"""What a strategy document may look like: one set of shapes, which gives the JSON Schema and the parser's faults.

What only makes sense or not (an unknown field, an operator that does not fit a type) is `check.py`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from backend.routing.words import ENDS, SPLITS, After, Choice, Op, SortBy
from models.errors import Fault
from models.shapes import Either, Fields, Flag, Kinds, Literal, Many, Named, Shape, Text, Whole, Word

DEEPEST = 40  # levels of lists and objects in one document
TOO_DEEP = "too_deep"

_NAME = Text(80, 1)
_FIELD = Text(200, 1, about="A field: order.…, customer.…, item.…, location.… or inventory.…")
_GOES_ON = (After.NEXT, *ENDS)

FILTER = Named("filter")
_FILTERS = Many(FILTER, 100)
_VALUE = Either(
    {
        list: Many(Literal(), 1_000),
        dict: Fields({"field": _FIELD}, required=("field",), about="The value of another field."),
    },
    Literal(),
)
FILTER.shape = Kinds(
    {
        "field": Fields(
            {"field": _FIELD, "op": Word(tuple(Op)), "value": _VALUE},
            required=("field", "op", "value"),
            about="Compares a field with a value or with another field.",
        ),
        "all": Fields({"all": _FILTERS}, required=("all",), about="Every part matches."),
        "any": Fields({"any": _FILTERS}, required=("any",), about="At least one part matches."),
        "not": Fields({"not": FILTER}, required=("not",), about="The opposite of what is within."),
        "any_item": Fields({"any_item": FILTER}, required=("any_item",), about="At least one line matches."),
        "every_item": Fields({"every_item": FILTER}, required=("every_item",), about="Every line matches."),
    }
)

GUARDS = Fields(
    {
        "closing": Flag("Pass over locations that close before they could finish the work."),
        "cutoff": Flag("Pass over locations that would miss the carrier's cut-off of the day."),
        "daily_limit": Flag("Pass over locations that were given as much as they may be."),
        "blocks": Flag("Pass over locations where the product is blocked."),
    }
)

LIMITS = Fields(
    {
        "splits_per_order": Whole(1, 50, "The most shipments an order may have; 1: never split."),
        "splits_per_line": Whole(1, 50, "The most locations that may share one line; 1: a line is never divided."),
        "attempts": Whole(1, 100, "How often an order is routed before `too_many_attempts` ends it."),
        "too_many_attempts": Word(tuple(ENDS)),
    }
)

SORT = Fields(
    {
        "by": Word(tuple(SortBy)),
        "descending": Flag("The largest first."),
        "seed": Whole(0, 2_147_483_647, "For `random`: another seed, another order."),
        "field": _FIELD,
    },
    required=("by",),
)

SCENARIO = Fields(
    {
        "name": _NAME,
        "groups": Many(Text(64, 1), 100, 1, about="Groups of locations, the best first; absent: all locations."),
        "locations": Many(Text(64, 1), 1_000, 1, about="Codes of locations, the best first; absent: all locations."),
        "filters": _FILTERS,
        "sorts": Many(SORT, 8),
        "guards": GUARDS,
        "when_partial": Word((After.NEXT, *SPLITS, *ENDS), "When no single location has everything."),
        "transfer": Flag("What the location that a pickup is for lacks, one other location may send there."),
        "only_complete": Flag("Make the split only if it covers everything that is left."),
        "rest": Word((After.NEXT, After.RESTART, *ENDS), "What happens to units that a split left over."),
        "when_none": Word(_GOES_ON, "When no candidate has anything."),
    },
    required=("name",),
)

ROUTE = Fields(
    {
        "name": _NAME,
        "when": _FILTERS,
        "prefer_whole": Flag("One location with everything beats any split."),
        "candidates": Word(tuple(Choice), "How a split chooses."),
        "scenarios": Many(SCENARIO, 30, 1),
    },
    required=("name", "scenarios"),
)

STRATEGY = Fields(
    {
        "title": Text(200, 1),
        "description": Text(2_000),
        "lanes": Many(Fields({"name": _NAME, "when": _FILTERS}, required=("name",)), 9),
        "limits": LIMITS,
        "guards": GUARDS,
        "routes": Many(ROUTE, 50, 1),
        "otherwise": Word(tuple(ENDS), "What ends an order that nothing else ends."),
    },
    required=("title", "routes"),
)


@lru_cache(maxsize=1)
def _strategy_schema() -> dict[str, Any]:
    assert FILTER.shape is not None  # noqa: S101  # set above
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Pickwatch routing strategy",
        **STRATEGY.schema(),
        "$defs": {FILTER.name: FILTER.shape.schema()},
    }


def strategy_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a strategy document."""
    return dict(_strategy_schema())


def structure_faults(shape: Shape, document: Any) -> list[Fault]:
    """Return what is wrong with the form of a document."""
    if _too_deep(document):
        return [Fault("", TOO_DEEP, f"A document has at most {DEEPEST} levels.")]
    return list(shape.faults(document, ""))


def _too_deep(document: Any) -> bool:
    level = [document]
    for _ in range(DEEPEST + 1):
        level = [
            inner
            for value in level
            if isinstance(value, dict | list)
            for inner in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return False
    return True
