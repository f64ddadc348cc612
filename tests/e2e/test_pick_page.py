"""Picking in a real browser: a scanner that types, a connection that comes and goes, two tabs, typing by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support import floor
from tests.support.browser import SIZES, carry_session, new_context, reload, violations, visit
from tests.support.floor import BARCODE
from tests.support.server import Program

TEA, CUP, POT = BARCODE["TEA-1"], BARCODE["CUP-1"], BARCODE["POT-1"]
PHONE = next(size for size in SIZES if size.touch)


@dataclass(frozen=True)
class Store:
    """A running program, the shipments to pick, the wave."""

    program: Program
    shipments: list[int]
    wave: int
    ann: httpx.Client

    def picked(self, shipment_id: int) -> dict[str, int]:
        """Return what the server holds as picked, by SKU."""
        answer = self.ann.get(f"/api/v1/shipments/{shipment_id}").raise_for_status().json()
        return {line["sku"]: line["picked"] for line in answer["lines"]}

    def scans(self, shipment_id: int) -> list[tuple[str, int]]:
        """Return (result, units) of every scan kept on the server."""
        answer = self.ann.get(f"/api/v1/shipments/{shipment_id}/scans").raise_for_status().json()
        return [(scan["result"], scan["units"]) for scan in answer["items"]]


@pytest.fixture(scope="module")
def store(built_ui: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("floor")
    shipments, wave = floor.seed(folder)
    with (
        Program("up", "--empty", folder=folder) as running,
        closing(running.sign_in("ann", floor.PASSWORD)) as ann,
    ):
        yield Store(running, shipments, wave, ann)


@pytest.fixture
def handheld(browser: Browser, store: Store) -> Iterator[BrowserContext]:
    """Yield a fresh profile on a phone that carries Ann's session."""
    context = new_context(browser, PHONE)
    carry_session(context, store.program.url, dict(store.ann.cookies))
    yield context
    context.close()


def opened(handheld: BrowserContext, store: Store, path: str) -> Page:
    page = handheld.new_page()
    visit(page, f"{store.program.url}/pick/{path}")
    expect(page.locator("[data-scans]")).to_be_visible()
    return page


