"""Stock as one batch of decisions sees it: units by product and location, from which they take. No database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from backend.routing.facts import OrderFacts

#: (location id, product id)
Key = tuple[int, int]


class Shelf:
    """Implements `facts.Stock` on numbers at hand; zeros are left out."""

    def __init__(self, available: Mapping[Key, int]) -> None:
        """Take the units available by (location id, product id)."""
        self._units: dict[int, dict[int, int]] = defaultdict(dict)
        for (location_id, product_id), units in available.items():
            if units > 0:
                self._units[product_id][location_id] = units

    def holders(self, product_id: int, _order: OrderFacts) -> Mapping[int, int]:
        """Return units available by location id."""
        return self._units.get(product_id, {})

    def take(self, location_id: int, product_id: int, units: int, _order: OrderFacts) -> None:
        """Count these units as promised."""
        held = self._units[product_id]
        left = held.get(location_id, 0) - units
        if left > 0:
            held[location_id] = left
        else:
            held.pop(location_id, None)
