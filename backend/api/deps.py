"""What routers ask for: the context, and an actor that holds a permission. A route without one of these
policies fails `tests/api/test_every_route_has_a_policy.py`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from backend.auth import service as auth
from backend.auth.actor import Actor
from backend.context import Context
from models.enums import Permission
from models.errors import DomainError, ErrorCode


# All of these are coroutines: a plain function would cost every request a trip to another thread.
async def get_context(request: Request) -> Context:
    """Return the program's context, put on the app by `create_api`."""
    context: Context = request.app.state.context()
    return context


Ctx = Annotated[Context, Depends(get_context)]


async def authenticate(request: Request, ctx: Ctx) -> Actor:
    """Return the actor of the API key or of the browser's session cookie, or raise UNAUTHENTICATED."""
    header = request.headers.get("authorization", "")
    scheme, _, token = header.partition(" ")
    actor: Actor | None = None
    if not header:
        actor = await run_in_threadpool(auth.actor_of_session, ctx, request.cookies.get(auth.COOKIE, ""))
    elif scheme.lower() == "bearer":
        token = token.strip()
        actor = auth.actor_remembered(ctx, token) or await run_in_threadpool(auth.actor_of_key, ctx, token)
    if actor is None:
        raise DomainError(ErrorCode.UNAUTHENTICATED, "Send a valid API key: Authorization: Bearer pw_…")
    request.state.actor = actor  # for `errors.py`, which looks further into a body that its schema refused
    return actor


authenticate.__policy__ = "signed_in"  # type: ignore[attr-defined]  # read by the test that walks all routes


def require(permission: Permission) -> Callable[..., Awaitable[Actor]]:
    """Return a dependency that yields the actor if he holds `permission`."""

    async def dependency(actor: Annotated[Actor, Depends(authenticate)]) -> Actor:
        actor.require(permission)
        return actor

    dependency.__policy__ = permission  # type: ignore[attr-defined]  # read by the test that walks all routes
    return dependency


async def public() -> None:
    """Mark a route that anyone may call: health checks, sign-in, the API description."""


public.__policy__ = "public"  # type: ignore[attr-defined]
