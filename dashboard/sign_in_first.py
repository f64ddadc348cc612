"""Sends a browser that carries no session from a page to the sign-in page, before any of the page is loaded.

This spares a visitor the flash of an empty page; it protects nothing. What protects is the guard (`guard.py`) and the
policy of each route, which ask the database whether a session lives.
"""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.auth.service import COOKIE
from dashboard import nav


class SignInFirst:
    """ASGI wrapper around the pages."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 303 to /login for a page that needs a session when there is no session cookie."""
        if scope["type"] == "http" and scope["method"] == "GET" and _needs_session(scope["path"]):
            request = Request(scope)
            if COOKIE not in request.cookies:
                wanted = scope["path"] + (f"?{request.url.query}" if request.url.query else "")
                target = "/login" if wanted == "/" else f"/login?next={quote(wanted, safe='/')}"
                await RedirectResponse(target, 303, {"Cache-Control": "no-store"})(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _needs_session(path: str) -> bool:
    page = nav.page_at(path)
    return page is not None and page.permission is not None
