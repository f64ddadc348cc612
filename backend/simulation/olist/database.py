"""Which database a replay may use: an empty one, or one that holds a network which can be made again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import SQLModel, col

from backend.context import Context
from backend.persistence.claims import OWNER, hold_lease
from backend.persistence.uow import Uow
from backend.simulation import facts
from backend.simulation.olist.feed import FACT
from models.errors import DomainError, ErrorCode
from models.tables import JobLease, Location, Order

_LEASE = "replay"
_LEASE_SECONDS = 30
#: Kept when a replay starts over: people and their keys, and the place in the event feed, which only grows.
_KEPT = frozenset({"app_user", "user_session", "api_key", "login_attempt", "event_sequence", "job_lease"})


class Holds(StrEnum):
    """What a database holds."""

    NOTHING = "nothing"
    REPLAY = "replay"
    DEMO = "demo"
    REAL = "real"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The replay asked for: files and instant."""

    directory: str
    until: datetime


def holds(uow: Uow) -> Holds:
    """Return what the database holds. A network that is neither replay nor demo is somebody's own."""
    kind = facts.read(uow, facts.NETWORK).get("kind")
    if kind is not None:
        return Holds(kind)
    for table in (Location, Order):
        if uow.session.scalar(sa.select(col(table.id)).limit(1)) is not None:
            return Holds.REAL
    return Holds.NOTHING


def reached(uow: Uow, wanted: Wanted) -> datetime | None:
    """Return where a complete replay of the same files up to the same instant stands, None when there is none."""
    stands = facts.read(uow, FACT)
    if stands.get("directory") != wanted.directory or stands.get("until") != wanted.until.isoformat():
        return None
    at = datetime.fromisoformat(stands["reached"])
    return at if at >= wanted.until else None


def clear(ctx: Context, *, allowed: frozenset[Holds]) -> None:
    """Empty the database but for its people; CONFLICT when what it holds is not `allowed` to go."""
    with ctx.uow() as uow:
        found = holds(uow)
        if found is Holds.NOTHING:
            return
        if found not in allowed:
            raise DomainError(ErrorCode.CONFLICT, _REFUSAL[found])
        for table in reversed(SQLModel.metadata.sorted_tables):
            if table.name not in _KEPT:
                uow.session.execute(table.delete())


def claim(ctx: Context) -> None:
    """Take the database for this process, or renew that; CONFLICT when another replay runs on it."""
    with ctx.uow() as uow:
        if not hold_lease(uow, _LEASE, seconds=_LEASE_SECONDS):
            raise DomainError(
                ErrorCode.CONFLICT,
                "Another replay runs on this database. Stop it (or wait half a minute if it was killed), or give "
                "another one with --database.",
            )


def unclaim(ctx: Context) -> None:
    """Give the database free again."""
    with ctx.uow() as uow:
        uow.session.execute(sa.delete(JobLease).where(col(JobLease.job) == _LEASE, col(JobLease.owner) == OWNER))


_REFUSAL = {
    Holds.DEMO: "This database holds the demo network. --fresh replaces it, or give another one with --database.",
    Holds.REAL: (
        "This database holds a network of its own, and a replay would mix with it or wipe it out. "
        "Give an empty one with --database, or leave DATABASE_URL unset to use var/replay.db."
    ),
    Holds.REPLAY: "This database holds a replay.",
}
