"""Rows of import files: CSV or NDJSON, gzipped or not, as the documents that the API's schemas take."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One document and the line it stands on; `problem` says why there is none."""

    line: int
    document: Document
    problem: str = ""


def read_rows(path: Path) -> Iterator[SourceRow]:
    """Yield the rows of a file; its name says what it is: `.csv`, or `.ndjson`, `.jsonl`, `.json`, each maybe `.gz`."""
    kind = Path(path.name.removesuffix(".gz")).suffix.lower()
    with _open(path) as text:
        if kind == ".csv":
            yield from _csv_rows(text)
        elif kind in (".ndjson", ".jsonl", ".json"):
            yield from _json_rows(text)
        else:
            raise ValueError(f"{path.name}: expected .csv, .ndjson or .jsonl, or one of these with .gz")


def _open(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return io.TextIOWrapper(gzip.open(path), encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _json_rows(text: TextIO) -> Iterator[SourceRow]:
    for line, raw in enumerate(text, start=1):
        if not raw.strip():
            continue
        try:
            document = json.loads(raw)
        except (ValueError, RecursionError) as error:
            yield SourceRow(line, {}, f"not JSON: {error}")
            continue
        if isinstance(document, dict):
            yield SourceRow(line, document)
        else:
            yield SourceRow(line, {}, "not a JSON object")


def _csv_rows(text: TextIO) -> Iterator[SourceRow]:
    reader = csv.DictReader(text)
    for row in reader:
        if None in row:
            yield SourceRow(reader.line_num, {}, "more columns than the header names")
            continue
        document: Document = {}
        for name, value in row.items():
            if value is not None and value.strip() != "":
                _put(document, name.strip().split("."), _convert(name.strip(), value.strip()))
        yield SourceRow(reader.line_num, document)


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
    convert = _COLUMNS.get(column.split(".")[-1])
    if convert is None:
        return value
    try:
        return convert(value)
    except ValueError:
        return value


def join_order_lines(rows: Iterator[SourceRow]) -> Iterator[SourceRow]:
    """Join the CSV rows of one order, which follow one another, into one document with `lines`."""
    open_: SourceRow | None = None
    for row in rows:
        if row.problem or "lines" in row.document:
            yield from [open_] if open_ else []
            open_ = None
            yield row
            continue
        document = dict(row.document)
        line = {name: document.pop(name) for name in ("sku", "quantity", "unit_price") if name in document}
        same = open_ is not None and all(
            open_.document.get(name) == document.get(name) for name in ("channel", "external_id")
        )
        if open_ is not None and same:
            open_.document["lines"].append(line)
            continue
        yield from [open_] if open_ else []
        open_ = SourceRow(row.line, {**document, "lines": [line]})
    yield from [open_] if open_ else []
