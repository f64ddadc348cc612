"""The JSON API without a server: a client on the fixtures' database, and keys and people for it."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from functools import cache

from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.api.app import create_api
from backend.api.security import secure
from backend.api.shortcut import Shortcut
from backend.auth.keys import NewApiKey, create_key
from backend.auth.people import NewUser, create_user
from backend.context import Context
from models.enums import Permission, Role

SITE = "http://testserver"
PASSWORD = "correct horse"


def client_of(ctx: Context, *scopes: Permission, locations: Sequence[str] = ()) -> TestClient:
    """Return a client whose requests carry a fresh key with these scopes; without scopes they carry none.

    Its orders are answered when they are routed.
    """
    headers = {"Prefer": "wait=10"}
    if scopes:
        with ctx.uow() as uow:
            name = f"test {'+'.join(scopes)} {'+'.join(locations)}"[:80]
            headers["Authorization"] = f"Bearer {create_key(uow, NewApiKey(name, scopes, location_codes=locations))}"
    return TestClient(program(ctx), base_url=SITE, headers=headers, follow_redirects=False)


def program(ctx: Context) -> ASGIApp:
    """Return the API with the layers that are around it when it is served."""

    async def on_this_database(scope: Scope, receive: Receive, send: Send) -> None:
        token = _CONTEXT.set(ctx)
        try:
            await _program()(scope, receive, send)
        finally:
            _CONTEXT.reset(token)

    return on_this_database


_CONTEXT: ContextVar[Context] = ContextVar("the database of the request at hand")


@cache
def _program() -> ASGIApp:
    # One for all tests: it holds nothing, and working out its hundred routes takes longer than most tests.
    return Shortcut(secure(create_api(_CONTEXT.get), lambda: _CONTEXT.get().settings), _CONTEXT.get)


def person(ctx: Context, username: str, role: Role, **limits: Sequence[str]) -> None:
    """Make an account with PASSWORD."""
    with ctx.uow() as uow:
        create_user(uow, NewUser(username, PASSWORD, role, **limits))
