"""`pickwatch import locations|products|stock|orders FILE`: the same jobs as over the API, worked on here and now."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from backend import runtime
from backend.auth.actor import SYSTEM
from backend.context import Context
from backend.imports import queries
from backend.imports.engine import ImportRun
from backend.imports.files import TooLargeError, UnreadableError
from backend.imports.intake import Upload, send
from backend.imports.service import LIVE, Again, NewFile
from models.enums import FileFormat, ImportKind, WorkStatus

imports = typer.Typer(help="Load CSV or NDJSON files (gzipped or not); what is there already is left alone.")

_FORMATS = {
    ".csv": FileFormat.CSV,
    ".ndjson": FileFormat.NDJSON,
    ".jsonl": FileFormat.NDJSON,
    ".json": FileFormat.NDJSON,
}
_LOOK_AGAIN_SECONDS = 0.5

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV or NDJSON, maybe .gz.")]
ReportFile = Annotated[
    Path | None,
    typer.Option("--report", dir_okay=False, help="Write the bad rows here as CSV, instead of showing them."),
]


@imports.command("locations")
def import_locations(file: File, report: ReportFile = None) -> None:
    """Columns: code, name, kind, time_zone, methods (a|b), latitude, longitude, groups (a|b), hours (JSON), …"""
    _run(file, ImportKind.LOCATIONS, report)


@imports.command("products")
def import_products(file: File, report: ReportFile = None) -> None:
    """Columns: sku, name, barcodes (a|b), weight_g, attributes (JSON)."""
    _run(file, ImportKind.PRODUCTS, report)


@imports.command("stock")
def import_stock(file: File, report: ReportFile = None) -> None:
    """Columns: location, sku, on_hand, reason, lot, serial, condition, expires_on: what was counted is on hand."""
    _run(file, ImportKind.STOCK, report)


@imports.command("orders")
def import_orders(file: File, report: ReportFile = None) -> None:
    """Columns: external_id, channel, method, sku, quantity, unit_price, ship_to.latitude, …; one row per line."""
    _run(file, ImportKind.ORDERS, report)


def format_of(file: Path) -> FileFormat:
    """Return what a file's name says it holds; ValueError for any other."""
    suffix = Path(file.name.removesuffix(".gz")).suffix.lower()
    if suffix not in _FORMATS:
        raise ValueError("expected .csv, .ndjson or .jsonl, or one of these with .gz")
    return _FORMATS[suffix]


def load(ctx: Context, file: Path, kind: ImportKind) -> int:
    """Put a file into a job, or find the one that was left in the middle of the same file; return its id."""
    with file.open("rb") as content:
        job_id, _ = send(Upload(ctx, SYSTEM, NewFile(kind, format_of(file), file.name)), content.read, Again.RESUME)
    return job_id


def work(ctx: Context, job_id: int) -> Iterator[Any]:
    """Work on a job, or watch whoever has it do so; yield its row after each batch, the last when it has ended."""
    run: ImportRun | None = None
    try:
        while True:
            with ctx.read() as uow:
                job = queries.get(uow, job_id)
            yield job
            if job.status not in LIVE:
                return
            run = run or ImportRun.claim(ctx, job_id)
            if run is None:
                time.sleep(_LOOK_AGAIN_SECONDS)
            elif not run.step():
                run = None
    finally:
        if run is not None:  # interrupted
            run.let_go()


def _run(file: Path, kind: ImportKind, report: Path | None) -> None:
    console = Console(stderr=True)
    ctx = runtime.build()
    try:
        format_of(file)
        job_id = load(ctx, file, kind)
    except (ValueError, OSError, UnreadableError) as error:
        console.print(f"[red]{file.name} cannot be read:[/] {error}", highlight=False)
        raise typer.Exit(1) from None
    except TooLargeError:
        words = f"is larger than {ctx.settings.import_max_mb:,} MiB (PICKWATCH_IMPORT_MAX_MB)."
        console.print(f"[red]{file.name}[/] {words}", highlight=False)
        raise typer.Exit(1) from None
    with _bar(console, file.name) as (progress, task):
        for job in work(ctx, job_id):
            progress.update(task, total=job.rows, completed=job.rows_done)
    _tell(ctx, job_id, console, report)


@contextmanager
def _bar(console: Console, name: str) -> Iterator[tuple[Progress, TaskID]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("rows"))
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        yield progress, progress.add_task(name, total=None)


def _tell(ctx: Context, job_id: int, console: Console, report: Path | None) -> None:
    """Name the bad rows and the sums; exit with 1 when anything was not taken."""
    with ctx.read() as uow:
        job = queries.get(uow, job_id)
    bad = queries.all_faults(ctx, job_id)
    if report is not None:
        with report.open("w", newline="", encoding="utf-8") as out:
            rows = csv.writer(out)
            rows.writerow(("line", "message"))
            rows.writerows((fault.line, fault.message) for fault in bad)
    else:
        for fault in bad:
            words = f"line {fault.line}: {fault.message}"
            console.print(words, markup=False, highlight=False, soft_wrap=True)
    console.print(f"{job.taken:,} taken, {job.known:,} known already, {job.refused:,} bad", highlight=False)
    if job.problem:
        console.print(job.problem, style="red", highlight=False)
    if job.refused or job.status != WorkStatus.DONE:
        raise typer.Exit(1)
