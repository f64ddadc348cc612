"""Split, transfer and what else may be done to a shipment, in a real browser: by thumb and by keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support import exceptions
from tests.support.attack import database_of
from tests.support.browser import (
    ALL_SCREENS,
    HANDS,
    LAPTOP,
    PHONE,
    Sizes,
    by_hand,
    carry_session,
    new_context,
    on_every_screen,
    violations,
    visit,
)
from tests.support.exceptions import BARCODE, PASSWORD
from tests.support.server import Program


@pytest.fixture(scope="module")
def floor(built_ui: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Program, dict[str, int]]]:
    program = Program("up", "--empty", folder=tmp_path_factory.mktemp("moves"))
    with database_of(program) as ctx:
        ids = exceptions.seed(ctx)
    with program:
        yield program, ids


@pytest.fixture(scope="module")
def ann(floor: tuple[Program, dict[str, int]]) -> Iterator[httpx.Client]:
    with closing(floor[0].sign_in("ann", PASSWORD)) as client:
        yield client


@pytest.fixture
def handheld(browser: Browser, floor: tuple[Program, dict[str, int]], ann: httpx.Client) -> Iterator[BrowserContext]:
    """Yield a phone with Ann's session."""
    context = new_context(browser, PHONE, base_url=floor[0].url)
    carry_session(context, floor[0].url, dict(ann.cookies))
    yield context
    context.close()


@pytest.fixture
def desk(browser: Browser, floor: tuple[Program, dict[str, int]], ann: httpx.Client) -> Iterator[BrowserContext]:
    """Yield a laptop with Ann's session."""
    context = new_context(browser, LAPTOP, base_url=floor[0].url)
    carry_session(context, floor[0].url, dict(ann.cookies))
    yield context
    context.close()


def shipment(ann: httpx.Client, id_: int) -> dict[str, Any]:
    found: dict[str, Any] = ann.get(f"/api/v1/shipments/{id_}").raise_for_status().json()
    return found


def of_order(ann: httpx.Client, order_id: int) -> dict[str, dict[str, int]]:
    """Return the units of an order's shipments that live, by location."""
    items = ann.get("/api/v1/shipments", params={"limit": 500}).raise_for_status().json()["items"]
    live = [one for one in items if one["order_id"] == order_id and one["status"] != "cancelled"]
    return {one["location"]: {line["sku"]: line["quantity"] for line in one["lines"]} for one in live}


def scan(page: Page, code: str) -> None:
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def choose(page: Page, word: str) -> None:
    """Take something from the menu beside a shipment, by tap."""
    page.locator(".moves > summary").click()
    page.locator(".moves .menu-item", has_text=word).click()


def test_what_is_there_goes_on_and_the_rest_is_routed(
    handheld: BrowserContext, floor: tuple[Program, dict[str, int]], ann: httpx.Client
) -> None:
    id_ = floor[1]["split"]
    page = handheld.new_page()
    visit(page, f"/pick/{id_}")
    expect(page.locator("[data-scans]")).to_be_visible()
    for code in (BARCODE["TEA-1"], BARCODE["CUP-1"]):
        scan(page, code)
    expect(page.locator(".pick-count")).to_contain_text("2 of 4")
    expect(page.locator(".pick-link")).to_have_attribute("data-kept", "0")
    choose(page, "Split")
    dialog = page.get_by_role("dialog", name="Split: send on what is there")
    expect(dialog.get_by_label("Green tea, 100 g")).to_have_value("2")
    expect(dialog.get_by_label("Cup, blue")).to_have_value("0")
    assert violations(page) == []
    dialog.get_by_role("button", name="Split").click()
    expect(page.locator("main .said")).to_have_text("2 units go elsewhere: 2 to New York 5th.")
    expect(dialog).to_have_count(0)
    expect(page.locator("#pick-step h2")).to_have_text("Pack")  # what is there goes on
    order_id = shipment(ann, id_)["order_id"]
    assert of_order(ann, order_id) == {"CHI": {"TEA-1": 1, "CUP-1": 1}, "NYC": {"TEA-1": 2}}


def take(page: Page, tabs: int) -> None:
    """Open the menu that has the focus, and take from it what comes after so many tabs."""
    page.keyboard.press("Enter")
    for _ in range(tabs):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")


def type_over(page: Page, text: str) -> None:
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def test_a_transfer_is_asked_for_by_keyboard_alone(
    desk: BrowserContext, floor: tuple[Program, dict[str, int]], ann: httpx.Client
) -> None:
    id_ = floor[1]["transfer"]
    page = desk.new_page()
    visit(page, f"/orders/{shipment(ann, id_)['order_id']}")
    menu = page.get_by_label(f"Other actions on Shipment {id_}")
    menu.focus()
    take(page, 2)
    dialog = page.get_by_role("dialog", name="Bring in what is missing")
    expect(dialog.get_by_label("Cup, blue")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(menu).to_be_focused()
    take(page, 2)
    expect(dialog.get_by_label("Cup, blue")).to_be_focused()
    type_over(page, "9")
    page.keyboard.press("Enter")
    said = "From 1 to 4 units of CUP-1 that are not in hand can part."
    expect(dialog.locator("#field-units-0-fault")).to_have_text(said)
    assert violations(page) == []
    assert shipment(ann, id_)["waiting_for"] is None
    type_over(page, "3")
    for answer in ("New York", "Nobody"):  # from where, and why
        page.keyboard.press("Tab")
        page.keyboard.type(answer)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".said").filter(has_text="New York 5th sends 3 units")).to_be_visible()
    expect(menu).to_be_focused()
    assert shipment(ann, id_)["waiting_for"] == "transfer"


