"""The same file from many at once is one job, and one job is in one process's hands."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from backend.context import Context
from backend.imports import service
from backend.imports.engine import ImportRun
from backend.persistence import claims
from models.tables import ImportJob, ImportPiece, JobLease, Product
from tests.support.imports import stand, upload, work
from tests.support.shop import rows_of

FILE = "sku,name\n" + "".join(f"S{number},x\n" for number in range(1200))


def test_the_same_file_from_many_at_once_is_one_job(ctx: Context) -> None:
    with ThreadPoolExecutor(8) as pool:
        jobs = set(pool.map(lambda _: upload(ctx, FILE), range(16)))
    assert len(jobs) == 1
    assert [row["id"] for row in rows_of(ctx, ImportJob)] == [*jobs]
    assert len(rows_of(ctx, ImportPiece)) == 1
    assert rows_of(ctx, JobLease) == []


def test_a_job_in_other_hands_is_left_alone_and_a_lost_one_writes_nothing(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = upload(ctx, FILE)
    first = ImportRun.claim(ctx, job)
    assert first is not None
    assert first.step()
    with monkeypatch.context() as other:
        for module in (claims, service):
            other.setattr(module, "OWNER", "another process")
        assert ImportRun.claim(ctx, job) is None
        with ctx.uow() as uow:  # the first is so slow that its lease runs out
            uow.session.connection().execute(service._LEASE.update().values(expires_at=uow.now.replace(year=2020)))
        assert work(ctx, job)["status"] == "done"
    assert not first.step()
    assert stand(ctx, job)["taken"] == len(rows_of(ctx, Product)) == 1200
