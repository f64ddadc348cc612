"""What the sign-in page shows: why the last try failed, where to go on, whom the demo offers. Signing in itself is a
plain form post to `/api/auth/login`, so no password ever passes through here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import reflex as rx

from backend.api.auth import safe_next
from backend.auth.first_start import DemoAccount
from dashboard.gateway import door
from dashboard.guard import PUBLIC, actor_of, policy
from models.errors import ErrorCode


class Login(rx.State):
    """State of the sign-in page."""

    ready: bool = False
    error: str = ""
    next: str = "/"
    demo_password: str = ""
    offers: rx.Field[list[DemoAccount]] = rx.field(default_factory=list)

    @rx.event
    @policy(PUBLIC)
    async def open(self) -> Any:
        """Read the address; whoever is signed in already goes on. Paper is no page, and Reflex goes to pages only:
        there the form stays, and its answer leads on."""
        asked = self.router.url.query_parameters
        self.next = safe_next(asked.get("next", "/"))
        if not self.next.startswith("/api/") and await actor_of(self) is not None:
            return rx.redirect(self.next)
        self.error = reason(asked)
        self.offers = await rx.run_in_thread(door().demo_accounts)
        self.demo_password = self.offers[0].password if self.offers else ""
        self.ready = True
        return None


def reason(asked: Mapping[str, str]) -> str:
    """Return why the form is shown again, in our own words: what stands in the address is anyone's."""
    code = asked.get("error", "")
    if code == ErrorCode.UNAUTHENTICATED.value:
        return "The user name or the password is not right."
    if code == ErrorCode.RATE_LIMITED.value:
        seconds = asked.get("seconds", "")
        minutes = min(60, -(-int(seconds) // 60)) if seconds.isdecimal() and len(seconds) < 6 else 5
        return f"Too many attempts. Try again in {minutes} minute{'s' if minutes != 1 else ''}."
    return "Signing in did not work. Try again." if code else ""
