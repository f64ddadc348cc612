"""`pickwatch replay olist`: real orders through the real services, up to an instant and, if wished, on from there."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from backend import runtime
from backend.commands.serve import first_password, reachable, serve
from backend.config import Settings, settings_from_environment
from backend.context import Context
from backend.jobs.scheduler import all_jobs
from backend.persistence.migrate import upgrade
from backend.program import Program
from backend.simulation.olist import database
from backend.simulation.olist.database import Holds, Wanted
from backend.simulation.olist.feed import Feed
from backend.simulation.olist.files import read_dataset
from backend.simulation.olist.live import FollowingClock, feed_job
from backend.simulation.olist.mapping import TIME_ZONE, instant_of
from backend.simulation.olist.replay import load, report
from models.errors import DomainError

app = typer.Typer(help="Replay real order files and see what the SLAs were.", no_args_is_help=True)
console = Console(highlight=False, soft_wrap=True)
problems = Console(stderr=True, highlight=False, soft_wrap=True)

_SHOWN_FAULTS = 50


@app.callback()
def replay() -> None:
    """Replay real order files and see what the SLAs were."""


@app.command()
def olist(
    directory: Path = typer.Argument(help="Directory with the six Olist files, plain or .gz."),
    until: str = typer.Option("", help="Local time of the data, as 2017-11-29T12:00:00. Default: the end of the files."),
    report_file: Path | None = typer.Option(None, "--report", help="Write totals, grades and locations here, as JSON."),
    speed: float = typer.Option(0, min=0, max=1_000_000, help="Run on from there under the dashboard: 3600 is an hour a second."),
    database_url: str = typer.Option("", "--database", help="Database to use; else DATABASE_URL, else var/replay.db."),
    fresh: bool = typer.Option(False, "--fresh", help="Start over, also in place of the demo network."),  # noqa: FBT001
    port: int | None = typer.Option(None, help="Port of the dashboard; PORT or 8000 otherwise."),
) -> None:
    """Load Olist's orders up to an instant, evaluate every SLA, and report; with --speed, run on from there."""
    instant = _instant(until)
    if report_file is not None:
        _check_writable(report_file)
    with _plain_errors():
        with console.status("Reading the files"):
            dataset = read_dataset(directory)
            feed = Feed(dataset)
        wanted = Wanted(str(directory.resolve()), instant or feed.last_at)
        ctx = _context(_settings(database_url))
        database.claim(ctx)
        try:
            stands = _prepared(ctx, dataset, feed, wanted, fresh=fresh, resume=speed > 0)
            with ctx.read() as uow:
                found = report(uow, as_of=stands)
            _tell(found, stands)
            if report_file is not None:
                _write(report_file, found)
            if speed > 0:
                _run_on(ctx, feed, stands, speed=speed, port=port)
        finally:
            database.unclaim(ctx)
