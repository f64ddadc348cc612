"""Addresses of the pages about alert policies. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from dashboard.address import base
from dashboard.address.base import Address
from models.enums import DefinitionStatus

_MOST = 2**31 - 1

#: No version is asked for: the newest.
NEWEST = 0


@dataclass(frozen=True, slots=True)
class PoliciesAddress(Address):
    """`/alerts/policies?state=&page=`: which policies are listed."""

    state: DefinitionStatus | None = None

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Return the address that query parameters mean."""
        return cls(page=base.page(parameters), state=base.word(DefinitionStatus, parameters.get("state")))


@dataclass(frozen=True, slots=True)
class PolicyAddress(Address):
    """`/alerts/policies/edit?code=&version=`: what is opened in the editor; `?template=`: a policy that a new one
    begins with."""

    code: str = ""
    version: int = NEWEST
    template: str = ""

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Return the address that query parameters mean."""
        return cls(
            code=base.text(parameters.get("code")),
            version=base.number(parameters.get("version"), most=_MOST),
            template=base.text(parameters.get("template")),
        )
