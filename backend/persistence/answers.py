"""First answers by Idempotency-Key, many at once. Which call a key belongs to, and what is answered, the edge says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.clock import system_now
from backend.persistence.bulk import Insert, is_one_of, table_of, update_rows
from backend.persistence.uow import Uow
from models.errors import DomainError, ErrorCode
from models.tables import IdempotencyKey

_KEYS = table_of(IdempotencyKey)


@dataclass(frozen=True, slots=True)
class Claim:
    """A key as one call sends it: `owner` is the caller and the route, `body_hash` says what it asks."""

    owner: str
    key: str
    body_hash: str


@dataclass(frozen=True, slots=True)
class Stored:
    """An answer as it is sent: `body` is JSON text. `again` says that it was given before."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)
    again: bool = False


@dataclass(frozen=True, slots=True)
class _Known:
    body_hash: str
    status: int | None
    response: Mapping[str, Any]
    locked_until: datetime | None


def given(uow: Uow, claims: Iterable[Claim]) -> dict[Claim, Stored | DomainError]:
    """Return what those calls are answered whose keys are known: the first answer, or why there is none.

    A lock that a crash left behind has expired: it is taken away, and the call goes on as if its key were new.
    """
    wanted = {(claim.owner, claim.key): claim for claim in claims}
    answers: dict[Claim, Stored | DomainError] = {}
    for place, known in _known(uow, wanted).items():
        answer = _answer(wanted[place], known)
        if answer is None:
            owner, key = place
            forgotten = _KEYS.delete().where(_KEYS.c.owner == owner, _KEYS.c.key == key, _KEYS.c.status.is_(None))
            uow.session.connection().execute(forgotten)
        else:
            answers[wanted[place]] = answer
    return answers


def keeping(answers: Sequence[tuple[Claim, Stored, datetime | None]]) -> Insert:
    """Return what keeps first answers; some stay out when another transaction was quicker with one of the keys.

    One with an instant is not given yet: until then, or until `replace`, the call counts as running.
    """
    now = system_now()
    rows = [
        {
            "owner": claim.owner,
            "key": claim.key,
            "body_hash": claim.body_hash,
            "locked_until": until,
            "status": answer.status,
            "response": {"body": answer.body, "headers": dict(answer.headers)},
            "created_at": now,
        }
        for claim, answer, until in sorted(answers, key=lambda item: (item[0].owner, item[0].key))
    ]
    return Insert(IdempotencyKey, rows, only_new=True)


def replace(uow: Uow, answers: Sequence[tuple[Claim, Stored]]) -> None:
    """Put the answers that are given in the place of those kept."""
    rows = [
        {"its_owner": claim.owner, "its_key": claim.key, "new": {"body": answer.body, "headers": dict(answer.headers)}}
        for claim, answer in sorted(answers, key=lambda pair: (pair[0].owner, pair[0].key))
    ]
    update_rows(uow.session, _REPLACE, rows)


def _known(uow: Uow, wanted: Mapping[tuple[str, str], Claim]) -> dict[tuple[str, str], _Known]:
    if not wanted:
        return {}
    owners, keys = sorted({owner for owner, _ in wanted}), sorted({key for _, key in wanted})
    statement = _KEYS.select().where(
        is_one_of(uow.session, _KEYS.c.owner, owners), is_one_of(uow.session, _KEYS.c.key, keys)
    )
    rows = uow.session.connection().execute(statement)
    return {
        (row.owner, row.key): _Known(row.body_hash, row.status, row.response, row.locked_until)
        for row in rows
        if (row.owner, row.key) in wanted
    }


def _answer(claim: Claim, known: _Known) -> Stored | DomainError | None:
    """Return what a call is answered whose key is known; None when its lock has expired."""
    if known.body_hash != claim.body_hash:
        words = "This Idempotency-Key was used with another body."
        return DomainError(ErrorCode.IDEMPOTENCY_MISMATCH, words)
    if known.locked_until is not None and known.locked_until > system_now():
        return running(1)
    if known.status is None:
        return None
    return Stored(known.status, known.response["body"], known.response["headers"], again=True)


def running(seconds: int) -> DomainError:
    """Return the refusal of a call whose first one is still at work; `seconds` is when to ask again."""
    words = "The first call with this Idempotency-Key is still running."
    return DomainError(ErrorCode.IDEMPOTENCY_RUNNING, words, retry_after=seconds)


_REPLACE = (
    _KEYS.update()
    .where(_KEYS.c.owner == sa.bindparam("its_owner"), _KEYS.c.key == sa.bindparam("its_key"))
    .values(response=sa.bindparam("new"), locked_until=None)
)