def scan(page: Page, code: str) -> None:
    """Do what a keyboard-wedge scanner does: type, then Enter, wherever the focus is."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def says(page: Page, words: str) -> None:
    expect(page.locator(".pick-says-title")).to_have_text(words)


def sent(page: Page) -> None:
    """Wait until the server has every scan."""
    expect(page.locator(".pick-link")).to_have_attribute("data-kept", "0")


def test_a_shipment_is_picked_packed_and_shipped_by_scans_alone(handheld: BrowserContext, store: Store) -> None:
    page, id_ = opened(handheld, store, str(store.shipments[1])), store.shipments[1]
    expect(page.locator(".pick-next h2")).to_have_text("Teapot, 1 l")
    assert violations(page) == []
    scan(page, POT)
    says(page, "All picked")
    expect(page.locator("#pick-step h2")).to_have_text("Pack")
    scan(page, "BOX-17")
    expect(page.locator("#pick-step h2")).to_have_text("Ship")
    scan(page, "1Z999AA10123456784")
    expect(page.locator(".pick-done h2")).to_have_text("Done: shipped")
    shipped = store.ann.get(f"/api/v1/shipments/{id_}").json()
    assert (shipped["status"], shipped["tracking"]["number"]) == ("shipped", "1Z999AA10123456784")
    assert [parcel["box"] for parcel in shipped["parcels"]] == ["BOX-17"]


def test_wrong_extra_and_unknown_are_said_and_an_undo_takes_back(handheld: BrowserContext, store: Store) -> None:
    page, id_ = opened(handheld, store, str(store.shipments[0])), store.shipments[0]
    page.get_by_role("button", name="Sound on").focus()  # Enter of the scanner must not press what has the focus
    scan(page, POT)
    says(page, "Wrong item")
    expect(page.locator(".pick-says")).to_have_attribute("data-tone", "bad")
    scan(page, "/j/k-none")  # shortcuts of the page are keys of a scanner here
    says(page, "Unknown barcode")
    expect(page.get_by_role("button", name="Sound on")).to_be_visible()
    for _ in range(2):
        scan(page, TEA)
    says(page, "Picked")
    scan(page, TEA)
    says(page, "One too many")
    expect(page.locator(".pick-says")).to_have_attribute("data-tone", "warn")
    scan(page, CUP)
    says(page, "All picked")
    page.get_by_role("button", name="Undo").click()
    says(page, "Taken back")
    expect(page.locator(".pick-next h2")).to_have_text("Cup, blue")
    expect(page.locator(".pick-link")).to_be_hidden()
    sent(page)
    assert store.picked(id_) == {"TEA-1": 2, "CUP-1": 0}


def test_what_is_typed_into_a_field_stays_typing(handheld: BrowserContext, store: Store) -> None:
    page, id_ = opened(handheld, store, str(store.shipments[5])), store.shipments[5]
    page.get_by_role("button", name="Not there").click()
    page.get_by_label("How many are not there").press_sequentially("12345")
    page.keyboard.press("Escape")
    assert store.scans(id_) == []
    field = page.get_by_label("Type a code")
    field.press_sequentially("CUP-")
    expect(field).to_have_value("CUP-")
    field.press_sequentially("1")
    field.press("Enter")
    says(page, "Picked")
    page.get_by_label("How many by hand").fill("2")
    page.get_by_role("button", name="Picked 2").click()
    expect(page.locator(".pick-count")).to_contain_text("3 of 4")
    page.get_by_role("button", name="Not there").click()
    page.get_by_label("Damaged").check()
    page.get_by_role("button", name="Go on without it").click()
    says(page, "Goes on without it")
    expect(page.locator("#pick-step h2")).to_have_text("Pack")
    assert store.picked(id_) == {"CUP-1": 3}


def test_scans_of_a_lost_connection_are_kept_over_a_reload_and_merged_once(
    handheld: BrowserContext, store: Store
) -> None:
    page, id_ = opened(handheld, store, str(store.shipments[2])), store.shipments[2]
    other = opened(handheld, store, str(store.shipments[2]))  # a second tab sends what the first one kept, too
    handheld.set_offline(True)
    expect(page.locator(".pick-link")).to_have_attribute("data-link", "down")
    for _ in range(2):
        scan(page, TEA)
    says(page, "Picked")
    expect(page.locator(".pick-link")).to_contain_text("2 scans kept on this device")
    expect(other.locator(".pick-link")).to_contain_text("2 scans kept on this device")
    expect(other.locator(".pick-count")).to_contain_text("2 of 4")
    assert store.scans(id_) == []
    # Meanwhile somebody else picks two of the three teas.
    kept = [{"scan_id": f"elsewhere-{n}", "code": TEA, "shipment_id": id_} for n in range(2)]
    store.ann.post("/api/v1/scans", json={"scans": kept}).raise_for_status()
    page.close()
    handheld.set_offline(False)
    reload(other)
    sent(other)
    expect(other.locator(".pick-link")).to_be_hidden()
    expect(other.locator(".pick-count")).to_contain_text("3 of 4")
    assert store.picked(id_) == {"TEA-1": 3, "MUG-1": 0}
    assert store.scans(id_) == [("picked", 1), ("picked", 1), ("picked", 1), ("extra_item", 0)]


def test_in_a_wave_each_scan_says_its_slot(handheld: BrowserContext, store: Store) -> None:
    page = opened(handheld, store, f"wave/{store.wave}")
    expect(page.locator("h1")).to_have_text("Wave 1")
    scan(page, TEA)
    says(page, "Slot 1")
    scan(page, TEA)
    says(page, "Slot 2")
    assert violations(page) == []
    for code in (TEA, CUP):
        scan(page, code)
    expect(page.locator(".pick-done h2")).to_have_text("All picked")
    sent(page)
    first, second = store.shipments[3:5]
    assert (store.picked(first), store.picked(second)) == ({"TEA-1": 1, "CUP-1": 1}, {"TEA-1": 2})


def test_a_late_answer_of_one_list_never_shows_on_another(handheld: BrowserContext, store: Store) -> None:
    page = opened(handheld, store, f"wave/{store.wave}")
    visit(page, f"{store.program.url}/pick/999999")
    expect(page.locator("h1")).to_have_text("There is nothing to pick here")
    assert page.locator("[data-scans]").count() == 0


def test_kept_scans_are_sent_in_the_name_of_who_made_them(browser: Browser, store: Store) -> None:
    """A handheld changes hands while it is away: Ben's session does not send what Ann has scanned."""
    id_ = store.shipments[6]
    context = new_context(browser, PHONE)
    carry_session(context, store.program.url, dict(store.ann.cookies))
    page = opened(context, store, str(id_))
    context.set_offline(True)
    scan(page, TEA)
    expect(page.locator(".pick-link")).to_contain_text("1 scan kept")
    context.clear_cookies()
    with closing(store.program.sign_in("ben", floor.PASSWORD)) as ben:
        carry_session(context, store.program.url, dict(ben.cookies))
    context.set_offline(False)
    visit(page, f"{store.program.url}/pick/{id_}")
    expect(page.locator(".pick-next h2")).to_have_text("Teapot, 1 l")
    scan(page, POT)
    expect(page.locator(".pick-done")).to_be_visible()
    expect(page.locator(".pick-link")).to_contain_text("1 scan of ann kept on this device until ann signs in")
    expect(page.locator(".pick-link")).to_have_attribute("data-kept", "1")
    assert store.scans(id_) == [("picked", 1)]
    assert page.evaluate("window.scans.waiting().length") == 1
    context.close()
