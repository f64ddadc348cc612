"""What comes after picking, in a real browser: a store's own steps and what they ask for, the hand-over with its proof;
and what goes in the place of what is not there. By thumb, by keyboard and by a scanner that types."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support import exceptions
from tests.support.attack import database_of
from tests.support.browser import (
    ALL_SCREENS,
    HANDS,
    PHONE,
    Sizes,
    by_hand,
    carry_session,
    new_context,
    on_every_screen,
    reload,
    violations,
)
from tests.support.exceptions import BARCODE, PASSWORD
from tests.support.handheld import opened, picked, says, scan, shipment, step
from tests.support.server import Program

Floor = tuple[Program, dict[str, int]]
TEA, BIG, CUP, POT = (BARCODE[sku] for sku in ("TEA-1", "TEA-2", "CUP-1", "POT-1"))


@pytest.fixture(scope="module")
def floor(built_ui: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Floor]:
    program = Program("up", "--empty", folder=tmp_path_factory.mktemp("steps"))
    with database_of(program) as ctx:
        ids = exceptions.seed(ctx)
    with program:
        yield program, ids


@pytest.fixture(scope="module")
def ann(floor: Floor) -> Iterator[httpx.Client]:
    with closing(floor[0].sign_in("ann", PASSWORD)) as client:
        yield client


@pytest.fixture
def handheld(browser: Browser, floor: Floor, ann: httpx.Client) -> Iterator[BrowserContext]:
    """Yield a phone with Ann's session."""
    context = new_context(browser, PHONE, base_url=floor[0].url)
    carry_session(context, floor[0].url, dict(ann.cookies))
    yield context
    context.close()


def code_of(floor: Floor, id_: int) -> str:
    """Return the code that the customer of a shipment was sent."""
    with closing(floor[0].sign_in("max", PASSWORD)) as boss:
        return str(shipment(boss, id_)["pickup_code"])


def test_a_one_line_shipment_is_three_scans_from_done(
    handheld: BrowserContext, floor: Floor, ann: httpx.Client
) -> None:
    """The item, the label of the box, the carrier's label: nothing is touched, no field is entered."""
    id_ = floor[1]["scans"]
    page = opened(handheld, id_)
    says(page, "Scan the next item")
    for code, then in ((POT, "Pack"), ("BOX-17", "Ship")):
        assert page.evaluate("document.activeElement === document.body")
        scan(page, code)
        step(page, then)
    scan(page, "1Z999AA10123456784")
    expect(page.locator(".pick-done h2")).to_have_text("Done: shipped")
    shipped = shipment(ann, id_)
    assert (shipped["status"], shipped["tracking"]["number"]) == ("shipped", "1Z999AA10123456784")


def test_steps_of_the_stores_own_name_every_fault_and_are_done(
    handheld: BrowserContext, floor: Floor, ann: httpx.Client
) -> None:
    id_ = floor[1]["fork"]
    page = opened(handheld, id_)
    scan(page, TEA)
    step(page, "Cold check")
    reload(page)
    says(page, "Cold check")  # what there is to do, not "scan the next item"
    main = page.locator(".pick-main")
    main.tap()
    for name, words in (("state", "How is it? is missing."), ("degrees", "Temperature, °C is missing.")):
        expect(page.locator(f"#ask-{name}-fault")).to_have_text(words)
    expect(page.locator("#ask-seal-fault")).to_have_text("Number of the seal is missing.")
    expect(page.get_by_label("How is it?")).to_be_focused()
    assert violations(page) == []
    page.get_by_label("Temperature").fill("12")
    page.get_by_label("Ice pack added").tap()
    page.get_by_label("How is it?").select_option("repacked")
    expect(page.locator("#ask-state-fault")).to_be_empty()
    scan_out_of_fields(page, "AB-12345")  # a scan anywhere goes to the field that takes text
    expect(page.get_by_label("Number of the seal")).to_have_value("AB-12345")
    says(page, "Not done")
    expect(page.locator("#ask-degrees-fault")).to_have_text("Use 8 or less.")
    expect(page.locator("#ask-seal-fault")).to_contain_text("This looks like @@-####")
    assert shipment(ann, id_)["status"] == "picked"
    page.get_by_label("Temperature").fill("4.5")
    page.get_by_label("Number of the seal").fill("AB-1234")
    page.keyboard.press("Enter")  # from a field, by keyboard
    step(page, "Pack")
    done = ann.get(f"/api/v1/shipments/{id_}/steps").json()["items"][-1]
    assert (done["step"], done["inputs"]) == (
        "check",
        {"state": "repacked", "degrees": 4.5, "seal": "AB-1234", "cold": True},
    )


