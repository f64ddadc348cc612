"""Imports over HTTP."""

from __future__ import annotations

from typing import Any

from backend.api.schemas.common import Body, ShownInstant
from backend.imports.queries import FaultView
from models.enums import FileFormat, ImportKind, WorkStatus


class ImportOut(Body):
    """A file being read in. `rows` is a guess until it is done; `rows_done` of them are behind us.

    `taken`, `known` (there already) and `refused` count documents: an order of three CSV rows is one.
    """

    id: int
    kind: ImportKind
    format: FileFormat
    file_name: str
    bytes: int
    status: WorkStatus
    rows: int | None
    rows_done: int
    taken: int
    known: int
    refused: int
    problem: str | None
    created_by: str
    created_at: ShownInstant
    updated_at: ShownInstant
    finished_at: ShownInstant | None


class RefusedRowOut(Body):
    """A row that was not taken, and everything that is wrong with it."""

    line: int
    message: str


def show(job: Any) -> ImportOut:
    """Return a job's row as the API shows it."""
    return ImportOut(**{name: getattr(job, name) for name in ImportOut.model_fields})


def show_fault(fault: FaultView) -> RefusedRowOut:
    """Return a refused row as the API shows it."""
    return RefusedRowOut(line=fault.line, message=fault.message)
