"""What may come in at all: JSON that every database can hold. Sizes are `security.py`, the rest is judged by schemas.

Runs before anything else on /api/v1. PostgreSQL refuses NUL characters and lone surrogates, JSON knows no NaN, and a
document nested without end breaks whoever walks it: each is refused here, once, for every route.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import unquote

from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.api.errors import problem
from models.errors import ErrorCode, Fault

MAX_DEPTH = 24
#: What a request may be at all; which of them a call takes is said by its route.
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
#: Where in a request's scope its parsed body is, for routes of `ParsedOnce`.
DOCUMENT = "pickwatch.document"
#: Its items are judged one by one, each by itself.
BATCH = "/api/v1/orders/batch"
#: Bodies of more bytes are looked at in another thread: whoever else waits for an answer would wait for it.
LONG = 10_000
#: A single order of more bytes is no plain one (`shortcut.py`).
LARGE = 50_000
_PREFIX = "/api/v1/"
#: These take files, which are no JSON: `imports.py` reads them as they come, `security.py` bounds them.
FILES = re.compile("/api/v1/imports/[a-z]+")
_INT64 = 2**63
_MAX_FAULTS = 100
#: No code holds one, and the router of paths does not look past a line break.
_CONTROL = re.compile("[\x00-\x1f\x7f]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Intake:
    """ASGI middleware that answers 4xx for what no route could take."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass good requests on with their body read, answer the others."""
        if scope["type"] != "http" or not scope["path"].startswith(_PREFIX):
            await self._app(scope, receive, send)
            return
        refusal: Response | None = _check_address(scope)
        body = b""
        if refusal is None and is_file(scope):
            await self._app(scope, receive, send)
            return
        if refusal is None and scope["method"] in ("POST", "PUT", "PATCH"):
            body = await _read(receive)
            look = run_in_threadpool(_check_body, scope, body) if len(body) > LONG else None
            refusal = await look if look is not None else _check_body(scope, body)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)


class Addresses:
    """ASGI wrapper around other people's routers, some of which do not look past a line break, to say what is wrong."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 400 for an address of the API that no route could take."""
        ours = scope["type"] == "http" and scope["path"].startswith(_PREFIX)
        refusal = _check_address(scope) if ours else None
        await (refusal or self._app)(scope, receive, send)


def is_file(scope: Scope) -> bool:
    """Return whether the request brings a file of rows."""
    return scope["method"] == "POST" and FILES.fullmatch(scope["path"]) is not None


class ParsedOnce(APIRoute):
    """A route that takes the body as it was parsed here instead of parsing it again."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler that is given requests with their document."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            if DOCUMENT in request.scope:
                request._json = request.scope[DOCUMENT]  # what Request.json() keeps when it has parsed
            return await handler(request)

        return handle


def _check_address(scope: Scope) -> Response | None:
    if scope["method"] not in METHODS:  # frameworks answer these before any route of ours is asked
        detail = f"There is no method {scope['method'][:20]!r}."
        allow = {"Allow": ", ".join(METHODS)}
        return problem(405, "method_not_allowed", "Method not allowed", detail=detail, headers=allow)
    query = unquote(scope["query_string"].decode("latin-1"))  # invalid UTF-8 becomes U+FFFD, which is harmless
    if _CONTROL.search(scope["path"]) or _UNSTORABLE.search(scope["path"]) or _UNSTORABLE.search(query):
        return problem(400, "bad_address", "Bad address", detail="The address holds a control character.")
    return None


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message["type"] == "http.request" and message.get("more_body", False)
    return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives the body that was read, then whatever comes next (the disconnect)."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _check_body(scope: Scope, body: bytes) -> Response | None:
    if not body:
        return None
    kind = dict(scope["headers"]).get(b"content-type", b"").split(b";")[0].strip().lower()
    if kind != b"application/json":
        return problem(415, "unsupported_media_type", "Unsupported media type", detail="Send application/json.")
    try:
        document = json.loads(body.decode("utf-8"))
    except UnicodeDecodeError:
        return problem(400, "malformed_json", "Malformed JSON", detail="The body is not valid UTF-8.")
    except RecursionError:
        return _malformed("It is nested too deeply.")
    except json.JSONDecodeError as error:
        return _malformed(f"{error.msg} at line {error.lineno}, column {error.colno}.")
    except ValueError:
        return _malformed("It holds a number with too many digits.")
    faults = storage_faults(document)
    if faults and scope["path"] == BATCH and isinstance(document, dict) and isinstance(document.get("items"), list):
        document["items"] = [_storable(item) for item in document["items"]]
        faults = storage_faults(document)
    if not faults:
        scope[DOCUMENT] = document
        return None
    detail = f"{len(faults)} fault{'s' if len(faults) != 1 else ''} in the request; nothing was changed."
    return problem(422, ErrorCode.INVALID.value, "Invalid", detail=detail, errors=faults)


@dataclass(frozen=True, slots=True)
class Unstorable:
    """Stands in a batch for an item that no database could hold; the others are judged as if it were none of these."""

    faults: list[Fault]


def _storable(item: Any) -> Any:
    faults = storage_faults(item)
    return Unstorable(faults) if faults else item


def storage_faults(document: Any) -> list[Fault]:
    """Return what in a JSON document no database could hold: NUL, NaN, numbers over 64 bits, endless nesting."""
    return [] if _is_plain(document) else list(islice(_faults(document, "", 0), _MAX_FAULTS))


def sound(body: bytes) -> Any:
    """Return the document of a body that could pass here, None for every other."""
    try:
        document = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return None if storage_faults(document) else document


def _malformed(why: str) -> Response:
    return problem(400, "malformed_json", "Malformed JSON", detail=f"The body is not valid JSON. {why}")


def _is_plain(document: Any) -> bool:
    """Return whether a document can hold no fault: nearly every one, told level by level for a fraction of the work of
    finding where a fault is. False says only that somebody has to look."""
    texts: list[str] = []
    level = [document]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for value in level:
            kind = type(value)
            if kind is str:
                texts.append(value)
            elif kind is dict:
                texts += value
                below += value.values()
            elif kind is list:
                below += value
            elif kind is int:
                if not -_INT64 <= value < _INT64:
                    return False
            elif kind is float:
                if not math.isfinite(value):
                    return False
            elif value is not None and kind is not bool:
                return False
        if not below:
            text = "".join(texts)
            return (text.isascii() and "\0" not in text) or _UNSTORABLE.search(text) is None
        level = below
    return False


def _faults(value: Any, pointer: str, depth: int) -> Iterator[Fault]:
    if isinstance(value, str):
        if _UNSTORABLE.search(value):
            yield Fault(pointer, "unstorable_text", "Text holds no NUL character and no lone surrogate.")
    elif isinstance(value, bool | Unstorable) or value is None:
        return
    elif isinstance(value, int):
        if not -_INT64 <= value < _INT64:
            yield Fault(pointer, "out_of_range", "Whole numbers fit into 64 bits.")
    elif isinstance(value, float):
        if not math.isfinite(value):
            yield Fault(pointer, "not_finite", "NaN and Infinity are no JSON numbers.")
    elif depth >= MAX_DEPTH:
        yield Fault(pointer, "too_deep", f"Documents are nested at most {MAX_DEPTH} deep.")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _faults(item, f"{pointer}/{index}", depth + 1)
    else:
        for name, item in value.items():
            if _UNSTORABLE.search(name):
                yield Fault(pointer, "unstorable_text", "A field's name holds no NUL character and no lone surrogate.")
                continue
            yield from _faults(item, f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}", depth + 1)
