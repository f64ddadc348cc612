"""The address of the Deliveries page. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from dashboard.address.base import Address, number, page, text, word
from models.enums import DeliveryStatus


@dataclass(frozen=True, slots=True)
class DeliveriesAddress(Address):
    """`/deliveries?status=&subscription=&id=&page=`; `id` is the opened message."""

    status: DeliveryStatus | None = None
    subscription: str = ""
    id: int = 0

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Return the address that query parameters mean."""
        return cls(
            page=page(parameters),
            status=word(DeliveryStatus, parameters.get("status")),
            subscription=text(parameters.get("subscription")),
            id=number(parameters.get("id"), most=2**53),
        )
