"""Files to import, and ways to work on them and to be interrupted."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from backend.auth.actor import SYSTEM, Actor
from backend.context import Context
from backend.imports import queries
from backend.imports.engine import ImportRun
from backend.imports.intake import Upload, send
from backend.imports.service import Again, NewFile
from models.enums import FileFormat, ImportKind


def upload(
    ctx: Context,
    content: str | bytes,
    kind: ImportKind = ImportKind.PRODUCTS,
    *,
    format_: FileFormat = FileFormat.CSV,
    actor: Actor = SYSTEM,
    again: Again = Again.KNOWN,
) -> int:
    """Put a file into a job and return its id."""
    data = content.encode() if isinstance(content, str) else content
    return send(Upload(ctx, actor, NewFile(kind, format_, "test")), io.BytesIO(data).read, again)[0]


def work(ctx: Context, job_id: int) -> dict[str, Any]:
    """Do all of a job and return how it stands."""
    run = ImportRun.claim(ctx, job_id)
    while run is not None and run.step():
        pass
    return stand(ctx, job_id)


def stand(ctx: Context, job_id: int) -> dict[str, Any]:
    """Return the status and counters of a job."""
    with ctx.read() as uow:
        job = queries.get(uow, job_id)._mapping
    return {name: job[name] for name in ("status", "rows", "rows_done", "taken", "known", "refused")}


def faults_of(ctx: Context, job_id: int) -> Sequence[tuple[int, str]]:
    """Return (line, words) of every refused row."""
    return [(fault.line, fault.message) for fault in queries.all_faults(ctx, job_id)]
