"""Sheets as one PDF file, by ReportLab: heads of tables repeated, pages counted for each sheet apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO
from typing import Any

from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    KeepTogether,
    LongTable,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
)
from reportlab.platypus import Table as Grid

from backend.paper.bars import bars_of
from backend.paper.documents import PaperSize
from backend.paper.fonts import BOLD, REGULAR, eastern, load, marked_up
from backend.paper.sheets import Cell, Column, Sheet, Table

_SIZES = {PaperSize.A4: A4, PaperSize.LETTER: LETTER}
_MARGIN, _FOOT = 12 * mm, 16 * mm

_TEXT = ParagraphStyle("text", fontName=REGULAR, fontSize=10, leading=12.5)
_SMALL = ParagraphStyle("small", _TEXT, fontSize=8, leading=10)
_STRONG = ParagraphStyle("strong", _TEXT, fontName=BOLD)
_NUMBER = ParagraphStyle("number", _STRONG, alignment=TA_RIGHT)
_TITLE = ParagraphStyle("title", _STRONG, fontSize=16, leading=19)
_ADDRESS = ParagraphStyle("address", _TEXT, fontSize=12, leading=15)
_HEAD = ParagraphStyle("head", _SMALL, fontName=BOLD)
_HEAD_NUMBER = ParagraphStyle("head number", _HEAD, alignment=TA_RIGHT)


def render(sheets: Sequence[Sheet], *, title: str, size: PaperSize | None = None) -> bytes:
    """Return the file, on paper of this size or of each sheet's own; the same sheets give the same bytes."""
    load()
    sheets = [replace(sheet, size=size or sheet.size) for sheet in sheets]
    file = BytesIO()
    made = BaseDocTemplate(file, title=title, author="Pickwatch", lang="en", invariant=True)
    made.addPageTemplates([_page(number, sheet) for number, sheet in enumerate(sheets)] or [_empty_page()])
    story: list[Flowable] = []
    for number, sheet in enumerate(sheets):
        story += [NextPageTemplate(str(number)), PageBreak()] if number else []
        story += _sheet(sheet)
    made.build(story or [_words("Nothing to print.", _TEXT)], canvasmaker=_Counted)
    return file.getvalue()


class _Counted(Canvas):  # type: ignore[misc]  # ReportLab has no types
    """A canvas that knows at the end how many pages each sheet has, and writes it on them."""

    sheet: tuple[int, Sheet] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept: list[dict[str, Any]] = []

    def showPage(self) -> None:
        self._kept.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        numbers = [page["sheet"][0] for page in self._kept if page.get("sheet")]
        seen: dict[int, int] = {}
        for page in self._kept:
            self.__dict__.update(page)
            if self.sheet is not None:
                number, sheet = self.sheet
                seen[number] = seen.get(number, 0) + 1
                self._foot(sheet, f"Page {seen[number]} of {numbers.count(number)}")
            super().showPage()
        super().save()

    def _foot(self, sheet: Sheet, pages: str) -> None:
        width, _ = _SIZES[sheet.size]
        words = _words(sheet.title, _SMALL)
        room = width - 2 * _MARGIN - 30 * mm
        _, height = words.wrap(room, _FOOT)
        words.drawOn(self, _MARGIN, 9 * mm + _SMALL.leading - height)
        self.setFont(REGULAR, _SMALL.fontSize)
        self.drawRightString(width - _MARGIN, 9 * mm + 2, pages)


def _page(number: int, sheet: Sheet) -> PageTemplate:
    def begin(canvas: Any, _document: Any) -> None:
        canvas.sheet = (number, sheet)

    width, height = _SIZES[sheet.size]
    room = Frame(_MARGIN, _FOOT, width - 2 * _MARGIN, height - _MARGIN - _FOOT, 0, 0, 0, 0)
    return PageTemplate(id=str(number), frames=[room], onPage=begin, pagesize=(width, height))


def _empty_page() -> PageTemplate:
    width, height = A4
    return PageTemplate(frames=[Frame(_MARGIN, _FOOT, width - 2 * _MARGIN, height - _MARGIN - _FOOT)], pagesize=A4)


