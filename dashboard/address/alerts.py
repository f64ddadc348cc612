"""The addresses of the pages about alerts. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from dashboard.address.base import Address, page, text, word
from models.alerting import Muted, Severity


class AlertsShown(StrEnum):
    """Which alerts a list shows. Those that nobody is told of stand apart from those that are open."""

    OPEN = "open"
    UNCLAIMED = "unclaimed"
    ACKNOWLEDGED = "acknowledged"
    MUTED = "muted"
    PENDING = "pending"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class AlertsAddress(Address):
    """`/alerts?show=&severity=&policy=&location=&muted=&q=&page=`."""

    show: AlertsShown = AlertsShown.OPEN
    severity: Severity | None = None
    policy: str = ""
    location: str = ""
    muted: Muted | None = None
    q: str = ""

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Return the address that query parameters mean."""
        muted = word(Muted, parameters.get("muted"))
        return cls(
            page=page(parameters),
            show=word(AlertsShown, parameters.get("show")) or (AlertsShown.MUTED if muted else AlertsShown.OPEN),
            severity=word(Severity, parameters.get("severity")),
            policy=text(parameters.get("policy")),
            location=text(parameters.get("location")),
            muted=muted,
            q=text(parameters.get("q")),
        )

    @property
    def filtered(self) -> bool:
        """Say whether it leaves out some alerts of its kind."""
        return bool(self.severity or self.policy or self.location or self.muted or self.q)
