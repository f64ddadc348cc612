"""A short way for the one call that comes by the thousand: `POST /orders` with a key seen a moment ago and a good body.

It stands before everything else that a request goes through, because going through that costs several times what
taking an order in costs. Whatever is not plain here (an unknown key, a limited one, a header that a layer would look
at, a body with faults) goes the long way, `orders.place_order`, which says what is wrong; so nothing is decided here
but that nothing needs to be decided.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from prometheus_client import Counter
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.api import errors
from backend.api.idempotency import Once, is_key, send
from backend.api.intake import LARGE, sound
from backend.api.mail import Mail
from backend.api.order_intake import accepting, preferred_wait
from backend.api.schemas.orders import OrderIn
from backend.api.security import api_headers
from backend.auth import service as auth
from backend.auth.actor import Actor
from backend.config import Settings
from backend.context import Context
from backend.metrics.registry import HTTP_REQUESTS, HTTP_SECONDS
from models.enums import Permission
from models.errors import DomainError

log = logging.getLogger(__name__)

PATH = "/api/v1/orders"
_LONGEST_PREFER = 200
_NEEDED = frozenset((b"authorization", b"content-length", b"content-type"))
_KNOWN = _NEEDED | {b"idempotency-key", b"prefer"}
#: Who says one of these wants something that only the long way knows: a browser's page, a body of unknown length.
_NOT_PLAIN = frozenset((b"origin", b"transfer-encoding"))


class Shortcut:
    """The outermost ASGI layer. Its own answers carry what the layers inside would have added."""

    def __init__(self, app: ASGIApp, context: Callable[[], Context], *, scripts: Sequence[str] = ()) -> None:
        self._app = app
        self._context = context
        self._scripts = scripts
        self._mail: Mail | None = None
        self._worn: tuple[Settings, list[tuple[bytes, bytes]]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send_: Send) -> None:
        """Answer a plain order, pass everything else on."""
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST" or scope["query_string"]:
            await self._app(scope, receive, send_)
            return
        began = time.perf_counter()
        said = _plain(scope["headers"])
        ctx = self._context()
        actor = self._actor(ctx, said.authorization) if said is not None else None
        if said is None or actor is None:
            await self._app(scope, receive, send_)
            return
        message = await receive()
        order = _order(message)
        if order is None:
            await self._app(scope, _again(message, receive), send_)
            return
        call = Once(ctx, actor, f"POST {PATH}", said.key, hashlib.sha256(message["body"]).hexdigest())
        answer = await self._answer(call, order, said.prefer)
        headers = [*answer.raw_headers, *self._strictness(ctx.settings)]
        await send_({"type": "http.response.start", "status": answer.status_code, "headers": headers})
        await send_({"type": "http.response.body", "body": answer.body})
        _counter(answer.status_code).inc()
        HTTP_SECONDS.labels("POST", PATH).observe(time.perf_counter() - began)

    def _actor(self, ctx: Context, authorization: str) -> Actor | None:
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        actor = auth.actor_remembered(ctx, token) if scheme.lower() == "bearer" else None
        if actor is None or not actor.can(Permission.ORDERS_WRITE) or not actor.scope.everything:
            return None
        if ctx.keys.wants_renewal(token):
            renewal = asyncio.get_running_loop().run_in_executor(None, auth.renew, ctx, token)
            renewal.add_done_callback(_renewed)
        return actor

    async def _answer(self, call: Once, order: OrderIn, prefer: str) -> Response:
        if self._mail is None or not self._mail.is_here():
            self._mail = Mail()
        try:
            return send(await self._mail.of(accepting(call, order.to_input(), wait=preferred_wait(prefer))))
        except DomainError as error:
            return errors.refusal(error)
        except OperationalError as error:
            return errors.database_failed("POST", PATH, error)
        except Exception:  # as the framework answers what nobody expected
            log.exception("POST %s failed", PATH)
            return PlainTextResponse("Internal Server Error", 500)

    def _strictness(self, settings: Settings) -> list[tuple[bytes, bytes]]:
        if self._worn is None or self._worn[0] is not settings:
            self._worn = (settings, api_headers(settings, scripts=self._scripts))
        return self._worn[1]


@dataclass(frozen=True, slots=True)
class _Said:
    """What a plain request's headers say."""

    authorization: str
    key: str | None
    prefer: str


def _plain(headers: Iterable[tuple[bytes, bytes]]) -> _Said | None:
    """Return what the headers say if there is nothing in them that needs looking into."""
    said: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in _KNOWN:
            if name in said:
                return None
            said[name] = value
        elif name in _NOT_PLAIN:
            return None
    if not said.keys() >= _NEEDED or said[b"content-type"].split(b";")[0].strip().lower() != b"application/json":
        return None
    length = said[b"content-length"]
    if len(length) > 5 or not length.isdigit() or int(length) > LARGE:
        return None
    key = said[b"idempotency-key"].decode("latin-1") if b"idempotency-key" in said else None
    prefer = said.get(b"prefer", b"").decode("latin-1")
    if (key is not None and not is_key(key)) or len(prefer) > _LONGEST_PREFER:
        return None
    return _Said(said[b"authorization"].decode("latin-1"), key, prefer)


def _order(message: Message) -> OrderIn | None:
    """Return the order of a body that came in one piece and has no fault."""
    body = message.get("body", b"")
    if message["type"] != "http.request" or message.get("more_body", False) or len(body) > LARGE:
        return None
    try:
        return OrderIn.model_validate(sound(body))
    except ValidationError:
        return None


def _renewed(renewal: asyncio.Future[None]) -> None:
    if not renewal.cancelled() and renewal.exception() is not None:  # its age sends the next ones the long way
        log.warning("a key could not be read again: %s", renewal.exception())


def _again(message: Message, receive: Receive) -> Receive:
    """Return a `receive` that gives this message first."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return message

    return again


@lru_cache(maxsize=50)
def _counter(status: int) -> Counter:
    return HTTP_REQUESTS.labels("POST", PATH, str(status))
