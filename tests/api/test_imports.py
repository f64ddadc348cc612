"""Files over HTTP: sent, followed, reported on, stopped; what is no file, too large or not yours is refused."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace

import pytest

from backend.context import Context
from backend.jobs.imports import ImportWorker
from models.enums import Permission
from models.tables import ImportJob, ImportPiece, Product
from tests.support.api import client_of
from tests.support.shop import open_shop, row_counts, rows_of

CSV = {"Content-Type": "text/csv; charset=utf-8"}
PRODUCTS = "sku,name,weight_g\nS1,Tea,100\nS2,,100\nS3,Cup,heavy\nS4,Pot,\n"


def work(ctx: Context) -> None:
    worker = ImportWorker()
    while worker(ctx) is not None:
        pass


def test_a_file_is_sent_followed_and_reported_on(ctx: Context) -> None:
    client = client_of(ctx, Permission.PRODUCTS_WRITE)
    sent = client.post("/api/v1/imports/products?name=p.csv", content=gzip.compress(PRODUCTS.encode()), headers=CSV)
    assert (sent.status_code, sent.json()["status"], sent.json()["rows"]) == (202, "waiting", 4)
    where = sent.headers["location"]
    work(ctx)
    job = client.get(where).json()
    assert {
        name: job[name] for name in ("status", "file_name", "kind", "rows", "rows_done", "taken", "known", "refused")
    } == {
        "status": "done",
        "file_name": "p.csv",
        "kind": "products",
        "rows": 4,
        "rows_done": 4,
        "taken": 2,
        "known": 0,
        "refused": 2,
    }
    first = client.get(f"{where}/faults?limit=1").json()
    rest = client.get(f"{where}/faults", params={"after": first["next"]}).json()
    assert [fault["line"] for fault in [*first["items"], *rest["items"]]] == [3, 4]
    assert rest["next"] is None
    report = client.get(f"{where}/report.csv")
    assert report.headers["content-type"].startswith("text/csv")
    assert report.text.splitlines()[0] == "line,message"
    assert len(report.text.splitlines()) == 3
    assert [item["id"] for item in client.get("/api/v1/imports").json()["items"]] == [job["id"]]
    assert client.get("/api/v1/imports?status=waiting").json()["items"] == []


def test_the_same_file_twice_is_one_job_unless_asked_anew(ctx: Context) -> None:
    client = client_of(ctx, Permission.PRODUCTS_WRITE)
    first = client.post("/api/v1/imports/products", content=PRODUCTS, headers=CSV)
    second = client.post("/api/v1/imports/products", content=PRODUCTS, headers=CSV)
    assert (first.status_code, second.status_code) == (202, 200)
    assert first.json() == second.json()
    third = client.post("/api/v1/imports/products?again=true", content=PRODUCTS, headers=CSV)
    assert third.status_code == 202
    assert third.json()["id"] != first.json()["id"]


def test_a_key_stands_for_one_file_and_its_first_answer(ctx: Context) -> None:
    client = client_of(ctx, Permission.PRODUCTS_WRITE)
    key = {**CSV, "Idempotency-Key": "monday"}
    first = client.post("/api/v1/imports/products?again=true", content=PRODUCTS, headers=key)
    again = client.post("/api/v1/imports/products?again=true", content=gzip.compress(PRODUCTS.encode()), headers=key)
    assert (first.status_code, again.status_code, again.content) == (202, 202, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    other = client.post("/api/v1/imports/products", content=PRODUCTS + "S9,Lid,1\n", headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    bad = client.post("/api/v1/imports/products", content=PRODUCTS, headers={**CSV, "Idempotency-Key": "a b"})
    assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (422, "#header/idempotency-key")
    assert len(rows_of(ctx, ImportJob)) == 1
    assert len(rows_of(ctx, ImportPiece)) == 1


def test_a_waiting_file_can_be_stopped_once(ctx: Context) -> None:
    client = client_of(ctx, Permission.PRODUCTS_WRITE)
    where = client.post("/api/v1/imports/products", content=PRODUCTS, headers=CSV).headers["location"]
    assert client.post(f"{where}/cancel").json()["status"] == "cancelled"
    assert client.post(f"{where}/cancel").status_code == 409
    work(ctx)
    assert rows_of(ctx, Product) == []


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data", ""])
def test_only_files_of_rows_are_taken(ctx: Context, kind: str) -> None:
    client = client_of(ctx, Permission.PRODUCTS_WRITE)
    before = row_counts(ctx)
    answer = client.post("/api/v1/imports/products", content=PRODUCTS, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert row_counts(ctx) == before


def small(ctx: Context) -> Context:
    """Return the context with room for files of one mebibyte."""
    return replace(ctx, settings=ctx.settings.model_copy(update={"import_max_mb": 1}))


def endless() -> Iterator[bytes]:
    yield b"sku,name\n"
    for _ in range(2000):
        yield b"x" * 1024


def test_too_large_packed_or_unpacked_stated_or_not_is_413_and_leaves_nothing(ctx: Context) -> None:
    client = client_of(small(ctx), Permission.PRODUCTS_WRITE)
    before = row_counts(ctx)
    for content in (b"x" * 1_100_000, endless(), gzip.compress(b"x" * 50_000_000)):
        answer = client.post("/api/v1/imports/products", content=content, headers=CSV)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert row_counts(ctx) == before


def test_a_damaged_file_is_400_and_leaves_nothing(ctx: Context) -> None:
    client = client_of(ctx, Permission.PRODUCTS_WRITE)
    before = row_counts(ctx)
    answer = client.post("/api/v1/imports/products", content=gzip.compress(PRODUCTS.encode())[:-4], headers=CSV)
    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable_file")
    assert row_counts(ctx) == before


def test_a_line_without_end_is_one_bad_row(ctx: Context) -> None:
    client = client_of(ctx, Permission.PRODUCTS_WRITE)
    content = b"sku,name\nS1,Tea\nS2," + b"x" * 100_000_000 + b"\nS3,Cup\n"
    where = client.post("/api/v1/imports/products", content=gzip.compress(content, 1), headers=CSV).headers["location"]
    work(ctx)
    assert client.get(where).json()["taken"] == 2
    assert client.get(f"{where}/faults").json()["items"] == [{"line": 3, "message": "/: longer than 1,024 KiB"}]


def test_other_kinds_and_other_peoples_files_are_not_there(ctx: Context) -> None:
    open_shop(ctx, {"CHI": {"tea": 1}, "NYC": {"tea": 1}})
    stock = "location,sku,on_hand\nCHI,tea,4\n"
    mine = client_of(ctx, Permission.INVENTORY_WRITE, locations=("CHI",))
    where = mine.post("/api/v1/imports/stock", content=stock, headers=CSV).headers["location"]
    assert mine.get(where).status_code == 200
    before = row_counts(ctx)
    for stranger in (
        client_of(ctx, Permission.INVENTORY_WRITE, locations=("NYC",)),
        client_of(ctx, Permission.PRODUCTS_WRITE),
        client_of(ctx, Permission.NETWORK_READ),
    ):
        assert stranger.get("/api/v1/imports").json()["items"] == []
        for call in (where, f"{where}/faults", f"{where}/report.csv"):
            assert stranger.get(call).status_code == 404
        assert stranger.post(f"{where}/cancel").status_code == 404
    assert {name: n for name, n in row_counts(ctx).items() if not name.startswith(("api_key", "event"))} == {
        name: n for name, n in before.items() if not name.startswith(("api_key", "event"))
    }
    assert client_of(ctx, Permission.INVENTORY_WRITE).get(where).status_code == 200  # the whole network's
    assert client_of(ctx).get(where).status_code == 401
    assert rows_of(ctx, ImportJob)[0]["status"] == "waiting"


def test_the_same_file_of_two_senders_is_two_jobs(ctx: Context) -> None:
    jobs = set()
    for scopes in ((Permission.PRODUCTS_WRITE,), (Permission.PRODUCTS_WRITE, Permission.EVENTS_READ)):
        sent = client_of(ctx, *scopes).post("/api/v1/imports/products", content=PRODUCTS, headers=CSV)
        jobs.add(sent.json()["id"])
    assert len(jobs) == 2
    assert len(rows_of(ctx, ImportPiece)) == 2
