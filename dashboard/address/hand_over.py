"""The address of the Hand-over page. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from dashboard.address.base import Address, number

#: Lengths of a shift, in hours.
SHIFTS = (4, 8, 12, 24)


@dataclass(frozen=True, slots=True)
class HandOverAddress(Address):
    """`/alerts/hand-over?hours=`."""

    hours: int = 8

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Return the address that query parameters mean."""
        hours = number(parameters.get("hours"), most=max(SHIFTS))
        return cls(hours=hours if hours in SHIFTS else 8)
