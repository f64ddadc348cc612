"""The address of the Drills page. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from dashboard.address.base import Address, number, page, text, word

_MOST = 2**53


class DrillsShown(StrEnum):
    """Which drills."""

    RUNNING = "running"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class DrillsAddress(Address):
    """`/alerts/drills?show=&policy=&id=&page=`; `policy` is what a new drill is to try, `id` the drill that is open."""

    show: DrillsShown | None = None
    policy: str = ""
    id: int = 0

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Return the address that query parameters mean."""
        return cls(
            page=page(parameters),
            show=word(DrillsShown, parameters.get("show")),
            policy=text(parameters.get("policy")),
            id=number(parameters.get("id"), most=_MOST),
        )
