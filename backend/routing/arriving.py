"""Units without a place that wait for stock: arrivals are promised to them, and routing looks again when they come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from backend.inventory.future import promise_future, release_future
from backend.persistence.uow import Uow
from backend.routing.choices import Choice
from models.enums import Remainder

_WAITS = Remainder.BACKORDERED.value


def promise_arrivals(uow: Uow, choices: Sequence[Choice]) -> dict[int, datetime]:
    """Promise what is coming to backordered units, and return when routing must look at each order again, by order id.

    An order is not there when nothing is coming for it, or is overdue: whoever brings the stock wakes it.
    """
    order_of: dict[int, int] = {}
    wants: list[tuple[int, int, int, int | None]] = []
    found_stock: list[int] = []
    for choice in choices:
        lines = {line.line_id: line for line in choice.facts.lines}
        waiting = [left for left in choice.decision.leftovers if left.action == _WAITS and choice.facts.stock_matters]
        waiting_ids = {left.line_id for left in waiting}
        order_of.update((left.line_id, choice.order.id) for left in waiting)
        wants += [(left.line_id, lines[left.line_id].product_id, left.units, choice.given_id) for left in waiting]
        waited = {line.id for line in choice.order.lines if line.remainder == _WAITS}
        found_stock += sorted(waited - waiting_ids)
    if found_stock:
        release_future(uow, found_stock)
    if not wants:
        return {}
    again: dict[int, datetime] = {}
    for line_id, shares in promise_future(uow, wants).items():
        for at, _ in shares:
            order_id = order_of[line_id]
            if at > uow.now:
                again[order_id] = min(at, again.get(order_id, at))
    return again
