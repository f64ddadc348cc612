"""Idempotency-Key: a POST repeated with the same key gets the first answer again, byte for byte.

The key is locked in a transaction of its own, so that everyone sees at once that it is taken; the answer is stored in
the transaction of the work, so that both are there or neither. A crash leaves a lock that expires. A refusal changed
nothing and is not kept: the same key may be sent again with the input put right.

Work on many things, each in a transaction of its own (`run_apart`), is answered when all are done: after a crash in the
middle the same call goes on with what was not done, and its answer says so.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Depends, Header, Request
from fastapi.responses import Response
from pydantic import BaseModel

from backend.api.deps import Ctx, require
from backend.auth.actor import Actor
from backend.clock import system_now
from backend.context import Context
from backend.persistence.answers import Claim, Stored, running
from backend.persistence.bulk import insert_missing, table_of
from backend.persistence.uow import Uow
from models.enums import Permission
from models.errors import DomainError, ErrorCode, Fault, invalid
from models.tables import IdempotencyKey

#: How long a lock outlives the process that took it; also the longest a POST may work.
LOCK = timedelta(seconds=60)
#: The same of a POST with many transactions.
LONG_LOCK = timedelta(minutes=5)
#: How long answers are kept.
KEEP = timedelta(hours=48)

_KEYS = table_of(IdempotencyKey)
_FORM = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a POST answers: a status, a body and headers."""

    status: int
    body: BaseModel
    headers: Mapping[str, str] = field(default_factory=dict)


Work = Callable[[Uow], Answer]


@dataclass(frozen=True, slots=True)
class Once:
    """One POST of one actor; `run` does its work in one transaction, once per key."""

    ctx: Context
    actor: Actor
    route: str
    key: str | None
    body_hash: str

    def run(self, work: Work) -> Response:
        """Do the work and answer, or answer as the first time; 409 while the first is still at it."""
        if self.key is None:
            with self.ctx.uow(self.actor) as uow:
                answer = work(uow)
            return send(stored(answer))
        lock = self._take(LOCK)
        if isinstance(lock, Response):
            return lock
        with self._freed_when_refused(lock), self.ctx.uow(self.actor) as uow:
            answer = work(uow)
            self._store(uow, lock, answer)
        return send(stored(answer))

    def run_apart(self, work: Callable[[], Answer]) -> Response:
        """Do work that has transactions of its own and answer, or answer as the first time; 409 as `run`."""
        if self.key is None:
            return send(stored(work()))
        lock = self._take(LONG_LOCK)
        if isinstance(lock, Response):
            return lock
        with self._freed_when_refused(lock):
            answer = work()
            with self.ctx.uow(self.actor) as uow:
                self._store(uow, lock, answer)
        return send(stored(answer))

    @property
    def claim(self) -> Claim | None:
        """Return the key for those who keep answers many at once; None without a key."""
        return None if self.key is None else Claim(self._owner, self.key, self.body_hash)

    @property
    def _owner(self) -> str:
        return hashlib.sha256(f"{self.actor.kind} {self.actor.label} {self.route}".encode()).hexdigest()

    def _mine(self) -> sa.ColumnElement[bool]:
        return sa.and_(_KEYS.c.owner == self._owner, _KEYS.c.key == self.key)

    def _take(self, lock: timedelta) -> datetime | Response:
        """Lock the key for so long and return until when, or the stored answer; raise when it is taken or was used
        with another body."""
        now = system_now()
        row: dict[str, Any] = {
            "owner": self._owner,
            "key": self.key,
            "body_hash": self.body_hash,
            "locked_until": now + lock,
            "status": None,
            "response": {},
            "created_at": now,
        }
        with self.ctx.uow(self.actor) as uow:
            if insert_missing(uow.session, IdempotencyKey, [row]) == 1:
                return now + lock
            known = uow.session.connection().execute(_KEYS.select().where(self._mine()).with_for_update()).one_or_none()
            if known is None:  # pruned in between
                raise running(1)
            if known.body_hash != self.body_hash:
                words = "This Idempotency-Key was used with another body."
                raise DomainError(ErrorCode.IDEMPOTENCY_MISMATCH, words)
            if known.status is not None:
                return _replayed(known.status, known.response)
            if known.locked_until is not None and known.locked_until > now:
                raise running(
                    max(1, round((known.locked_until - now).total_seconds()) if self._slow(known, lock) else 1)
                )
            uow.session.connection().execute(_KEYS.update().where(self._mine()).values(locked_until=now + lock))
            return now + lock

    @staticmethod
    def _slow(known: Any, lock: timedelta) -> bool:
        """Whether the first call has been at it for so long that its process may have died."""
        return bool(system_now() - (known.locked_until - lock) > timedelta(seconds=10))

    def _store(self, uow: Uow, lock: datetime, answer: Answer) -> None:
        kept = {"body": _text(answer), "headers": dict(answer.headers)}
        statement = _KEYS.update().where(self._mine(), _KEYS.c.locked_until == lock)
        done = uow.session.connection().execute(
            statement.values(status=answer.status, response=kept, locked_until=None)
        )
        if done.rowcount != 1:  # the lock expired and another call took over: its answer counts
            raise running(1)

    @contextmanager
    def _freed_when_refused(self, lock: datetime) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._give_up(lock)
            raise

    def _give_up(self, lock: datetime) -> None:
        with self.ctx.uow(self.actor) as uow:
            uow.session.connection().execute(_KEYS.delete().where(self._mine(), _KEYS.c.locked_until == lock))