def scan_out_of_fields(page: Page, code: str) -> None:
    page.locator("h1").click()
    scan(page, code)


def test_a_step_is_not_done_by_a_scan_while_an_answer_is_missing(handheld: BrowserContext, floor: Floor) -> None:
    page = opened(handheld, floor[1]["fork"])
    page.locator(".pick-main").tap()
    step(page, "Ready for pickup")
    page.get_by_text("Other actions").tap()
    page.get_by_role("button", name="Take back: Pack").tap()
    step(page, "Pack")
    page.get_by_text("Other actions").tap()
    page.get_by_role("button", name="Take back: Cold check").tap()
    step(page, "Cold check")
    scan(page, "AB-1234")
    says(page, "Answer first")
    expect(page.locator(".pick-says-text")).to_contain_text("How is it?, Temperature")
    expect(page.get_by_label("Number of the seal")).to_have_value("AB-1234")
    page.get_by_label("How is it?").select_option("good")
    page.get_by_label("Temperature").fill("3")
    scan_out_of_fields(page, "what is scanned now does it")
    step(page, "Pack")


def ready(page: Page, code: str) -> None:
    """Pick what has this barcode and set it out for its customer."""
    scan(page, code)
    step(page, "Pack")
    scan(page, "BOX-1")
    step(page, "Ready for pickup")
    page.locator(".pick-main").tap()
    step(page, "Hand over")


def test_it_is_handed_over_for_the_right_code_only(handheld: BrowserContext, floor: Floor, ann: httpx.Client) -> None:
    id_ = floor[1]["code"]
    page = opened(handheld, id_)
    ready(page, CUP)
    reload(page)
    says(page, "Ask for the pickup code, or a name")
    right = code_of(floor, id_)
    wrong = str((int(right) + 1) % 10**6).zfill(6)
    scan(page, wrong)  # what the customer shows, scanned
    says(page, "Not done")
    expect(page.locator("#ask-proof\\:code-fault")).to_have_text("This is not the code of this shipment.")
    expect(page.get_by_label("Pickup code")).to_be_focused()
    assert violations(page) == []
    assert shipment(ann, id_)["status"] == "ready"
    page.get_by_label("Pickup code").fill(right)  # typed, the second time
    page.keyboard.press("Enter")
    expect(page.locator(".pick-done h2")).to_have_text("Done: handed over")
    assert shipment(ann, id_)["status"] == "handed_over"


def test_it_is_handed_over_for_a_name(handheld: BrowserContext, floor: Floor, ann: httpx.Client) -> None:
    id_ = floor[1]["name"]
    page = opened(handheld, id_)
    ready(page, POT)
    page.get_by_label("Name of who collects it").fill("Grace Hopper")
    page.locator(".pick-main").tap()
    expect(page.locator(".pick-done h2")).to_have_text("Done: handed over")
    done = ann.get(f"/api/v1/shipments/{id_}/steps").json()["items"][-1]
    assert done["inputs"]["name"] == "Grace Hopper"


def test_where_a_proof_is_insisted_on_nothing_is_handed_over_without(handheld: BrowserContext, floor: Floor) -> None:
    page = opened(handheld, floor[1]["fork"])
    for then in ("Ready for pickup", "Hand over"):
        page.locator(".pick-main").tap()
        step(page, then)
    page.locator(".pick-main").tap()
    expect(page.locator("#ask-proof\\:code-fault")).to_have_text("Ask for the code, or for a name.")
    scan_out_of_fields(page, code_of(floor, floor[1]["fork"]))
    expect(page.locator(".pick-done h2")).to_have_text("Done: handed over")


def test_what_is_scanned_is_offered_instead_and_taken_by_another_scan(
    handheld: BrowserContext, floor: Floor, ann: httpx.Client
) -> None:
    id_ = floor[1]["by-scan"]
    page = opened(handheld, id_)
    scan(page, BIG)
    expect(page.get_by_label("Green tea, 200 g")).to_be_checked()
    scan(page, CUP)  # something else decides nothing
    expect(page.get_by_role("button", name="Take it instead")).to_be_focused()
    assert set(picked(ann, id_)) == {"TEA-1", "CUP-1"}
    scan(page, BIG)
    says(page, "Goes instead")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("heading", name="Green tea, 200 g")).to_be_visible()  # nobody scans within the same moment
    for code in (BIG, CUP):
        scan(page, code)
    step(page, "Pack")
    assert picked(ann, id_) == {"TEA-2": 1, "CUP-1": 1}


