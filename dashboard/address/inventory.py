"""The address of the Inventory page. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from backend.inventory.browse import BalanceFilter, BalanceSort, Side
from backend.sla.views import Direction
from dashboard.address.base import Address, page, text, word

#: At most so many units available is low.
LOW = 10


@dataclass(frozen=True, slots=True)
class InventoryAddress(Address):
    """`/inventory?by=location&sku=&location=&q=&low=1&sort=-available&page=&at=&of=`.

    Without `sku` and `location` products (or locations, `by`) are summed up; with one of them its balances are listed;
    `at` and `of` are the location and the SKU of the opened balance. `view=segments` shows the ring-fences instead.
    """

    view: str = ""
    by: Side = Side.SKU
    sku: str = ""
    location: str = ""
    q: str = ""
    low: int = 0
    sort: BalanceSort = BalanceSort.NAME
    direction: Direction = Direction.ASCENDING
    at: str = ""
    of: str = ""

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Return the address that query parameters mean."""
        sort = parameters.get("sort", "")
        sku, location = text(parameters.get("sku")), text(parameters.get("location"))
        by = word(Side, parameters.get("by")) or Side.SKU
        return cls(
            page=page(parameters),
            view="segments" if parameters.get("view") == "segments" else "",
            by=Side.LOCATION if location else Side.SKU if sku else by,
            sku="" if location else sku,
            location=location,
            q=text(parameters.get("q")),
            low=int(parameters.get("low") == "1"),
            sort=word(BalanceSort, sort.removeprefix("-")) or BalanceSort.NAME,
            direction=Direction.DESCENDING if sort.startswith("-") else Direction.ASCENDING,
            at=text(parameters.get("at")),
            of=text(parameters.get("of")),
        )

    def query(self) -> dict[str, str]:
        """Return the query parameters, without those that say nothing."""
        query = super(InventoryAddress, self).query()  # named: a dataclass with slots is not what super() knows
        if query.pop("direction", None):
            query["sort"] = f"-{self.sort.value}"
        if self.location:
            query.pop("by", None)
        return query

    @property
    def summed(self) -> bool:
        """Return whether products or locations are summed up, rather than balances listed."""
        return not self.sku and not self.location

    @property
    def filter(self) -> BalanceFilter:
        """Return which stock is asked for: the same for list and CSV."""
        return BalanceFilter(self.sku, self.location, self.q, LOW if self.low else None)
