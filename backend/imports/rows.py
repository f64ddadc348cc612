"""Rows of a file: CSV or NDJSON, given as pieces of bytes, as the documents that the API's schemas take. Pure.

Where the pieces are cut never matters. A line too long to be a row, text that is no UTF-8, a quotation mark that is
not closed: each is one bad row, and reading goes on behind it.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from models.enums import FileFormat

Document = dict[str, Any]

#: Longer lines are no rows; as much as the API takes in one call.
MAX_LINE = 1024 * 1024
MAX_COLUMNS = 500


class NoHeaderError(ValueError):
    """The first line of a CSV file does not name its columns."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One document and the line it begins on; `problem` says why there is none. `rows` of the file made it."""

    line: int
    document: Document
    problem: str = ""
    rows: int = 1


def read_rows(pieces: Iterable[bytes], format_: FileFormat) -> Iterator[SourceRow]:
    """Yield the rows of a file in its order. Raises NoHeaderError for a CSV file that cannot be read at all."""
    lines = read_lines(pieces)
    return _csv_rows(lines) if format_ is FileFormat.CSV else _json_rows(lines)


def read_lines(pieces: Iterable[bytes]) -> Iterator[str | None]:
    """Yield lines without their end; None stands for one longer than `MAX_LINE`, of which nothing is kept."""
    rest, too_long, first = b"", False, True
    for piece in pieces:
        *lines, tail = piece.split(b"\n")
        for line in lines:
            whole = rest + line
            yield None if too_long or len(whole) > MAX_LINE else _text(whole, first=first)
            rest, too_long, first = b"", False, False
        rest = b"" if too_long else rest + tail
        if len(rest) > MAX_LINE:
            rest, too_long = b"", True
    if rest or too_long:
        yield None if too_long else _text(rest, first=first)


def join_order_lines(rows: Iterator[SourceRow]) -> Iterator[SourceRow]:
    """Join the CSV rows of one order, which follow one another, into one document with `lines`."""
    waiting: SourceRow | None = None
    for row in rows:
        if row.problem or "lines" in row.document:
            yield from [waiting] if waiting else []
            waiting = None
            yield row
            continue
        document = dict(row.document)
        line = {name: document.pop(name) for name in ("sku", "quantity", "unit_price") if name in document}
        if waiting is not None and _same_order(waiting.document, document):
            waiting.document["lines"].append(line)
            waiting = SourceRow(waiting.line, waiting.document, rows=waiting.rows + 1)
            continue
        yield from [waiting] if waiting else []
        waiting = SourceRow(row.line, {**document, "lines": [line]})
    yield from [waiting] if waiting else []


def _same_order(one: Document, other: Document) -> bool:
    return "external_id" in one and all(one.get(name) == other.get(name) for name in ("channel", "external_id"))


def _text(line: bytes, *, first: bool) -> str:
    # What is no UTF-8 becomes lone surrogates, which no document may hold: the row is refused and says so.
    text = line.removesuffix(b"\r").decode("utf-8", errors="surrogateescape")
    return text.removeprefix("\ufeff") if first else text


def _json_rows(lines: Iterable[str | None]) -> Iterator[SourceRow]:
    for number, line in enumerate(lines, start=1):
        if line is None:
            yield SourceRow(number, {}, _too_long())
            continue
        if not line.strip():
            continue
        try:
            document = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield SourceRow(number, {}, f"not JSON: {error}")
            continue
        if isinstance(document, dict):
            yield SourceRow(number, document)
        else:
            yield SourceRow(number, {}, "not a JSON object")


@dataclass(slots=True)
class _Feed:
    """Gives lines to the CSV reader and keeps what cannot be given."""

    lines: Iterable[str | None]
    too_long: list[int] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        for number, line in enumerate(self.lines, start=1):
            if line is None:
                self.too_long.append(number)
                yield "\n"
            else:
                yield line + "\n"


def _csv_rows(lines: Iterable[str | None]) -> Iterator[SourceRow]:
    feed = _Feed(lines)
    reader = csv.reader(iter(feed), strict=True)  # a quotation mark left open is said, not read on
    columns = _header(reader, feed)
    end = reader.line_num
    while True:
        begin, problem, values = end + 1, "", []
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problem = f"not CSV: {error}; is a quotation mark not closed?"
        end = reader.line_num
        for number in feed.too_long:
            yield SourceRow(number, {}, _too_long())
        feed.too_long.clear()
        if problem:
            yield SourceRow(begin, {}, problem)
        elif values:
            yield _row(begin, columns, values)


def _header(reader: Any, feed: _Feed) -> list[list[str]]:
    """Return the columns' names, split at their points; no lines at all are no columns."""
    try:
        names: list[str] = next((values for values in reader if values), [])
    except csv.Error as error:
        raise NoHeaderError(f"The first line is not CSV: {error}.") from error
    if feed.too_long or len(names) > MAX_COLUMNS:
        raise NoHeaderError("The first line is too long to name columns.")
    stripped = [name.strip() for name in names]
    if len(set(stripped)) < len(stripped) or (names and not all(stripped)):
        raise NoHeaderError("The first line names every column once.")
    return [name.split(".") for name in stripped]


def _row(line: int, columns: list[list[str]], values: list[str]) -> SourceRow:
    if len(values) > len(columns):
        return SourceRow(line, {}, "more columns than the header names")
    document: Document = {}
    try:
        for path, value in zip(columns, values, strict=False):
            if value.strip() != "":
                _put(document, path, _convert(path[-1], value.strip()))
    except (AttributeError, TypeError):
        return SourceRow(line, {}, "two columns say different things about the same field")
    return SourceRow(line, document)


def _put(document: Document, path: list[str], value: Any) -> None:
    """Set `ship_to.latitude` and the like inside the document."""
    for name in path[:-1]:
        document = document.setdefault(name, {})
    document[path[-1]] = value


def _words(value: str) -> list[str]:
    return [word.strip() for word in value.split("|") if word.strip()]


#: CSV knows only text: what each column really is. What cannot be read so stays text, and the schema says so.
_COLUMNS: dict[str, Callable[[str], Any]] = {
    "latitude": float,
    "longitude": float,
    "weight_g": int,
    "on_hand": int,
    "quantity": int,
    "methods": _words,
    "groups": _words,
    "barcodes": _words,
    "hours": json.loads,
    "daily_limit": json.loads,
    "processing": json.loads,
    "capacity": json.loads,
    "attributes": json.loads,
}


def _convert(column: str, value: str) -> Any:
    convert = _COLUMNS.get(column)
    if convert is None:
        return value
    try:
        return convert(value)
    except (ValueError, RecursionError):
        return value


def _too_long() -> str:
    return f"longer than {MAX_LINE // 1024:,} KiB"
