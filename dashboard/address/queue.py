"""The address of the Work queue. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from backend.fulfillment.queue import QueueFilter, Whose
from dashboard.address.base import Address, page, text, word
from models.enums import Method


@dataclass(frozen=True, slots=True)
class QueueAddress(Address):
    """`/queue?location=&whose=mine&method=&page=`; without a location, the one that needs people most."""

    location: str = ""
    whose: Whose = Whose.ALL
    method: Method | None = None

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Return the address that query parameters mean."""
        return cls(
            page=page(parameters),
            location=text(parameters.get("location")),
            whose=word(Whose, parameters.get("whose")) or Whose.ALL,
            method=word(Method, parameters.get("method")),
        )

    @property
    def filter(self) -> QueueFilter:
        """Return what is asked for: the same for list and CSV."""
        return QueueFilter(self.whose, self.method)
