"""Sessions and API keys: who is behind a cookie or a bearer token."""

from __future__ import annotations

from backend.auth.actor import Actor
from backend.context import Context

COOKIE = "pickwatch_session"


def actor_of_key(ctx: Context, token: str) -> Actor | None:
    """Return the actor of an active API key, else None."""
    raise NotImplementedError


def actor_of_session(ctx: Context, token: str) -> Actor | None:
    """Return the actor of a live session, else None."""
    raise NotImplementedError
