"""Reading files: where they are cut never matters, packed or not, and no bytes whatever stop the reader."""

from __future__ import annotations

import csv
import gzip
import io
import json
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.imports.files import Cutter
from backend.imports.rows import SourceRow, join_order_lines, read_rows
from models.enums import FileFormat

CELLS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=6) | st.sampled_from(
    ['"', 'a"b', "x,y", "line\nbreak", "\r", "é", "", " "]
)
ROWS = st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=12)
FORMATS = st.sampled_from(list(FileFormat))


def cut(content: bytes, places: list[int]) -> list[bytes]:
    borders = [0, *sorted(place % (len(content) + 1) for place in places), len(content)]
    return [content[a:b] for a, b in pairwise(borders)]


def file_of(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(("a", "b.c", "d"))
    writer.writerows(rows)
    return out.getvalue().encode()


@settings(max_examples=200, deadline=None)
@given(ROWS, st.lists(st.integers(0, 10_000), max_size=8))
def test_any_split_into_pieces_gives_the_same_rows(rows: list[list[str]], places: list[int]) -> None:
    content = file_of(rows)
    whole = list(read_rows([content], FileFormat.CSV))
    assert list(read_rows(cut(content, places), FileFormat.CSV)) == whole
    read = [row for row in rows if row]
    assert len(whole) == len(read)


@settings(max_examples=100, deadline=None)
@given(ROWS)
def test_what_was_written_is_read(rows: list[list[str]]) -> None:
    for row, source in zip(rows, read_rows([file_of(rows)], FileFormat.CSV), strict=True):
        document = source.document
        got = [document.get("a", ""), document.get("b", {}).get("c", ""), document.get("d", "")]
        assert [text.replace("\r\n", "\n") for text in got] == [cell.strip().replace("\r\n", "\n") for cell in row]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), FORMATS, st.lists(st.integers(0, 300), max_size=5))
def test_no_bytes_stop_the_reader(content: bytes, format_: FileFormat, places: list[int]) -> None:
    header = b"a,b\n" if format_ is FileFormat.CSV else b""
    whole = list(read_rows([header + content], format_))
    assert list(read_rows(cut(header + content, places), format_)) == whole
    assert all(isinstance(row, SourceRow) for row in whole)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=2000), st.lists(st.integers(0, 3000), max_size=6), st.booleans())
def test_cutting_keeps_every_byte(content: bytes, places: list[int], packed: bool) -> None:
    if content.startswith(b"\x1f\x8b"):
        content = b"-" + content
    cutter = Cutter(limit=1_000_000)
    pieces = [
        piece for part in cut(gzip.compress(content) if packed else content, places) for piece in cutter.feed(part)
    ]
    assert b"".join([*pieces, *cutter.close()]) == content
    assert cutter.bytes == len(content)
    assert cutter.lines == len(content.split(b"\n")) - (content.endswith(b"\n") or not content)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 4)), max_size=10))
def test_joined_orders_keep_every_row(orders: list[tuple[int, int]]) -> None:
    lines = [{"external_id": order, "channel": "web", "sku": f"S{i}"} for order, n in orders for i in range(n)]
    content = "\n".join(map(json.dumps, lines)).encode()
    joined = list(join_order_lines(read_rows([content], FileFormat.NDJSON)))
    assert sum(row.rows for row in joined) == len(lines)
    assert [line["sku"] for row in joined for line in row.document["lines"]] == [line["sku"] for line in lines]
    changes = sum(a["external_id"] != b["external_id"] for a, b in pairwise(lines))
    assert len(joined) == changes + bool(lines)
