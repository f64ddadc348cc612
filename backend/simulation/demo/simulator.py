"""Carries out the demo's plans through the services that a real shop would call. What is planned is `planner.py`;
when it is called is `service.py` and `warmup.py`.

Others may change anything under it: what the services refuse is skipped, and the shipment is left to them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from backend.context import Context
from backend.fulfillment import service as fulfillment
from backend.fulfillment.rules import StepCommand
from backend.fulfillment.workflow import WAY
from backend.locations import service as locations
from backend.orders import service as orders
from backend.persistence.uow import Uow
from backend.routing.geometry import haversine_km
from backend.simulation import facts
from backend.simulation.demo import floor, forks, shipments, upkeep
from backend.simulation.demo.course import Act, Opened, Pause
from backend.simulation.demo.incidents import CLOSURES, Incident, IncidentKind
from backend.simulation.demo.network import Site
from backend.simulation.demo.planner import Agenda, Planner
from backend.simulation.demo.shipments import Standing
from backend.simulation.demo.world import World, is_staffed
from models.enums import Method, ShipmentStatus
from models.errors import DomainError

HOLD_REASON = "Address is being checked with the customer"
#: Deliveries given to a neighbour when a store closes.
_RESCUED = 4

Item = TypeVar("Item")


class _Kind(StrEnum):
    """What a batch of acts asks of the services."""

    ADVANCE = "advance"
    HOLD = "hold"
    RELEASE = "release"


class Simulator:
    """One demo network in one database. `step` is all it does: called every second, or in longer strides."""

    def __init__(self, ctx: Context, seed: int) -> None:
        """Work on `ctx`'s database, by its clock."""
        self._ctx = ctx
        self.planner = Planner(World(seed))
        self.agenda = Agenda()
        self._waiting: set[int] = set()

    def use(self, ctx: Context) -> None:
        """Go on by another clock: the real one, after the fast-forward."""
        self._ctx = ctx

    def recall(self, reached: datetime) -> None:
        """Draw the agenda of all open shipments that are not on it from the database."""
        with self._ctx.read() as uow:
            known = shipments.unfinished(uow)
        self._take_up(known, reached)

    def _take_up(self, known: Sequence[Standing], reached: datetime) -> None:
        """Put on the agenda what is left to do to shipments; who waits for something is looked at again later."""
        self._waiting |= {item.opened.shipment_id for item in known if item.waits}
        for item in (item for item in known if not item.waits):
            if item.opened.shipment_id not in self.agenda and item.opened.code in self.planner.world.sites:
                acts = self.planner.course(item.opened)
                self.agenda.put(item.opened, [act for act in acts if _is_left(act, item, reached)])

    def finish_old(self, until: datetime) -> None:
        """Do what was due to open shipments before `until`, and end the closures that have passed meanwhile."""
        self._work(until)
        with self._ctx.uow() as uow:
            on = {item.codes[0] for item in self.planner.troubles(until) if item.covers(item.codes[0], until)}
            for code in upkeep.closed_codes(uow):
                if code not in on and upkeep.closed_for(uow, code) in CLOSURES:
                    locations.reopen_location(uow, code)

    def step(self, start: datetime, end: datetime, *, scale: float = 1.0) -> None:
        """Do what happens in (start, end]; `scale` thins the orders."""
        with self._ctx.read() as uow:
            closed = upkeep.closed_codes(uow)
        plan = self.planner.plan(start, end, closed=closed, scale=scale)
        for incident in plan.ended:
            self._each([incident], _end)
        for incident in plan.begun:
            self._each([incident], _begin)
            if incident.kind is IncidentKind.CLOSURE:
                self._rescue(incident, end, closed)
        self._place(plan.arrivals)
        self._work(end)
        if self._waiting:
            with self._ctx.read() as uow:
                over = shipments.go_on(uow, self._waiting)
            self._waiting -= {item.opened.shipment_id for item in over}
            self._take_up(over, end)
        with self._ctx.uow() as uow:
            floor.look_after(uow, start=start, end=end)
            upkeep.keep_up(uow, start=start, end=end)
            facts.update(uow, facts.DEMO, {"reached": end.isoformat()})

    def _place(self, arrivals: Sequence[Any]) -> None:
        ids: list[int] = []

        def place(uow: Uow, batch: Sequence[Any]) -> None:
            placed = orders.place(uow, batch)
            ids.extend(part.id for done in placed for part in done.shipments)

        self._each(arrivals, place)
        self._plan_for(ids)

    def _plan_for(self, ids: Sequence[int]) -> None:
        with self._ctx.read() as uow:
            opened = shipments.opened(uow, ids)
        self._waiting |= {item.opened.shipment_id for item in opened if item.waits}
        for item in (item.opened for item in opened if not item.waits):
            self.agenda.put(item, self.planner.course(item))

    def _work(self, until: datetime) -> None:
        """Carry out what is due. A shipment has one step per call, so what it does next goes into the next round."""
        rounds: dict[tuple[int, _Kind], list[Act]] = defaultdict(list)
        seen: dict[int, int] = defaultdict(int)
        for act in self.agenda.due(until):
            rounds[seen[act.shipment_id], _kind(act)].append(act)
            seen[act.shipment_id] += 1
        for (_, kind), acts in sorted(rounds.items()):
            for act in self._each(acts, _CARRY_OUT[kind]):
                self.agenda.drop(act.shipment_id)

    def _rescue(self, incident: Incident, now: datetime, closed: Sequence[str]) -> None:
        """Give some deliveries of a store that just closed to its nearest open neighbour."""
        world = self.planner.world
        site = world.sites[incident.codes[0]]
        neighbour = _neighbour(world, site, now, {*closed, *incident.codes})
        reason = f"{site.code} is closed: {incident.words}"[:120]
        ids = [item.shipment_id for item in self.agenda.at(site.code, {Method.DELIVERY})][:_RESCUED]

        def move(uow: Uow, batch: Sequence[int]) -> None:
            for shipment_id in batch:
                fulfillment.reassign(uow, shipment_id, neighbour.code, reason=reason)

        refused = set(self._each(ids, move))
        self._plan_for([shipment_id for shipment_id in ids if shipment_id not in refused])

    def _each(self, items: Sequence[Item], action: Callable[[Uow, Sequence[Item]], None]) -> list[Item]:
        """Do all in one transaction; when that is refused, each half in its own. Return what is refused alone."""
        if not items:
            return []
        try:
            with self._ctx.uow() as uow:
                action(uow, items)
        except DomainError:
            if len(items) == 1:
                return list(items)
            middle = len(items) // 2  # in halves: a few that are refused cost a few transactions more, not one each
            return self._each(items[:middle], action) + self._each(items[middle:], action)
        return []


