"""One day of a real maker's outbound logistics: which plant takes which order, beside what a solver proves possible.

9,215 orders of one product each; a plant makes some products, may serve only its own customers, reaches some ports, and
takes so many orders a day. The day is far over what the plants can take, so most orders stay without a plant whoever
decides. An order costs the plant's price per unit and the cheapest freight of its service level from the plant's ports:
the rate by weight, at least the minimum (by ground reckoned like by air; CRF: the customer pays the freight).

Our engine decides order by order as they come, without seeing the next; the solver (HiGHS) sees the whole day. Its
problem is one of flows, so its optimum is in whole orders and a true bound. `orders`: how many find a plant, beside the
most there can be. `cost`: of these, beside the least that the same orders can cost, and beside the least that any so
many can cost: that bound may pick the cheap ones of the day, which nobody may who takes orders as they come.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.routing.cost import cost_minor, parcel
from backend.routing.document import parse_strategy
from backend.routing.engine import route_all
from backend.routing.facts import Decision, Limit, LineFacts, Network, OrderFacts, Place
from bench.harness import Figure
from models.enums import Method

DATA = Path(os.environ.get("PICKWATCH_DATA", Path(__file__).resolve().parents[1].parent / "shared" / "data"))
FILE = DATA / "brunel" / "supply_chain_logistics_problem.xlsx"
CUSTOMER_PAYS = "CRF"

#: What makes a plant eligible beside its products: its customers, when it has only some, and a lane for the service.
ELIGIBLE = [
    {
        "any": [
            {"field": "location.attributes.customers", "op": "contains", "value": {"field": "customer.id"}},
            {"not": {"field": "location.attributes.only_its_customers", "op": "equal", "value": True}},
        ]
    },
    {"field": "location.attributes.services", "op": "contains", "value": {"field": "order.service_level"}},
]

#: The same rules, two rankings.
RANKINGS: Mapping[str, list[dict[str, Any]]] = {
    "cheapest first": [{"by": "cost"}],
    "least used first": [{"by": "attribute", "field": "location.load.used_percent"}, {"by": "cost"}],
}


@dataclass(frozen=True)
class Day:
    """The workbook, read: plants as places, orders, and who makes which product."""

    places: Mapping[int, Place]
    orders: Sequence[OrderFacts]
    makers: Mapping[int, Mapping[int, int]]


class Makers:
    """Stock without end at the plants that make a product: what is scarce here is their day."""

    def __init__(self, makers: Mapping[int, Mapping[int, int]]) -> None:
        self.makers = makers

    def holders(self, product_id: int, order: OrderFacts) -> Mapping[int, int]:
        """Return the plants that make a product."""
        return self.makers.get(product_id, {})

    def take(self, location_id: int, product_id: int, units: int, order: OrderFacts) -> None:
        """Make some more."""


def run() -> Iterator[Figure]:
    """Route the day by each ranking, and have it solved."""
    from bench.brunel_solver import least_cost, most_orders

    day = read_day(FILE)
    pairs = eligible(day)
    started = time.perf_counter()
    most = most_orders(pairs, capacities(day))
    solved = time.perf_counter() - started
    yield Figure(
        f"{len(day.orders):,} orders, solver: most orders",
        [most],
        unit="",
        note=f"{len(pairs):,} have a plant, capacity {sum(capacities(day).values()):,}; solved in {solved:.1f} s",
    )
    for name, sorts in RANKINGS.items():
        decisions, milliseconds = decide(day, sorts)
        taken = [number for number, one in enumerate(decisions) if one.assignments]
        cost = sum(decisions[number].assignments[0].cost_minor or 0 for number in taken) / 100
        same = least_cost({number: pairs[number] for number in taken}, capacities(day), len(taken)) / 100
        any_ = least_cost(pairs, capacities(day), len(taken)) / 100
        yield Figure(
            f"{name}: orders",
            [len(taken)],
            unit="",
            ratios={"of the most": len(taken) / most},
            note=_use(day, [decisions[number] for number in taken]),
        )
        yield Figure(
            f"{name}: cost",
            [cost],
            unit="$",
            ratios={"× the least for these orders": cost / same, "× for any so many": cost / any_},
            note=f"bounds {same:,.0f} and {any_:,.0f}",
        )
        yield Figure(f"{name}: per decision", [milliseconds], note=f"{1_000 / milliseconds:,.0f} decisions/s")


def decide(day: Day, sorts: list[dict[str, Any]]) -> tuple[list[Decision], float]:
    """Return the decisions of a day and the milliseconds of each."""
    scenario = {"name": "Plants", "filters": ELIGIBLE, "sorts": sorts}
    strategy = parse_strategy({"title": "Brunel", "routes": [{"name": "All", "scenarios": [scenario]}]})
    network = Network(day.places, {one.code: one for one in day.places.values()}, Makers(day.makers))
    started = time.process_time()
    decisions = route_all(day.orders, network, strategy)
    return decisions, (time.process_time() - started) * 1_000 / len(decisions)


def capacities(day: Day) -> dict[int, int]:
    """Return how many orders each plant takes."""
    return {id_: place.limit.orders or 0 for id_, place in day.places.items() if place.limit is not None}


def eligible(day: Day) -> dict[int, dict[int, int]]:
    """Return what each order would cost (in cents) at each plant that may take it, by place in the file."""
    pairs: dict[int, dict[int, int]] = {}
    for number, order in enumerate(day.orders):
        for id_ in day.makers.get(order.lines[0].product_id, {}):
            plant = day.places[id_].attributes
            mine = not plant["only_its_customers"] or order.customer["id"] in plant["customers"]
            if mine and order.service_level in plant["services"]:
                cost = cost_minor(day.places[id_], parcel(order, [(order.lines[0], order.lines[0].quantity)]), None)
                if cost is None:
                    raise ValueError(f"{order.external_id} has no tariff at {day.places[id_].code}")
                pairs.setdefault(number, {})[id_] = cost
    return pairs


def _use(day: Day, taken: Sequence[Decision]) -> str:
    used: dict[int, int] = defaultdict(int)
    for decision in taken:
        used[decision.assignments[0].place.location_id] += 1
    full = sum(used[id_] >= most for id_, most in capacities(day).items())
    return f"{sum(used.values()) / sum(capacities(day).values()):.0%} of the capacity used, {full} plants full"


def read_day(path: Path) -> Day:
    """Return the workbook as facts."""
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True)
    sheets = {sheet.title: list(sheet.iter_rows(values_only=True))[1:] for sheet in book}
    ids = {row[0]: number for number, row in enumerate(sheets["WhCapacities"], 1)}
    makers: dict[int, dict[int, int]] = defaultdict(dict)
    for plant, product, *_ in sheets["ProductsPerPlant"]:
        if plant in ids:
            makers[product][ids[plant]] = 1_000_000_000
    orders = [_order(row) for row in sheets["OrderList"]]
    return Day(_plants(sheets, ids), orders, makers)


def _order(row: Sequence[Any]) -> OrderFacts:
    number, service, customer, product, units, kg = row[0], row[5], row[8], row[9], row[12], row[13]
    grams = kg * 1_000 / units  # a fraction of a gram matters for 3,000 of them
    line = LineFacts(0, product, str(product), units, weight_g=grams)
    return OrderFacts(str(number), "plant", Method.SHIP, (line,), service_level=service, customer={"id": customer})


def _plants(sheets: Mapping[str, list[Any]], ids: Mapping[str, int]) -> dict[int, Place]:
    prices = dict(row[:2] for row in sheets["WhCosts"])
    tariffs = _tariffs(sheets["FreightRates"])
    places = {}
    for code, most, *_ in sheets["WhCapacities"]:
        ports = [row[1] for row in sheets["PlantPorts"] if row[0] == code]
        services = {
            service: {"tariffs": [row for port in ports for row in tariffs.get((port, service), ())]}
            for service in ("DTD", "DTP")
        }
        customers = [row[1] for row in sheets["VmiCustomers"] if row[0] == code]
        attributes = {
            "cost": {"per_unit": prices[code] * 100, "services": services},
            "services": [*(service for service, rows in services.items() if rows["tariffs"]), CUSTOMER_PAYS],
            "customers": customers,
            "only_its_customers": bool(customers),
        }
        limit = Limit(orders=most)
        places[ids[code]] = Place(ids[code], code, frozenset({Method.SHIP}), attributes=attributes, limit=limit)
    return places


def _tariffs(rows: Sequence[Any]) -> dict[tuple[str, str], list[dict[str, float]]]:
    """Return carriers' rates by port and service, in cents."""
    tariffs: dict[tuple[str, str], list[dict[str, float]]] = defaultdict(list)
    for _, port, _, low, high, service, least, rate, *_ in rows:
        row = {"from_kg": low, "to_kg": high, "least": least * 100, "per_kg": rate * 100}
        if row not in tariffs[port, service]:
            tariffs[port, service].append(row)
    return tariffs
