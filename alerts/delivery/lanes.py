"""How many messages each receiver may have on the way, so that a slow one never delays the others. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lane:
    """One subscription with work due. `troubled`: its last attempt failed, or one has hung for a while."""

    subscription_id: int
    in_flight: int
    troubled: bool


def share(lanes: Sequence[Lane], *, free: int, total: int) -> dict[int, int]:
    """Return how many more messages each subscription may send now, `free` of `total` slots being open.

    A healthy receiver gets up to a quarter of all slots, a troubled one a single slot; troubled ones together never
    more than half. Slots are dealt out in turns, so that one long list does not go before the short ones.
    """
    room = {lane.subscription_id: _cap(lane, total) - lane.in_flight for lane in lanes}
    slow = {lane.subscription_id for lane in lanes if lane.troubled}
    slow_room = max(1, total // 2) - sum(lane.in_flight for lane in lanes if lane.troubled)
    given: dict[int, int] = {}
    waiting = [lane.subscription_id for lane in lanes]
    while free > 0 and waiting:
        for subscription_id in tuple(waiting):
            blocked = subscription_id in slow and slow_room <= 0
            if free <= 0 or blocked or given.get(subscription_id, 0) >= room[subscription_id]:
                waiting.remove(subscription_id)
                continue
            given[subscription_id] = given.get(subscription_id, 0) + 1
            free -= 1
            slow_room -= subscription_id in slow
    return given


def _cap(lane: Lane, total: int) -> int:
    return 1 if lane.troubled else max(1, total // 4)
