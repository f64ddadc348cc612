"""Small networks and orders for tests of the routing engine: stock is a dictionary of product → location → units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.routing.document import Strategy, parse_strategy
from backend.routing.facts import Decision, LineFacts, Network, OrderFacts, Place
from models.enums import Method

ALL_METHODS = frozenset(Method)


class Shelf:
    """Stock in memory, the same for every order."""

    def __init__(self, units: Mapping[int, Mapping[int, int]]) -> None:
        self.units = {product: dict(places) for product, places in units.items()}

    def holders(self, product_id: int, order: OrderFacts) -> Mapping[int, int]:
        """Return units by location."""
        return {id_: units for id_, units in self.units.get(product_id, {}).items() if units}

    def take(self, location_id: int, product_id: int, units: int, order: OrderFacts) -> None:
        """Take units away; more than there are is an error of the engine."""
        left = self.units[product_id][location_id] - units
        assert left >= 0, f"{units} of product {product_id} promised at {location_id}, {-left} too many"
        self.units[product_id][location_id] = left


def place(id_: int, code: str | None = None, **facts: Any) -> Place:
    """Return a place that offers every method; `id_` degrees east of Greenwich on the equator unless stated."""
    facts.setdefault("methods", ALL_METHODS)
    facts.setdefault("latitude", 0.0)
    facts.setdefault("longitude", float(id_))
    return Place(id_, code or f"L{id_:02}", **facts)


def network(
    places: list[Place], units: Mapping[int, Mapping[int, int]], *, blocked: frozenset[tuple[int, int]] = frozenset()
) -> Network:
    """Return a network of these places with this stock (product → location → units)."""
    return Network({p.location_id: p for p in places}, {p.code: p for p in places}, Shelf(units), blocked)


def order(*lines: tuple[int, int], **facts: Any) -> OrderFacts:
    """Return an order for (product, quantity) lines, to be sent to 0° 0° unless stated; line ids count from 100."""
    facts.setdefault("latitude", 0.0)
    facts.setdefault("longitude", 0.0)
    facts.setdefault("method", Method.SHIP)
    made = tuple(
        line if isinstance(line, LineFacts) else LineFacts(100 + number, line[0], f"SKU-{line[0]}", line[1])
        for number, line in enumerate(lines)
    )
    return OrderFacts(facts.pop("external_id", "O-1"), facts.pop("channel", "web"), facts.pop("method"), made, **facts)


def strategy(*scenarios: Mapping[str, Any], route: Mapping[str, Any] | None = None, **more: Any) -> Strategy:
    """Return a strategy of one route with these scenarios; each gets a name."""
    named = [{"name": f"S{number}"} | dict(scenario) for number, scenario in enumerate(scenarios or ({},))]
    document = {"title": "Test", "routes": [{"name": "R", "scenarios": named} | dict(route or {})]} | more
    return parse_strategy(document)


def given_to(decision: Decision) -> dict[str, dict[int, int]]:
    """Return what each location takes: code → line id → units."""
    return {one.place.code: dict(one.units) for one in decision.assignments}


def left_over(decision: Decision) -> list[tuple[int, int, str, str]]:
    """Return what is left over: line id, units, action, reason."""
    return [(one.line_id, one.units, str(one.action), str(one.reason)) for one in decision.leftovers]
