"""Group commit: orders that arrive at the same time share a transaction, and each gets its own answer.

A committer thread takes whatever waits, judges it like a batch and commits it together, so that the cost of a commit
is shared the more the busier it is, and nothing waits when it is idle. The first answer to an Idempotency-Key is kept
in the same transaction. A refused order holds up no other, and a crash loses only orders that nobody was answered.
How an answer looks, the edge says: `Call.show`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.exc import OperationalError

from backend.auth.actor import Actor
from backend.context import Context
from backend.orders import incoming, service
from backend.orders.desk import Desk
from backend.orders.incoming import Overtaken, Sound
from backend.orders.rules import NewOrder, check_orders
from backend.orders.service import AcceptedOrder
from backend.persistence import answers
from backend.persistence.answers import Claim, Stored
from backend.persistence.bulk import Insert
from backend.persistence.uow import Uow
from models.errors import DomainError, ErrorCode, Fault, invalid

log = logging.getLogger(__name__)

#: Orders in one transaction at most: more would make the first of them wait for the last.
MOST = 256
#: How often a group is judged anew because another process was quicker with one of its keys or orders.
OVERTAKEN_ROUNDS = 4
#: How long the committer rests after a group of several: the event loop takes in what has come meanwhile, and the next
#: group is larger. Whoever comes alone waits for nobody.
_GATHER_SECONDS = 0.005
#: How long the committer waits for more before it ends; the next order starts another.
_LINGER_SECONDS = 2.0
#: How long a piece of a batch is put off at most while single orders are being taken in.
_ASIDE_SECONDS = 0.02
#: Two processes waited for each other's orders, and PostgreSQL chose us to try again.
_DEADLOCK = "40P01"


@dataclass(slots=True, eq=False)
class Call:
    """One order to be accepted; `show` makes its answer.

    With `later` that answer is not given here: `later` is told of it and resolves `answer`, before the instant `until`.
    """

    order: NewOrder
    actor: Actor
    claim: Claim | None
    show: Callable[[AcceptedOrder], Stored]
    later: Callable[[Call, AcceptedOrder, Stored], None] | None = None
    until: datetime | None = None
    answer: Future[Stored] = field(default_factory=Future)

    @property
    def marks(self) -> list[tuple[str, str]]:
        """Return what no other call of the same group may share: the later one finds it done."""
        order = (self.order.channel, self.order.external_id)
        return [order] if self.claim is None else [order, (self.claim.owner, self.claim.key)]


class Intake:
    """The door for orders of one process. Past `depth` waiting orders it refuses at once: OVERLOADED."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._depth = ctx.settings.intake_depth
        self._waiting: deque[Call] = deque()
        self._inside = 0  # orders waiting or being committed, batches included
        lock = threading.Lock()
        self._changed = threading.Condition(lock)
        self._answered = threading.Condition(lock)
        self._running = False
        self._committing = False
        self._desk = Desk()

    def submit(self, call: Call) -> Future[Stored]:
        """Queue a call and return where its answer will be; raises OVERLOADED."""
        call.answer.set_running_or_notify_cancel()  # a caller who went away cannot take it back any more
        with self._changed:
            self._enter(1)
            self._waiting.append(call)
            if not self._running:
                self._running = True
                threading.Thread(target=self._work, name="order-intake", daemon=True).start()
            self._changed.notify()
        return call.answer

    @contextmanager
    def room(self, orders: int) -> Iterator[None]:
        """Count a batch, which brings its own transaction, among the orders inside; raises OVERLOADED."""
        with self._changed:
            self._enter(orders)
        try:
            yield
        finally:
            with self._changed:
                self._inside -= orders

    def step_aside(self) -> None:
        """Wait a moment if single orders are being taken in: for whoever works on a batch, between its pieces.

        Both want the same interpreter, and each of many answers would wait for the batch; it waits only for a few.
        """
        with self._answered:
            if self._committing:
                self._answered.wait(_ASIDE_SECONDS)

    @property
    def is_pressed(self) -> bool:
        """Return whether so many wait that orders nobody waits for, those of files, let them go first."""
        return 2 * self._inside > self._depth

    def _enter(self, orders: int) -> None:
        if self._inside and self._inside + orders > self._depth:
            words = f"{self._inside} orders wait to be taken in already. Nothing was changed; send it again soon."
            raise DomainError(ErrorCode.OVERLOADED, words, retry_after=1)
        self._inside += orders

    def _work(self) -> None:
        while calls := self._take():
            try:
                self._commit(calls)
            except Exception as error:  # whatever it was: the door stays open, and nobody waits for ever
                log.exception("a group of orders could not be answered")
                for call in calls:
                    if not call.answer.done() and call.later is None:
                        call.answer.set_exception(error)
            finally:
                with self._changed:
                    self._inside -= len(calls)
                    self._committing = False
                    self._answered.notify_all()
            if len(calls) > 1:
                time.sleep(_GATHER_SECONDS)

    def _take(self) -> list[Call]:
        """Return the next group, at most one call per key and per order; empty: there is nothing left to do."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting, _LINGER_SECONDS)
            group: list[Call] = []
            later: list[Call] = []
            seen: set[tuple[str, str]] = set()
            while self._waiting and len(group) < MOST:
                call = self._waiting.popleft()
                marks = call.marks
                (group if seen.isdisjoint(marks) else later).append(call)
                seen.update(marks)
            self._waiting.extendleft(reversed(later))
            self._running = self._committing = bool(group)
            return group

    def _commit(self, calls: Sequence[Call]) -> None:
        """Commit a group and answer it; what fails as a group is tried one by one, so that one spoils no other."""
        try:
            outcomes = commit(self._ctx, calls, self._desk)
        except OperationalError as error:  # the database is away or too busy: for all of them
            for call in calls:
                call.answer.set_exception(error)
            return
        except Exception as error:
            if len(calls) == 1:
                calls[0].answer.set_exception(error)
                return
            log.warning("a group of %d orders failed (%s); each is tried alone", len(calls), error)
            for call in calls:
                self._commit([call])
            return
        for outcome in outcomes:
            _reply(outcome)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a call: the order it made, if it made one, and its answer."""

    call: Call
    answer: Stored | DomainError
    order: AcceptedOrder | None = None


