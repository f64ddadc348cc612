"""`pickwatch import locations|products|stock|orders FILE`: in batches, naming each bad row, safe to run again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel, ValidationError
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from backend import runtime
from backend.api.errors import model_faults
from backend.api.intake import storage_faults
from backend.api.schemas.inventory import CountIn
from backend.api.schemas.locations import NamedLocationIn
from backend.api.schemas.orders import OrderIn
from backend.api.schemas.products import NamedProductIn
from backend.catalog.service import put_products
from backend.commands.import_rows import SourceRow, join_order_lines, read_rows
from backend.context import Context
from backend.inventory import service as inventory
from backend.inventory.service import StockCount
from backend.locations.service import put_locations
from backend.orders import service as orders
from backend.persistence.bulk import chunks
from backend.persistence.uow import Uow
from models.errors import DomainError, Fault

imports = typer.Typer(help="Load CSV or NDJSON files (gzipped or not); what is there already is left alone.")

BATCH = 500
_INDEX = re.compile(r"/(\d+)(.*)", re.DOTALL)

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV or NDJSON, maybe .gz.")]
#: Writes all of a batch or raises INVALID with pointers `/{index}/…`.
Write = Callable[[Uow, Sequence[Any]], object]


@dataclass(slots=True)
class Report:
    """What became of the rows of a file."""

    taken: int = 0
    known: int = 0
    bad: list[tuple[int, str]] = field(default_factory=list)

    def refuse(self, row: SourceRow, faults: Iterable[Fault]) -> None:
        """Note what is wrong with a row; one that only says what is known already is fine."""
        found = list(faults)
        if found and all(fault.code == "already_exists" for fault in found):
            self.known += 1
            return
        self.bad.append((row.line, "; ".join(f"{fault.pointer or '/'}: {fault.message}" for fault in found)))


@imports.command("locations")
def import_locations(file: File) -> None:
    """Columns: code, name, kind, time_zone, methods (a|b), latitude, longitude, groups (a|b), hours (JSON), …"""
    _run(file, NamedLocationIn, lambda uow, items: put_locations(uow, [item.to_input(item.code) for item in items]))


@imports.command("products")
def import_products(file: File) -> None:
    """Columns: sku, name, barcodes (a|b), weight_g, attributes (JSON)."""
    _run(file, NamedProductIn, lambda uow, items: put_products(uow, [item.to_input(item.sku) for item in items]))


@imports.command("stock")
def import_stock(file: File) -> None:
    """Columns: location, sku, on_hand, reason: what was counted becomes the units on hand."""
    _run(file, CountIn, write_counts)


@imports.command("orders")
def import_orders(file: File) -> None:
    """Columns: external_id, channel, method, sku, quantity, unit_price, ship_to.latitude, …; one row per line."""
    _run(file, OrderIn, lambda uow, items: orders.place(uow, [item.to_input() for item in items]), join_order_lines)


def write_counts(uow: Uow, items: Sequence[Any]) -> None:
    """Count stock."""
    inventory.count(uow, [StockCount(item.location, item.sku, item.on_hand, item.reason) for item in items])


def load(ctx: Context, rows: Iterable[SourceRow], schema: type[BaseModel], write: Write) -> Iterator[Report]:
    """Write rows in batches, each in a transaction of its own; yield the report so far after each."""
    report = Report()
    for batch in chunks(rows, BATCH):
        _load_batch(ctx, batch, schema, write, report)
        yield report


def _load_batch(
    ctx: Context, batch: Sequence[SourceRow], schema: type[BaseModel], write: Write, report: Report
) -> None:
    good: list[tuple[SourceRow, BaseModel]] = []
    for row in batch:
        faults = [Fault("", "unreadable", row.problem)] if row.problem else storage_faults(row.document)
        try:
            if not faults:
                good.append((row, schema.model_validate(row.document)))
        except ValidationError as error:
            faults = model_faults(error)
        if faults:
            report.refuse(row, faults)
    while good:
        try:
            with ctx.uow() as uow:
                write(uow, [item for _, item in good])
        except DomainError as error:
            left = _without_bad(good, error, report)
            if len(left) == len(good):
                raise  # the refusal names no row: trying again would never end
            good = left
        else:
            report.taken += len(good)
            return


def _without_bad(
    good: Sequence[tuple[SourceRow, BaseModel]], error: DomainError, report: Report
) -> list[tuple[SourceRow, BaseModel]]:
    by_row: dict[int, list[Fault]] = {}
    for fault in error.faults:
        place = _INDEX.fullmatch(fault.pointer)
        if place is not None:
            by_row.setdefault(int(place[1]), []).append(Fault(place[2], fault.code, fault.message))
    for index, faults in by_row.items():
        report.refuse(good[index][0], faults)
    return [pair for index, pair in enumerate(good) if index not in by_row]


def _run(
    file: Path,
    schema: type[BaseModel],
    write: Write,
    prepare: Callable[[Iterator[SourceRow]], Iterator[SourceRow]] = lambda rows: rows,
) -> None:
    console = Console(stderr=True)
    ctx = runtime.build()
    report = Report()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TextColumn("{task.completed:,} rows"))
    try:
        with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
            task = progress.add_task(file.name, total=None)
            for report in load(ctx, prepare(read_rows(file)), schema, write):
                progress.update(task, completed=report.taken + report.known + len(report.bad))
    except (ValueError, OSError, EOFError) as error:
        console.print(f"[red]{file.name} cannot be read:[/] {error}", highlight=False)
        raise typer.Exit(1) from None
    for line, words in report.bad:
        console.print(f"line {line}: {words}", markup=False, highlight=False, soft_wrap=True)
    console.print(f"{report.taken:,} taken, {report.known:,} known already, {len(report.bad):,} bad", highlight=False)
    if report.bad:
        raise typer.Exit(1)
