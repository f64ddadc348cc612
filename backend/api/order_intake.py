"""Single orders on their way into the group commit (`backend/orders/intake.py`), and how their answers look."""

from __future__ import annotations

import re
import time
from concurrent.futures import Future
from datetime import timedelta

from backend.api.etag import etag_of
from backend.api.idempotency import Answer, Once, stored
from backend.api.schemas.orders import OrderOut, show, show_accepted
from backend.clock import system_now
from backend.orders.intake import Call, Intake
from backend.orders.queries import OrderView
from backend.orders.rules import NewOrder
from backend.orders.service import AcceptedOrder
from backend.orders.waiters import Waiter, Waiters
from backend.persistence.answers import Stored

#: The longest a caller may ask to wait for routing, in seconds.
MOST_SECONDS = 60
_WAIT = re.compile(r"\s*wait\s*=\s*\"?(\d{1,3})\"?\s*(?:;.*)?", re.IGNORECASE)


def preferred_wait(prefer: str | None) -> int | None:
    """Return N of `Prefer: wait=N` (RFC 7240), None without one; a preference that makes no sense is ignored."""
    for preference in (prefer or "").split(","):
        said = _WAIT.fullmatch(preference)
        if said is not None:  # the first of several counts
            seconds = int(said[1])
            return seconds if seconds <= MOST_SECONDS else None
    return None


def accepting(call: Once, order: NewOrder, *, wait: int | None) -> Future[Stored]:
    """Hand an order to the group commit and return where its answer will be; raises OVERLOADED."""
    ctx = call.ctx

    def placed(accepted: AcceptedOrder) -> Stored:
        return stored(_answer(show_accepted(accepted)))

    def routed(view: OrderView) -> Stored:
        return stored(routed_answer(view, wait=wait))

    if not wait:
        return ctx.part(Intake).submit(Call(order, call.actor, call.claim, placed))
    until = time.monotonic() + wait

    def later(taken: Call, accepted: AcceptedOrder, answer: Stored) -> None:
        ctx.part(Waiters).add(Waiter(taken, accepted, answer, routed, until))

    unanswered = system_now() + timedelta(seconds=wait + 1)
    return ctx.part(Intake).submit(Call(order, call.actor, call.claim, placed, later, unanswered))


def routed_answer(view: OrderView, *, wait: int | None = None) -> Answer:
    """Return the answer that shows an order's shipments."""
    answer = _answer(show(view))
    if wait is None:
        return answer
    return Answer(answer.status, answer.body, {**answer.headers, "Preference-Applied": f"wait={wait}"})


def _answer(shown: OrderOut) -> Answer:
    return Answer(201, shown, {"ETag": etag_of(shown.version), "Location": f"/api/v1/orders/{shown.id}"})
