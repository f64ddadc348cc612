"""Decide where orders go, hold the stock they need, and open their shipments. Which place is best decides the engine.

Load → decide → lock and reserve what was chosen → count limits → write. A decision that was overtaken between looking
and locking is made again: `route_due` leaves the order due for its next transaction, so that locks are always taken in
ascending order; `route_orders` decides again in a savepoint and, the last time, with all candidates locked.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from backend.inventory import queries as stock
from backend.inventory import service as inventory
from backend.metrics.registry import ROUTING_SECONDS
from backend.orders import routed
from backend.persistence.uow import Uow
from backend.routing import limits, snapshot, strategies
from backend.routing.facts import Decision, Leftover, OrderFacts
from backend.routing.outcome import History, facts_of
from backend.routing.shelf import Key, Shelf
from backend.routing.simple import route_all
from backend.routing.snapshot import Snapshot
from backend.routing.strategies import Active
from backend.routing.writing import Choice, Routed, choose, write
from backend.wakeups import Topic
from models.enums import Remainder

#: How often a decision made without locks may be overtaken before the next one is made with all candidates locked.
OPTIMISTIC_ROUNDS = 2

_NO_HISTORY = History()


class RoutingFailed(RuntimeError):
    """Routing a batch raised; `order_ids` are those it held. The transaction must not be committed."""

    def __init__(self, order_ids: Sequence[int]) -> None:
        super().__init__(f"routing {len(order_ids)} orders failed")
        self.order_ids = tuple(order_ids)


@dataclass(frozen=True, slots=True)
class RoutingReport:
    """What a batch came to: orders taken, orders decided, and those overtaken, which are due still."""

    claimed: int = 0
    routed: int = 0
    overtaken: int = 0


@dataclass(slots=True)
class Batch:
    """Orders at hand with what they are decided on."""

    works: list[routed.DueOrder]
    facts: list[OrderFacts]
    histories: Mapping[int, History]
    active: Active
    snapshot: Snapshot
    products: set[int] = field(default_factory=set)

    def history(self, order_id: int) -> History:
        """Return what is known of an order besides its rows."""
        return self.histories.get(order_id, _NO_HISTORY)


def route_due(uow: Uow, *, limit: int = 500) -> RoutingReport:
    """Route at most `limit` due orders, the most urgent lane first; those overtaken stay due for the next call.

    Raises RoutingFailed, with the orders it held, for whatever goes wrong after the claim.
    """
    ids = routed.claim(uow, limit=limit)
    if not ids:
        return RoutingReport()
    try:
        return route_these(uow, ids)
    except Exception as error:
        raise RoutingFailed(ids) from error


def route_these(uow: Uow, order_ids: Sequence[int]) -> RoutingReport:
    """Route orders that the caller has claimed, as `route_due`."""
    stubborn = [id_ for id_ in order_ids if _OVERTAKEN.get(id_, 0) >= OPTIMISTIC_ROUNDS]
    batch = _gather(uow, stubborn or order_ids, {})
    shelf = _locked_shelf(uow, batch) if stubborn else _shelf(uow, batch)
    chosen = _decide(uow, batch, shelf)
    kept = _reserve(uow, batch, chosen)
    write(uow, kept, batch.active)
    lost = {choice.order.id for choice in chosen} - {choice.order.id for choice in kept}
    for choice in kept:
        _OVERTAKEN.pop(choice.order.id, None)
    for id_ in lost:
        _OVERTAKEN[id_] = _OVERTAKEN.get(id_, 0) + 1
    uow.wake(Topic.ROUTED)
    return RoutingReport(len(order_ids), len(kept), len(lost))


def route_orders(uow: Uow, order_ids: Sequence[int], *, histories: Mapping[int, History] | None = None) -> list[Routed]:
    """Route these orders to the end within this transaction, and return what became of each, in order.

    Orders that rest, are over, or have nothing left to assign are left alone and out.
    """
    batch = _gather(uow, order_ids, histories or {})
    done: dict[int, Routed] = {}
    for _ in range(OPTIMISTIC_ROUNDS):
        chosen = _decide(uow, batch, _shelf(uow, batch))
        if _still_there(uow, batch, chosen):
            break
    else:
        chosen = _decide(uow, batch, _locked_shelf(uow, batch))
    kept = _reserve(uow, batch, chosen)
    for item in write(uow, kept, batch.active):
        done[item.order_id] = item
    full = {choice.order.id for choice in kept}
    again = [id_ for id_ in order_ids if id_ in {choice.order.id for choice in chosen} - full]
    if again:  # a limit was reached: decided once more, now that it is seen
        for item in route_orders(uow, again, histories=histories):
            done[item.order_id] = item
    uow.wake(Topic.ROUTED)
    return [done[id_] for id_ in order_ids if id_ in done]


#: How often orders were overtaken in this process; a loss of this memory costs a round.
_OVERTAKEN: dict[int, int] = {}


def _gather(uow: Uow, order_ids: Sequence[int], histories: Mapping[int, History]) -> Batch:
    orders = routed.load(uow, order_ids)
    works = [order for order in orders if order.status not in routed.AT_REST and any(line.open for line in order.lines)]
    busy = {order.id for order in works}
    routed.leave(uow, [order.id for order in orders if order.id not in busy])
    facts = [facts_of(order, histories.get(order.id, _NO_HISTORY)) for order in works]
    products = {line.product_id for item in facts if item.stock_matters for line in item.lines}
    network = snapshot.take(uow, products=products, given={item.given for item in facts})
    return Batch(works, facts, histories, strategies.active(uow), network, products)


def _decide(uow: Uow, batch: Batch, shelf: Shelf) -> list[Choice]:
    started = time.perf_counter()
    decisions: list[Decision] = route_all(batch.facts, batch.snapshot.network(shelf), batch.active.strategy)
    if decisions:
        ROUTING_SECONDS.observe((time.perf_counter() - started) / len(decisions))
    return choose(uow, list(zip(batch.works, batch.facts, decisions, strict=True)), batch.histories)


def _shelf(uow: Uow, batch: Batch) -> Shelf:
    return Shelf(stock.available(uow, batch.products))


def _locked_shelf(uow: Uow, batch: Batch) -> Shelf:
    """Return the stock of all candidates, locked: what is decided on it cannot be overtaken."""
    return Shelf(inventory.lock_available(uow, stock.available(uow, batch.products)))


def _still_there(uow: Uow, batch: Batch, chosen: Sequence[Choice]) -> bool:
    """Lock what was chosen and return whether it is all there; if it is not, the locks are given back."""
    wanted: dict[Key, int] = {}
    for choice in chosen:
        for need in choice.needs:
            key = need.location_id, need.product_id
            wanted[key] = wanted.get(key, 0) + need.quantity
    attempt = uow.session.begin_nested()
    held = inventory.lock_available(uow, wanted)
    if all(held.get(key, 0) >= units for key, units in wanted.items()):
        attempt.commit()
        return True
    attempt.rollback()
    return False


def _reserve(uow: Uow, batch: Batch, chosen: Sequence[Choice]) -> list[Choice]:
    """Reserve what is there for each order as a whole, count limits, and return the choices that hold."""
    held = dict(inventory.lock_available(uow, {(n.location_id, n.product_id) for c in chosen for n in c.needs}))
    fitting: list[Choice] = []
    for choice in chosen:
        if all(held.get((n.location_id, n.product_id), 0) >= n.quantity for n in choice.needs):
            for need in choice.needs:
                held[need.location_id, need.product_id] -= need.quantity
            fitting.append(choice)
    counted = [(c.order.id, c.gifts) for c in fitting if batch.history(c.order.id) is _NO_HISTORY]
    seen = {id_: batch.snapshot.places[id_].load for id_ in batch.snapshot.allowances}
    full = limits.take(uow, counted, batch.snapshot.allowances, seen=seen)
    kept = [choice for choice in fitting if choice.order.id not in full]
    inventory.reserve(uow, [need for choice in kept for need in choice.needs])
    return kept


def attempts_allowed(uow: Uow) -> int:
    """Return how often the active strategy has an order looked at before a person must."""
    return int(strategies.active(uow).strategy.limits.attempts)


def send_to_care(uow: Uow, order_id: int) -> None:
    """Have a person look at an order that cannot be routed: everything without a place waits for him."""
    batch = _gather(uow, [order_id], {})
    care = Remainder.CUSTOMER_CARE.value
    for order, facts in zip(batch.works, batch.facts, strict=True):
        leftovers = tuple(Leftover(line.line_id, line.quantity, care) for line in facts.lines)
        decision = Decision((), leftovers, {"reason": "routing_failed"})
        write(uow, choose(uow, [(order, facts, decision)], {}), batch.active)


def next_due(uow: Uow) -> datetime | None:
    """Return the earliest instant at which an order is due for routing."""
    return routed.next_due(uow)
