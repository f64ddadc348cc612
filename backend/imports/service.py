"""The one writer of import jobs: a file comes in piece by piece, is sealed, claimed, booked batch by batch, finished.

A job that is still coming in stands as failed ("not finished"), so that one whose sender went away is never worked on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from backend.clock import system_now
from backend.imports.owners import remember
from backend.persistence.bulk import allocate_ids, insert_missing, insert_rows, table_of
from backend.persistence.claims import OWNER, hold_lease
from backend.persistence.uow import Uow
from backend.wakeups import Topic
from models.enums import FileFormat, ImportKind, WorkStatus
from models.errors import DomainError, ErrorCode, not_found
from models.events import EventType
from models.tables import ImportFault, ImportJob, ImportPiece, JobLease

JOB = table_of(ImportJob)
PIECE = table_of(ImportPiece)
FAULT = table_of(ImportFault)
_LEASE = table_of(JobLease)

UNFINISHED = "The file did not come in whole."
LIVE = (WorkStatus.WAITING.value, WorkStatus.RUNNING.value)
#: How long a process that was killed keeps its job from the others.
LEASE_SECONDS = 15.0
_WORDS = 2000
_FORGET_AT_ONCE = 100


class Again(StrEnum):
    """What to do with a file that the same actor sent before."""

    KNOWN = "known"  # its job stands for it, be it at work or done
    RESUME = "resume"  # a job at work goes on; one that is done is done again
    ANEW = "anew"  # whatever there was


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that begins to come in."""

    kind: ImportKind
    format: FileFormat
    name: str = ""


@dataclass(frozen=True, slots=True)
class Whole:
    """What is known of a file once it is in: `lines` is how many it has, as a guess at its rows."""

    sha256: str
    bytes: int
    lines: int


@dataclass(frozen=True, slots=True)
class Booking:
    """What became of the rows of a batch; `faults` are (line, words)."""

    rows: int
    taken: int = 0
    known: int = 0
    faults: Sequence[tuple[int, str]] = ()


def begin(uow: Uow, new: NewFile) -> int:
    """Open a job for a file that is about to come in and return its id."""
    (id_,) = allocate_ids(uow.session, ImportJob, 1)
    row = {
        "id": id_,
        "kind": new.kind.value,
        "format": new.format.value,
        "file_name": new.name[:200],
        "sha256": "",
        "bytes": 0,
        "status": WorkStatus.FAILED.value,
        "rows": None,
        "rows_done": 0,
        "taken": 0,
        "known": 0,
        "refused": 0,
        "problem": UNFINISHED,
        "actor": remember(uow.actor),
        "created_by": uow.actor.label,
        "created_at": uow.now,
        "updated_at": uow.now,
        "finished_at": None,
    }
    insert_rows(uow.session, ImportJob, [row])
    return id_


def add_pieces(uow: Uow, job_id: int, first: int, pieces: Sequence[bytes]) -> None:
    """Keep the next bytes of a file; `first` is the number of pieces before."""
    rows = [{"job_id": job_id, "number": first + index, "data": piece} for index, piece in enumerate(pieces)]
    uow.session.connection().execute(sa.insert(PIECE), rows)


def seal(uow: Uow, job_id: int, whole: Whole, again: Again) -> tuple[int, bool]:
    """The file is in: return the job that stands for it, and whether it is a new one. It waits to be worked on."""
    job = _lock(uow, job_id)
    earlier = _earlier(uow, job, whole.sha256, again)
    if earlier is not None:
        drop(uow, job_id)
        return earlier, False
    values = {
        "sha256": whole.sha256,
        "bytes": whole.bytes,
        "rows": max(0, whole.lines - (job["format"] == FileFormat.CSV)),
        "status": WorkStatus.WAITING.value,
        "problem": None,
    }
    _update(uow, job_id, values)
    uow.wake(Topic.IMPORTS)
    return job_id, True


def drop(uow: Uow, job_id: int) -> None:
    """Forget a job that never came to be."""
    connection = uow.session.connection()
    connection.execute(PIECE.delete().where(PIECE.c.job_id == job_id))
    connection.execute(JOB.delete().where(JOB.c.id == job_id))


def claim(uow: Uow, job_id: int) -> sa.RowMapping | None:
    """Take a job for this process and return its row; None when it is finished or in other hands."""
    if held_elsewhere(uow, job_id) or not hold_lease(uow, _lease(job_id), seconds=LEASE_SECONDS):
        return None
    job = _lock(uow, job_id)
    if job["status"] not in LIVE:
        _give_up_lease(uow, job_id)
        return None
    _update(uow, job_id, {"status": WorkStatus.RUNNING.value})
    return job


def let_go(uow: Uow, job_id: int) -> None:
    """Leave a job to whoever comes next; nothing happens when another process has it."""
    mine = sa.and_(_LEASE.c.job == _lease(job_id), _LEASE.c.owner == OWNER)
    uow.session.connection().execute(_LEASE.delete().where(mine))


def held_elsewhere(uow: Uow, job_id: int) -> bool:
    """Return whether another process works on it, without waiting for its transaction."""
    holder = sa.select(_LEASE.c.owner).where(_LEASE.c.job == _lease(job_id), _LEASE.c.expires_at > system_now())
    owner = uow.session.connection().execute(holder).scalar_one_or_none()
    return owner is not None and owner != OWNER


