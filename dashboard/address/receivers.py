"""Addresses of the pages Channels, Subscriptions and Event types. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from dashboard.address import base
from dashboard.address.base import Address


class Health(StrEnum):
    """How a receiver fares; the words of the filter and of each row."""

    WORKS = "works"
    FAILING = "failing"
    PAUSED = "paused"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class ReceiversAddress(Address):
    """`/alerts/channels?health=&code=&page=`, and the same of `/alerts/subscriptions`; `code` is the opened one,
    `types` what a new subscription is to be told of."""

    health: Health | None = None
    code: str = ""
    types: str = ""

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Return the address that query parameters mean."""
        return cls(
            page=base.page(parameters),
            health=base.word(Health, parameters.get("health")),
            code=base.text(parameters.get("code")),
            types=base.text(parameters.get("types")),
        )


@dataclass(frozen=True, slots=True)
class CatalogueAddress(Address):
    """`/alerts/events?q=&type=`: what is looked for, and the opened type."""

    q: str = ""
    type: str = ""

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Return the address that query parameters mean."""
        return cls(q=base.text(parameters.get("q")), type=base.text(parameters.get("type")))
