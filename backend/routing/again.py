"""When routing looks again by itself at what it left over: what kept locations from it ends at an instant.

That is the window of a limit, a block with an end, and for a location that closes too soon or missed the carrier the
next day there. Stock that comes, and what people change, wakes orders in `backend/orders/waiting.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from backend.inventory import blocks
from backend.inventory.rules import Key
from backend.persistence.uow import Uow
from backend.routing.facts import Decision, OrderFacts
from backend.routing.limits import window_end
from backend.routing.snapshot import Snapshot
from backend.routing.words import Out
from models.enums import LoadWindow, Remainder

_WAIT = (Remainder.UNASSIGNED, Remainder.BACKORDERED)


def next_looks(uow: Uow, decided: Sequence[tuple[OrderFacts, Decision]], taken: Snapshot) -> list[datetime | None]:
    """Return for each decision the first instant at which it may come out otherwise by itself; None: there is none."""
    kept = [_kept(decision) if _waits(facts, decision) else {} for facts, decision in decided]
    stopped = {
        line.product_id
        for (facts, _), outs in zip(decided, kept, strict=True)
        if Out.BLOCKED in outs
        for line in facts.lines
    }
    ends = blocks.ends(uow, stopped) if stopped else {}
    return [
        min(_instants(uow.now, facts, outs, taken, ends), default=None)
        for (facts, _), outs in zip(decided, kept, strict=True)
    ]


def _waits(facts: OrderFacts, decision: Decision) -> bool:
    return facts.stock_matters and any(left.action in _WAIT for left in decision.leftovers)


def _kept(decision: Decision) -> dict[str, set[int]]:
    """Return the ids of locations that were left out, by reason; `limit` are also those that may not have that much."""
    found: dict[str, set[int]] = {}
    for step in decision.trace.get("steps", ()):
        rows: list[tuple[str, Sequence[int]]] = [*step.get("out", {}).items()]
        rows += [(str(Out.LIMIT), step.get("over_limit", ()))]
        rows += [(reason, ids) for _, reason, *ids in step.get("stopped", ())]
        for reason, ids in rows:
            found.setdefault(reason, set()).update(ids)
    return {reason: ids for reason, ids in found.items() if ids}


def _instants(
    now: datetime, facts: OrderFacts, outs: Mapping[str, set[int]], taken: Snapshot, ends: Mapping[Key, datetime]
) -> Iterator[datetime]:
    for id_ in outs.get(Out.LIMIT, ()):
        if (allowance := taken.allowances.get(id_)) is not None:
            yield window_end(now, allowance.limit.window, allowance.zone)
    for reason in (Out.CLOSING, Out.CUTOFF):
        for id_ in outs.get(reason, set()) & taken.zones.keys():
            yield window_end(now, LoadWindow.DAY, taken.zones[id_])
    for id_ in outs.get(Out.BLOCKED, ()):
        yield from (ends[key] for line in facts.lines if (key := (id_, line.product_id)) in ends)
