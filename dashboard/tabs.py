"""Ties a browser tab's state on the server to the session cookie that came with it.

Reflex finds a tab's state by a token that the browser makes up and puts into the websocket's address: whoever learns it
could sit down at somebody else's state and be sent what is pushed to it, before he sends a single event. So the name of
a state is made of both, the tab's token and the session's secret; a token alone leads to an empty state of one's own.

A websocket that says more than any page would is closed here, before Reflex queues and logs what it says.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.api.security import WEBSOCKET_PATH
from backend.auth.service import COOKIE
from backend.auth.tokens import digest
from dashboard.ratelimit import RateLimit

#: Frames one websocket may send; above what `Guard` allows, whose refusals are quiet, so that only floods end here.
FRAMES_PER_SECOND = 100
FRAMES_AT_ONCE = 400


class TabTokens:
    """ASGI layer that renames the token in the address of every websocket."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the connection on under its own name."""
        if scope["type"] in ("http", "websocket") and scope["path"].startswith(WEBSOCKET_PATH):
            scope = {**scope, "query_string": _renamed(scope["query_string"], Headers(scope=scope).get("cookie", ""))}
        if scope["type"] == "websocket":
            receive = _limited(receive)
        await self._app(scope, receive, send)


def _limited(receive: Receive) -> Receive:
    rate = RateLimit(per_second=FRAMES_PER_SECOND, burst=FRAMES_AT_ONCE)

    async def next_frame() -> Message:
        message = await receive()
        if message["type"] == "websocket.receive" and not rate.allows(""):
            return {"type": "websocket.disconnect", "code": 1008}  # as if the browser had hung up
        return message

    return next_frame


def _renamed(query: bytes, cookies: str) -> bytes:
    session = cookie_parser(cookies).get(COOKIE, "")
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    return urlencode([(name, tab_name(value, session) if name == "token" else value) for name, value in pairs]).encode()


def tab_name(token: str, session: str) -> str:
    """Return the name under which the server keeps the state of this tab of this session."""
    return digest(f"{session}\0{token}")
