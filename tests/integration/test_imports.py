"""`pickwatch import`: the command works on a job of its own, goes on where it was interrupted, and names bad rows."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from backend import runtime
from backend.commands import imports
from backend.commands.imports import format_of, load, work
from backend.context import Context
from backend.imports import engine
from models.enums import ImportKind
from models.tables import ImportJob, JobLease, Product
from tests.support.shop import open_shop, rows_of, stock_of

PRODUCTS = "sku,name,weight_g\nS1,Tea,100\nS2,,100\nS3,Cup,heavy\nS4,Pot,\n"


def command(ctx: Context, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    monkeypatch.setattr(runtime, "build", lambda: ctx)
    return CliRunner().invoke(imports.imports, list(arguments))


def test_bad_rows_are_named_and_the_exit_code_says_so(
    ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "products.csv"
    file.write_text(PRODUCTS)
    done = command(ctx, monkeypatch, "products", str(file))
    assert done.exit_code == 1
    assert "line 3: " in done.stderr
    assert "line 4: /weight_g" in done.stderr
    assert "2 taken, 0 known already, 2 bad" in done.stderr
    file.write_text("sku,name\nS5,Can\n")
    assert command(ctx, monkeypatch, "products", str(file)).exit_code == 0
    assert [row["sku"] for row in rows_of(ctx, Product)] == ["S1", "S4", "S5"]


def test_the_report_is_a_file_of_its_own(ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, report = tmp_path / "products.csv.gz", tmp_path / "bad.csv"
    file.write_bytes(gzip.compress(PRODUCTS.encode()))
    done = command(ctx, monkeypatch, "products", str(file), "--report", str(report))
    assert "line 3" not in done.stderr
    with report.open(newline="") as lines:
        assert [row["line"] for row in csv.DictReader(lines)] == ["3", "4"]


def test_called_again_it_goes_on_and_when_done_it_begins_anew(
    ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BATCH", 2)
    open_shop(ctx, {"CHI": {"tea": 1}})
    file = tmp_path / "stock.ndjson"
    rows = [json.dumps({"location": "CHI", "sku": "tea", "on_hand": units}) for units in range(2, 7)]
    file.write_text("\n".join(rows))
    job = load(ctx, file, ImportKind.STOCK)
    first = work(ctx, job)
    assert [next(first).rows_done for _ in range(2)] == [0, 2]
    first.close()  # interrupted
    assert rows_of(ctx, JobLease) == []
    assert load(ctx, file, ImportKind.STOCK) == job
    *_, end = work(ctx, job)
    assert (end.status, end.rows_done) == ("done", 5)
    assert stock_of(ctx) == (6, 0)
    assert load(ctx, file, ImportKind.STOCK) != job  # what is counted again is set again
    assert len(rows_of(ctx, ImportJob)) == 2


@pytest.mark.parametrize(("name", "words"), [("orders.xlsx", "expected .csv"), ("orders.csv.gz", "cannot be read")])
def test_a_file_of_another_kind_is_refused(
    ctx: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:
    file = tmp_path / name
    file.write_bytes(b"\x1f\x8bx")
    done = command(ctx, monkeypatch, "orders", str(file))
    assert done.exit_code == 1
    assert words in done.stderr
    assert rows_of(ctx, ImportJob) == []


def test_every_kind_of_file_has_its_command() -> None:
    assert {command.name for command in imports.imports.registered_commands} == set(ImportKind)
    assert format_of(Path("a.JSONL.gz".lower())) == "ndjson"
