"""Files as jobs: good rows are taken, bad ones named by line; killed anywhere, nothing is lost and nothing doubled."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from backend.auth.actor import Actor
from backend.auth.keys import NewApiKey, create_key, revoke_key
from backend.auth.service import actor_of_key
from backend.clock import ManualClock
from backend.context import Context
from backend.imports import engine, service
from backend.imports.engine import ImportRun
from backend.imports.files import TooLargeError, UnreadableError
from backend.imports.service import Again
from backend.jobs.imports import ImportWorker, run_forget
from backend.orders.intake import Intake
from models.enums import FileFormat, ImportKind, Permission, WorkStatus
from models.errors import DomainError, ErrorCode
from models.tables import (
    Event,
    ImportFault,
    ImportJob,
    ImportPiece,
    JobLease,
    Location,
    Order,
    OrderLine,
    Product,
    StockLot,
    StockMovement,
)
from tests.support.imports import faults_of, stand, upload, work
from tests.support.shop import location, open_shop, rows_of, stock_of

LOCATIONS = """code,name,kind,time_zone,methods,latitude,longitude,groups,hours
CHI,Chicago,store,America/Chicago,ship|pickup,41.88,-87.63,midwest|loop,"{""weekly"": {""mon"": [""09:00-21:00""]}}"
BAD1,Nowhere,shop,America/Chicago,ship,north,,,
BAD2,Mars,store,Mars/Olympus,ship,,,,
WEB,Web,warehouse,UTC,ship,,,,
"""


def products(count: int, first: int = 0) -> str:
    return "sku,name\n" + "".join(f"S{index},Product {index}\n" for index in range(first, first + count))


def test_good_locations_are_taken_and_bad_ones_named_by_line(ctx: Context) -> None:
    job = upload(ctx, LOCATIONS, ImportKind.LOCATIONS)
    assert stand(ctx, job)["status"] == "waiting"
    assert work(ctx, job) == {"status": "done", "rows": 4, "rows_done": 4, "taken": 2, "known": 0, "refused": 2}
    bad = faults_of(ctx, job)
    assert [line for line, _ in bad] == [3, 4]
    assert "/kind" in bad[0][1]
    assert "/latitude" in bad[0][1]
    assert "Mars/Olympus" in bad[1][1]
    chicago, _ = rows_of(ctx, Location)
    assert (chicago["latitude"], chicago["methods"], chicago["groups"]) == (
        41.88,
        ["ship", "pickup"],
        ["midwest", "loop"],
    )
    assert rows_of(ctx, ImportPiece) == []
    assert rows_of(ctx, JobLease) == []
    told = [row for row in rows_of(ctx, Event) if row["type"] == "import.finished"]
    assert [row["data"] for row in told] == [
        {"import": job, "kind": "locations", "file": "test", "status": "done", "taken": 2, "known": 0, "refused": 2}
    ]


def test_the_same_file_again_is_the_same_job_unless_it_is_asked_for_anew(ctx: Context) -> None:
    job = upload(ctx, LOCATIONS, ImportKind.LOCATIONS)
    assert upload(ctx, gzip.compress(LOCATIONS.encode()), ImportKind.LOCATIONS) == job
    work(ctx, job)
    events = len(rows_of(ctx, Event))
    assert upload(ctx, LOCATIONS, ImportKind.LOCATIONS) == job
    assert len(rows_of(ctx, ImportJob)) == 1
    again = upload(ctx, LOCATIONS, ImportKind.LOCATIONS, again=Again.ANEW)
    assert again != job
    assert upload(ctx, LOCATIONS, ImportKind.LOCATIONS, again=Again.RESUME) == again
    assert work(ctx, again)["taken"] == 2
    assert len(rows_of(ctx, Event)) == events + 1  # only that it is finished: nothing changed
    assert upload(ctx, LOCATIONS, ImportKind.LOCATIONS, again=Again.RESUME) not in (job, again)
    assert upload(ctx, LOCATIONS, ImportKind.PRODUCTS) not in (job, again)


def test_orders_join_their_lines_and_a_second_run_knows_them(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 10, "cup": 10}})
    rows = "external_id,channel,method,sku,quantity,unit_price,ship_to.latitude,ship_to.longitude\n"
    rows += "1,web,ship,tea,2,19.99,41.8,-87.6\n1,web,ship,cup,1,5,41.8,-87.6\n"
    rows += "2,web,ship,tea,zero,1,,\n3,web,ship,cup,1,1,,\n"
    first = work(ctx, upload(ctx, gzip.compress(rows.encode()), ImportKind.ORDERS))
    assert first == {"status": "done", "rows": 4, "rows_done": 4, "taken": 2, "known": 0, "refused": 1}
    assert [(row["sku"], row["unit_price_minor"]) for row in rows_of(ctx, OrderLine)] == [
        ("tea", 1999),
        ("cup", 500),
        ("cup", 100),
    ]
    job = upload(ctx, rows, ImportKind.ORDERS, again=Again.ANEW)
    again = work(ctx, job)
    assert (again["taken"], again["known"], again["refused"]) == (0, 2, 1)
    assert [line for line, _ in faults_of(ctx, job)] == [4]
    assert len(rows_of(ctx, Order)) == 2


def test_a_file_of_orders_waits_while_too_many_come_in_one_by_one(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 10}})
    busy = replace(ctx, settings=ctx.settings.model_copy(update={"intake_depth": 2}), parts={})
    row = {"external_id": "F-1", "channel": "web", "method": "ship", "lines": [{"sku": "tea", "quantity": 1}]}
    run = ImportRun.claim(busy, upload(ctx, json.dumps(row), ImportKind.ORDERS, format_=FileFormat.NDJSON))
    assert run is not None
    with busy.part(Intake).room(2):
        assert run.step()  # there is more to do
        assert rows_of(ctx, Order) == []
    assert run.step()
    assert [order["external_id"] for order in rows_of(ctx, Order)] == ["F-1"]


def test_stock_comes_as_lines_of_json_and_what_cannot_be_stored_is_named(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 1}})
    good = {"location": "CHI", "sku": "tea", "on_hand": 7}
    lines = [
        json.dumps(good),
        "",
        "{not json",
        "[1]",
        json.dumps({**good, "sku": "a\x00"}),
        json.dumps({**good, "sku": "no"}),
        json.dumps({**good, "on_hand": 10**30}),
        "[" * 100_000,
    ]
    content = "\n".join(lines).encode() + b'\n{"location": "\xff"}\n{"location": "' + b"x" * 3_000_000 + b'"}\n'
    job = upload(ctx, content, ImportKind.STOCK, format_=FileFormat.NDJSON)
    assert work(ctx, job)["taken"] == 1
    assert [line for line, _ in faults_of(ctx, job)] == [3, 4, 5, 6, 7, 8, 9, 10]
    assert stock_of(ctx) == (7, 0)


def test_counts_may_name_lots(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 0}})
    rows = "location,sku,on_hand,lot,expires_on,condition\n"
    rows += "CHI,tea,5,A,2027-01-31,\nCHI,tea,2,B,,damaged\nCHI,tea,1,C,soon,\n"
    job = upload(ctx, rows, ImportKind.STOCK)
    assert work(ctx, job)["taken"] == 2
    assert [line for line, _ in faults_of(ctx, job)] == [4]
    lots = [(row["lot"], row["on_hand"], row["sellable"]) for row in rows_of(ctx, StockLot)]
    assert lots == [("A", 5, True), ("B", 2, False)]
    assert stock_of(ctx) == (7, 0)


def test_a_file_over_the_limit_or_damaged_leaves_nothing(ctx: Context) -> None:
    ctx = replace(ctx, settings=ctx.settings.model_copy(update={"import_max_mb": 1}))
    bomb = gzip.compress(b"\n" * (20 * 1024 * 1024))
    for content, error in ((bomb, TooLargeError), (gzip.compress(b"sku\n" * 999)[:-9], UnreadableError)):
        with pytest.raises(error):
            upload(ctx, content)
    with pytest.raises(UnreadableError):
        upload(ctx, b"\x1f\x8bnonsense")
    assert rows_of(ctx, ImportJob) == []
    assert rows_of(ctx, ImportPiece) == []


def test_a_file_without_columns_fails_and_an_empty_one_is_done(ctx: Context) -> None:
    assert work(ctx, upload(ctx, "sku,sku\n1,2\n"))["status"] == "failed"
    assert work(ctx, upload(ctx, ""))["status"] == "done"
    assert work(ctx, upload(ctx, "sku,name\n"))["rows"] == 0


def test_a_batch_refused_without_a_name_is_taken_row_by_row(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = engine.KINDS[ImportKind.PRODUCTS]

    def picky(uow: Any, items: Any) -> Any:
        if any(item.sku == "S3" for item in items):
            raise DomainError(ErrorCode.CONFLICT, "Not today.")
        return kind.write(uow, items)

    picky_kind = replace(kind, write=picky)
    monkeypatch.setattr(engine, "KINDS", {**engine.KINDS, ImportKind.PRODUCTS: picky_kind})
    job = upload(ctx, products(6))
    assert work(ctx, job)["taken"] == 5
    assert faults_of(ctx, job) == [(5, "Not today.")]
    assert len(rows_of(ctx, Product)) == 5


def keyed(ctx: Context, *scopes: Permission, locations: tuple[str, ...] = ()) -> Actor:
    with ctx.uow() as uow:
        text = create_key(uow, NewApiKey("warehouse", scopes, location_codes=locations))
    actor = actor_of_key(ctx, text)
    assert actor is not None
    return actor


def test_a_limited_sender_reaches_his_own_locations_only(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 1}, "NYC": {"tea": 1}}, NYC=location("NYC"))
    actor = keyed(ctx, Permission.INVENTORY_WRITE, locations=("CHI",))
    job = upload(ctx, "location,sku,on_hand\nCHI,tea,5\nNYC,tea,5\n", ImportKind.STOCK, actor=actor)
    assert work(ctx, job)["taken"] == 1
    assert [line for line, _ in faults_of(ctx, job)] == [3]
    assert stock_of(ctx) == (6, 0)
    assert {row["actor"] for row in rows_of(ctx, StockMovement)[-1:]} == {actor.label}


def test_rights_that_were_taken_away_stop_the_job(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BATCH", 2)
    job = upload(ctx, products(6), actor=keyed(ctx, Permission.PRODUCTS_WRITE))
    run = ImportRun.claim(ctx, job)
    assert run is not None
    assert run.step()
    with ctx.uow() as uow:
        revoke_key(uow, "warehouse")
    assert not run.step()
    assert (stand(ctx, job)["status"], stand(ctx, job)["taken"]) == ("failed", 2)
    assert len(rows_of(ctx, Product)) == 2


def test_a_cancelled_job_takes_no_more(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BATCH", 2)
    job = upload(ctx, products(6))
    run = ImportRun.claim(ctx, job)
    assert run is not None
    assert run.step()
    with ctx.uow() as uow:
        service.cancel(uow, job)
    assert not run.step()
    assert (stand(ctx, job)["status"], len(rows_of(ctx, Product))) == ("cancelled", 2)
    with ctx.uow() as uow, pytest.raises(DomainError):
        service.cancel(uow, job)
    assert rows_of(ctx, ImportPiece) == []


def test_the_worker_takes_files_in_turn_and_then_rests(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BATCH", 5)
    large = upload(ctx, products(60))
    small = [upload(ctx, products(3, first)) for first in range(100, 160, 10)]
    worker = ImportWorker()
    while worker(ctx) is not None:
        pass
    assert {stand(ctx, job)["status"] for job in (large, *small)} == {"done"}
    assert len(rows_of(ctx, Product)) == 78
    ended = [row["data"]["import"] for row in rows_of(ctx, Event) if row["type"] == "import.finished"]
    assert ended[-1] == large
    assert rows_of(ctx, JobLease) == []


def test_what_never_came_in_whole_is_not_worked_on_and_forgotten_in_time(ctx: Context, clock: ManualClock) -> None:
    with ctx.uow() as uow:
        half = service.begin(uow, service.NewFile(ImportKind.PRODUCTS, FileFormat.CSV))
        service.add_pieces(uow, half, 0, [b"sku,name\n1,x\n"])
    assert ImportWorker()(ctx) is None
    assert stand(ctx, half)["status"] == WorkStatus.FAILED
    run_forget(ctx)
    assert len(rows_of(ctx, ImportJob)) == 1
    clock.advance(timedelta(days=1, seconds=1))
    run_forget(ctx)
    assert rows_of(ctx, ImportJob) == rows_of(ctx, ImportPiece) == []


def test_what_was_read_long_ago_is_forgotten_with_its_report(ctx: Context, clock: ManualClock) -> None:
    old = upload(ctx, "sku,name\nS1,\n")
    work(ctx, old)
    clock.advance(timedelta(days=89))
    new = upload(ctx, "sku,name\nS2,\n")
    work(ctx, new)
    run_forget(replace(ctx, settings=ctx.settings.model_copy(update={"import_days": 0})))
    assert len(rows_of(ctx, ImportJob)) == 2
    clock.advance(timedelta(days=2))
    run_forget(ctx)
    assert [row["id"] for row in rows_of(ctx, ImportJob)] == [new]
    assert [row["job_id"] for row in rows_of(ctx, ImportFault)] == [new]
