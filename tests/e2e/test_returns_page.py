"""A return by keyboard alone: let be sent back from the order's page, received, judged, refunded, told by the order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from backend import runtime
from backend.auth.people import NewUser, create_user
from backend.config import Settings
from backend.fulfillment import service as fulfillment
from backend.fulfillment.service import StepCommand
from models.enums import Role, ShipmentStatus
from tests.support import floor, shop
from tests.support.browser import (
    HANDS,
    LAPTOP,
    Size,
    Sizes,
    by_hand,
    carry_session,
    new_context,
    on_every_screen,
    violations,
    visit,
)
from tests.support.server import Program


@dataclass(frozen=True)
class Desk:
    """A running program, a manager who is signed in, an order that was shipped."""

    program: Program
    mia: httpx.Client
    order: int

    def on_hand(self, sku: str) -> int:
        return int(self.mia.get(f"/api/v1/inventory/CHI/{sku}").raise_for_status().json()["on_hand"])


def seed(folder: Path) -> int:
    """Fill a store from which one order of many teas and a pot was shipped; return it."""
    floor.seed(folder)
    ctx = runtime.build(Settings(var_dir=folder, database_url=""))
    with ctx.uow() as uow:
        create_user(uow, NewUser("mia", floor.PASSWORD, Role.MANAGER))
    (placed,) = shop.place(ctx, shop.order("WEB-2001", lines={"TEA-1": 9, "POT-1": 1}))
    with ctx.uow() as uow:
        fulfillment.advance(uow, [StepCommand(placed.shipments[0].id, ShipmentStatus.SHIPPED)])
    ctx.engine.dispose()
    return placed.id


@pytest.fixture(scope="module")
def desk(built_ui: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("returns")
    order = seed(folder)
    with Program("up", "--empty", folder=folder) as program, closing(program.sign_in("mia", floor.PASSWORD)) as mia:
        yield Desk(program, mia, order)


def opened(browser: Browser, desk: Desk, path: str, size: Size = LAPTOP) -> Page:
    context = new_context(browser, size)
    carry_session(context, desk.program.url, dict(desk.mia.cookies))
    page = context.new_page()
    visit(page, f"{desk.program.url}{path}")
    return page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).press("Enter")


def fact(page: Page, name: str) -> str:
    return page.locator(".return-facts > div").filter(has_text=name).locator("dd").inner_text()


def ask_to_send_back(page: Page) -> None:
    """Fill in the form, with mistakes that are said at their fields; nothing happens before they are put right."""
    expect(page.get_by_role("heading", name="Send something back")).to_be_visible()
    assert violations(page) == []
    expect(page.get_by_label("TEA-1")).to_be_focused()
    page.get_by_label("TEA-1").fill("1")
    page.get_by_label("POT-1").fill("2")
    page.keyboard.press("Enter")
    expect(page.locator("#field-reason-fault")).to_contain_text("Say why")
    page.get_by_label("Why").fill("does not fit")
    page.keyboard.press("Enter")
    expect(page.locator("#field-units-1-fault")).to_contain_text("1 of POT-1 can still come back")
    page.get_by_label("POT-1").fill("1")
    page.keyboard.press("Enter")


def test_a_return_goes_its_way_by_keyboard_and_the_order_tells_it(browser: Browser, desk: Desk) -> None:
    teas, pots = desk.on_hand("TEA-1"), desk.on_hand("POT-1")
    page = opened(browser, desk, f"/orders/{desk.order}")
    expect(page.get_by_role("link", name="Packing slip of Shipment")).to_be_visible()  # as a screen reader hears it
    page.get_by_role("link", name="Send back").press("Enter")
    ask_to_send_back(page)
    panel = page.get_by_role("complementary", name="Return")
    expect(panel.locator(".card-state")).to_have_text("On its way")
    assert desk.on_hand("TEA-1") == teas
    press(page, "Receive")
    expect(page.get_by_label("TEA-1")).to_have_value("1")
    page.keyboard.press("Enter")
    expect(panel.locator(".card-state")).to_have_text("To inspect")
    press(page, "Inspect")
    expect(page.get_by_label("POT-1: keep")).to_have_value("1")
    page.get_by_label("POT-1: keep").fill("0")
    page.keyboard.press("Enter")
    expect(panel.locator(".card-state")).to_have_text("To settle")
    assert (desk.on_hand("TEA-1"), desk.on_hand("POT-1")) == (teas + 1, pots)
    expect(panel.locator(".return-parts")).to_contain_text("written off")
    assert violations(page) == []
    press(page, "Settle")
    page.get_by_label("Refund").fill("99999")
    page.keyboard.press("Enter")
    expect(page.locator("#field-refund-fault")).to_contain_text("At most 10.00 was paid for what came.")
    page.get_by_label("Refund").fill("")
    page.keyboard.press("Enter")
    expect(panel.locator(".card-state")).to_have_text("Settled")
    assert fact(page, "Refunded").startswith("10.00")
    panel.get_by_role("link", name="WEB-2001").press("Enter")
    for told in ("May be sent back", "Came back to", "What came back was looked at", "10.00"):
        expect(page.locator(".story")).to_contain_text(told)
    page.context.close()


@pytest.mark.parametrize("sizes", HANDS, ids=by_hand)
def test_every_moment_of_it_fits_every_screen(browser: Browser, desk: Desk, sizes: Sizes) -> None:
    """The form, what is to be inspected, what is settled."""
    new = {"order_id": desk.order, "lines": [{"sku": "TEA-1", "quantity": 1}], "reason": "too bitter"}
    made = desk.mia.post("/api/v1/returns", json=new).raise_for_status().json()
    page = opened(browser, desk, f"/returns?id={made['id']}", sizes[0])
    for name, state in (("Receive", "On its way"), ("Inspect", "To inspect"), ("Settle", "To settle")):
        expect(page.locator(".return-panel .card-state")).to_have_text(state)
        press(page, name)
        form = page.locator(".return-panel form")
        expect(form).to_be_visible()
        assert on_every_screen(page, f"return-{name.lower()}", sizes) == []
        form.locator("button[type=submit]").press("Enter")
    expect(page.locator(".return-panel .card-state")).to_have_text("Settled")
    assert on_every_screen(page, "return-settled", sizes) == []
    page.context.close()
