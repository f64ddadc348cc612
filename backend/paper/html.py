"""Sheets as one HTML document for the browser's printer: any script of the world, any size of paper, nothing loaded."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable, Sequence
from html import escape

from backend.paper.bars import bars_of
from backend.paper.sheets import Cell, Column, Sheet, Table

_STYLE = """
* { box-sizing: border-box; }
html { font: 15px/1.35 system-ui, "Noto Sans", "Segoe UI", sans-serif; color: #000; background: #eceef1; }
body { margin: 0; }
.bar { display: flex; gap: 12px; align-items: center; padding: 8px 16px; background: #fff; }
.bar p { margin: 0; flex: 1; }
.bar button, .bar a { display: inline-flex; align-items: center; min-height: 48px; padding: 0 20px; font: inherit;
  color: #000; background: #fff; border: 1px solid #5f6b7a; border-radius: 6px; text-decoration: none; }
.bar button { color: #fff; background: #1b2733; border-color: #1b2733; }
.sheet { max-width: 210mm; margin: 16px auto; padding: 12mm; background: #fff; overflow-wrap: anywhere; }
header { display: flex; flex-wrap: wrap; gap: 4mm 8mm; justify-content: space-between; align-items: flex-start; }
h1 { margin: 0; font-size: 22px; line-height: 1.2; }
header p { margin: 1mm 0 0; }
figure { margin: 0; text-align: center; font-variant-numeric: tabular-nums; }
figure svg { display: block; width: 100%; height: 8mm; }
header figure { width: 55mm; font-size: 18px; font-weight: 700; }
header figure svg { height: 14mm; }
td figure { font-size: 12px; }
dl { display: flex; flex-wrap: wrap; gap: 2mm 8mm; margin: 4mm 0; }
dt { font-size: 12px; }
dd { margin: 0; font-weight: 600; }
address { margin: 4mm 0; font-style: normal; font-size: 18px; }
.note { margin: 2mm 0; padding: 2mm 3mm; border: 1px solid #000; font-weight: 600; }
h2 { margin: 5mm 0 1mm; font-size: 15px; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th { padding: 1mm; text-align: left; font-size: 12px; }
td { padding: 1.5mm 1mm; vertical-align: top; border-bottom: 1px solid #999; }
thead th, thead td { border-bottom: 2px solid #000; }
td span { display: block; font-size: 12px; }
td.strong, td.number { font-weight: 600; }
.strong span { font-weight: 400; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.box i { display: block; width: 5mm; height: 5mm; border: 1.5px solid #000; }
@media screen and (max-width: 640px) {
  .sheet { margin: 0; padding: 16px; }
  .scanned { display: none; }
  .box i { width: 13px; height: 13px; margin-top: 3px; }
  .bar p { display: none; }
}
@media print {
  html { font-size: 10pt; background: none; }
  .bar { display: none; }
  .sheet { max-width: none; margin: 0; padding: 0; }
  .sheet + .sheet { break-before: page; }
  svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""
#: The browser counts the pages, of all sheets together.
_PAGES = """
@page {
  margin: 12mm 12mm 16mm;
  @bottom-right { content: "Page " counter(page) " of " counter(pages); font: 9pt sans-serif; }
}
"""
_SCRIPT = 'document.getElementById("print").addEventListener("click", () => window.print());'


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


_CSS = _STYLE + _PAGES
#: What the document may do: be styled and printed by what is written here, and nothing else.
POLICY = (
    f"default-src 'none'; style-src {_hash(_CSS)}; script-src {_hash(_SCRIPT)}; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)


def render(sheets: Sequence[Sheet], *, title: str, pdf: str) -> str:
    """Return the document; `pdf` is the address of the same as PDF."""
    body = "".join(_sheet(sheet) for sheet in sheets) or '<article class="sheet"><p>Nothing to print.</p></article>'
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_CSS}</style></head><body>"
        f'<nav class="bar" aria-label="Print"><p>{escape(title)}</p><a href="{escape(pdf)}">PDF</a>'
        f'<button type="button" id="print">Print</button></nav><main>{body}</main>'
        f"<script>{_SCRIPT}</script></body></html>"
    )


def _sheet(sheet: Sheet) -> str:
    facts = "".join(f"<div><dt>{escape(word)}</dt><dd>{escape(said)}</dd></div>" for word, said in sheet.facts)
    address = "<br>".join(escape(line) for line in sheet.address)
    return (
        f'<article class="sheet"><header><div><h1>{escape(sheet.title)}</h1><p>{escape(sheet.place)}</p></div>'
        f"{_barcode(sheet.barcode)}</header>"
        + "".join(f'<p class="note">{escape(note)}</p>' for note in sheet.notes)
        + (f"<address>{address}</address>" if address else "")
        + f"<dl>{facts}</dl>"
        + "".join(_table(table) for table in sheet.tables)
        + "</article>"
    )


def _table(table: Table) -> str:
    if not table.rows:
        return f"<h2>{escape(table.caption)}</h2><p>{escape(table.nothing)}</p>"
    widths = "".join(f'<col width="{each.width}%"{_class(each)}>' for each in table.columns)
    head = "".join(_head(each) for each in table.columns)
    rows = "".join(f"<tr>{''.join(_cells(table.columns, row))}</tr>" for row in table.rows)
    return (
        f"<h2>{escape(table.caption)}</h2><table><colgroup>{widths}</colgroup>"
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _head(column: Column) -> str:
    return f'<th scope="col"{_class(column)}>{escape(column.title)}</th>' if column.title else "<td></td>"


def _cells(columns: Sequence[Column], row: Sequence[Cell]) -> Iterable[str]:
    for column, cell in zip(columns, row, strict=True):
        if cell.box:
            yield '<td class="box"><i></i></td>'
        elif cell.barcode:
            yield f"<td{_class(column)}>{_barcode(cell.barcode)}</td>"
        else:
            more = "".join(f"<span>{escape(line)}</span>" for line in cell.more)
            yield f"<td{_class(column)}>{escape(cell.text)}{more}</td>"


def _class(column: Column) -> str:
    said = {"number": column.number, "strong": column.strong, "scanned": column.scanned}
    names = [name for name, wanted in said.items() if wanted]
    return f' class="{" ".join(names)}"' if names else ""


def _barcode(text: str) -> str:
    """Return the bars with their text below, or the text alone when it has none."""
    bars = bars_of(text)
    words = f"<figcaption>{escape(text)}</figcaption>"
    if bars is None:
        return f"<figure>{words}</figure>"
    path = "".join(f"M{at} 0h{width}v1h-{width}z" for at, width in bars.black)
    return (
        f'<figure><svg viewBox="0 0 {bars.width} 1" preserveAspectRatio="none" shape-rendering="crispEdges" '
        f'aria-hidden="true"><path d="{path}"/></svg>{words}</figure>'
    )
