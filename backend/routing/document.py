"""A routing strategy: one JSON document, read into frozen facts. What it may say is `schema.py`.

docs/routing.md explains it in words. Nothing here decides; `engine.py` does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from backend.routing.check import semantic_faults
from backend.routing.schema import STRATEGY, TOO_DEEP, structure_faults
from backend.routing.words import After, Choice, Op, SortBy
from models.errors import Fault, invalid


@dataclass(frozen=True, slots=True)
class Condition:
    """A field compared with a literal (lists as tuples) or, when `other` is set, with another field."""

    field: str
    op: Op
    value: Any = None
    other: str | None = None


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part matches."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part matches."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of what is within."""

    part: Filter


@dataclass(frozen=True, slots=True)
class AnyItem:
    """At least one line of the order matches."""

    part: Filter


@dataclass(frozen=True, slots=True)
class EveryItem:
    """Every line of the order matches."""

    part: Filter


Filter = Condition | AllOf | AnyOf | Not | AnyItem | EveryItem


@dataclass(frozen=True, slots=True)
class Sort:
    """One key of a ranking; `field` belongs to `attribute`, `seed` to `random`."""

    by: SortBy
    descending: bool = False
    seed: int = 0
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Guards:
    """Which locations are passed over: about to close, after the carrier's cut-off, at their limit, blocked."""

    closing: bool = True
    cutoff: bool = True
    daily_limit: bool = True
    blocks: bool = True


@dataclass(frozen=True, slots=True)
class Limits:
    """The most shipments per order, locations per line, and looks at one order."""

    splits_per_order: int = 3
    splits_per_line: int = 2
    attempts: int = 5
    too_many_attempts: After = After.CUSTOMER_CARE


@dataclass(frozen=True, slots=True)
class Scenario:
    """A ranked set of locations (`groups` or `locations`; neither: all), who of them qualifies, and what follows."""

    name: str
    groups: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    sorts: tuple[Sort, ...] = (Sort(SortBy.DISTANCE),)
    guards: Guards = Guards()
    when_partial: After = After.NEXT
    transfer: bool = False
    only_complete: bool = False
    rest: After = After.NEXT
    when_none: After = After.NEXT


@dataclass(frozen=True, slots=True)
class Route:
    """A path for the orders that match all of `when`: its scenarios are tried in order."""

    name: str
    scenarios: tuple[Scenario, ...]
    when: tuple[Filter, ...] = ()
    prefer_whole: bool = True
    candidates: Choice = Choice.FEWEST_SHIPMENTS


@dataclass(frozen=True, slots=True)
class Lane:
    """A priority: orders that match all of `when` are routed before those of later lanes."""

    name: str
    when: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class Strategy:
    """A whole strategy; the first route that matches an order is taken, and `otherwise` ends what nothing else ends."""

    title: str
    routes: tuple[Route, ...]
    description: str = ""
    lanes: tuple[Lane, ...] = ()
    limits: Limits = Limits()
    otherwise: After = After.UNASSIGNED

    @property
    def transfers(self) -> bool:
        """Return whether a scenario has goods sent to the location that an order is for."""
        return any(scenario.transfer for route in self.routes for scenario in route.scenarios)


def strategy_faults(
    document: Any,
    *,
    locations: Collection[str] | None = None,
    groups: Collection[str] | None = None,
    at: str = "",
) -> list[Fault]:
    """Return everything wrong with a document, by JSON pointers that start with `at`.

    `locations` and `groups` are the codes that exist; None: they are not looked at.
    """
    faults = structure_faults(STRATEGY, document)
    if any(fault.code == TOO_DEEP for fault in faults):
        return [replace(fault, pointer=f"{at}{fault.pointer}") for fault in faults]
    broken = [fault.pointer for fault in faults]
    faults += [
        fault
        for fault in semantic_faults(document, locations=locations, groups=groups)
        if not any(fault.pointer == pointer or fault.pointer.startswith(f"{pointer}/") for pointer in broken)
    ]
    return [replace(fault, pointer=f"{at}{fault.pointer}") for fault in faults]


def parse_strategy(
    document: Any, *, locations: Collection[str] | None = None, groups: Collection[str] | None = None
) -> Strategy:
    """Return the strategy of a document; raises INVALID with every fault."""
    if faults := strategy_faults(document, locations=locations, groups=groups):
        raise invalid(faults)
    return _strategy(document)


def parse_filters(documents: Any) -> tuple[Filter, ...]:
    """Return the filters of a list of valid filter documents."""
    return tuple(_filter(document) for document in documents)


def _strategy(document: Mapping[str, Any]) -> Strategy:
    guards = Guards(**document.get("guards", {}))
    return Strategy(
        title=document["title"],
        description=document.get("description", ""),
        lanes=tuple(Lane(lane["name"], parse_filters(lane.get("when", ()))) for lane in document.get("lanes", ())),
        limits=_limits(document.get("limits", {})),
        routes=tuple(_route(route, guards) for route in document["routes"]),
        otherwise=After(document.get("otherwise", After.UNASSIGNED)),
    )


def _limits(document: Mapping[str, Any]) -> Limits:
    numbers = {name: int(value) for name, value in document.items() if name != "too_many_attempts"}
    return Limits(**numbers, too_many_attempts=After(document.get("too_many_attempts", After.CUSTOMER_CARE)))


def _route(document: Mapping[str, Any], guards: Guards) -> Route:
    return Route(
        name=document["name"],
        when=parse_filters(document.get("when", ())),
        prefer_whole=document.get("prefer_whole", True),
        candidates=Choice(document.get("candidates", Choice.FEWEST_SHIPMENTS)),
        scenarios=tuple(_scenario(scenario, guards) for scenario in document["scenarios"]),
    )


def _scenario(document: Mapping[str, Any], guards: Guards) -> Scenario:
    sorts = tuple(_sort(sort) for sort in document.get("sorts", ()))
    return Scenario(
        name=document["name"],
        groups=tuple(document.get("groups", ())),
        locations=tuple(document.get("locations", ())),
        filters=parse_filters(document.get("filters", ())),
        sorts=sorts or (Sort(SortBy.DISTANCE),),
        guards=replace(guards, **document.get("guards", {})),
        when_partial=After(document.get("when_partial", After.NEXT)),
        transfer=document.get("transfer", False),
        only_complete=document.get("only_complete", False),
        rest=After(document.get("rest", After.NEXT)),
        when_none=After(document.get("when_none", After.NEXT)),
    )


def _sort(document: Mapping[str, Any]) -> Sort:
    return Sort(
        SortBy(document["by"]),
        descending=document.get("descending", False),
        seed=int(document.get("seed", 0)),
        field=document.get("field"),
    )


def _filter(document: Mapping[str, Any]) -> Filter:
    for word, make in (("all", AllOf), ("any", AnyOf)):
        if word in document:
            return make(parse_filters(document[word]))
    for word, wrap in (("not", Not), ("any_item", AnyItem), ("every_item", EveryItem)):
        if word in document:
            return wrap(_filter(document[word]))
    value = document["value"]
    if isinstance(value, dict):
        return Condition(document["field"], Op(document["op"]), other=value["field"])
    return Condition(document["field"], Op(document["op"]), tuple(value) if isinstance(value, list) else value)