def book(uow: Uow, job_id: int, booking: Booking, *, documents_before: int) -> bool:
    """Count a batch in the transaction that writes it; False (write nothing!) when the job is not ours any more.

    Call it before anything is written: the job's row and lease stay locked until the batch is committed.
    """
    if not hold_lease(uow, _lease(job_id), seconds=LEASE_SECONDS):
        return False
    job = _lock(uow, job_id)
    if job["status"] != WorkStatus.RUNNING or job["taken"] + job["known"] + job["refused"] != documents_before:
        return False
    counters = {
        "rows_done": job["rows_done"] + booking.rows,
        "taken": job["taken"] + booking.taken,
        "known": job["known"] + booking.known,
        "refused": job["refused"] + len(booking.faults),
    }
    _update(uow, job_id, counters)
    rows = [{"job_id": job_id, "line": line, "message": words[:_WORDS]} for line, words in booking.faults]
    insert_rows(uow.session, ImportFault, rows)
    return True


def finish(uow: Uow, job_id: int, status: WorkStatus, *, problem: str | None = None) -> None:
    """End a job that is at work: tell it, and let its bytes go. One that ended already stays as it is."""
    job = _lock(uow, job_id)
    if job["status"] not in LIVE:
        return
    ended = {"status": status.value, "problem": problem[:500] if problem else None, "finished_at": uow.now}
    rows = {"rows": job["rows_done"]} if status is WorkStatus.DONE else {}
    _update(uow, job_id, {**ended, **rows})
    uow.session.connection().execute(PIECE.delete().where(PIECE.c.job_id == job_id))
    _give_up_lease(uow, job_id)
    counters = {name: job[name] for name in ("taken", "known", "refused")}
    data = {"import": job_id, "kind": job["kind"], "file": job["file_name"], "status": status.value, **counters}
    uow.record(EventType.IMPORT_FINISHED, subject=f"import/{job_id}", data=data)


def cancel(uow: Uow, job_id: int) -> None:
    """Stop a job; the rows it took stay. ILLEGAL_TRANSITION when it has ended."""
    if _lock(uow, job_id)["status"] not in LIVE:
        raise DomainError(ErrorCode.ILLEGAL_TRANSITION, f"Import {job_id} has ended already.")
    finish(uow, job_id, WorkStatus.CANCELLED)


def forget_ended(uow: Uow, before: Any) -> int:
    """Forget jobs that ended before an instant, with their reports; return how many."""
    old = sa.select(JOB.c.id).where(JOB.c.finished_at < before).order_by(JOB.c.id).limit(_FORGET_AT_ONCE)
    ids = list(uow.session.connection().execute(old).scalars())
    for id_ in ids:
        uow.session.connection().execute(FAULT.delete().where(FAULT.c.job_id == id_))
        drop(uow, id_)
    return len(ids)


def forget_unfinished(uow: Uow, before: Any) -> int:
    """Drop files that began to come in before an instant and never came in whole; return how many."""
    old = sa.select(JOB.c.id).where(
        JOB.c.status == WorkStatus.FAILED.value, JOB.c.problem == UNFINISHED, JOB.c.updated_at < before
    )
    ids = list(uow.session.connection().execute(old.limit(_FORGET_AT_ONCE)).scalars())
    for id_ in ids:
        drop(uow, id_)
    return len(ids)


def _earlier(uow: Uow, job: sa.RowMapping, sha256: str, again: Again) -> int | None:
    """Return the job that already stands for this file; two that come in at once are looked at one after the other."""
    owner = f"{job['kind']} {job['actor']['kind']} {job['created_by']} {sha256}"
    turn = {"job": "file:" + hashlib.sha256(owner.encode()).hexdigest()[:40], "owner": OWNER}
    insert_missing(uow.session, JobLease, [{**turn, "expires_at": system_now()}])
    uow.session.connection().execute(_LEASE.delete().where(_LEASE.c.job == turn["job"]))
    if again is Again.ANEW:
        return None
    states = [*LIVE, WorkStatus.DONE.value] if again is Again.KNOWN else LIVE
    same = sa.select(JOB.c.id).where(
        JOB.c.sha256 == sha256,
        JOB.c.kind == job["kind"],
        JOB.c.format == job["format"],
        JOB.c.created_by == job["created_by"],
        JOB.c.status.in_(states),
    )
    return uow.session.connection().execute(same.order_by(JOB.c.id.desc()).limit(1)).scalar_one_or_none()


def _lock(uow: Uow, job_id: int) -> sa.RowMapping:
    row = uow.session.connection().execute(JOB.select().where(JOB.c.id == job_id).with_for_update()).one_or_none()
    if row is None:
        raise not_found("import", job_id)
    return row._mapping


def _update(uow: Uow, job_id: int, values: Mapping[str, Any]) -> None:
    change = JOB.update().where(JOB.c.id == job_id).values(**values, updated_at=uow.now)
    uow.session.connection().execute(change)


def _give_up_lease(uow: Uow, job_id: int) -> None:
    uow.session.connection().execute(_LEASE.delete().where(_LEASE.c.job == _lease(job_id)))


def _lease(job_id: int) -> str:
    return f"import:{job_id}"