def test_the_whole_way_of_other_actions(
    desk: BrowserContext, floor: tuple[Program, dict[str, int]], ann: httpx.Client
) -> None:
    """Hold and release, a step and its undo, another place, given back for a reason, cancelled."""
    id_ = floor[1]["moved"]
    order_id = shipment(ann, id_)["order_id"]
    page = desk.new_page()
    visit(page, f"/orders/{order_id}")
    said = page.locator("main > .said, .said").filter(has_text=".")
    choose(page, "Hold")
    dialog = page.locator("dialog.move")
    dialog.get_by_role("button", name="Hold it").click()
    expect(dialog.locator("#field-reason-fault")).to_have_text("Say why, so that others know.")
    dialog.get_by_label("Why").fill("the customer asked")
    dialog.get_by_role("button", name="Hold it").click()
    expect(said).to_contain_text("On hold")
    expect(page.locator(".parcel-note")).to_have_text("On hold: the customer asked")
    choose(page, "Release")
    expect(said).to_contain_text("Released")
    ann.post(f"/api/v1/shipments/{id_}/pack").raise_for_status()
    page.locator(".moves > summary").click()
    page.get_by_role("button", name="Take back: Pack").click()
    expect(said).to_have_text("Taken back: Pack.")
    assert shipment(ann, id_)["status"] == "open"
    choose(page, "Hand to another location")
    dialog.get_by_label("To", exact=False).first.select_option("NYC")
    dialog.get_by_label("Why").fill("two are ill")
    dialog.get_by_role("button", name="Hand over").click()
    expect(said).to_have_text("It goes on at New York 5th.")
    assert shipment(ann, id_)["location"] == "NYC"
    choose(page, "Give back")
    expect(dialog.get_by_label("Why")).to_have_value("no_time")
    dialog.get_by_role("button", name="Give it back").click()
    expect(said).to_have_text("4 units go elsewhere: 4 to Chicago Loop.")
    expect(page.locator(".parcels > li")).to_have_count(2)  # the one that was given back, and the one it became
    choose(page, "Cancel")
    dialog.get_by_label("Why").fill("the customer asked")
    dialog.get_by_role("button", name="Cancel the shipment").click()
    expect(said).to_have_text("Cancelled. Its stock is given back.")
    assert of_order(ann, order_id) == {}


def test_what_somebody_changed_first_is_left_alone(
    desk: BrowserContext, floor: tuple[Program, dict[str, int]], ann: httpx.Client
) -> None:
    id_ = floor[1]["last"]
    page = desk.new_page()
    visit(page, f"/orders/{shipment(ann, id_)['order_id']}")
    choose(page, "Let it wait for stock")
    dialog = page.get_by_role("dialog", name="Let it wait for stock")
    expect(dialog).to_be_visible()
    ann.post(f"/api/v1/shipments/{id_}/accept").raise_for_status()
    dialog.get_by_role("button", name="Let it wait").click()
    expect(page.locator(".said.is-refused").filter(has_text="Somebody changed this shipment first")).to_be_visible()
    assert shipment(ann, id_)["status"] == "accepted"


MOVES = ("Split", "Bring in what is missing", "Hand to another location", "Give back", "Let it wait", "Hold", "Cancel")
REFUSED = ("Split", "Hold", "Cancel")  # as they open: nothing of them is filled in


@pytest.mark.parametrize("sizes", HANDS, ids=by_hand)
def test_every_dialog_fits_every_screen(
    browser: Browser, floor: tuple[Program, dict[str, int]], ann: httpx.Client, sizes: Sizes
) -> None:
    program, ids = floor
    context = new_context(browser, sizes[0], base_url=program.url)
    carry_session(context, program.url, dict(ann.cookies))
    page = context.new_page()
    order_id = shipment(ann, ids["last"])["order_id"]
    for path, name in ((f"/pick/{ids['last']}", "pick"), (f"/orders/{order_id}", "order")):
        visit(page, path)
        page.locator(".moves > summary").click()
        for size in sizes:
            assert on_every_screen(page, f"moves-menu-{name}", (size,), at=".moves .menu-panel") == []
            box = page.locator(".moves .menu-panel").bounding_box()
            assert box is not None
            assert 0 <= box["x"] <= size.width - box["width"]
        page.keyboard.press("Escape")
    for word in MOVES:
        choose(page, word)
        dialog = page.locator("dialog.move")
        expect(dialog).to_be_visible()
        if word in REFUSED:
            dialog.locator("[type=submit]").click()
            expect(dialog.locator(".field-fault", has_text=".").first).to_be_visible()
        assert on_every_screen(page, f"move-{word.split()[0].lower()}", sizes, read=ALL_SCREENS) == []
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
    context.close()
