"""Which runbook is open."""

from __future__ import annotations

import reflex as rx

from dashboard.guard import policy
from models.enums import Permission


class RunbookState(rx.State):
    """The last part of the address."""

    slug: str = ""

    @rx.event
    @policy(Permission.NETWORK_READ)
    def open(self) -> None:
        """Show what the address asks for."""
        self.slug = self.router.url.path.rstrip("/").rpartition("/")[2][:64]