def without_a_connection(handheld: BrowserContext, page: Page) -> None:
    """Try to take something else instead while the connection is gone: it is put off, and nothing is lost."""
    handheld.set_offline(True)
    expect(page.locator(".pick-link")).to_have_attribute("data-link", "down")
    scan(page, BIG)
    says(page, "Put it aside")
    expect(page.locator(".pick-says-text")).to_contain_text("once the connection is back")
    expect(page.get_by_text("Other actions need the connection.")).to_be_visible()
    page.get_by_role("button", name="Not there").tap()
    page.get_by_label("Green tea, 200 g").check()
    expect(page.get_by_role("button", name="Take it instead")).to_be_disabled()
    page.keyboard.press("Escape")
    scan(page, CUP)  # the rest goes on, and nothing is lost
    expect(page.locator(".pick-link")).to_contain_text("1 scan kept")
    handheld.set_offline(False)
    expect(page.locator(".pick-link")).to_have_attribute("data-kept", "0")
    expect(page.locator(".pick-link")).to_have_attribute("data-link", "up")


def test_what_the_order_allows_goes_instead_by_choice_and_never_without_a_connection(
    handheld: BrowserContext, floor: Floor, ann: httpx.Client
) -> None:
    id_ = floor[1]["substitute"]
    page = opened(handheld, id_)
    without_a_connection(handheld, page)
    page.get_by_role("button", name="Not there").tap()
    page.get_by_label("How many are not there").fill("1")
    page.get_by_label("Green tea, 200 g").check()
    assert violations(page) == []
    page.get_by_role("button", name="Take it instead").tap()
    says(page, "Goes instead")
    assert picked(ann, id_) == {"TEA-1": 0, "TEA-2": 0, "CUP-1": 1}
    scan(page, BIG)
    expect(page.locator(".pick-count")).to_contain_text("2 of 3")
    scan(page, BIG)  # one too many of it: it is on the list now, and no longer offered
    says(page, "One too many")
    scan(page, TEA)
    step(page, "Pack")
    assert picked(ann, id_) == {"TEA-1": 1, "TEA-2": 1, "CUP-1": 1}


def test_what_no_order_allows_is_not_offered(handheld: BrowserContext, floor: Floor, ann: httpx.Client) -> None:
    id_ = floor[1]["strict"]
    page = opened(handheld, id_)
    scan(page, BIG)
    says(page, "Wrong item")
    page.get_by_role("button", name="Not there").tap()
    expect(page.get_by_role("heading", name="What is missing of Green tea, 100 g?")).to_be_visible()
    expect(page.get_by_text("What goes instead?")).to_have_count(0)
    assert picked(ann, id_) == {"TEA-1": 0}


@pytest.mark.parametrize("sizes", HANDS, ids=by_hand)
def test_every_step_fits_every_screen(browser: Browser, floor: Floor, ann: httpx.Client, sizes: Sizes) -> None:
    program, ids = floor
    context = new_context(browser, sizes[0], base_url=program.url)
    carry_session(context, program.url, dict(ann.cookies))

    def look(path: str, *steps: str) -> Page:
        for one in steps:
            ann.post(f"/api/v1/shipments/{ids[path]}/{one}")  # done already by the second hand: then it is refused
        return opened(context, ids[path])

    page = look("look-short")
    page.get_by_role("button", name="Not there").click()
    page.get_by_label("Green tea, 200 g").check()
    assert on_every_screen(page, "pick-instead", sizes, read=ALL_SCREENS) == []
    page = look("look-fork", "pick")
    step(page, "Cold check")
    page.locator(".pick-main").click()
    expect(page.locator("#ask-state-fault")).not_to_be_empty()
    assert on_every_screen(page, "pick-asks", sizes, read=ALL_SCREENS) == []
    page = look("look-code", "pick", "pack", "ready")
    step(page, "Hand over")
    assert on_every_screen(page, "pick-hand-over", sizes, read=ALL_SCREENS) == []
    context.close()