def commit(ctx: Context, calls: Sequence[Call], desk: Desk) -> list[Outcome]:
    """Accept the orders of these calls in one transaction and return what became of each, in order."""
    for _ in range(OVERTAKEN_ROUNDS):
        try:
            with ctx.uow() as uow:
                return _judge(uow, calls, desk)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != _DEADLOCK:
                raise
        except Overtaken:  # it was there, or whoever was quicker has committed: now we look
            desk.repeated()
    words = "Others place the same orders at this moment. Nothing was changed; send it again soon."
    raise DomainError(ErrorCode.OVERLOADED, words, retry_after=1)


def _judge(uow: Uow, calls: Sequence[Call], desk: Desk) -> list[Outcome]:
    looks = desk.looks()
    given = answers.given(uow, [call.claim for call in calls if call.claim]) if looks else {}
    outcomes = {call: Outcome(call, given[call.claim]) for call in calls if call.claim in given}
    fresh = [call for call in calls if call not in outcomes]
    products = desk.products(uow, (call.order for call in fresh))
    there = incoming.taken(uow, [call.order for call in fresh]) if looks else frozenset()
    for actor, own in _by_actor(fresh).items():
        orders = [call.order for call in own]
        with uow.acting(actor):
            known = replace(incoming.places(uow, orders, products), taken=there)
        for call, faults in zip(own, check_orders(orders, known), strict=True):
            if faults and call.claim and not looks:
                raise Overtaken()  # the key may have its answer from when nothing was wrong
            if faults:
                outcomes[call] = Outcome(call, refusal(faults))
    good = [call for call in fresh if call not in outcomes]  # ids follow the order of arrival
    outcomes.update({outcome.call: outcome for outcome in _accept(uow, good, products)})
    return [outcomes[call] for call in calls]


def _accept(uow: Uow, calls: Sequence[Call], products: dict[str, int]) -> list[Outcome]:
    if not calls:
        return []
    made: list[Outcome] = []

    def kept(accepted: Sequence[AcceptedOrder]) -> Insert:
        made.extend(Outcome(call, call.show(order), order) for call, order in zip(calls, accepted, strict=True))
        return answers.keeping(
            [
                (item.call.claim, item.answer, item.call.until)
                for item in made
                if item.call.claim and isinstance(item.answer, Stored)
            ]
        )

    service.accept_sound(uow, [Sound(call.order, call.actor) for call in calls], products, beside=kept)
    return made


def _by_actor(calls: Iterable[Call]) -> dict[Actor, list[Call]]:
    groups: dict[Actor, list[Call]] = {}
    for call in calls:
        groups.setdefault(call.actor, []).append(call)
    return groups


def refusal(faults: Sequence[Fault]) -> DomainError:
    """Return the refusal of one order with these faults: a conflict when all that is wrong is that it exists."""
    exists = all(fault.code == "already_exists" for fault in faults)
    return invalid(faults, code=ErrorCode.CONFLICT if exists else ErrorCode.INVALID)


def _reply(outcome: Outcome) -> None:
    call, answer = outcome.call, outcome.answer
    if isinstance(answer, DomainError):
        call.answer.set_exception(answer)
    elif outcome.order is not None and call.later is not None:
        call.later(call, outcome.order, answer)
    else:
        call.answer.set_result(answer)
