"""Files that are read in as a job, piece by piece, and what was wrong with their rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from models.enums import FileFormat, ImportKind, WorkStatus
from models.tables.base import document, instant, key, one_of, ref
from models.types import BigId


class ImportJob(SQLModel, table=True):
    """One file. `rows_done` is committed with the rows it counts, so that a crash is resumed without doubling any."""

    __tablename__ = "import_job"
    __table_args__ = (
        one_of("kind", ImportKind, "ck_import_job_kind"),
        one_of("format", FileFormat, "ck_import_job_format"),
        one_of("status", WorkStatus, "ck_import_job_status"),
        sa.Index("ix_import_job_status", "status", "id"),
    )

    id: int | None = key()
    kind: str = Field(max_length=16)
    format: str = Field(max_length=8)
    file_name: str = Field(default="", max_length=200)
    sha256: str = Field(max_length=64, index=True)
    bytes: int = Field(default=0, sa_type=BigId)
    status: str = Field(max_length=16)
    rows: int | None = Field(default=None)
    rows_done: int = Field(default=0)
    taken: int = Field(default=0)
    known: int = Field(default=0)
    refused: int = Field(default=0)
    problem: str | None = Field(default=None, max_length=500)
    actor: dict[str, Any] = document()  # whose rights it runs with
    created_by: str = Field(max_length=120)
    created_at: datetime = instant()
    updated_at: datetime = instant()
    finished_at: datetime | None = instant(nullable=True)


class ImportPiece(SQLModel, table=True):
    """Part of a file's bytes, in order; deleted when the job is finished."""

    __tablename__ = "import_piece"

    job_id: int = Field(
        sa_column_args=[sa.ForeignKey("import_job.id", ondelete="CASCADE")], sa_type=BigId, primary_key=True
    )
    number: int = Field(primary_key=True)
    data: bytes


class ImportFault(SQLModel, table=True):
    """One row of a file that was refused, and all that was wrong with it."""

    __tablename__ = "import_fault"

    id: int | None = key()
    job_id: int = ref("import_job.id", ondelete="CASCADE")
    line: int
    message: str = Field(max_length=2000)
