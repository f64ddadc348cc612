"""Who is signed in, which pages he may open, and the search that every page has."""

from __future__ import annotations

from typing import Annotated

import reflex as rx
from pydantic import Field

from backend.auth.actor import Actor
from dashboard import nav
from dashboard.guard import SIGNED_IN, actor_of, allowed, policy
from dashboard.state.alerts.bell import Bell
from dashboard.state.asking import Trouble, ask
from dashboard.views.common import Hit
from models.enums import Permission


class Session(rx.State):
    """Shown in the shell of every page."""

    name: str = ""
    initials: str = ""
    scope: str = ""
    routes: list[str] = []
    denied: bool = False
    query: str = ""
    hits: list[Hit] = []
    search_says: str = ""
    finds: str = ""  # what the search looks for

    @rx.event
    @policy(SIGNED_IN)
    async def load(self) -> None:
        """Show who is signed in; runs on every page."""
        actor = await actor_of(self)
        if actor is None:
            return
        self.name = actor.label
        self.initials = actor.label[:2].upper()
        self.scope = scope_words(actor)
        self.finds = "location or order" if actor.can(Permission.ORDERS_READ) else "location"
        page = nav.page_at(self.router.url.path)
        self.denied = page is not None and page.permission is not None and not actor.can(page.permission)
        self.routes = [page.route for page in nav.PAGES if page.permission and allowed(actor, page.permission)]
        bell = await self.get_state(Bell)
        await bell._reload()

    @rx.event
    @policy(Permission.NETWORK_READ)
    async def search(self, text: Annotated[str, Field(max_length=200)]) -> None:
        """Find locations by name or code, and orders by anything that is known of them."""
        self.query = text
        wanted = text.strip()
        if not wanted:
            self.hits, self.search_says = [], ""
            return
        try:
            self.hits = await ask(self, lambda door, asker: door.search(asker, wanted))
        except Trouble as trouble:
            self.hits, self.search_says = [], str(trouble)
            return
        self.search_says = "" if self.hits else f"Nothing is called “{wanted}”."


def scope_words(actor: Actor) -> str:
    """Return which part of the network a person sees: "Whole network", "Groups east, west"."""
    scope = actor.scope
    if scope.everything:
        return "Whole network"
    parts = []
    for noun, codes in (("Group", sorted(scope.group_codes)), ("Location", sorted(scope.location_codes))):
        if len(codes) > 3:
            parts.append(f"{len(codes)} {noun.lower()}s")
        elif codes:
            parts.append(f"{noun}{'s' if len(codes) > 1 else ''} {', '.join(codes)}")
    return " and ".join(parts)
