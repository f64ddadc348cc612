"""Decide where orders go, hold the stock they need, and open their shipments. Which place is best decides the engine.

Load → decide → lock and reserve what was chosen → count limits → write. A decision that was overtaken between looking
and locking is made again: `route_due` leaves the order due for its next transaction, so that locks are always taken in
ascending order; `route_orders` decides again in a savepoint and, the last time, with all candidates locked.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from backend.inventory import segments
from backend.inventory import service as inventory
from backend.metrics.registry import ROUTING_OVERTAKEN, ROUTING_SECONDS
from backend.orders import routed
from backend.persistence.uow import Uow
from backend.routing import snapshot, stock, strategies
from backend.routing.again import next_looks
from backend.routing.engine import route_all
from backend.routing.facts import Decision, Leftover, Network, OrderFacts, Stock
from backend.routing.limits import Counting
from backend.routing.outcome import History, facts_of
from backend.routing.snapshot import Snapshot
from backend.routing.strategies import Active
from backend.routing.supply import targets
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


class Book(Stock, Protocol):
    """Stock in memory that may lag a little behind the database (`backend/availability/view.py`)."""

    def ensure(self, product_ids: Collection[int]) -> None:
        """Have these products."""
        ...

    def refresh(self, product_ids: Collection[int]) -> None:
        """Read these products again."""
        ...


@dataclass(slots=True)
class Batch:
    """Orders at hand with what they are decided on; `hot` are their products that somebody else was quicker at."""

    works: list[routed.DueOrder]
    facts: list[OrderFacts]
    histories: Mapping[int, History]
    active: Active
    snapshot: Snapshot
    products: set[int]
    hot: set[int]

    def counts(self, order_id: int) -> bool:
        """Return whether an order counts against limits."""
        return not self.histories.get(order_id, _NO_HISTORY).told


def route_due(uow: Uow, *, limit: int = 500, book: Book | None = None) -> RoutingReport:
    """Route at most `limit` due orders, the most urgent lane first; those overtaken stay due for the next call.

    Decides on `book`, without one on the stock as this transaction sees it. Raises RoutingFailed, with the orders it
    held, for whatever goes wrong after the claim.
    """
    ids = routed.claim(uow, limit=limit)
    if not ids:
        return RoutingReport()
    try:
        return route_these(uow, ids, book=book)
    except Exception as error:
        raise RoutingFailed(ids) from error


def route_these(uow: Uow, order_ids: Sequence[int], *, book: Book | None = None) -> RoutingReport:
    """Route orders that the caller has claimed, as `route_due`."""
    stubborn = [id_ for id_ in order_ids if _OVERTAKEN.get(id_, 0) >= OPTIMISTIC_ROUNDS]
    batch = _gather(uow, stubborn or order_ids, {})
    chosen = _decide(uow, batch, stock.lock(uow, batch.products) if stubborn else _unlocked(uow, batch, book))
    sure = chosen if stubborn or book is None else [choice for choice in chosen if _is_sure(choice)]
    kept = _reserve(uow, batch, sure)
    write(uow, kept, batch.active)
    uow.wake(Topic.ROUTED)
    lost = {choice.order.id for choice in chosen} - {choice.order.id for choice in kept}
    for choice in kept:
        _OVERTAKEN.pop(choice.order.id, None)
    if len(_OVERTAKEN) > _REMEMBERED:  # other processes routed most of them
        _OVERTAKEN.clear()
    for id_ in lost:
        _OVERTAKEN[id_] = _OVERTAKEN.get(id_, 0) + 1
    ROUTING_OVERTAKEN.inc(len(lost))
    return RoutingReport(len(order_ids), len(kept), len(lost))


def route_orders(uow: Uow, order_ids: Sequence[int], *, histories: Mapping[int, History] | None = None) -> list[Routed]:
    """Route these orders to the end within this transaction, and return what became of each, in order.

    Orders that rest, are over, or have nothing left to assign are left alone and out.
    """
    done: dict[int, Routed] = {}
    left = list(order_ids)
    while left:
        batch = _gather(uow, left, histories or {})
        chosen = _decide_safely(uow, batch)
        kept = _reserve(uow, batch, chosen)
        done.update((item.order_id, item) for item in write(uow, kept, batch.active))
        # Who met a limit that another one just filled is decided once more, now that this is seen.
        left = [choice.order.id for choice in chosen if choice.order.id not in done]
    uow.wake(Topic.ROUTED)
    return [done[id_] for id_ in order_ids if id_ in done]


#: How often orders were overtaken in this process; a loss of this memory costs a round.
_OVERTAKEN: dict[int, int] = {}
_REMEMBERED = 100_000


def _gather(uow: Uow, order_ids: Sequence[int], histories: Mapping[int, History]) -> Batch:
    orders = routed.load(uow, order_ids)
    works = [order for order in orders if order.status not in routed.AT_REST and any(line.open for line in order.lines)]
    busy = {order.id for order in works}
    routed.leave(uow, [order.id for order in orders if order.id not in busy])
    facts = [facts_of(order, histories.get(order.id, _NO_HISTORY)) for order in works]
    products = {line.product_id for item in facts if item.stock_matters for line in item.lines}
    hot = {line.product_id for item in facts if _OVERTAKEN.get(item.order_id) for line in item.lines}
    active = strategies.active(uow)
    given, supplied = {item.given for item in facts}, targets(facts, active.strategy)
    network = snapshot.take(uow, products=products, given=given, supplied=supplied)
    if any(history.told for history in histories.values()):
        network = network.without_limits()
    return Batch(works, facts, histories, active, network, products, hot & products)


def _decide(uow: Uow, batch: Batch, units: Stock) -> list[Choice]:
    held = stock.held(uow, batch.active.strategy, batch.products)
    network: Network = batch.snapshot.network(units, held)
    started = time.perf_counter()
    decisions: list[Decision] = route_all(batch.facts, network, batch.active.strategy)
    if decisions:
        ROUTING_SECONDS.observe((time.perf_counter() - started) / len(decisions))
    rules = segments.rulebook(uow)
    decided = list(zip(batch.works, batch.facts, decisions, strict=True))
    again = next_looks(uow, list(zip(batch.facts, decisions, strict=True)), batch.snapshot)
    return choose(uow, decided, batch.histories, rules, again)


def _is_sure(choice: Choice) -> bool:
    """Return whether a decision on the book may stand: what it did not find there is looked up before it is told so,
    as an arrival that woke the order may not have reached the book yet."""
    return not choice.decision.leftovers or choice.order.id in _OVERTAKEN


def _unlocked(uow: Uow, batch: Batch, book: Book | None) -> Stock:
    if book is None:
        return stock.read(uow, batch.products)
    book.ensure(batch.products)
    if batch.hot:
        book.refresh(batch.hot)
    return book


def _decide_safely(uow: Uow, batch: Batch) -> list[Choice]:
    """Return choices whose stock is there and locked. A round that was overtaken gives its locks back."""
    for _ in range(OPTIMISTIC_ROUNDS):
        chosen = _decide(uow, batch, stock.read(uow, batch.products))
        attempt = uow.session.begin_nested()
        if inventory.would_fit(uow, [choice.needs for choice in chosen]):
            attempt.commit()
            return chosen
        attempt.rollback()
    return _decide(uow, batch, stock.lock(uow, batch.products))


def _reserve(uow: Uow, batch: Batch, chosen: Sequence[Choice]) -> list[Choice]:
    """Reserve what is there for each order as a whole, count limits, and return the choices that hold."""
    counted = [choice.gifts if batch.counts(choice.order.id) else () for choice in chosen]
    counting = Counting(
        uow,
        batch.snapshot.allowances,
        seen={id_: batch.snapshot.places[id_].load for id_ in batch.snapshot.allowances},
        touched=(given.location_id for gifts in counted for given in gifts),
    )
    groups = [choice.needs for choice in chosen]
    lost = set(inventory.reserve_what_fits(uow, groups, also=lambda index: counting.take(counted[index])))
    counting.write()
    return [choice for index, choice in enumerate(chosen) if index not in lost]


def attempts_allowed(uow: Uow) -> int:
    """Return how often the active strategy has an order looked at before a person must."""
    return int(strategies.active(uow).strategy.limits.attempts)


def send_to_care(uow: Uow, order_id: int) -> None:
    """Have a person look at an order that cannot be routed: everything without a place waits for him."""
    batch = _gather(uow, [order_id], {})
    care = Remainder.CUSTOMER_CARE.value
    for order, facts in zip(batch.works, batch.facts, strict=True):
        leftovers = tuple(Leftover(line.line_id, line.quantity, care, "routing_failed") for line in facts.lines)
        decision = Decision((), leftovers, {"v": 1, "problem": "routing_failed"})
        write(uow, choose(uow, [(order, facts, decision)], {}, segments.rulebook(uow), [None]), batch.active)


def next_due(uow: Uow) -> datetime | None:
    """Return the earliest instant at which an order is due for routing."""
    return routed.next_due(uow)
