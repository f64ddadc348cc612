"""What every answer and every request goes through, pages and websocket included: origin, size, headers.

Each layer is a plain ASGI wrapper; `secure` puts them around the whole program. Who may do what is decided elsewhere:
`deps.py` for routes, `dashboard/guard.py` for events.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.api.intake import is_file
from backend.config import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
WEBSOCKET_PATH = "/_event"

MEBIBYTE = 1024 * 1024
BODY_LIMIT = MEBIBYTE
#: Calls that anyone may make who can sign: what incident tools call back with is short.
INBOUND_LIMIT = 64 * 1024
INBOUND = "/api/v1/inbound/"
#: Calls that take up to 1,000 items.
BULK_LIMIT = 16 * MEBIBYTE
BULK = ("/batch", "/inventory/adjustments", "/inventory/counts")


def secure(app: ASGIApp, settings: Callable[[], Settings], *, scripts: Sequence[str] = ()) -> ASGIApp:
    """Return the program with all layers around it; `scripts` are the hashes of its pages' inline scripts."""
    return SecurityHeaders(OriginGuard(BodyLimit(app, settings), settings), settings, scripts=scripts)


class OriginGuard:
    """Refuses what another site's page makes a browser send: websockets, and requests that may change something.

    A request without Origin comes from a program or a very old browser; it may change something only if it carries no
    cookie, or its own Authorization header, which no foreign page can set.
    """

    def __init__(self, app: ASGIApp, settings: Callable[[], Settings]) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on or refuse it with 403 (websocket: close code 1008)."""
        if scope["type"] not in ("http", "websocket") or self._fine(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "foreign origin"})
        else:
            await _problem(send, 403, "foreign_origin", "This request comes from another site.")

    def _fine(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        live = scope["type"] == "websocket" or scope["path"].startswith(WEBSOCKET_PATH)
        if not live and scope["method"] in SAFE_METHODS:
            return True
        if origin is not None:
            return self._ours(origin, headers.get("host", ""))
        return live or "cookie" not in headers or "authorization" in headers

    def _ours(self, origin: str, host: str) -> bool:
        parts = urlsplit(origin)
        own = {host.lower(), urlsplit(self._settings().public_url).netloc.lower()}
        return parts.scheme in ("http", "https") and parts.netloc.lower() in own


class _TooLarge(Exception):
    """The body went over the limit while it was being read."""


class BodyLimit:
    """Refuses bodies over the limit with 413, by their stated length or, without one, while reading."""

    def __init__(self, app: ASGIApp, settings: Callable[[], Settings]) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope)
        size = f"{limit // MEBIBYTE} MiB" if limit >= MEBIBYTE else f"{limit // 1024} KiB"
        words = f"The body is larger than {size}."
        stated = Headers(scope=scope).get("content-length", "0")
        if not stated.isdecimal() or int(stated) > limit:
            await _problem(send, 413, "too_large", words)
            return
        await self._counted(scope, receive, send, limit=limit, words=words)

    def _limit(self, scope: Scope) -> int:
        if is_file(scope):
            return self._settings().import_max_mb * MEBIBYTE
        if scope["path"].startswith(INBOUND):
            return INBOUND_LIMIT
        return BULK_LIMIT if scope["path"].endswith(BULK) else BODY_LIMIT

    async def _counted(self, scope: Scope, receive: Receive, send: Send, *, limit: int, words: str) -> None:
        seen = 0
        started = False

        async def count() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise _TooLarge
            return message

        async def answer(message: Message) -> None:
            nonlocal started
            if seen > limit and not started:  # frameworks turn our exception into an answer of their own
                raise _TooLarge
            started = True
            await send(message)

        try:
            await self._app(scope, count, answer)
        except _TooLarge:
            if not started:
                await _problem(send, 413, "too_large", words)


class SecurityHeaders:
    """Adds what tells the browser to be strict; an answer's own Content-Security-Policy or Cache-Control wins."""

    def __init__(self, app: ASGIApp, settings: Callable[[], Settings], *, scripts: Sequence[str] = ()) -> None:
        self._app = app
        self._settings = settings
        self._scripts = _allowed(scripts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and dress its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in strictness(self._settings(), scripts=self._scripts).items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", _caching(scope["path"], message["status"]))
            await send(message)

        await self._app(scope, receive, dressed)


def api_headers(settings: Settings, *, scripts: Sequence[str] = ()) -> list[tuple[bytes, bytes]]:
    """Return what `SecurityHeaders` adds to an answer of the API that brings none of it: for `shortcut.py`."""
    names = {**strictness(settings, scripts=_allowed(scripts)), "Cache-Control": _caching("/api/", 200)}
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in names.items()]


def strictness(settings: Settings, *, scripts: str) -> dict[str, str]:
    """Return the headers that every answer carries, whatever it is."""
    transport = {"Strict-Transport-Security": "max-age=31536000"} if settings.secure_cookies else {}
    return {
        "Content-Security-Policy": content_policy(settings.tile_url, scripts=scripts),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "SAMEORIGIN",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
        **transport,
    }


def _allowed(scripts: Sequence[str]) -> str:
    return " ".join(scripts) or "'unsafe-inline'"  # while developing, pages change under our hands


def _caching(path: str, status: int) -> str:
    if path.startswith("/api/"):
        return "no-store"
    if path.startswith(("/assets/", "/vendor/")) and status in (200, 206, 304):
        return "public, max-age=31536000, immutable"  # their names carry a hash or a version
    return "no-cache"  # kept, but asked about each time: a new version shows at once


@lru_cache(maxsize=8)
def content_policy(tile_url: str, *, scripts: str) -> str:
    """Return the Content-Security-Policy of pages; `scripts` says which inline scripts may run.

    No 'unsafe-eval': Reflex evaluates what the server sends for toasts and scripts, so the dashboard uses neither.
    Everything may come only from here, tiles excepted when a tile server is set.
    """
    tiles = urlsplit(tile_url.replace("{s}.", "*."))
    images = "'self' data: blob:" + (f" {tiles.scheme}://{tiles.netloc}" if tiles.netloc else "")
    rules = {
        "default-src": "'self'",
        "script-src": f"'self' {scripts}",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": images,
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "frame-src": "'self'",
        "frame-ancestors": "'self'",
        "form-action": "'self'",
        "base-uri": "'self'",
        "object-src": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


async def _problem(send: Send, status: int, code: str, detail: str) -> None:
    body = {
        "type": f"urn:pickwatch:problem:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "detail": detail,
        "code": code,
        "errors": [],
    }
    content = json.dumps(body).encode()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(content)).encode()),
        (b"connection", b"close"),  # the rest of the body is not read
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