def _sheet(sheet: Sheet) -> Iterator[Flowable]:
    width = _SIZES[sheet.size][0] - 2 * _MARGIN
    named = [_words(sheet.title, _TITLE), _words(sheet.place, _TEXT)]
    head = Grid([[named, _Barcode(sheet.barcode, 55 * mm, 14 * mm, size=13)]], colWidths=[width - 57 * mm, 57 * mm])
    head.setStyle([_TOP, ("LEFTPADDING", (0, 0), (-1, -1), 0), _FLUSH])
    yield head
    for note in sheet.notes:
        yield Spacer(0, 2 * mm)
        yield Grid([[_words(note, _STRONG)]], colWidths=[width], style=[("BOX", (0, 0), (-1, -1), 0.8, "black")])
    if sheet.address:
        yield Spacer(0, 3 * mm)
        yield KeepTogether([_words(line, _ADDRESS) for line in sheet.address])
    yield Spacer(0, 3 * mm)
    yield from _facts(sheet.facts, width)
    for table in sheet.tables:
        yield from _table(table, width)


_TOP = ("VALIGN", (0, 0), (-1, -1), "TOP")
_FLUSH = ("RIGHTPADDING", (0, 0), (-1, -1), 0)


def _facts(facts: Sequence[tuple[str, str]], width: float) -> Iterator[Flowable]:
    """Yield the facts, three beside each other."""
    cells: list[Any] = [[_words(word, _SMALL), _words(said, _STRONG)] for word, said in facts]
    cells += [""] * (-len(cells) % 3)
    rows = [cells[at : at + 3] for at in range(0, len(cells), 3)]
    if rows:
        close = [("LEFTPADDING", (0, 0), (-1, -1), 0), ("TOPPADDING", (0, 0), (-1, -1), 1)]
        yield Grid(rows, colWidths=[width / 3] * 3, style=[_TOP, *close])


def _table(table: Table, width: float) -> Iterator[Flowable]:
    yield Spacer(0, 4 * mm)
    yield _words(table.caption, _STRONG)
    yield Spacer(0, 1 * mm)
    if not table.rows:
        yield _words(table.nothing, _TEXT)
        return
    widths = [column.width * width / 100 for column in table.columns]
    head = [_words(column.title, _HEAD_NUMBER if column.number else _HEAD) for column in table.columns]
    rows = [[_cell(*each) for each in zip(row, table.columns, widths, strict=True)] for row in table.rows]
    style = [
        _TOP,
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2),
        ("LINEBELOW", (0, 0), (-1, 0), 1.2, "black"),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, "gray"),
    ]
    yield LongTable([head, *rows], colWidths=widths, repeatRows=1, style=style)


def _cell(cell: Cell, column: Column, room: float) -> Flowable | list[Flowable]:
    if cell.box:
        return _Box()
    if cell.barcode:
        return _Barcode(cell.barcode, room - 4, 7 * mm)
    style = _NUMBER if column.number else _STRONG if column.strong else _TEXT
    return [_words(cell.text, style), *(_words(line, _SMALL) for line in cell.more)]


def _words(text: str, style: ParagraphStyle) -> Paragraph:
    """Return text that wraps: between words, anywhere in one that is too long, and between Eastern characters."""
    if eastern(text):
        style = ParagraphStyle(f"{style.name}, eastern", style, wordWrap="CJK")
    return Paragraph(marked_up(text), style)


class _Box(Flowable):  # type: ignore[misc]
    """A box to tick."""

    def __init__(self) -> None:
        super().__init__()
        self.width = self.height = 4.5 * mm

    def draw(self) -> None:
        self.canv.setLineWidth(0.9)
        self.canv.rect(0, 0, self.width, self.height)


class _Barcode(Flowable):  # type: ignore[misc]
    """Bars as wide as there is room, and their text below; the text alone when it has no bars."""

    def __init__(self, text: str, width: float, height: float, *, size: float = 8) -> None:
        super().__init__()
        self.width = width
        self._bars = bars_of(text)
        self._high = height if self._bars else 0
        centred = ParagraphStyle("barcode", _TEXT, fontSize=size, leading=size * 1.25, alignment=1)
        self._text = _words(text, centred)
        self.height = self._high + self._text.wrap(width, height)[1]

    def draw(self) -> None:
        below = self.height - self._high
        self._text.drawOn(self.canv, 0, 0)
        if self._bars is not None:
            thin = self.width / self._bars.width
            for at, wide in self._bars.black:
                self.canv.rect(at * thin, below + 1, wide * thin, self._high - 1, stroke=0, fill=1)