def given_key(
    idempotency_key: Annotated[
        str | None, Header(description="Any text of 1 to 200 printable characters; kept for 48 hours.")
    ] = None,
) -> str | None:
    """Return the Idempotency-Key of a call, None when it has none; INVALID when it cannot be one."""
    if idempotency_key is not None and not is_key(idempotency_key):
        words = "An Idempotency-Key is 1 to 200 printable ASCII characters without blanks."
        raise invalid([Fault("#header/idempotency-key", "bad_key", words)])
    return idempotency_key


GivenKey = Annotated[str | None, Depends(given_key)]


def once(permission: Permission) -> Any:
    """Return a dependency on a POST: its actor holds `permission`, and it happens once per Idempotency-Key."""
    policy = require(permission)

    async def dependency(
        request: Request,
        ctx: Ctx,
        key: GivenKey,
        actor: Actor = Depends(policy),  # a default, as annotations cannot name the `policy` of this call
    ) -> Once:
        body = await request.body()
        return Once(ctx, actor, route_of(request), key, hashlib.sha256(body).hexdigest())

    dependency.__policy__ = permission  # type: ignore[attr-defined]  # read by the test that walks all routes
    return Depends(dependency)


def route_of(request: Request) -> str:
    """Return what a key is for: the same key at another address is another one."""
    return f"{request.method} {request.url.path}"


def is_key(text: str) -> bool:
    """Return whether a text may be an Idempotency-Key."""
    return _FORM.fullmatch(text) is not None


def prune(uow: Uow) -> int:
    """Forget keys older than `KEEP` and return how many."""
    old = _KEYS.delete().where(_KEYS.c.created_at < system_now() - KEEP)
    return uow.session.connection().execute(old).rowcount


def _text(answer: Answer) -> str:
    return answer.body.model_dump_json()


def _response(status: int, text: str, headers: Mapping[str, str]) -> Response:
    return Response(text, status, dict(headers), media_type="application/json")


def _replayed(status: int, stored: Mapping[str, Any]) -> Response:
    return send(Stored(status, stored["body"], stored["headers"], again=True))


def stored(answer: Answer) -> Stored:
    """Return an answer as it is kept and sent."""
    return Stored(answer.status, _text(answer), answer.headers)


def send(answer: Stored) -> Response:
    """Return the response of an answer, which says when it was given before."""
    again = {"Idempotent-Replayed": "true"} if answer.again else {}
    return _response(answer.status, answer.body, {**answer.headers, **again})
