"""Addresses of the pages about workflows. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from dashboard.address import base
from dashboard.address.base import Address
from models.enums import DefinitionStatus, Method

_MOST = 2**31 - 1

#: No version is asked for: the newest.
NEWEST = -1


@dataclass(frozen=True, slots=True)
class WorkflowsAddress(Address):
    """`/settings/workflows?state=&page=`: which versions are listed."""

    state: DefinitionStatus | None = None

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Return the address that query parameters mean."""
        return cls(page=base.page(parameters), state=base.word(DefinitionStatus, parameters.get("state")))


@dataclass(frozen=True, slots=True)
class WorkflowAddress(Address):
    """`/settings/workflows/edit?code=&version=&against=`: what is opened in the editor, and the version ("code:number")
    that changes are shown against; `?method=&group=`: a fork to begin with. Nothing: the newest draft, else what holds
    for shipping."""

    code: str = ""
    version: int = NEWEST
    against: str = ""
    method: Method | None = None
    group: str = ""

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Return the address that query parameters mean."""
        version = base.text(parameters.get("version"))
        return cls(
            code=base.text(parameters.get("code")),
            version=base.number(version, most=_MOST) if version else NEWEST,
            against=base.text(parameters.get("against")),
            method=base.word(Method, parameters.get("method")),
            group=base.text(parameters.get("group")),
        )
