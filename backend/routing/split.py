"""How the lines of an order are shared out among candidates. Pure.

By line, `fewest_shipments` covers the most lines with the fewest locations, exactly for up to six lines where no
location has a limit in items or money; beyond, and by quantity, it takes step by step who covers most. Ties go to the
candidate ranked first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.routing.facts import LineFacts
from backend.routing.pool import Holding
from backend.routing.room import Room
from backend.routing.words import Choice

EXACT_LINES = 6

#: location id → line number → units
Plan = dict[int, dict[int, int]]


@dataclass(frozen=True, slots=True)
class Share:
    """What is to be shared out: candidates best first, what each has, what is wanted, and how many may take part."""

    ranked: Sequence[int]
    holdings: Mapping[int, Holding]
    rooms: Mapping[int, Room]
    lines: Sequence[LineFacts]
    left: Mapping[int, int]
    most: int  # new locations
    already: frozenset[int] = frozenset()  # locations that take part already and cost no new shipment
    takers: Mapping[int, frozenset[int]] | None = None  # by line number, who shares it already
    most_per_line: int = 1_000
    shares_products: bool = False  # whether two lines are of one product

    def offers(self, id_: int, left: Mapping[int, int]) -> dict[int, int]:
        """Return what a location could give of what is left, within its limit, in the order of the lines."""
        room = self.rooms.get(id_)
        if room is None and not self.shares_products:
            have = {number: self.holdings[number].get(id_, 0) for number in left}
            return {number: min(wanted, have[number]) for number, wanted in left.items() if have[number]}
        used, offer = Counter[int](), {}
        for number, wanted in left.items():
            line = self.lines[number]
            units = min(wanted, self.holdings[number].get(id_, 0) - used[line.product_id])
            if room is not None and units > 0:
                units = room.most(line, units)
                room = room.less(line, units)
            if units > 0:
                used[line.product_id] += units
                offer[number] = units
        return offer

    def whole_lines(self, id_: int, left: Mapping[int, int]) -> dict[int, int]:
        """Return the lines that a location could give whole, within its limit, in the order of the lines."""
        room = self.rooms.get(id_)
        if room is None and not self.shares_products:
            return {number: need for number, need in left.items() if self.holdings[number].get(id_, 0) >= need}
        used, offer = Counter[int](), {}
        for number, wanted in left.items():
            line = self.lines[number]
            if self.holdings[number].get(id_, 0) - used[line.product_id] < wanted:
                continue
            if room is not None:
                if room.most(line, wanted) < wanted:
                    continue
                room = room.less(line, wanted)
            used[line.product_id] += wanted
            offer[number] = wanted
        return offer


def by_line(share: Share, choice: Choice) -> Plan:
    """Share out whole lines."""
    if choice is Choice.AS_SORTED:
        plan = _walk_lines(share)
        if _covers(plan, share.left):
            return plan
        fewest = _fewest_lines(share)
        return fewest if _covers(fewest, share.left) else plan
    return _fewest_lines(share)


def by_quantity(share: Share, choice: Choice) -> Plan:
    """Share out units; a line may be divided among `most_per_line` locations."""
    if choice is Choice.AS_SORTED:
        plan = _walk_units(share)
        if _covers(plan, share.left):
            return plan
        fewest = _greedy_units(share)
        return fewest if _covers(fewest, share.left) else plan
    return _greedy_units(share)


def _covers(plan: Plan, left: Mapping[int, int]) -> bool:
    return sum(sum(units.values()) for units in plan.values()) == sum(left.values())


def _walk_lines(share: Share) -> Plan:
    left, plan, new = dict(share.left), Plan(), 0
    for id_ in share.ranked:
        fresh = id_ not in share.already
        offer = share.whole_lines(id_, left) if left and (not fresh or new < share.most) else {}
        if offer:
            plan[id_] = offer
            new += fresh
            left = {number: units for number, units in left.items() if number not in offer}
    return plan


def _walk_units(share: Share) -> Plan:
    left, plan, new = dict(share.left), Plan(), 0
    takers = {number: set((share.takers or {}).get(number, ())) for number in left}
    for id_ in share.ranked:
        fresh = id_ not in share.already
        if fresh and new >= share.most:
            continue
        offer = share.offers(id_, _open_lines(share, left, takers, id_))
        if offer:
            plan[id_] = offer
            new += fresh
            _take(offer, left, takers, id_)
    return plan


def _greedy_units(share: Share) -> Plan:
    """Take who can finish it, else who covers most of what is left, until nobody has any or no more may take part."""
    left, plan, new = dict(share.left), Plan(), 0
    takers = {number: set((share.takers or {}).get(number, ())) for number in left}
    waiting = list(share.ranked)
    while left and waiting:
        best, best_offer, most = None, {}, 0
        for id_ in waiting:
            if id_ not in share.already and new >= share.most:
                continue
            offer = share.offers(id_, _open_lines(share, left, takers, id_))
            units = sum(offer.values())
            if units > most:
                best, best_offer, most = id_, offer, units
        if best is None:
            break
        plan[best] = best_offer
        new += best not in share.already
        waiting.remove(best)
        _take(best_offer, left, takers, best)
    return plan


def _open_lines(share: Share, left: Mapping[int, int], takers: Mapping[int, set[int]], id_: int) -> dict[int, int]:
    """Return what is left of the lines that a location may still share."""
    return {
        number: units
        for number, units in left.items()
        if id_ in takers[number] or len(takers[number]) < share.most_per_line
    }


def _take(offer: Mapping[int, int], left: dict[int, int], takers: Mapping[int, set[int]], id_: int) -> None:
    for number, units in offer.items():
        takers[number].add(id_)
        left[number] -= units
        if not left[number]:
            del left[number]


def _fewest_lines(share: Share) -> Plan:
    """Fill up those that take part already, then cover what is left with the fewest others."""
    left, plan = dict(share.left), Plan()
    for id_ in share.ranked:
        if id_ in share.already:
            _give(plan, left, id_, share.whole_lines(id_, left))
    if len(left) > EXACT_LINES:
        return _greedy_lines(share, plan, left)
    masks = _masks(share, left)
    best: dict[int, int] = {}  # which lines, as bits → the first ranked candidate that has exactly these
    for rank, id_ in enumerate(share.ranked):
        mask = masks.get(id_, 0)
        if mask and mask not in best and id_ not in share.already:
            best[mask] = rank
    for rank in _cover(best, min(share.most, len(left))):
        _give(plan, left, share.ranked[rank], share.whole_lines(share.ranked[rank], left))
    return plan


def _masks(share: Share, left: Mapping[int, int]) -> dict[int, int]:
    """Return which lines each location could give whole, as bits."""
    masks: dict[int, int] = {}
    for bit, (number, need) in enumerate(left.items()):
        for id_, units in share.holdings[number].items():
            if units >= need:
                masks[id_] = masks.get(id_, 0) | 1 << bit
    for id_ in masks if share.shares_products else share.rooms:
        offer = share.whole_lines(id_, left)
        masks[id_] = sum(1 << bit for bit, number in enumerate(left) if number in offer)
    return masks


def _give(plan: Plan, left: dict[int, int], id_: int, offer: dict[int, int]) -> None:
    if offer:
        plan[id_] = offer
        for number in offer:
            del left[number]


def _cover(best: Mapping[int, int], most: int) -> tuple[int, ...]:
    """Return the ranks of the candidates that cover the most lines; of these the fewest, then the best ranked."""
    reached: dict[int, tuple[int, ...]] = {0: ()}
    edge = dict(reached)
    for _ in range(most):
        further: dict[int, tuple[int, ...]] = {}
        for covered, ranks in edge.items():
            for mask, rank in best.items():
                together = covered | mask
                if together in reached:
                    continue
                way = tuple(sorted((*ranks, rank)))
                if together not in further or way < further[together]:
                    further[together] = way
        reached.update(further)
        edge = further
    return min(reached.items(), key=lambda one: (-one[0].bit_count(), len(one[1]), one[1]))[1]


def _greedy_lines(share: Share, plan: Plan, left: dict[int, int]) -> Plan:
    for _ in range(share.most):
        best, best_offer = 0, dict[int, int]()
        for id_ in share.ranked:
            offer = {} if id_ in share.already or id_ in plan else share.whole_lines(id_, left)
            if len(offer) > len(best_offer):
                best, best_offer = id_, offer
        if not best_offer:
            break
        _give(plan, left, best, best_offer)
    return plan
