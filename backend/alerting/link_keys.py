"""What links in messages are signed with: kept in the database, so that every process reads what any of them signed,
and replaced without a link that is under way going dead. It never leaves the server."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from alerts.links import MOST_LIFE, new_secret
from backend.auth.actor import SYSTEM
from backend.clock import system_now
from backend.context import Context
from backend.persistence.bulk import insert_missing
from backend.persistence.uow import Uow
from models.tables import SystemFact

_FACT = "alert_links"


@dataclass(frozen=True, slots=True)
class LinkKeys:
    """`current` signs; `earlier` is what signed before, and what it signed is still good."""

    current: bytes = field(repr=False)
    earlier: bytes | None = field(default=None, repr=False)

    @property
    def good(self) -> tuple[bytes, ...]:
        """Return every secret by which a link is ours."""
        return (self.current,) if self.earlier is None else (self.current, self.earlier)


def link_keys(ctx: Context) -> LinkKeys:
    """Return the secrets, making the first at first use; another process may be quicker: then its one counts."""
    with ctx.read() as uow:
        found = _stored(uow)
    if found is not None:
        return found
    with ctx.uow(SYSTEM) as uow:
        value = {"secret": _text(new_secret())}
        insert_missing(uow.session, SystemFact, [{"name": _FACT, "value": value, "updated_at": uow.now}])
        found = _stored(uow)
    assert found is not None  # noqa: S101  # this transaction or an earlier one put it there
    return found


def rotate(uow: Uow, *, at_once: bool = False) -> None:
    """Sign with another secret from now on. What was signed before stays good for as long as links are, or `at_once`
    no more: then every link under way is dead, and so is one that is stolen."""
    known = sa.select(SystemFact).where(col(SystemFact.name) == _FACT)
    row = uow.session.scalars(known.with_for_update().execution_options(populate_existing=True)).one_or_none()
    value: dict[str, Any] = {"secret": _text(new_secret())}
    if row is None:
        uow.session.add(SystemFact(name=_FACT, value=value, updated_at=uow.now))
        return
    if not at_once:
        value |= {"earlier": row.value["secret"], "until": (system_now() + MOST_LIFE).isoformat()}
    row.value, row.updated_at = value, uow.now


def _stored(uow: Uow) -> LinkKeys | None:
    fact = uow.session.get(SystemFact, _FACT)
    if fact is None:
        return None
    earlier, until = fact.value.get("earlier"), fact.value.get("until")
    both = earlier is not None and until is not None and system_now() < datetime.fromisoformat(until)
    return LinkKeys(base64.b64decode(fact.value["secret"]), base64.b64decode(earlier) if both and earlier else None)


def _text(secret: bytes) -> str:
    return base64.b64encode(secret).decode()
