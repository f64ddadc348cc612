"""Forget what is kept for a while only: answers to idempotency keys."""

from __future__ import annotations

from datetime import datetime

from backend.api import idempotency
from backend.context import Context
from backend.jobs.job import Job


def run(ctx: Context) -> datetime | None:
    """Delete what is too old."""
    with ctx.uow() as uow:
        idempotency.prune(uow)
    return None


JOB = Job("prune", run, every_seconds=3600)
