"""Imports that are killed, that meet a fault of the program, or lose their database: nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from backend.catalog.service import ProductInput, put_products
from backend.context import Context
from backend.imports import engine, service
from backend.imports.engine import ImportRun
from backend.persistence import claims
from models.enums import ImportKind
from models.tables import (
    JobLease,
    StockMovement,
)
from tests.support.imports import faults_of, upload, work
from tests.support.shop import open_shop, rows_of


def products(count: int) -> str:
    return "sku,name\n" + "".join(f"S{index},Product {index}\n" for index in range(count))


class Killed(BaseException):
    """The process is gone: nothing of ours may catch this."""


@contextmanager
def killed_at(monkeypatch: pytest.MonkeyPatch, place: str, nth: int) -> Iterator[None]:
    """Let the process die at the nth call of a function of the service, or just behind it."""
    name, _, where = place.partition(" ")
    real = getattr(service, name)
    calls = 0

    def dies(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == nth and where != "after":
            raise Killed
        answer = real(*arguments, **named)
        if calls == nth:
            raise Killed
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(service, name, dies)
        yield


@pytest.mark.parametrize(
    ("place", "nth"),
    [
        *((f"book {where}", nth) for where in ("before", "after") for nth in (1, 2, 3)),
        ("finish before", 1),
        ("finish after", 1),
    ],
)
def test_killed_anywhere_it_goes_on_without_loss_or_doubling(
    ctx: Context, monkeypatch: pytest.MonkeyPatch, place: str, nth: int
) -> None:
    monkeypatch.setattr(engine, "BATCH", 10)
    open_shop(ctx, {"CHI": {}})
    with ctx.uow() as uow:
        put_products(uow, [ProductInput(f"S{index}", "x") for index in range(25)])
    rows = [f"CHI,S{index},{index + 1}\n" for index in range(25)]
    rows[7], rows[17] = "CHI,none,4\n", "CHI,S17,many\n"
    job = upload(ctx, "location,sku,on_hand\n" + "".join(rows), ImportKind.STOCK)
    with killed_at(monkeypatch, place, nth), pytest.raises(Killed):
        work(ctx, job)
    monkeypatch.setattr(claims, "OWNER", "another process")  # of the same name in this module only
    monkeypatch.setattr(service, "OWNER", "another process")
    assert ImportRun.claim(ctx, job) is None  # the dead one's lease still stands
    with ctx.uow() as uow:
        uow.session.execute(JobLease.__table__.update().values(expires_at=uow.now.replace(year=2020)))  # type: ignore[attr-defined]
    assert work(ctx, job) == {"status": "done", "rows": 25, "rows_done": 25, "taken": 23, "known": 0, "refused": 2}
    assert [line for line, _ in faults_of(ctx, job)] == [9, 19]
    assert len(rows_of(ctx, StockMovement)) == 23


def test_a_fault_of_the_program_ends_the_job_and_a_lost_database_does_not(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(error: Exception) -> Any:
        def write(uow: Any, items: Any) -> Any:
            raise error

        return {**engine.KINDS, ImportKind.PRODUCTS: replace(kind, write=write)}

    kind = engine.KINDS[ImportKind.PRODUCTS]
    job = upload(ctx, products(6))
    with monkeypatch.context() as patch:
        patch.setattr(engine, "KINDS", broken(OperationalError("select", {}, Exception("gone"))))
        with pytest.raises(OperationalError):
            work(ctx, job)
    assert work(ctx, job)["taken"] == 6
    other = upload(ctx, products(7))
    monkeypatch.setattr(engine, "KINDS", broken(KeyError("oh")))
    assert work(ctx, other)["status"] == "failed"
