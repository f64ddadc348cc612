"""What locations may still be given: their limits, less what they have. Pure."""

from __future__ import annotations

from collections.abc import KeysView, Mapping, Sequence
from dataclasses import dataclass

from backend.routing.facts import Decision, LineFacts, Load, OrderFacts, Place


@dataclass(frozen=True, slots=True)
class Room:
    """What a location may still take; None is without limit."""

    items: int | None = None
    money_minor: int | None = None

    @property
    def is_bounded(self) -> bool:
        """Return whether what is taken counts: a limit in orders alone does not ask how much."""
        return self.items is not None or self.money_minor is not None

    def holds(self, items: int, money: int) -> bool:
        """Return whether these units, worth this much in minor units, fit."""
        return (self.items is None or items <= self.items) and (self.money_minor is None or money <= self.money_minor)

    def most(self, line: LineFacts, units: int) -> int:
        """Return how many of these units fit."""
        if self.items is not None:
            units = min(units, self.items)
        if self.money_minor is not None and line.unit_price_minor > 0:
            units = min(units, self.money_minor // line.unit_price_minor)
        return max(0, units)

    def less(self, line: LineFacts, units: int) -> Room:
        """Return what is left after these units."""
        return Room(
            None if self.items is None else self.items - units,
            None if self.money_minor is None else self.money_minor - units * line.unit_price_minor,
        )


class Loads:
    """What locations were given, with what this batch gave them on top."""

    __slots__ = ("_given",)

    def __init__(self) -> None:
        self._given: dict[int, Load] = {}

    @property
    def changed(self) -> KeysView[int]:
        """Return the locations that this batch gave something."""
        return self._given.keys()

    def of(self, place: Place) -> Load:
        """Return what a place has now."""
        return self._given.get(place.location_id, place.load)

    def add(self, order: OrderFacts, decision: Decision) -> None:
        """Count a decision."""
        prices = {line.line_id: line.unit_price_minor for line in order.lines}
        for assignment in decision.assignments:
            for place, given in assignment.given():
                self._give(place, given, prices)

    def _give(self, place: Place, given: Sequence[tuple[int, int]], prices: Mapping[int, int]) -> None:
        load = self.of(place)
        self._given[place.location_id] = Load(  # `replace` takes five times as long
            orders=load.orders + 1,
            items=load.items + sum([units for _, units in given]),
            money_minor=load.money_minor + sum([units * prices[line_id] for line_id, units in given]),
            open_shipments=load.open_shipments + 1,
        )


def room(place: Place, load: Load) -> Room | None:
    """Return what a place with a limit may still take, None when it may take no order at all."""
    limit = place.limit
    if limit is None:
        return Room()
    if limit.orders is not None and load.orders >= limit.orders:
        return None
    items = None if limit.items is None else limit.items - load.items
    money = None if limit.money_minor is None else limit.money_minor - load.money_minor
    if (items is not None and items <= 0) or (money is not None and money <= 0):
        return None
    return Room(items, money)
