"""The address of the Waves page. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from backend.sla.views import Direction
from backend.waves.browse import WaveSort
from dashboard.address.base import Address, page, text, word
from models.floor import WaveStatus


@dataclass(frozen=True, slots=True)
class WavesAddress(Address):
    """`/waves?location=&status=&list=1&sort=&page=`: the board, or with a state or `list` the list, newest first."""

    location: str = ""
    status: WaveStatus | None = None
    list: str = ""
    sort: WaveSort = WaveSort.NEWEST
    direction: Direction = Direction.DESCENDING

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Return the address that query parameters mean."""
        given = parameters.get("sort", "")
        sort = word(WaveSort, given.removeprefix("-"))
        return cls(
            page=page(parameters),
            location=text(parameters.get("location")),
            status=word(WaveStatus, parameters.get("status")),
            list="1" if parameters.get("list") else "",
            sort=sort or WaveSort.NEWEST,
            direction=Direction.DESCENDING if sort is None or given.startswith("-") else Direction.ASCENDING,
        )

    def query(self) -> dict[str, str]:
        """Return the query parameters, without those that say nothing."""
        query = super(WavesAddress, self).query()  # named: a dataclass with slots is not the class that super() knows
        query.pop("direction", None)
        query.pop("sort", None)
        if (self.sort, self.direction) != (WaveSort.NEWEST, Direction.DESCENDING):
            query["sort"] = f"{'-' if self.direction is Direction.DESCENDING else ''}{self.sort.value}"
        return query

    @property
    def as_list(self) -> bool:
        """Return whether the list is asked for, not the board."""
        return bool(self.list or self.status)
