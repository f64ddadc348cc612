"""The address of the Silences page. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from alerts.silences import SilenceState
from dashboard.address.base import Address, number, page, word

_MOST = 2**53


@dataclass(frozen=True, slots=True)
class SilencesAddress(Address):
    """`/alerts/silences?state=&of=&id=&page=`; `of` is the alert to silence, `id` the silence that is open."""

    state: SilenceState | None = None
    of: int = 0
    id: int = 0

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Return the address that query parameters mean."""
        return cls(
            page=page(parameters),
            state=word(SilenceState, parameters.get("state")),
            of=number(parameters.get("of"), most=_MOST),
            id=number(parameters.get("id"), most=_MOST),
        )
