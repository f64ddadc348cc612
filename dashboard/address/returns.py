"""The address of the Returns page. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from dashboard.address.base import Address, number, page, text, word
from models.floor import ReturnStatus

_MOST = 2**53


@dataclass(frozen=True, slots=True)
class ReturnsAddress(Address):
    """`/returns?status=&q=&id=&order=&page=`; `id` is the opened return, `order` what is to be sent back."""

    status: ReturnStatus | None = None
    q: str = ""
    id: int = 0
    order: int = 0

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Return the address that query parameters mean."""
        return cls(
            page=page(parameters),
            status=word(ReturnStatus, parameters.get("status")),
            q=text(parameters.get("q")),
            id=number(parameters.get("id"), most=_MOST),
            order=number(parameters.get("order"), most=_MOST),
        )
