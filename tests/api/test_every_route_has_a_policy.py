"""Every route of the program says who may call it, and keeps its word: no key 401, wrong key 403."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute

from backend.api.app import create_api
from backend.api.deps import public, require
from backend.context import Context
from models.enums import Permission
from tests.support.api import client_of

#: Routes that Starlette or FastAPI adds itself and that show nothing but the API's own description.
DESCRIPTION = {"/api/v1/openapi.json"}


def nobody() -> Context:
    raise AssertionError("walking the routes needs no database")


def policies(dependant: Dependant) -> Iterator[object]:
    """Yield the policy of every dependency of a route, however deep."""
    for below in dependant.dependencies:
        needed = getattr(below.call, "__policy__", None)
        if needed is not None:
            yield needed
        yield from policies(below)


def unguarded(routes: Sequence[BaseRoute]) -> list[str]:
    """Return the paths of routes that no policy guards."""
    found = []
    for route in iter_route_contexts(routes):
        dependant = getattr(route, "dependant", None)
        if route.path not in DESCRIPTION and (dependant is None or not list(policies(dependant))):
            found.append(route.path or repr(route))
    return found


API = create_api(nobody)


def test_every_route_says_who_may_call_it() -> None:
    assert unguarded(API.routes) == []
    assert {"/api/v1/me", "/api/auth/login"} <= {route.path for route in iter_route_contexts(API.routes)}


def test_a_route_without_a_policy_would_be_found() -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    router = APIRouter()

    @router.get("/open")
    def open_() -> None: ...

    @router.get("/marked", dependencies=[Depends(public)])
    def marked() -> None: ...

    @router.get("/guarded", dependencies=[Depends(require(Permission.ADMIN))])
    def guarded() -> None: ...

    app.include_router(router)
    assert unguarded(app.routes) == ["/open"]


def guarded_calls() -> list[Any]:
    """Return (method, path, permission) of every route that asks for a permission."""
    calls = []
    for route in iter_route_contexts(API.routes):
        if route.path in DESCRIPTION:
            continue
        needed = [policy for policy in policies(route.dependant) if isinstance(policy, Permission)]
        path = re.sub(r"\{(\w+)(:\w+)?\}", "1", route.path)
        calls += [
            pytest.param(method, path, needed[0], id=f"{method} {route.path}")
            for method in sorted(route.methods - {"HEAD"})
            if needed
        ]
    return calls


@pytest.mark.parametrize(("method", "path", "needed"), guarded_calls())
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_key_is_401_and_a_key_without_the_permission_403(
    ctx: Context, method: str, path: str, needed: Permission
) -> None:
    assert client_of(ctx).request(method, path, json={}).status_code == 401
    others = [permission for permission in Permission if permission not in (needed, Permission.ADMIN)]
    answer = client_of(ctx, *others).request(method, path, json={})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    right = client_of(ctx, needed).request(method, path, json={})
    assert right.status_code not in (401, 403)
