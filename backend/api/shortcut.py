"""A short way for the one call that comes by the thousand: `POST /orders` with a key seen a moment ago and a good body.

Finding the route and its dependencies costs several times what taking an order in costs. Whatever is not plain here
(an unknown key, a limited one, a body with faults) goes the long way, `orders.place_order`, which says what is wrong;
so nothing is decided here but that nothing needs to be decided.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from types import SimpleNamespace

from pydantic import ValidationError
from sqlalchemy.exc import OperationalError
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.api import errors
from backend.api.idempotency import Once, is_key, send
from backend.api.intake import DOCUMENT
from backend.api.order_intake import accepting, preferred_wait
from backend.api.schemas.orders import OrderIn
from backend.auth import service as auth
from backend.auth.actor import Actor
from backend.context import Context
from models.enums import Permission
from models.errors import DomainError

PATH = "/api/v1/orders"
_ROUTE = SimpleNamespace(path=PATH)
_HEADERS = (b"authorization", b"idempotency-key", b"prefer")
_LONGEST_PREFER = 200


class Shortcut:
    """ASGI middleware inside `intake.Intake`, which has parsed the body."""

    def __init__(self, app: ASGIApp, *, context: Callable[[], Context]) -> None:
        self._app = app
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send_: Send) -> None:
        """Answer a plain order, pass everything else on."""
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST" or scope["query_string"]:
            await self._app(scope, receive, send_)
            return
        ctx = self._context()
        said = {name: value.decode("latin-1") for name, value in reversed(scope["headers"]) if name in _HEADERS}
        actor = _actor(ctx, said.get(b"authorization", ""))
        order = _order(scope) if actor is not None else None
        key, prefer = said.get(b"idempotency-key"), said.get(b"prefer", "")
        if actor is None or order is None or not (key is None or is_key(key)) or len(prefer) > _LONGEST_PREFER:
            await self._app(scope, receive, send_)
            return
        scope["route"] = _ROUTE  # for `measure.py`
        body = (await receive())["body"]
        call = Once(ctx, actor, f"POST {PATH}", key, hashlib.sha256(body).hexdigest())
        answer = await _answer(call, order, prefer)
        await answer(scope, receive, send_)


async def _answer(call: Once, order: OrderIn, prefer: str) -> Response:
    try:
        return send(await asyncio.wrap_future(accepting(call, order.to_input(), wait=preferred_wait(prefer))))
    except DomainError as error:
        return errors.refused(error)
    except OperationalError as error:
        return errors.database_failed("POST", PATH, error)


def _actor(ctx: Context, authorization: str) -> Actor | None:
    scheme, _, token = authorization.partition(" ")
    actor = auth.actor_remembered(ctx, token.strip()) if scheme.lower() == "bearer" else None
    if actor is None or not actor.can(Permission.ORDERS_WRITE) or not actor.scope.everything:
        return None
    return actor


def _order(scope: Scope) -> OrderIn | None:
    try:
        return OrderIn.model_validate(scope.get(DOCUMENT))
    except ValidationError:
        return None
