"""Paper: both renderers say the same, barcodes are what a scanner reads, long lists and any script print."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.paper import html, pdf
from backend.paper.bars import bars_of
from backend.paper.documents import (
    PackingSlip,
    PaperSize,
    PickList,
    PickStop,
    Place,
    SlipLine,
    SlipParcel,
    address_lines,
    plain,
    size_of,
)
from backend.paper.sheets import Sheet, sheet_of
from models.enums import Method

NOON = datetime(2026, 11, 27, 18, tzinfo=UTC)
CHICAGO = Place("CHI", "Chicago Loop", "America/Chicago", PaperSize.LETTER)


def pick_list(lines: int = 3, **changes: object) -> PickList:
    stops = tuple(
        PickStop(
            f"A-{n:03}", "Cold", f"Product {n}", f"SKU-{n:03}", f"4006381{n:06}", n % 5 + 1, slots=((n % 9 + 1, 1),)
        )
        for n in range(1, lines + 1)
    )
    made = PickList(12, None, None, CHICAGO, (Method.SHIP,), 4, NOON, NOON, (), stops)
    return replace(made, **changes)  # type: ignore[arg-type]


SLIP = PackingSlip(
    shipment=8123,
    order="WEB-1001",
    placed_at=NOON,
    place=CHICAGO,
    method=Method.SHIP,
    service_level="express",
    customer="Šárka Ünlü",
    address=("Náměstí Míru 5", "Οδός Ερμού 1", "улица Ленина 2", "CZ"),
    notes=("On hold: the customer called",),
    lines=(SlipLine("Green tea", "TEA-1", 3, 1), SlipLine("Cup", "CUP-1", 1, instead_of="CUP-0")),
    parcels=(SlipParcel(1, "Box M", 1250, "1Z999AA1", (("TEA-1", 2),)),),
)


def pages(sheets: list[Sheet], **how: PaperSize) -> list[pypdfium2.PdfPage]:
    """Return the pages of the PDF file, kept open by their document."""
    return list(pypdfium2.PdfDocument(pdf.render(sheets, title="Paper", **how)))


def text_of(page: pypdfium2.PdfPage) -> str:
    return " ".join(page.get_textpage().get_text_range().split())


def scanned(page: pypdfium2.PdfPage) -> list[str]:
    """Return what a scanner reads on a page as it comes out of a printer of 200 dots per inch."""
    return [code.text for code in zxingcpp.read_barcodes(page.render(scale=200 / 72).to_pil())]


def said(sheet: Sheet) -> list[str]:
    """Return every text of a sheet."""
    cells = [cell for table in sheet.tables for row in table.rows for cell in row]
    heads = [column.title for table in sheet.tables for column in table.columns]
    return [
        *(sheet.title, sheet.place, sheet.barcode, *sheet.address, *sheet.notes),
        *(text for fact in sheet.facts for text in fact),
        *(text for cell in cells for text in (cell.text, *cell.more, cell.barcode)),
        *(table.caption for table in sheet.tables),
        *heads,
    ]


@pytest.mark.parametrize("document", [pick_list(), SLIP], ids=["pick list", "packing slip"])
def test_both_renderers_say_everything_that_stands_on_the_sheet(document: PickList | PackingSlip) -> None:
    sheet = sheet_of(document)
    shown = unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", html.render([sheet], title="Paper", pdf="/x.pdf")))
    in_html = "".join(shown.split())
    in_pdf = "".join("".join(text_of(page) for page in pages([sheet])).split())
    texts = [text for text in said(sheet) if text]
    assert len(texts) > 20
    for text in texts:
        assert "".join(text.split()) in in_html, text
        assert "".join(text.split()) in in_pdf, text


def test_what_the_facts_are() -> None:
    facts = dict(sheet_of(pick_list()).facts)
    assert facts["Due"] == "Fri 27 Nov 2026, 12:00 (CST)"
    assert facts["Carrier leaves"] == facts["Due"]
    assert (facts["Units to pick"], facts["Shipments"]) == ("9", "4")
    slip = sheet_of(SLIP)
    assert dict(slip.facts)["Units"] == "3"  # one of the four comes later
    assert slip.address[0] == "Šárka Ünlü"
    assert slip.barcode == "8123"


def test_a_scanner_reads_every_barcode_of_the_paper() -> None:
    (page,) = pages([sheet_of(pick_list(6))])
    assert sorted(scanned(page)) == sorted(["12", *(f"4006381{n:06}" for n in range(1, 7))])
    (page,) = pages([sheet_of(SLIP)], size=PaperSize.A4)
    assert scanned(page) == ["8123"]


ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=40)


@settings(max_examples=40, deadline=None)
@given(ASCII | st.from_regex(r"\A[0-9]{1,24}\Z"))
def test_bars_decode_to_their_text(text: str) -> None:
    """Every text that has bars, the thinnest three dots wide; one without is too long for the paper."""
    bars = bars_of(text)
    if bars is None:
        assert len(text) > 10
        return
    row = np.full(bars.width, 255, np.uint8)
    for at, width in bars.black:
        row[at : at + width] = 0
    picture = np.tile(np.repeat(row, 3), (60, 1))
    (code,) = zxingcpp.read_barcodes(picture)
    assert (code.text, code.format) == (text, zxingcpp.BarcodeFormat.Code128)


@pytest.mark.parametrize("text", ["", "Tee grün", "東京", "x" * 41], ids=repr)
def test_what_cannot_be_a_barcode_is_printed_as_text(text: str) -> None:
    assert bars_of(text) is bars_of(text + "\n") is None
    stop = replace(pick_list(1).stops[0], barcode=plain(text))
    sheet = sheet_of(pick_list(stops=(stop,)))
    assert scanned(pages([sheet])[0]) == ["12"]
    assert html.render([sheet], title="Paper", pdf="/x.pdf").count("<svg") == 1


def test_a_hundred_lines_make_pages_with_their_heads_and_numbers() -> None:
    found = pages([sheet_of(pick_list(100))])
    texts = [text_of(page) for page in found]
    assert len(found) > 3
    for number, text in enumerate(texts, 1):
        assert "Bin Product Barcode" in text
        assert f"Page {number} of {len(found)}" in text
        assert "Pick list: wave 12" in text
    for n in range(1, 101):
        assert sum(f"SKU-{n:03}" in text for text in texts) == 1, "a line stands on one page, whole"


def test_each_sheet_begins_on_a_page_of_its_own_and_counts_its_pages() -> None:
    texts = [text_of(page) for page in pages([sheet_of(SLIP), sheet_of(pick_list(100)), sheet_of(SLIP)])]
    assert "Page 1 of 1" in texts[0]
    assert f"Page 1 of {len(texts) - 2}" in texts[1]
    assert "Page 1 of 1" in texts[-1]


def test_paper_of_the_place_or_as_asked() -> None:
    letter, a4 = (612, 792), (595, 842)
    sheets = [sheet_of(SLIP), sheet_of(replace(SLIP, place=replace(CHICAGO, size=PaperSize.A4)))]
    assert [tuple(map(round, page.get_size())) for page in pages(sheets)] == [letter, a4]
    assert [tuple(map(round, page.get_size())) for page in pages(sheets, size=PaperSize.A4)] == [a4, a4]
    assert size_of({}, "America/Chicago") is PaperSize.LETTER
    assert size_of({}, "Europe/Prague") is PaperSize.A4
    assert size_of({"paper": "A4"}, "America/Sao_Paulo") is PaperSize.A4
    assert size_of({"paper": ["nonsense"]}, "Asia/Tokyo") is PaperSize.A4


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=300))
@pytest.mark.filterwarnings("error")
def test_any_text_prints(text: str) -> None:
    """Names of customers and products come from elsewhere: nothing that may stand in one breaks the paper."""
    kept = plain(text)
    name = replace(SLIP, customer=kept, address=(kept,), lines=(SlipLine(kept, "TEA-1", 1),), order=kept[:100] or "W")
    sheet = sheet_of(name)
    assert pages([sheet])
    assert "<script" not in html.render([sheet], title=kept, pdf="/x.pdf").replace(f"<script>{html._SCRIPT}", "")


def test_names_of_the_world() -> None:
    mixed = replace(SLIP, customer="Šárka Ünlü 東京 한국 شركة", lines=(SlipLine("烏龍茶 & <b>Tee</b>", "TEA-1", 1),))
    (page,) = pages([sheet_of(mixed)])
    text = text_of(page)
    assert "Šárka Ünlü 東京 한국" in text
    assert "烏龍茶 & <b>Tee</b>" in text
    assert "\N{REPLACEMENT CHARACTER}" in text, "what a PDF of ours cannot write is seen to be missing"
    shown = html.render([sheet_of(mixed)], title="Paper", pdf="/x.pdf")
    assert "Šárka Ünlü 東京 한국 شركة" in shown
    assert "烏龍茶 &amp; &lt;b&gt;Tee&lt;/b&gt;" in shown


def test_long_words_wrap_and_do_not_run_over_the_edge() -> None:
    long = replace(SLIP, customer="W" * 200, lines=(SlipLine("M" * 300, "S" * 64, 1), SlipLine("字" * 300, "K", 1)))
    (page,) = pages([sheet_of(long)])
    width, _ = page.get_size()
    words = page.get_textpage()
    edges = [words.get_charbox(n)[2] for n in range(words.count_chars())]
    assert max(edges) <= width - 30


def test_the_same_facts_give_the_same_file() -> None:
    assert pdf.render([sheet_of(SLIP)], title="Paper") == pdf.render([sheet_of(SLIP)], title="Paper")


def test_many_print_at_the_same_time() -> None:
    wanted = [[sheet_of(replace(SLIP, shipment=n, customer=f"{chr(0x4E00 + n)} Šárka {n}"))] for n in range(1, 17)]
    with ThreadPoolExecutor(8) as people:
        at_once = list(people.map(lambda sheets: pdf.render(sheets, title="Paper"), wanted))
    assert at_once == [pdf.render(sheets, title="Paper") for sheets in wanted]


def test_nothing_to_print_says_so() -> None:
    empty = sheet_of(pick_list(stops=()))
    assert "There is nothing to pick." in text_of(pages([empty])[0])
    assert "There is nothing to pick." in html.render([empty], title="Paper", pdf="/x.pdf")
    assert "Nothing to print." in text_of(pages([])[0])


def test_an_address_as_far_as_it_was_given() -> None:
    stated = {"street": "Main St 1\nRear", "postal_code": 60601, "city": "Chicago", "state": "IL", "country": "US"}
    assert address_lines(stated) == ("Main St 1 Rear", "60601", "Chicago", "IL, US")
    assert address_lines({"latitude": 41.8}) == ()
    assert plain("Ann\u202e\x00 Lee\u200b") == "Ann Lee", "nothing turns the direction of writing"
