"""Signing in and out from a browser's own form, and who one is. The rules of it are in `backend/auth`."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel

from backend.api.deps import Ctx, authenticate, public
from backend.auth import sessions
from backend.auth.actor import Actor
from backend.auth.service import COOKIE
from backend.auth.throttle import client_address
from backend.context import Context
from models.enums import ActorKind, Permission
from models.errors import DomainError

#: Below /api/auth: forms of the sign-in page, answered with redirects.
browser = APIRouter(prefix="/api/auth", include_in_schema=False)
#: Below /api/v1.
router = APIRouter(tags=["people"])


@browser.post("/login", dependencies=[Depends(public)])
def login(
    request: Request,
    ctx: Ctx,
    username: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",  # the form field's name
) -> Response:
    """Open a session and go on to `next`, or back to the form with the reason."""
    target = safe_next(next)
    address = address_of(request, ctx)
    try:
        signed_in = sessions.sign_in(ctx, username, password, address=address)
    except DomainError as error:
        return _back_to_form(error, target)
    answer = _see_other(target)
    answer.set_cookie(
        COOKIE,
        signed_in.token,
        max_age=ctx.settings.session_hours * 3600,
        path="/",
        httponly=True,
        samesite="lax",
        secure=_secure(request, ctx),
    )
    _end_session(request, ctx)  # the one this browser had: a token from before signing in is never carried over
    return answer


@browser.post("/logout", dependencies=[Depends(public)])
def logout(request: Request, ctx: Ctx) -> Response:
    """End this browser's session and show the sign-in page."""
    _end_session(request, ctx)
    answer = _see_other("/login")
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=_secure(request, ctx))
    return answer


class ScopeOut(BaseModel):
    """The part of the network one sees; both empty means all of it."""

    locations: list[str]
    groups: list[str]


class Me(BaseModel):
    """Who the key or the session belongs to."""

    kind: ActorKind
    name: str
    permissions: list[Permission]
    scope: ScopeOut


@router.get("/me")
def me(actor: Annotated[Actor, Depends(authenticate)]) -> Me:
    """Tell who is asking, what he may do and what he sees."""
    scope = ScopeOut(locations=sorted(actor.scope.location_codes), groups=sorted(actor.scope.group_codes))
    return Me(kind=actor.kind, name=actor.label, permissions=sorted(actor.permissions), scope=scope)


def safe_next(target: str) -> str:
    """Return `target` if it is a path of this site, else "/".

    Browsers read "//host", "/\\host" and, as they drop control characters, "/<tab>/host" as another site.
    """
    path = target.startswith("/") and not target.startswith("//") and "\\" not in target
    clean = target.isascii() and target.isprintable() and " " not in target and len(target) <= 2000
    return target if path and clean and not target.startswith("/login") else "/"


def _back_to_form(error: DomainError, target: str) -> Response:
    asked: dict[str, Any] = {"error": error.code.value}
    wait = error.context.get("retry_after")
    if wait is not None:
        asked["seconds"] = wait
    if target != "/":
        asked["next"] = target
    answer = _see_other(f"/login?{urlencode(asked)}")
    if wait is not None:
        answer.headers["Retry-After"] = str(wait)
    return answer


def _see_other(target: str) -> RedirectResponse:
    return RedirectResponse(target, 303, headers={"Cache-Control": "no-store"})


def _end_session(request: Request, ctx: Context) -> None:
    token = request.cookies.get(COOKIE)
    if token:
        with ctx.uow() as uow:
            sessions.sign_out(uow, token)


def address_of(request: Request, ctx: Context) -> str:
    """Return the address that a request counts by, as the outermost trusted proxy saw it."""
    peer = request.client.host if request.client else None
    forwarded = request.headers.getlist("x-forwarded-for")
    return client_address(peer, forwarded, trusted_hops=ctx.settings.trusted_proxy_hops)


def _secure(request: Request, ctx: Context) -> bool:
    proxied = ctx.settings.trusted_proxy_hops > 0 and request.headers.get("x-forwarded-proto") == "https"
    return ctx.settings.secure_cookies or request.url.scheme == "https" or proxied
