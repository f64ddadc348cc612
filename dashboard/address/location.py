"""The address of a location's page. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from backend.sla.views import QueueFilter
from dashboard.address.base import Address, page, word
from models.enums import Compliance, Method


@dataclass(frozen=True, slots=True)
class LocationAddress(Address):
    """`/locations/{code}?method=&sla=&page=`: which part of the queue."""

    method: Method | None = None
    sla: Compliance | None = None

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Return the address that query parameters mean."""
        return cls(
            page=page(parameters),
            method=word(Method, parameters.get("method")),
            sla=word(Compliance, parameters.get("sla")),
        )

    @property
    def filter(self) -> QueueFilter:
        """Return which open shipments are asked for."""
        return QueueFilter(self.method, self.sla)
