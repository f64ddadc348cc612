"""The address of the Network page. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from backend.sla.views import Direction, LocationFilter, LocationSort, Shown
from dashboard.address.base import Address, page, text, word
from models.enums import Method


@dataclass(frozen=True, slots=True)
class NetworkAddress(Address):
    """`/?status=&method=&group=&q=&sort=&page=&view=&at=&wall=1`; `at` is the chosen location, `sort=-open` is
    from many to few."""

    status: Shown | None = None
    method: Method | None = None
    group: str = ""
    q: str = ""
    sort: LocationSort = LocationSort.WORST
    direction: Direction = Direction.ASCENDING
    view: str = "map"
    at: str = ""
    wall: int = 0

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Return the address that query parameters mean."""
        sort = parameters.get("sort", "")
        return cls(
            page=page(parameters),
            status=word(Shown, parameters.get("status")),
            method=word(Method, parameters.get("method")),
            group=text(parameters.get("group")),
            q=text(parameters.get("q")),
            sort=word(LocationSort, sort.removeprefix("-")) or LocationSort.WORST,
            direction=Direction.DESCENDING if sort.startswith("-") else Direction.ASCENDING,
            view="list" if parameters.get("view") == "list" else "map",
            at=text(parameters.get("at")),
            wall=int(parameters.get("wall") == "1"),
        )

    def query(self) -> dict[str, str]:
        """Return the query parameters, without those that say nothing; the direction is a sign of `sort`."""
        query = super(NetworkAddress, self).query()  # named: a dataclass with slots is not the class that super() knows
        if query.pop("direction", None):
            query["sort"] = f"-{self.sort.value}"
        return query

    @property
    def filter(self) -> LocationFilter:
        """Return which locations are asked for: the same for map, list and CSV."""
        return LocationFilter(
            status=(self.status,) if self.status else (),
            method=self.method.value if self.method else "",
            group=self.group,
            search=self.q,
        )
