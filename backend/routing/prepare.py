"""What of a strategy can be worked out before an order is seen: compiled filters, and what they make of places.

A strategy is compiled once. For each snapshot, scenario and method a place is judged once, when an order first meets
it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from backend.routing.document import Lane, Route, Scenario, Sort, Strategy
from backend.routing.facts import Network, OrderFacts, Place
from backend.routing.fields import Env, Scope
from backend.routing.filters import Compiled, compile_filter
from backend.routing.geometry import UNKNOWN, Spot
from backend.routing.room import Room, room
from backend.routing.words import Out, SortBy
from models.enums import Method

if TYPE_CHECKING:
    from backend.routing.chart import Chart

Numbered = tuple[tuple[int, Compiled], ...]

_LIVE = Scope.LIVE | Scope.PAIR | Scope.ORDER | Scope.ITEM


@dataclass(frozen=True, slots=True, eq=False)
class ReadyScenario:
    """A scenario with its filters by how often they must be asked; each keeps its number in the document."""

    scenario: Scenario
    per_place: Numbered
    per_order: Numbered
    per_pair: Numbered
    per_line: Numbered
    ranks: Mapping[str, int]
    sorted_by: tuple[str, ...]  # in words


@dataclass(frozen=True, slots=True, eq=False)
class ReadyRoute:
    """A route with compiled filters."""

    route: Route
    when: tuple[Compiled, ...]
    scenarios: tuple[ReadyScenario, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Ready:
    """A strategy ready to decide."""

    strategy: Strategy
    lanes: tuple[tuple[Lane, tuple[Compiled, ...]], ...]
    routes: tuple[ReadyRoute, ...]

    @property
    def asks_balances(self) -> bool:
        """Return whether a filter asks what is recorded of the stock, beyond how much is available."""
        scenarios = (scenario for route in self.routes for scenario in route.scenarios)
        return any(part.scope & Scope.BALANCE for scenario in scenarios for _, part in scenario.per_line)


@dataclass(slots=True, eq=False)
class Live:
    """A filter on nothing but a place and what it was given, as it judges places that were given nothing since."""

    part: Compiled
    judged: set[int] = field(default_factory=set)
    failing: set[int] = field(default_factory=set)
    clashes: dict[int, set[str]] = field(default_factory=dict)

    def learn(self, ids: Iterable[int], network: Network, order: OrderFacts) -> None:
        """Judge places not met before."""
        for id_ in ids:
            place = network.places[id_]
            env = Env(order, place, load=place.load)
            if not self.part.test(env):
                self.failing.add(id_)
            if env.clashes:
                self.clashes[id_] = env.clashes
            self.judged.add(id_)


@dataclass(slots=True, eq=False)
class Memo:
    """What one scenario and method make of the places met so far: `ok` to look at, or `out` and why."""

    ok: dict[int, Spot] = field(default_factory=dict)
    out: dict[int, str] = field(default_factory=dict)
    limited: dict[int, Place] = field(default_factory=dict)
    full: set[int] = field(default_factory=set)  # of the limited, with what they had at first
    rooms: dict[int, Room] = field(default_factory=dict)  # of the others of them, where it counts how much is given
    clashes: dict[int, set[str]] = field(default_factory=dict)
    live: dict[int, Live] = field(default_factory=dict)  # by the number of the filter
    _chart: Chart | None = None

    @property
    def chart(self) -> Chart:
        """Return the places to look at as a chart."""
        if self._chart is None or len(self._chart) < len(self.ok):
            from backend.routing.chart import Chart  # numpy is loaded with the first order, not with the program

            self._chart = Chart(dict(self.ok))
        return self._chart

    def learn(self, ids: Iterable[int], network: Network, ready: ReadyScenario, order: OrderFacts) -> None:
        """Judge places not met before; ids that are no place of this network are out without a reason."""
        for id_ in ids:
            place = network.places.get(id_)
            env = Env(order, place)
            reason = "" if place is None else _judge(place, ready, order.method, env)
            if env.clashes:
                self.clashes[id_] = env.clashes
            if reason is not None or place is None:
                self.out[id_] = reason or ""
                continue
            self.ok[id_] = (*(place.direction or (0.0, 0.0, 0.0)), 0.0 if place.direction else UNKNOWN, place.code)
            if place.limit is not None and ready.scenario.guards.daily_limit:
                self.limited[id_] = place
                left = room(place, place.load)
                if left is None:
                    self.full.add(id_)
                elif left.is_bounded:
                    self.rooms[id_] = left


class Prepared:
    """A strategy on one snapshot; what it remembers lives as long as the snapshot."""

    def __init__(self, network: Network, ready: Ready) -> None:
        self.ready = ready
        self.blocked: dict[int, set[int]] = {}  # product id → locations
        for location_id, product_id in network.blocked:
            self.blocked.setdefault(product_id, set()).add(location_id)
        self._memos: dict[tuple[int, Method], Memo] = {}

    def memo(self, ready: ReadyScenario, method: Method) -> Memo:
        """Return what is remembered for a scenario and a method."""
        key = (id(ready), method)
        memo = self._memos.get(key)
        if memo is None:
            memo = self._memos[key] = Memo()
        return memo


_READY: list[Ready] = []  # the strategies compiled last
_READY_KEPT = 8
_PREPARED: WeakKeyDictionary[Network, list[Prepared]] = WeakKeyDictionary()


def compiled(strategy: Strategy) -> Ready:
    """Return a strategy ready to decide; the last few are kept."""
    for ready in tuple(_READY):
        if ready.strategy is strategy:
            return ready
    ready = _compile(strategy)
    _READY.append(ready)
    del _READY[:-_READY_KEPT]
    return ready


def prepared(network: Network, strategy: Strategy) -> Prepared:
    """Return a strategy on a snapshot; kept as long as the snapshot."""
    kept = _PREPARED.setdefault(network, [])
    for one in kept:
        if one.ready.strategy is strategy:
            return one
    made = Prepared(network, compiled(strategy))
    kept.append(made)
    return made


def _compile(strategy: Strategy) -> Ready:
    lanes = tuple((lane, tuple(map(compile_filter, lane.when))) for lane in strategy.lanes)
    routes = tuple(
        ReadyRoute(route, tuple(map(compile_filter, route.when)), tuple(map(_scenario, route.scenarios)))
        for route in strategy.routes
    )
    return Ready(strategy, lanes, routes)


def _scenario(scenario: Scenario) -> ReadyScenario:
    by_kind: dict[str, list[tuple[int, Compiled]]] = {"place": [], "order": [], "pair": [], "line": []}
    for numbered in enumerate(map(compile_filter, scenario.filters)):
        by_kind[_kind(numbered[1].scope)].append(numbered)
    ranked = scenario.locations or scenario.groups
    return ReadyScenario(
        scenario,
        per_place=tuple(by_kind["place"]),
        per_order=tuple(by_kind["order"]),
        per_pair=tuple(by_kind["pair"]),
        per_line=tuple(by_kind["line"]),
        ranks={code: rank for rank, code in enumerate(ranked)},
        sorted_by=tuple(map(_sort_words, scenario.sorts)),
    )


def _sort_words(sort: Sort) -> str:
    words = str(sort.field if sort.by is SortBy.ATTRIBUTE else sort.by)
    return f"{words}, largest first" if sort.descending else words


def _kind(scope: Scope) -> str:
    if scope & (Scope.ITEM | Scope.STOCK):
        return "line"
    if not scope & ~Scope.ORDER:
        return "order"
    return "pair" if scope & _LIVE else "place"


def _judge(place: Place, ready: ReadyScenario, method: Method, env: Env) -> str | None:
    """Return why a place is out, whatever the order; None: it is not."""
    guards = ready.scenario.guards
    if place.closed:
        return Out.CLOSED
    if method not in place.methods:
        return Out.METHOD
    if method in place.paused:
        return Out.PAUSED
    if ready.scenario.locations and place.code not in ready.ranks:
        return Out.GROUP
    if ready.scenario.groups and place.groups.isdisjoint(ready.ranks):
        return Out.GROUP
    if guards.closing and _is_late(place.work_minutes_left.get(method)):
        return Out.CLOSING
    if guards.cutoff and _is_late(place.cutoff_minutes_left.get(method)):
        return Out.CUTOFF
    for number, part in ready.per_place:
        if not part.test(env):
            return f"{Out.FILTER}:{number}"
    return None


def _is_late(minutes: float | None) -> bool:
    return minutes is not None and minutes < 0
