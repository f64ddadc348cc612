"""Work on a file: read, judge, write a batch and count it in one transaction, until there is no more.

Killed anywhere, it goes on where the last committed batch ended: what was written is what was counted. A row that
cannot be taken is put down with its line and everything that is wrong with it, and holds up no other.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError

from backend.api.errors import merge, model_faults
from backend.api.intake import storage_faults
from backend.auth.actor import Actor
from backend.context import Context
from backend.imports import service
from backend.imports.kinds import EXISTS, KINDS, Kind
from backend.imports.owners import rights
from backend.imports.queries import pieces
from backend.imports.rows import Document, NoHeaderError, SourceRow, read_rows
from backend.orders.intake import Intake
from models.enums import FileFormat, ImportKind, WorkStatus
from models.errors import DomainError, Fault

log = logging.getLogger(__name__)

#: Documents a transaction. A job that is resumed keeps to the same borders.
BATCH = 500
#: Seconds until a file of orders looks again whether there is room for it.
_PAUSE = 0.1
_INDEX = re.compile(r"/(\d+)(.*)", re.DOTALL)


class NotOursError(Exception):
    """The job was cancelled, or another process has it."""


class _UndirectedError(Exception):
    """A batch was refused without saying which of its rows is to blame."""


@dataclass(slots=True)
class Verdict:
    """What becomes of a batch, so far."""

    good: list[tuple[SourceRow, BaseModel]] = field(default_factory=list)
    known: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)

    def refuse(self, row: SourceRow, faults: Sequence[Fault]) -> None:
        """Put down what is wrong with a row; one that only says what is known already is fine."""
        if faults and all(fault.code == EXISTS for fault in faults):
            self.known += 1
            return
        words = "; ".join(f"{fault.pointer or '/'}: {fault.message}" for fault in faults)
        self.faults.append((row.line, words))

    def refuse_named(self, error: DomainError) -> None:
        """Take the rows out that a refusal names; raises _UndirectedError when it names none."""
        by_row: dict[int, list[Fault]] = {}
        for fault in error.faults:
            place = _INDEX.fullmatch(fault.pointer)
            if place is not None and int(place[1]) < len(self.good):
                by_row.setdefault(int(place[1]), []).append(Fault(place[2], fault.code, fault.message))
        if not by_row:
            raise _UndirectedError from error
        for index, faults in by_row.items():
            self.refuse(self.good[index][0], faults)
        self.good = [pair for index, pair in enumerate(self.good) if index not in by_row]


def judge(kind: Kind, batch: Iterable[SourceRow], also: Callable[[Document], Sequence[Fault]]) -> Verdict:
    """Return which rows are what they should be; `also` finds what else is wrong with one that is refused."""
    verdict = Verdict()
    for row in batch:
        faults = [Fault("", "unreadable", row.problem)] if row.problem else storage_faults(row.document)
        try:
            if not faults:
                verdict.good.append((row, kind.schema.model_validate(row.document)))
        except ValidationError as error:
            faults = merge(model_faults(error), also(row.document))
        if faults:
            verdict.refuse(row, faults)
    return verdict


class ImportRun:
    """One claimed job in the hands of this process; keeps its place in the file from batch to batch."""

    def __init__(self, ctx: Context, job_id: int, kind: ImportKind, format_: FileFormat, documents: int) -> None:
        self.job_id = job_id
        self._ctx = ctx
        self._kind = KINDS[kind]
        self._documents = documents  # behind us, taken, known or refused
        self._rows = self._open(format_)

    @classmethod
    def claim(cls, ctx: Context, job_id: int) -> ImportRun | None:
        """Take a job for this process; None when it has ended or another process has it."""
        with ctx.uow() as uow:
            job = service.claim(uow, job_id)
        if job is None:
            return None
        done = job["taken"] + job["known"] + job["refused"]
        return cls(ctx, job_id, ImportKind(job["kind"]), FileFormat(job["format"]), done)

    def step(self) -> bool:
        """Do one batch; return whether there may be more.

        Raises only when the database cannot be reached: the job stays, and is claimed again later. What else goes
        wrong ends the job as failed and says so.
        """
        if self._kind.yields and self._ctx.part(Intake).is_pressed:
            time.sleep(_PAUSE)
            return True
        try:
            return self._step()
        except NotOursError:
            return False
        except (OperationalError, InterfaceError):
            raise
        except NoHeaderError as error:
            self._fail(str(error))
        except Exception:  # a fault of the program must end this job, not come back every few seconds
            log.exception("import %s failed", self.job_id)
            self._fail("A fault of the program; the log tells more. What was taken so far stays.")
        return False

    def let_go(self) -> None:
        """Leave the job, at work still, to whoever comes next."""
        with self._ctx.uow() as uow:
            service.let_go(uow, self.job_id)

    def _open(self, format_: FileFormat) -> Iterator[SourceRow]:
        rows = self._kind.prepare(read_rows(pieces(self._ctx, self.job_id), format_))
        return islice(rows, self._documents, None)

    def _step(self) -> bool:
        actor = self._actor()
        if actor is None:
            self._fail("Whoever sent the file may not do this any more. What was taken so far stays.")
            return False
        batch = list(islice(self._rows, BATCH - self._documents % BATCH))
        if not batch:
            with self._ctx.uow(actor) as uow:
                service.finish(uow, self.job_id, WorkStatus.DONE)
            return False
        try:
            self._take(actor, batch)
        except (_UndirectedError, DataError, IntegrityError):
            for row in batch:
                self._take_alone(actor, row)
        return True

    def _actor(self) -> Actor | None:
        with self._ctx.read() as uow:
            job = uow.session.connection().execute(
                service.JOB.select().with_only_columns(service.JOB.c.actor).where(service.JOB.c.id == self.job_id)
            )
            actor = rights(uow, job.scalar_one_or_none() or {})
        return actor if actor is not None and actor.can(self._kind.permission) else None

    def _take(self, actor: Actor, batch: Sequence[SourceRow]) -> None:
        """Write and count a batch in one transaction; a refusal takes the rows it names out, and it is tried anew."""
        verdict = judge(self._kind, batch, partial(self._also, actor))
        while True:
            try:
                self._write(actor, batch, verdict)
            except DomainError as error:
                verdict.refuse_named(error)
            else:
                return

    def _also(self, actor: Actor, row: Document) -> list[Fault]:
        with self._ctx.read(actor) as uow:
            return self._kind.also(uow, row)

    def _take_alone(self, actor: Actor, row: SourceRow) -> None:
        """Write and count one row; whatever is wrong is this row's fault."""
        try:
            self._take(actor, [row])
        except (_UndirectedError, DataError, IntegrityError) as error:
            cause = error.__cause__
            words = cause.message if isinstance(cause, DomainError) else "The database does not take this row."
            self._write(actor, [row], Verdict(faults=[(row.line, words)]))

    def _write(self, actor: Actor, batch: Sequence[SourceRow], verdict: Verdict) -> None:
        booking = service.Booking(
            rows=sum(row.rows for row in batch),
            taken=len(verdict.good),
            known=verdict.known,
            faults=sorted(verdict.faults),
        )
        with self._ctx.uow(actor) as uow:
            if not service.book(uow, self.job_id, booking, documents_before=self._documents):
                raise NotOursError
            if verdict.good:
                self._kind.write(uow, [item for _, item in verdict.good])
        self._documents += len(batch)

    def _fail(self, problem: str) -> None:
        with self._ctx.uow() as uow:
            service.finish(uow, self.job_id, WorkStatus.FAILED, problem=problem)
