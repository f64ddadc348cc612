"""Printing in a real browser: from the Pick page to paper that a scanner reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Browser, BrowserContext, expect

from tests.support import floor
from tests.support.browser import SIZES, carry_session, new_context, violations, visit
from tests.support.floor import BARCODE
from tests.support.server import Program

PHONE = next(size for size in SIZES if size.touch)


@pytest.fixture(scope="module")
def phone(built_ui: None, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BrowserContext]:
    """Yield a phone with Ann's session in a store with work; `ids` are in the addresses it opens."""
    folder = tmp_path_factory.mktemp("paper")
    floor.seed(folder)
    with Program("up", "--empty", folder=folder) as running, closing(running.sign_in("ann", floor.PASSWORD)) as ann:
        context = new_context(browser, PHONE, base_url=running.url)
        carry_session(context, running.url, dict(ann.cookies))
        yield context
        context.close()


def test_from_the_pick_page_to_paper(phone: BrowserContext, tmp_path: Path) -> None:
    page = phone.new_page()
    faults: list[str] = []
    visit(page, "/pick/1")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Print the pick list").click()
    paper = opened.value
    expect(paper.get_by_role("heading", level=1)).to_be_visible()  # until then there is no page to load again
    paper.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    paper.reload()
    expect(paper.get_by_role("heading", level=1)).to_have_text("Pick list: shipment 1")
    assert violations(paper) == []
    assert paper.evaluate("document.documentElement.scrollWidth <= innerWidth")
    paper.evaluate("window.print = () => { document.title = 'printed'; }")
    paper.get_by_role("button", name="Print").click()
    expect(paper).to_have_title("printed")
    for size in ("A4", "Letter"):
        paper.pdf(path=tmp_path / "paper.pdf", format=size)
        (sheet,) = pypdfium2.PdfDocument(tmp_path / "paper.pdf")
        read = {code.text for code in zxingcpp.read_barcodes(sheet.render(scale=300 / 72).to_pil())}
        assert read == {"1", BARCODE["TEA-1"], BARCODE["CUP-1"]}
        assert "Page 1 of 1" in sheet.get_textpage().get_text_range()
    assert faults == []
