"""One CSV file (plain or gzip): header check, streamed rows, cells turned into values, every fault collected with its
file, line and column. What the files mean is `files.py`."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from models.errors import DomainError, ErrorCode, Fault

#: Years outside this range are slips of the pen, and would overflow zone arithmetic at the ends of the calendar.
_YEARS = range(1990, 2101)
_KEPT_FAULTS = 1000


@dataclass(slots=True)
class Faults:
    """Collects what is wrong with the files; keeps the first thousand, counts all."""

    kept: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, where: str, code: str, message: str) -> None:
        """Note one fault; `where` is `file`, `file:line` or `file:line:column`."""
        self.count += 1
        if len(self.kept) < _KEPT_FAULTS:
            self.kept.append(Fault(where, code, message))

    def raise_if_any(self, directory: Path) -> None:
        """Raise INVALID with all faults, if there are any."""
        if not self.count:
            return
        plural = "fault" if self.count == 1 else "faults"
        raise DomainError(
            ErrorCode.INVALID,
            f"The order files in {directory} have {self.count} {plural}; nothing was loaded.",
            faults=self.kept,
            count=self.count,
        )


@dataclass(slots=True)  # not frozen: a million of these are made, and frozen ones are made three times slower
class Row:
    """The wanted cells of one line, in the order they were asked for."""

    file: str
    line: int
    columns: tuple[str, ...]
    cells: list[str]
    faults: Faults

    def fault(self, index: int, code: str, message: str) -> None:
        """Note that the cell at `index` is wrong."""
        where = f"{self.file}:{self.line}:{self.columns[index]}"
        self.faults.add(where, code, f"line {self.line}: {self.columns[index]} {message}")

    def text(self, index: int) -> str:
        """Return a cell that must not be empty; "" after noting the fault."""
        value = self.cells[index].strip()
        if not value:
            self.fault(index, "missing", "is empty")
        return value

    def optional(self, index: int) -> str:
        """Return a cell that may be empty."""
        return self.cells[index].strip()

    def instant(self, index: int) -> datetime | None:
        """Return a local date-time (naive), or None for an empty or (noted) unreadable cell."""
        value = self.cells[index].strip()
        if not value:
            return None
        try:
            local = datetime.fromisoformat(value)
        except ValueError:
            local = None
        if local is None or local.tzinfo is not None or local.year not in _YEARS:
            self.fault(index, "not_a_time", f"is {value!r}, not a date and time like 2017-11-24 12:00:00")
            return None
        return local

    def required_instant(self, index: int) -> datetime | None:
        """Return a local date-time that must be there, or None after noting the fault."""
        return self.instant(index) if self.text(index) else None

    def number(self, index: int) -> float | None:
        """Return a finite number, or None for an empty or (noted) unreadable cell."""
        value = self.cells[index].strip()
        if not value:
            return None
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if number - number != 0:  # NaN and the infinities
            self.fault(index, "not_a_number", f"is {value!r}, not a number")
            return None
        return number


def find(directory: Path, name: str) -> Path | None:
    """Return the file `name` or `name.gz` in `directory`; the plain one wins, None when neither is there."""
    return next((path for path in (directory / name, directory / f"{name}.gz") if path.is_file()), None)


def read(path: Path, columns: tuple[str, ...], faults: Faults) -> Iterator[Row]:
    """Yield the rows of a CSV file; what cannot be read is noted in `faults` and skipped."""
    try:
        with _open(path) as stream:
            yield from _rows(stream, path.name, columns, faults)
    except (OSError, EOFError, zlib.error) as error:
        faults.add(path.name, "unreadable", f"cannot be read to its end: {error}")
    except UnicodeDecodeError as error:
        faults.add(path.name, "not_utf8", f"is not UTF-8 text: {error.reason}")


def _open(path: Path) -> io.TextIOBase:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _rows(stream: io.TextIOBase, file: str, columns: tuple[str, ...], faults: Faults) -> Iterator[Row]:
    reader = csv.reader(stream, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        missing = [column for column in columns if column not in header]
        for column in missing:
            faults.add(f"{file}:1:{column}", "missing_column", f"line 1: the column {column} is missing")
        if missing:
            return
        places = [header.index(column) for column in columns]
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(header):
                message = f"line {reader.line_num}: {len(cells)} columns where the header has {len(header)}"
                faults.add(f"{file}:{reader.line_num}", "column_count", message)
                continue
            yield Row(file, reader.line_num, columns, [cells[place] for place in places], faults)
    except csv.Error as error:
        faults.add(f"{file}:{reader.line_num}", "not_csv", f"line {reader.line_num}: {error}")
