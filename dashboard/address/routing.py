"""Addresses of the pages about routing. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from dashboard.address import base
from dashboard.address.base import Address
from models.enums import Method, RoutingOutcome, StrategyStatus

MOST = 2**53
_TRIED = ("order", "lines", "near", "lat", "lon", "channel", "tier", "service", "strategy", "find")


@dataclass(frozen=True, slots=True)
class RoutingAddress(Address):
    """`/routing?state=&page=`: which versions are listed."""

    state: StrategyStatus | None = None

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Return the address that query parameters mean."""
        return cls(page=base.page(parameters), state=base.word(StrategyStatus, parameters.get("state")))


@dataclass(frozen=True, slots=True)
class EditAddress(Address):
    """`/routing/edit?name=&version=`: what is opened in the editor; nothing: the newest draft, else what is active."""

    name: str = ""
    version: int = 0

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Return the address that query parameters mean."""
        return cls(name=base.text(parameters.get("name")), version=base.number(parameters.get("version"), most=MOST))


@dataclass(frozen=True, slots=True)
class EmptyAddress(Address):
    """`/routing/empty?outcome=&q=&page=`: which orders that found no place; `q` is a part of the main reason."""

    outcome: RoutingOutcome | None = None

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Return the address that query parameters mean; only outcomes that leave something over are listed."""
        outcome = base.word(RoutingOutcome, parameters.get("outcome"))
        listed = outcome if outcome in (RoutingOutcome.NONE, RoutingOutcome.PARTIAL) else None
        return cls(page=base.page(parameters), outcome=listed)


@dataclass(frozen=True, slots=True)
class TryAddress(Address):
    """`/routing/try?order=` or `?lines=&near=&lat=&lon=&method=&channel=&tier=&service=`, both with `strategy`
    ("name:version", empty: the active one) and `find`, which narrows the list of places that were left out."""

    order: str = ""
    lines: str = ""
    near: str = ""
    lat: str = ""
    lon: str = ""
    method: Method = Method.SHIP
    channel: str = ""
    tier: str = ""
    service: str = ""
    strategy: str = ""
    find: str = ""

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Return the address that query parameters mean."""
        given = {word: base.text(parameters.get(word)) for word in _TRIED}
        return cls(
            method=base.word(Method, parameters.get("method")) or Method.SHIP,
            order=given["order"],
            lines=given["lines"],
            near=given["near"],
            lat=given["lat"],
            lon=given["lon"],
            channel=given["channel"],
            tier=given["tier"],
            service=given["service"],
            strategy=given["strategy"],
            find=given["find"],
        )

    @property
    def asks(self) -> bool:
        """Return whether there is something to try."""
        return bool(self.order or self.lines)


@dataclass(frozen=True, slots=True)
class ShadowAddress(Address):
    """`/routing/shadow?run=&page=`: the opened run; `page` is of the orders that differ."""

    run: int = 0

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Return the address that query parameters mean."""
        return cls(page=base.page(parameters), run=base.number(parameters.get("run"), most=MOST))
