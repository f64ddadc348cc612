"""What the demo does next: the orders of the seconds gone by, the steps that are due, incidents that begin and end.

Pure: a plan is a value; `simulator.py` carries it out. Nothing is remembered here but what is still to be done to open
shipments, and that can be drawn again from the database after a restart.
"""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from backend.orders.rules import NewOrder
from backend.simulation.demo.course import Act, Opened, course
from backend.simulation.demo.incidents import LONGEST, Incident, IncidentKind, incidents
from backend.simulation.demo.rhythm import Demand
from backend.simulation.demo.world import World, chance
from models.enums import Method

#: The weights of demand change slowly: worked out once per so many seconds.
_DEMAND_SECONDS = 60
#: How far ahead incidents are known to a course; what is planned later than that is not disturbed.
_AHEAD = timedelta(hours=4)
#: The incidents at hand are looked up once per so many seconds.
_TROUBLE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do for the time after `start` until `end`, in this order."""

    start: datetime
    end: datetime
    ended: Sequence[Incident]
    begun: Sequence[Incident]
    arrivals: Sequence[NewOrder]


class Agenda:
    """What is still to be done to open shipments, by time."""

    def __init__(self) -> None:
        """Begin with nothing to do."""
        self._heap: list[Act] = []
        self._open: dict[int, Opened] = {}
        self._left: dict[int, int] = {}

    def __contains__(self, shipment_id: int) -> bool:
        """Return whether anything is left to do to a shipment."""
        return shipment_id in self._open

    def put(self, opened: Opened, acts: Sequence[Act]) -> None:
        """Put a shipment's acts on the agenda, in place of what was there for it."""
        if opened.shipment_id in self._open:
            self._heap = [act for act in self._heap if act.shipment_id != opened.shipment_id]
            heapq.heapify(self._heap)
            self.drop(opened.shipment_id)
        if not acts:
            return
        self._open[opened.shipment_id] = opened
        self._left[opened.shipment_id] = len(acts)
        for act in acts:
            heapq.heappush(self._heap, act)

    def drop(self, shipment_id: int) -> None:
        """Forget a shipment that somebody else has taken in hand."""
        self._open.pop(shipment_id, None)
        self._left.pop(shipment_id, None)

    def due(self, until: datetime) -> list[Act]:
        """Take off and return the acts due until an instant, earliest first."""
        found: list[Act] = []
        while self._heap and self._heap[0].at <= until:
            act = heapq.heappop(self._heap)
            if act.shipment_id not in self._open:
                continue
            found.append(act)
            self._left[act.shipment_id] -= 1
            if self._left[act.shipment_id] == 0:
                self.drop(act.shipment_id)
        return found

    def at(self, code: str, methods: Collection[Method]) -> list[Opened]:
        """Return the open shipments of a location, in order of id."""
        found = (item for item in self._open.values() if item.code == code and item.method in methods)
        return sorted(found, key=lambda item: item.shipment_id)


class Planner:
    """Plans for one world. Keeps only caches."""

    def __init__(self, world: World) -> None:
        """Plan for `world`."""
        self.world = world
        self._troubles: tuple[int, list[Incident]] = (-1, [])
        self._demand: tuple[tuple[int, frozenset[str]], Demand] | None = None

    def plan(self, start: datetime, end: datetime, *, closed: Collection[str] = (), scale: float = 1.0) -> Plan:
        """Return what happens in (start, end]. Nothing is ordered where it is `closed`; `scale` thins the orders."""
        troubles = self.troubles(end)
        ours = [item for item in troubles if item.start <= end]
        return Plan(
            start,
            end,
            ended=[item for item in ours if start < item.end <= end],
            begun=[item for item in ours if start < item.start <= end],
            arrivals=list(self._arrivals(start, end, closed, scale)),
        )

    def troubles(self, at: datetime) -> list[Incident]:
        """Return the incidents that are on at an instant or come within a course's reach."""
        slot = int(at.timestamp()) // _TROUBLE_SECONDS
        if self._troubles[0] != slot:
            begin = datetime.fromtimestamp(slot * _TROUBLE_SECONDS, UTC)
            self._troubles = (slot, incidents(self.world, begin - LONGEST, begin + _AHEAD))
        return self._troubles[1]

    def course(self, opened: Opened) -> list[Act]:
        """Return everything that will be done to a shipment."""
        return course(self.world, opened, self.troubles(opened.at))

    def _arrivals(self, start: datetime, end: datetime, closed: Collection[str], scale: float) -> Iterator[NewOrder]:
        first, last = int(start.timestamp()) + 1, int(end.timestamp())
        for second in range(first, last + 1):
            demand = self._demand_of(second // _DEMAND_SECONDS, closed)
            yield from (order for order in demand.orders(second) if self._kept(order, scale))

    def _demand_of(self, minute: int, closed: Collection[str]) -> Demand:
        key = (minute, frozenset(closed))
        if self._demand is None or self._demand[0] != key:
            at = datetime.fromtimestamp(minute * _DEMAND_SECONDS, UTC)
            troubles = self.troubles(at)
            shut = {
                item.codes[0] for item in troubles if item.kind is IncidentKind.CLOSURE and item.start <= at < item.end
            }
            self._demand = (key, Demand.at(self.world, at, troubles, shut | set(closed)))
        return self._demand[1]

    def _kept(self, order: NewOrder, scale: float) -> bool:
        """Return whether an order is kept when only a share of them is: drawn by its number, always the same ones."""
        return scale >= 1 or chance(self.world.seed, "kept", order.external_id).random() < scale
