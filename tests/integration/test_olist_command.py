"""`pickwatch replay olist` as one types it: what it says, what it writes, what it refuses and then leaves alone."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from sqlmodel import col
from typer.testing import CliRunner

from backend.cli import app
from backend.context import Context
from backend.locations.rules import LocationInput
from backend.locations.service import put_locations
from backend.simulation.demo.ensure import ensure_demo
from backend.simulation.olist.files import FILES, ORDERS
from models.enums import LocationKind, Method
from models.tables import Location, Order
from tests.support.olist_files import item, order, write

UNTIL = ("--until", "2017-11-25T12:00:00")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Write one order collected in time, and one of two sellers of whom one is late at UNTIL."""
    return write(
        tmp_path / "files",
        orders=[order("a", collected="2017-11-24 12:00:00"), order("b")],
        items=[item("a"), item("b", 1), item("b", 2, seller="s2", limit="2017-11-24 20:00:00")],
        sellers=["s1", "s2"],
    )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Point the command at a var folder of its own and at no database in particular."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setenv("PICKWATCH_VAR_DIR", str(tmp_path / "var"))
    return tmp_path / "var"


def olist(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["replay", "olist", *map(str, arguments)])


def said(result: Result) -> str:
    """Return everything it printed in one line, however wide the terminal was."""
    return " ".join((result.stdout + result.stderr).replace("│", " ").split())


def codes(ctx: Context) -> list[str]:
    with ctx.read() as uow:
        return sorted(uow.session.scalars(sa.select(col(Location.code))))


def test_it_tells_the_totals_and_writes_the_report(files: Path, home: Path, tmp_path: Path) -> None:
    done = olist(files, *UNTIL, "--report", tmp_path / "report.json")
    assert done.exit_code == 0, said(done)
    assert "2 shipments open: 1 compliant, 0 at risk, 1 late; 1 met, 0 missed" in said(done)
    report: dict[str, Any] = json.loads((tmp_path / "report.json").read_text())
    assert report["as_of"] == "2017-11-25T14:00:00+00:00"
    assert report["totals"] == {"open": 2, "compliant": 1, "at_risk": 0, "non_compliant": 1, "met": 1, "missed": 0}
    assert report["grades"] == {"compliant": 1, "non_compliant": 1}
    assert report["locations"]["s2"]["grade"] == "non_compliant"
    assert (home / "replay.db").exists(), "without a database named it uses var/replay.db"
    assert not list(tmp_path.glob("*.part"))


def test_the_same_command_again_says_the_same(ctx: Context, files: Path, home: Path, tmp_path: Path) -> None:
    command = (files, *UNTIL, "--database", ctx.settings.database_url, "--report")
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    assert olist(*command, first).exit_code == 0
    assert olist(*command, second).exit_code == 0
    assert first.read_text() == second.read_text()
    with ctx.read() as uow:
        assert sorted(uow.session.scalars(sa.select(col(Order.external_id)))) == ["a", "b", "b-2"]


@pytest.mark.parametrize("until", ["yesterday", "2017-11-25T12:00:00Z", "2017-11-25T12:00:00-03:00", "0001-01-01"])
def test_an_instant_that_is_not_a_local_time_is_refused(files: Path, home: Path, until: str) -> None:
    done = olist(files, "--until", until)
    assert done.exit_code == 2
    assert until in said(done)
    assert "--until" in said(done)
    assert not home.exists()


def test_a_report_that_cannot_be_written_is_refused_before_the_work(files: Path, home: Path, tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere" / "report.json"):
        done = olist(files, *UNTIL, "--report", place)
        assert done.exit_code == 2
        assert "cannot be written" in said(done)
    assert not home.exists()


def test_every_missing_file_is_named_and_nothing_is_made(home: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = olist(tmp_path / "empty", *UNTIL)
    assert done.exit_code == 1
    assert [name for name in FILES if name not in said(done)] == []
    assert not home.exists()
    gone = olist(tmp_path / "gone", *UNTIL)
    assert gone.exit_code == 1
    assert "is not a directory with the Olist files" in said(gone)


def test_every_bad_row_is_named_by_file_line_and_column(files: Path, home: Path) -> None:
    path = files / ORDERS
    path.write_text(path.read_text().replace("2017-11-24 09:00:00", "24/11/2017"))
    done = olist(files, *UNTIL)
    assert done.exit_code == 1
    for line in (2, 3):
        assert f"line {line}: order_purchase_timestamp" in said(done)
    assert not home.exists()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_demo_network_goes_only_when_told_so(
    ctx: Context, files: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.simulation.demo.warmup.LIVED", timedelta(0))
    ensure_demo(ctx)
    before = codes(ctx)
    command = (files, *UNTIL, "--database", ctx.settings.database_url)
    refused = olist(*command)
    assert refused.exit_code == 1
    assert "--fresh replaces it" in said(refused)
    assert codes(ctx) == before
    assert olist(*command, "--fresh").exit_code == 0
    assert codes(ctx) == ["s1", "s2"]


def test_a_network_of_ones_own_stays_even_when_told_to_start_over(ctx: Context, files: Path, home: Path) -> None:
    with ctx.uow() as uow:
        put_locations(uow, [LocationInput("ATL", "Atlanta", LocationKind.STORE, "America/New_York", (Method.PICKUP,))])
    for more in ((), ("--fresh",)):
        done = olist(files, *UNTIL, "--database", ctx.settings.database_url, *more)
        assert done.exit_code == 1
        assert "network of its own" in said(done)
    assert codes(ctx) == ["ATL"]
