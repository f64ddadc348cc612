"""Sends a browser that carries no session from a page to the sign-in page, before any of the page is loaded, and one
whose session is over from paper (`backend/api/papers.py`). That is an address of the API: programs that call it are
answered as everywhere there.

This spares a visitor the flash of an empty page; it protects nothing. What protects is the guard (`guard.py`) and the
policy of each route, which ask the database whether a session lives.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.auth.service import COOKIE
from dashboard import nav

_PAPER = re.compile(r"/api/v1/[a-z0-9/-]+\.(?:html|pdf)")
_UNAUTHENTICATED = 401


class SignInFirst:
    """ASGI wrapper around the pages and the API."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 303 to /login for a page that needs a session when there is no session cookie, and for paper that a
        browser was refused for want of a session."""
        if scope["type"] == "http" and scope["method"] == "GET":
            request = Request(scope)
            if _needs_session(scope["path"]) and COOKIE not in request.cookies:
                await _to_sign_in(request)(scope, receive, send)
                return
            if _PAPER.fullmatch(scope["path"]) and _is_browser(request):
                await self._app(scope, receive, _Refusal(scope, receive, send).send)
                return
        await self._app(scope, receive, send)


class _Refusal:
    """What is sent to a browser that opens paper: the way to sign in, in the place of a 401."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._refused = False

    async def send(self, message: Message) -> None:
        """Pass a message on, unless it belongs to a 401."""
        if message["type"] == "http.response.start" and message["status"] == _UNAUTHENTICATED:
            self._refused = True
            await _to_sign_in(Request(self._scope))(self._scope, self._receive, self._send)
        elif not self._refused:
            await self._send(message)


def _to_sign_in(request: Request) -> RedirectResponse:
    """Return the way to sign in and back. What is asked for is a path of this site, and is looked at once more by
    whoever goes there (`backend.api.auth.safe_next`)."""
    wanted = request.scope["path"] + (f"?{request.url.query}" if request.url.query else "")
    target = "/login" if wanted == "/" else f"/login?next={quote(wanted, safe='/')}"
    return RedirectResponse(target, 303, {"Cache-Control": "no-store"})


def _is_browser(request: Request) -> bool:
    """Return whether somebody looks at the answer: browsers say that they navigate, programs bring a key."""
    if "authorization" in request.headers:
        return False
    mode = request.headers.get("sec-fetch-mode")
    return mode == "navigate" if mode else "text/html" in request.headers.get("accept", "")


def _needs_session(path: str) -> bool:
    page = nav.page_at(path)
    return page is not None and page.permission is not None
