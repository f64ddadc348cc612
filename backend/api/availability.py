"""Availability over HTTP: answered past the framework, because thousands a second are asked.

The routes below are in the description and in the list of policies like any other; `Desk` is what answers them, in the
web program and in a process of its own (`availability_process.py`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl
from weakref import WeakKeyDictionary

from fastapi import APIRouter, Depends, Query
from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import cookie_parser
from starlette.types import Receive, Scope, Send

from backend.api.deps import require
from backend.api.errors import model_faults
from backend.api.responses import READ
from backend.api.schemas.availability import MOST_SKUS, AvailabilityOut, AvailabilityQuery
from backend.api.schemas.common import Code, Instant, Word
from backend.auth import service as auth
from backend.auth.actor import Actor
from backend.availability import store
from backend.availability.answers import EVERYTHING, Answers, Question
from backend.availability.book import Book
from backend.availability.follower import up_to_date
from backend.context import Context
from models.enums import Method, Permission
from models.errors import DomainError, ErrorCode, Fault

#: Query parameters, as the fields of `AvailabilityQuery`; those in `_MANY` may come several times.
_FIELDS = {
    "sku": "skus",
    "location": "locations",
    "channel": "channel",
    "method": "method",
    "customer_segment": "customer_segment",
    "at": "at",
}
_MANY = {"sku", "location"}
_MOST_PARAMETERS = 1_000
#: What every answer's head says.
ALWAYS = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"))


class Desk:
    """Takes a request, knows who asks, answers from the book: raw ASGI, nothing per cell. Raises DomainError."""

    def __init__(self, context: Callable[[], Context]) -> None:
        self._context = context
        self._answers: WeakKeyDictionary[Book, Answers] = WeakKeyDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer `GET /availability` and `POST /availability/query`."""
        ctx = self._context()
        actor = await _actor(ctx, scope)
        actor.require(Permission.INVENTORY_READ)
        asked = await _asked(scope, receive)
        answers = await self._ready(ctx, asked.skus)
        faults = _unknown(answers, asked, actor)
        if faults:
            raise DomainError(ErrorCode.INVALID, f"{len(faults)} of these are not there.", faults=faults)
        items = [item for sku in asked.skus if (item := answers.item(sku, asked.question, actor.scope)) is not None]
        body, age = _dated(answers, items, ctx.clock.now())
        headers = [*ALWAYS, (b"age", age), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _ready(self, ctx: Context, skus: list[str]) -> Answers:
        book = ctx.stock
        if book.whole:
            if book.cursor is None:
                raise _waiting()
        else:
            if book.cursor is None or not book.followed:
                await run_in_threadpool(up_to_date, ctx)
            missing = [sku for sku in skus if book.shelf(sku) is None]
            if missing:
                await run_in_threadpool(store.load_skus, ctx, book, missing)
        return self._of(book)

    def _of(self, book: Book) -> Answers:
        answers = self._answers.get(book)
        if answers is None:
            answers = self._answers[book] = Answers(book)
        return answers

    def at_once(self, token: str, sku: str) -> tuple[bytes, bytes] | None:
        """Return the body that answers the plain question about one SKU, and its `Age`; waits for nothing.

        None when there is anything to say but the figures: then the request has to go the long way.
        """
        ctx = self._context()
        book = ctx.stock
        actor = ctx.keys.actor(token)
        if actor is None or not actor.can(Permission.INVENTORY_READ) or not book.whole or book.cursor is None:
            return None
        answers = self._of(book)
        item = answers.item(sku, EVERYTHING, actor.scope)
        return _dated(answers, [item], ctx.clock.now()) if item is not None else None


def _dated(answers: Answers, items: Iterable[bytes], now: datetime) -> tuple[bytes, bytes]:
    return answers.whole(items, now), b"%d" % answers.age(now)[1]


def _waiting() -> DomainError:
    words = "Stock and keys have not been read yet: this process waits for the database."
    return DomainError(ErrorCode.UNAVAILABLE, words, retry_after=2)


async def _actor(ctx: Context, scope: Scope) -> Actor:
    header = cookies = b""
    for name, value in scope["headers"]:
        if name == b"authorization":
            header = value
        elif name == b"cookie":
            cookies = value
    actor = None
    if header:
        if ctx.keys.complete and not ctx.keys.filled:
            raise _waiting()
        scheme, _, token = header.decode("latin-1").partition(" ")
        if scheme.lower() == "bearer":
            actor = ctx.keys.actor(token.strip())
            if actor is None and not ctx.keys.complete:
                actor = await run_in_threadpool(auth.actor_of_key, ctx, token.strip())
    elif cookies and not ctx.keys.complete:
        session = cookie_parser(cookies.decode("latin-1")).get(auth.COOKIE, "")
        actor = await run_in_threadpool(auth.actor_of_session, ctx, session)
    if actor is None:
        raise DomainError(ErrorCode.UNAUTHENTICATED, "Send a valid API key: Authorization: Bearer pw_…")
    return actor


#: How the places of a request are called in faults: field of `AvailabilityQuery` → pointer.
_QUERY = {field: f"#query/{name}" for name, field in _FIELDS.items()}
_BODY = {field: f"/{field}" for field in _FIELDS.values()}


#: The query string of the plain question.
PLAIN = r"sku=([A-Za-z0-9._~-]{1,64})"
_PLAIN = re.compile(PLAIN)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request, understood; `names` are those of its places in faults."""

    skus: list[str]
    locations: list[str]
    question: Question
    names: Mapping[str, str]


async def _asked(scope: Scope, receive: Receive) -> _Asked:
    if scope["method"] == "POST":
        query = _validated(await _body(receive), _BODY)
        return _Asked(query.skus, query.locations, query.question(), _BODY)
    text = scope["query_string"].decode("latin-1")
    plain = _PLAIN.fullmatch(text)
    if plain is not None:
        return _Asked([plain[1]], [], EVERYTHING, _QUERY)  # the common question, in no need of a schema
    query = _validated(_parsed(text), _QUERY)
    return _Asked(query.skus, query.locations, query.question(), _QUERY)


def _parsed(text: str) -> dict[str, Any]:
    """Return a query string as fields; raises INVALID for what comes twice, or is too much."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS, errors="replace")
    except ValueError:
        fault = Fault("#query", "too_long", f"At most {_MOST_PARAMETERS} parameters.")
        raise DomainError(ErrorCode.INVALID, "1 fault in the request.", faults=[fault]) from None
    fields: dict[str, Any] = {}
    for name, value in pairs:
        field = _FIELDS.get(name, name)
        if name in _MANY:
            fields.setdefault(field, []).append(value)
        elif field in fields:
            fields[field] = [fields[field], value]  # no field but these takes a list: the schema names it
        else:
            fields[field] = value
    return fields


def _validated(document: Any, names: Mapping[str, str]) -> AvailabilityQuery:
    try:
        return AvailabilityQuery.model_validate(document)
    except ValidationError as error:
        faults = [Fault(_named(fault.pointer, names), fault.code, fault.message) for fault in model_faults(error)]
        words = f"{len(faults)} fault{'s' if len(faults) != 1 else ''} in the request."
        raise DomainError(ErrorCode.INVALID, words, faults=faults) from None


def _named(pointer: str, names: Mapping[str, str]) -> str:
    field, slash, rest = pointer.removeprefix("/").partition("/")
    start = names.get(field) or (f"#query/{field}" if names is _QUERY else f"/{field}")
    return f"{start}{slash}{rest}" if pointer else ""


async def _body(receive: Receive) -> Any:
    parts = []
    more = True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message["type"] == "http.request" and message.get("more_body", False)
    try:
        return json.loads(b"".join(parts) or b"null")
    except ValueError:  # `intake.py` has refused it before, with better words
        raise DomainError(ErrorCode.INVALID, "The body is not JSON.") from None


def _unknown(answers: Answers, asked: _Asked, actor: Actor) -> list[Fault]:
    found = [("skus", at, "product", asked.skus) for at in answers.unknown_skus(asked.skus)]
    if asked.locations:
        hidden = answers.unknown_locations(asked.locations, actor.scope)
        found += [("locations", at, "location", asked.locations) for at in hidden]
    return [
        Fault(f"{asked.names[field]}/{at}", "not_found", f"There is no {what} {codes[at]}.")
        for field, at, what, codes in found
    ]


class Raw(APIRoute):
    """A route that the application's `Desk` answers; what it says of itself is for the description and the policies."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; other methods are refused as on any route."""
        if scope["method"] in (self.methods or ()):
            await scope["app"].state.availability(scope, receive, send)
        else:
            await super().handle(scope, receive, send)


router = APIRouter(tags=["availability"], route_class=Raw)

Reader = Annotated[Actor, Depends(require(Permission.INVENTORY_READ))]
Skus = Annotated[list[Code], Query(min_length=1, max_length=MOST_SKUS)]


@router.get("/availability", responses=READ, response_model=AvailabilityOut)
def get_availability(
    actor: Reader,
    sku: Skus,
    location: Annotated[list[Code] | None, Query()] = None,
    channel: Word | None = None,
    method: Method | None = None,
    customer_segment: Word | None = None,
    at: Instant | None = None,
) -> None:
    """Return units that may be promised (ATP) of up to 100 SKUs, in all and by location, and how old that is.

    Without `location`: wherever you may look and there are any. Without `channel`, `method` and `customer_segment`:
    everything, ring-fenced or not; with one of them, what such an order may have. `at`: arrivals until then count too.
    """
    raise NotImplementedError  # `Raw` has answered


@router.post("/availability/query", responses=READ, response_model=AvailabilityOut)
def query_availability(body: AvailabilityQuery, actor: Reader) -> None:
    """Return the same for a question too long for an address; it changes nothing."""
    raise NotImplementedError  # `Raw` has answered
