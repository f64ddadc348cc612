"""`pickwatch replay olist`: real orders through the real services, up to an instant and, if wished, on from there."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from backend import runtime
from backend.commands.serve import migrated, prepare, serve, serving
from backend.config import Settings, settings_from_environment
from backend.context import Context
from backend.jobs.scheduler import all_jobs
from backend.program import Program
from backend.simulation.olist import database
from backend.simulation.olist.database import Holds, Wanted
from backend.simulation.olist.feed import Feed
from backend.simulation.olist.files import Dataset, read_dataset
from backend.simulation.olist.live import FollowingClock, feed_job
from backend.simulation.olist.mapping import TIME_ZONE, instant_of
from backend.simulation.olist.replay import load, report
from models.enums import Compliance
from models.errors import DomainError

app = typer.Typer(help="Replay real order files and see what the SLAs were.", no_args_is_help=True)
console = Console(highlight=False, soft_wrap=True)
problems = Console(stderr=True, highlight=False, soft_wrap=True)

_SHOWN_FAULTS = 50
_GRADES = [grade.value for grade in Compliance]


@app.callback()
def replay() -> None:
    """Replay real order files and see what the SLAs were."""


@app.command()
def olist(
    directory: Path = typer.Argument(help="Directory with the six Olist files, plain or .gz."),
    until: str = typer.Option(
        "", help="Local time of the data, as 2017-11-29T12:00:00. Default: the end of the files."
    ),
    report_file: Path | None = typer.Option(None, "--report", help="Write totals, grades and locations here, as JSON."),
    speed: float = typer.Option(
        0, min=0, max=1_000_000, help="Run on from there under the dashboard: 3600 is an hour a second."
    ),
    database_url: str = typer.Option("", "--database", help="Database to use; else DATABASE_URL, else var/replay.db."),
    fresh: bool = typer.Option(False, "--fresh", help="Start over, also in place of the demo network."),  # noqa: FBT001
    port: int | None = typer.Option(None, min=1, max=65535, help="Port of the dashboard; PORT or 8000 otherwise."),
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


def _instant(until: str) -> datetime | None:
    """Return the instant of a local time of the data; None for "", exit 2 for what is not one."""
    if not until:
        return None
    try:
        local = datetime.fromisoformat(until)
    except ValueError:
        local = None
    if local is None or local.tzinfo is not None or not 1990 <= local.year <= 2100:
        raise typer.BadParameter(
            f"{until!r} is not a local time of the data; write it as 2017-11-29T12:00:00, without an offset "
            f"(it is read in {TIME_ZONE}).",
            param_hint="--until",
        )
    return instant_of(local)


def _check_writable(path: Path) -> None:
    """Exit 2 now, not after a minute of work, when the report cannot be written."""
    problem = None
    if path.is_dir():
        problem = "it is a directory"
    elif not path.absolute().parent.is_dir():
        problem = f"there is no directory {path.absolute().parent}"
    elif not os.access(path if path.exists() else path.absolute().parent, os.W_OK):
        problem = "no permission to write there"
    if problem:
        raise typer.BadParameter(f"The report {path} cannot be written: {problem}.", param_hint="--report")


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Turn refusals into plain words and exit code 1, Ctrl-C into 130."""
    try:
        yield
    except DomainError as error:
        problems.print(f"[bold red]{escape(error.message)}[/]")
        for fault in error.faults[:_SHOWN_FAULTS]:
            problems.print(f"  {escape(fault.pointer.split(':')[0])}: {escape(fault.message)}")
        more = int(error.context.get("count", len(error.faults))) - _SHOWN_FAULTS
        if more > 0:
            problems.print(f"  … and {more:,} more.")
        raise typer.Exit(1) from error
    except OSError as error:
        problems.print(f"[bold red]{escape(str(error))}[/]")
        raise typer.Exit(1) from error
    except KeyboardInterrupt as stop:
        problems.print("Stopped.")
        raise typer.Exit(130) from stop


def _settings(database_url: str) -> Settings:
    settings = settings_from_environment()
    url = database_url or settings.database_url or f"sqlite:///{settings.var_dir / 'replay.db'}"
    return settings.model_copy(update={"database_url": url})


def _context(settings: Settings) -> Context:
    ctx = runtime.build(settings)
    migrated(ctx)
    return ctx


def _prepared(ctx: Context, dataset: Dataset, feed: Feed, wanted: Wanted, *, fresh: bool, resume: bool) -> datetime:
    """Return where the replay stands: loaded up to the instant wanted, or further if it ran on from there before."""
    if resume and not fresh:
        with ctx.read() as uow:
            stands = database.reached(uow, wanted)
        if stands is not None:
            console.print("Going on where it was left; --fresh starts over.")
            return stands
    with console.status("Emptying the database"):
        replaceable = {Holds.REPLAY, Holds.DEMO} if fresh else {Holds.REPLAY}
        database.clear(ctx, allowed=frozenset(replaceable))
    columns = (TextColumn("Replaying"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("replay", total=feed.count(until=wanted.until))

        def done(things: int) -> None:
            bar.advance(task, things)
            database.claim(ctx)

        load(ctx, dataset, feed, wanted, done=done)
    return wanted.until


def _tell(found: dict[str, Any], stands: datetime) -> None:
    totals, grades = found["totals"], found["grades"]
    local = stands.astimezone(ZoneInfo(TIME_ZONE)).strftime("%Y-%m-%d %H:%M:%S")
    console.print(f"At {local} ({TIME_ZONE}):")
    console.print(
        f"  {totals['open']:,} shipments open: {totals['compliant']:,} compliant, {totals['at_risk']:,} at risk, "
        f"{totals['non_compliant']:,} late; {totals['met']:,} met, {totals['missed']:,} missed."
    )
    words = ", ".join(f"{grades.get(grade, 0):,} {grade.replace('_', ' ')}" for grade in _GRADES)
    console.print(f"  {sum(grades.values()):,} locations: {words}.")


def _write(path: Path, found: dict[str, Any]) -> None:
    """Write the report whole or not at all."""
    part = path.with_name(f"{path.name}.part")
    part.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    part.replace(path)
    console.print(f"  The report is in {path}.")


def _run_on(ctx: Context, feed: Feed, stands: datetime, *, speed: float, port: int | None) -> None:
    """Serve the dashboard and let time pass from where the replay stands."""
    clock = FollowingClock(stands, speed=speed)
    with serving(ctx.settings, port=port, clock=clock) as live:
        prepare(live)
        jobs = (*all_jobs(), feed_job(feed, clock))
        console.print(f"Time runs {speed:g} times as fast from here. Stop it with Ctrl-C; the same command goes on.")
        serve(Program(live, jobs=jobs, services=runtime.services))
