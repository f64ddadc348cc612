"""The trace of a decision: a compact JSON document that says who was chosen, who was not, and why.

docs/routing.md has its form.
`explain.py` reads it; a trace stays readable for as long as decisions are kept, so its form has a version, `v`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.routing.facts import Assignment, Leftover, OrderFacts
from backend.routing.prepare import ReadyScenario
from backend.routing.rank import Ranking
from backend.routing.split import Plan
from backend.routing.words import After, Out, SortBy
from models.enums import Method, RoutingOutcome

VERSION = 1

#: What was done where a location takes everything, and waits for what another one sends.
TRANSFER = "transfer"

#: How many of the ranked are told with their distance; of the others only that they were ranked after them.
RANKED_TOLD = 10

#: How many locations a list names at most; a list that was cut has the number of the others at its end, negative.
NAMED = 500


@dataclass(slots=True)
class Step:
    """What happened in one scenario."""

    ready: ReadyScenario
    ranking: Ranking
    left: dict[int, int]
    out: dict[str, list[int]]
    asked: int
    lacking: list[tuple[int, list[tuple[int, int]]]] = field(default_factory=list)
    without: list[tuple[int, list[int]]] = field(default_factory=list)
    too_much: list[int] = field(default_factory=list)
    stopped: list[tuple[int, str, list[int]]] = field(default_factory=list)
    some_left: bool = False  # whether anybody was a candidate at all
    ranked: list[int] = field(default_factory=list)
    chose: Plan = field(default_factory=dict)
    did: str = "whole"
    then: After | None = None
    cut: bool = False
    incomplete: bool = False
    wanted: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        """Remember what was wanted when the step began."""
        self.wanted = dict(self.left)

    def document(self, order: OrderFacts) -> dict[str, Any]:
        """Return the step as it stands in the trace; what is empty is left out."""
        told: dict[str, Any] = {"scenario": self.ready.scenario.name, "asked": self.asked}
        if len(self.wanted) < len(order.lines) or any(order.lines[n].quantity != u for n, u in self.wanted.items()):
            told["wanted"] = [[number, units] for number, units in self.wanted.items()]
        if self.ranked:
            told |= self._ranking()
        if self.chose:
            told["did"] = str(self.did)
            told["chose"] = [
                [id_, *(part for pair in units.items() for part in pair)] for id_, units in self.chose.items()
            ]
        if self.then is not None:
            told["then"] = str(self.then)
        for name in ("cut", "incomplete"):
            if getattr(self, name):
                told[name] = True
        return told

    def others(self, method: Method) -> dict[str, Any]:
        """Return who is no candidate for the whole, and why."""
        told: dict[str, Any] = {}
        if self.out:
            told["out"] = {str(reason): _named(ids) for reason, ids in sorted(self.out.items())}
        if self.out or self.stopped:
            told |= self._details(method)
        if self.stopped:
            told["stopped"] = [[number, str(reason), *_named(ids)] for number, reason, ids in self.stopped]
        if self.without:
            told["without"] = [[number, *_named(ids)] for number, ids in self.without]
        if self.lacking:
            told["short"] = [[number, *_pairs(lacking)] for number, lacking in self.lacking]
        if self.too_much:
            told["over_limit"] = _named(self.too_much)
        return told

    def _details(self, method: Method) -> dict[str, Any]:
        """Return what the reasons need to be told in words: the filters as they read, and the minutes."""
        told: dict[str, Any] = {}
        reasons = {*self.out, *(reason for _, reason, _ in self.stopped)}
        numbers = sorted(int(reason.partition(":")[2]) for reason in reasons if reason.startswith(f"{Out.FILTER}:"))
        if numbers:
            ready = self.ready
            texts = {n: part.text for n, part in (*ready.per_place, *ready.per_order, *ready.per_pair, *ready.per_line)}
            told["filters"] = {str(number): texts[number][:200] for number in numbers}
        for reason, attribute in ((Out.CLOSING, "work_minutes_left"), (Out.CUTOFF, "cutoff_minutes_left")):
            if ids := self.out.get(reason):
                places = [self.ranking.places[id_] for id_ in ids[:RANKED_TOLD]]
                told[f"{reason}_minutes"] = [
                    [p.location_id, round(getattr(p, attribute)[method]), round(p.processing_minutes.get(method, 0))]
                    for p in places
                ]
        return told

    def _ranking(self) -> dict[str, Any]:
        sorts, ranking = self.ready.scenario.sorts, self.ranking
        top = self.ranked[:RANKED_TOLD]
        far = ranking.chart.km(top, ranking.here)
        rows: list[list[Any]] = [[id_, None if km is None else round(km, 1)] for id_, km in zip(top, far, strict=True)]
        told: dict[str, Any] = {"sorted_by": list(self.ready.sorted_by), "ranked": rows}
        if sorts[0].by not in (SortBy.DISTANCE, SortBy.STOCK):
            values = ranking.values(top, sorts[0], self.ready, {})
            for row in rows:
                row.append(_shown(values[row[0]]))
        if rest := self.ranked[RANKED_TOLD:]:
            told["rest"] = _named(rest)
        return told


class Tracer:
    """Gathers the steps of one decision."""

    __slots__ = ("order", "route", "steps", "title")

    def __init__(self, order: OrderFacts, title: str) -> None:
        self.order, self.title = order, title
        self.route: str | None = None
        self.steps: list[Step] = []

    def _steps(self) -> list[dict[str, Any]]:
        """Return the steps; who is no candidate is told once, and by the number of that step (`as`) when it recurs."""
        seen: list[dict[str, Any]] = []
        steps = []
        for step in self.steps:
            others, told = step.others(self.order.method), step.document(self.order)
            if others and others in seen:
                told["as"] = seen.index(others)
            else:
                told |= others
            seen.append(others)
            steps.append(told)
        return steps

    def document(
        self, assignments: Sequence[Assignment], leftovers: Sequence[Leftover], clashes: Collection[str]
    ) -> dict[str, Any]:
        """Return the whole trace."""
        told: dict[str, Any] = {
            "v": VERSION,
            "strategy": self.title,
            "route": self.route,
            "outcome": str(outcome(assignments, leftovers)),
            "lines": [[line.line_id, line.sku, line.quantity] for line in self.order.lines],
            "steps": self._steps(),
        }
        if self.order.given is not None:
            told["given"] = self.order.given
        if self.order.attempt > 1:
            told["attempt"] = self.order.attempt
        told["chosen"] = [
            [
                one.place.location_id,
                None if one.distance_km is None else round(one.distance_km, 1),
                *map(list, one.units),
            ]
            for one in assignments
        ]
        brought = [(one.place, one.supply) for one in assignments if one.supply]
        if brought:
            told["brought"] = [[to.location_id, one.source.location_id, *map(list, one.units)] for to, one in brought]
        if leftovers:
            told["left"] = [[one.line_id, one.units, str(one.action), str(one.reason)] for one in leftovers]
        if clashes:
            told["clashes"] = sorted(clashes)[:RANKED_TOLD]
        return told


def outcome(assignments: Sequence[Assignment], leftovers: Sequence[Leftover]) -> RoutingOutcome:
    """Return what a decision came to."""
    if not assignments:
        return RoutingOutcome.NONE
    if leftovers:
        return RoutingOutcome.PARTIAL
    return RoutingOutcome.ASSIGNED if len(assignments) == 1 else RoutingOutcome.SPLIT


def _named(ids: Sequence[int]) -> list[int]:
    return list(ids) if len(ids) <= NAMED else [*ids[:NAMED], NAMED - len(ids)]


def _pairs(lacking: Sequence[tuple[int, int]]) -> list[int]:
    return [part for pair in lacking[:NAMED] for part in pair]


def _shown(value: Any) -> Any:
    return (
        value
        if isinstance(value, bool | int | str) or value is None
        else round(value, 2)
        if isinstance(value, float)
        else str(value)
    )
