"""Leases: which process does work that only one may do. Compare-and-set, the same on both databases."""

from __future__ import annotations

import os
import secrets
import socket
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from backend.clock import system_now
from backend.persistence.uow import Uow
from models.tables import JobLease

#: This process, unlike any other that ever ran: a restarted program does not inherit its predecessor's claims.
OWNER = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"


def hold_lease(uow: Uow, job: str, *, seconds: float) -> bool:
    """Take or renew the lease on `job` for `seconds`; return whether it is ours."""
    now = system_now()
    until = now + timedelta(seconds=seconds)
    renewed = uow.session.execute(
        sa.update(JobLease)
        .where(col(JobLease.job) == job, sa.or_(col(JobLease.owner) == OWNER, col(JobLease.expires_at) <= now))
        .values(owner=OWNER, expires_at=until)
    )
    if renewed.rowcount:  # type: ignore[attr-defined]  # a CursorResult, as for every UPDATE
        return True
    try:
        with uow.session.begin_nested():
            uow.session.execute(sa.insert(JobLease).values(job=job, owner=OWNER, expires_at=until))
    except IntegrityError:  # somebody else holds it
        return False
    return True