def _neighbour(world: World, site: Site, now: datetime, closed: set[str]) -> Site:
    here = (site.place.latitude, site.place.longitude)
    fit = [
        other
        for other in world.sites.values()
        if Method.DELIVERY in other.format.methods and other.code not in closed and is_staffed(other, now)
    ]
    return min(fit or [site], key=lambda other: haversine_km(here, (other.place.latitude, other.place.longitude)))


def _begin(uow: Uow, batch: Sequence[Incident]) -> None:
    for incident in batch:
        if incident.kind is IncidentKind.CLOSURE:
            locations.close_location(uow, incident.codes[0], reason=incident.words)
        else:
            locations.note(uow, incident.codes, text=incident.words, until=incident.end)


def _end(uow: Uow, batch: Sequence[Incident]) -> None:
    for incident in batch:
        if incident.kind is IncidentKind.CLOSURE and upkeep.closed_for(uow, incident.codes[0]) == incident.words:
            locations.reopen_location(uow, incident.codes[0])


def _advance(uow: Uow, acts: Sequence[Act]) -> None:
    fulfillment.advance(uow, forks.on_the_way(uow, acts))
    fulfillment.advance(uow, [StepCommand(act.shipment_id, ShipmentStatus(act.to), at=act.at) for act in acts])


def _hold(uow: Uow, acts: Sequence[Act]) -> None:
    fulfillment.hold(uow, [act.shipment_id for act in acts], reason=HOLD_REASON)


def _release(uow: Uow, acts: Sequence[Act]) -> None:
    fulfillment.release(uow, [act.shipment_id for act in acts])


_CARRY_OUT: dict[_Kind, Callable[[Uow, Sequence[Act]], None]] = {
    _Kind.ADVANCE: _advance,
    _Kind.HOLD: _hold,
    _Kind.RELEASE: _release,
}


def _kind(act: Act) -> _Kind:
    return _Kind(act.to.value) if isinstance(act.to, Pause) else _Kind.ADVANCE


def _is_left(act: Act, item: Standing, reached: datetime) -> bool:
    """Return whether an act of a redrawn course is still to be done. A hold by somebody else is his to end."""
    if isinstance(act.to, Pause):
        return act.at > reached or (act.to is Pause.RELEASE and item.held and item.hold_reason == HOLD_REASON)
    way = WAY[item.opened.method]
    return way.index(act.to) > way.index(item.status)


__all__ = ["Opened", "Simulator"]
