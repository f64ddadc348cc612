"""Run one shadow run: both strategies decide the same orders, each on its own copy of the stock, a slice at a time.

It reads in small transactions and writes only its own row. What it knows is in memory: a process that takes a run over
from one that died begins it anew.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from backend.context import Context
from backend.orders import routed
from backend.persistence.uow import Uow
from backend.routing import shadow, snapshot, stock, strategies
from backend.routing.document import Strategy, parse_strategy
from backend.routing.engine import route_all
from backend.routing.facts import Decision, Held, Load, Network, OrderFacts, Place
from backend.routing.outcome import History, facts_of, outcome_of
from backend.routing.stock import FreshStock
from models.enums import RoutingOutcome, WorkStatus
from models.tables import Order

#: Orders per slice.
SLICE = 250
#: Orders that differ, and locations with their load, that a result names.
NAMED = 100


@dataclass(slots=True)
class Side:
    """One of the two strategies, with its own stock and loads, and what it came to."""

    label: str
    strategy: Strategy
    places: dict[int, Place]
    shelves: dict[int, FreshStock] = field(default_factory=dict)
    outcomes: Counter[RoutingOutcome] = field(default_factory=Counter)
    shipments: int = 0
    units: int = 0
    units_left: int = 0
    cost_minor: int = 0
    kilometres: list[float] = field(default_factory=list)
    loads: Counter[str] = field(default_factory=Counter)

    def holders(self, product_id: int, order: OrderFacts) -> Mapping[int, int]:
        """Return units available (see `facts.Stock`)."""
        return self.shelves[product_id].holders(product_id, order)

    def take(self, location_id: int, product_id: int, units: int, order: OrderFacts) -> None:
        """Count units as promised, on this side only."""
        self.shelves[product_id].take(location_id, product_id, units, order)

    def decide(
        self, orders: Sequence[OrderFacts], blocked: frozenset[tuple[int, int]], held: Mapping[tuple[int, int], Held]
    ) -> list[Decision]:
        """Decide orders one after the other and add up what comes of it."""
        by_code = {place.code: place for place in self.places.values()}
        decisions = route_all(orders, Network(self.places, by_code, self, blocked, held), self.strategy)
        for order, decision in zip(orders, decisions, strict=True):
            self._add(order, decision)
        return decisions

    def _add(self, order: OrderFacts, decision: Decision) -> None:
        self.outcomes[outcome_of(decision)] += 1
        self.shipments += len(decision.assignments)
        self.units_left += sum(left.units for left in decision.leftovers)
        prices = {line.line_id: line.unit_price_minor for line in order.lines}
        for part in decision.assignments:
            units = sum(count for _, count in part.units)
            worth = sum(count * prices[line] for line, count in part.units)
            self.units += units
            self.cost_minor += part.cost_minor or 0
            self.loads[part.place.code] += 1
            if part.distance_km is not None:
                self.kilometres.append(part.distance_km)
            place = self.places[part.place.location_id]
            load = place.load
            more = Load(load.orders + 1, load.items + units, load.money_minor + worth, load.open_shipments + 1)
            self.places[place.location_id] = replace(place, load=more)

    def report(self) -> dict[str, Any]:
        """Return what it came to."""
        far = self.kilometres
        return {
            "strategy": self.label,
            "assigned": self.outcomes[RoutingOutcome.ASSIGNED] + self.outcomes[RoutingOutcome.SPLIT],
            "split": self.outcomes[RoutingOutcome.SPLIT],
            "partial": self.outcomes[RoutingOutcome.PARTIAL],
            "unassigned": self.outcomes[RoutingOutcome.NONE],
            "shipments": self.shipments,
            "units": self.units,
            "units_left": self.units_left,
            "mean_km": round(statistics.fmean(far), 1) if far else None,
            "median_km": round(statistics.median(far), 1) if far else None,
            "cost_minor": self.cost_minor,
            "locations": len(self.loads),
            "load": [{"location": code, "shipments": count} for code, count in _first(self.loads)],
        }


class Shadowing:
    """A run that this process has claimed."""

    def __init__(self, ctx: Context, run_id: int, ids: Sequence[int], sides: tuple[Side, Side]) -> None:
        self._ctx, self.run_id, self._ids, self._sides = ctx, run_id, ids, sides
        self._done = 0
        self._differing = 0
        self._differ: list[dict[str, Any]] = []

    @classmethod
    def claim(cls, ctx: Context, run_id: int) -> Shadowing | None:
        """Take a run, or None when it has ended or another process has it."""
        with ctx.uow() as uow:
            run = shadow.claim(uow, run_id)
            if run is None:
                return None
            last = sa.select(col(Order.id)).order_by(col(Order.id).desc()).limit(run.orders)
            ids = sorted(id_ for id_ in uow.session.scalars(last) if id_ is not None)
            active = strategies.active(uow)
            tried = f"{run.strategy_name} version {run.strategy_version}" if run.strategy_version else run.strategy_name
            names = (
                (f"{active.name} version {active.version}", active.strategy),
                (tried, parse_strategy(run.strategy)),
            )
            places = {
                id_: replace(place, load=Load(open_shipments=place.load.open_shipments))
                for id_, place in snapshot.take(uow, products=()).places.items()
            }
        first, second = (Side(label, strategy, dict(places)) for label, strategy in names)
        return cls(ctx, run_id, ids, (first, second))

    def step(self) -> bool:
        """Decide the next orders; return whether there is more to do."""
        ids = self._ids[self._done : self._done + SLICE]
        if ids:
            with self._ctx.read() as uow:
                self._compare(uow, ids)
            self._done += len(ids)
            with self._ctx.uow() as uow:
                return shadow.note(uow, self.run_id, done=self._done)
        with self._ctx.uow() as uow:
            shadow.finish(uow, self.run_id, WorkStatus.DONE, self._result())
        return False

    def fail(self, problem: str) -> None:
        """End the run because it cannot be finished."""
        with self._ctx.uow() as uow:
            shadow.finish(uow, self.run_id, WorkStatus.FAILED, {"problem": problem[:500]})

    def _compare(self, uow: Uow, ids: Sequence[int]) -> None:
        orders = routed.read(uow, ids)
        facts = [facts_of(order, History()) for order in orders]
        products = {line.product_id for item in facts for line in item.lines}
        self._ensure(uow, products)
        blocked = snapshot.take(uow, products=products, given={item.given for item in facts}).blocked
        active, tried = (side.decide(facts, blocked, stock.held(uow, side.strategy, products)) for side in self._sides)
        for order, one, other in zip(orders, active, tried, strict=True):
            if _where(one) == _where(other):
                continue
            self._differing += 1
            if len(self._differ) < NAMED:
                self._differ.append(
                    {
                        "order": order.id,
                        "external_id": order.external_id,
                        "active": [code for code, _ in _where(one)],
                        "tried": [code for code, _ in _where(other)],
                    }
                )

    def _ensure(self, uow: Uow, products: Collection[int]) -> None:
        """Read the stock of products not met before, once, as it is now; each side gets a copy."""
        missing = set(products) - self._sides[0].shelves.keys()
        if not missing:
            return
        fresh = stock.read(uow, missing)
        copies = (fresh, fresh.copy())
        for side, shelf in zip(self._sides, copies, strict=True):
            side.shelves.update(dict.fromkeys(missing, shelf))

    def _result(self) -> dict[str, Any]:
        active, tried = (side.report() for side in self._sides)
        return {
            "active": active,
            "tried": tried,
            "orders": self._done,
            "differing": self._differing,
            "differ": self._differ,
        }


def _where(decision: Decision) -> tuple[tuple[str, tuple[tuple[int, int], ...]], ...]:
    return tuple((part.place.code, part.units) for part in decision.assignments)


def _first(loads: Counter[str]) -> list[tuple[str, int]]:
    """Return the locations with most shipments, ties by code."""
    return sorted(loads.items(), key=lambda pair: (-pair[1], pair[0]))[:NAMED]
