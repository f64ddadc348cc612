"""The Work queue as people use it: what burns first is on top; taken, picked, packed, sent off, and the next one. On a
phone with a scanner, by keyboard alone, with a customer at the counter, and with a manager who takes work back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from backend import runtime
from backend.auth.people import NewUser, create_user
from backend.config import Settings
from models.enums import Method, Role
from tests.support import floor, shop
from tests.support.browser import (
    HANDS,
    LAPTOP,
    PHONE,
    Size,
    carry_session,
    new_context,
    on_every_screen,
    violations,
    visit,
)
from tests.support.floor import BARCODE
from tests.support.server import Program

POT, CUP = BARCODE["POT-1"], BARCODE["CUP-1"]
WHOSE = "Whose work"


@dataclass
class Store:
    """A running program, and the people who are signed in."""

    program: Program
    people: dict[str, httpx.Client] = field(default_factory=dict)

    @contextmanager
    def queue(self, browser: Browser, who: str, size: Size = PHONE, query: str = "") -> Iterator[Page]:
        """Yield somebody's Work queue on a screen of his own."""
        context = new_context(browser, size)
        carry_session(context, self.program.url, dict(self.people[who].cookies))
        page = context.new_page()
        visit(page, f"{self.program.url}/queue{query}")
        yield page
        context.close()


def seed(folder: Path) -> None:
    """Fill a store in which one shipment is days late, one is for the counter, and the rest has time."""
    floor.seed(folder)
    ctx = runtime.build(Settings(var_dir=folder, database_url=""))
    with ctx.uow() as uow:
        create_user(uow, NewUser("mia", floor.PASSWORD, Role.MANAGER))
        now = uow.now
    counter = {"method": Method.PICKUP, "pickup_location": "CHI"}
    shop.place(
        ctx,
        shop.order("LATE-1", lines={"POT-1": 1}, placed_at=now - timedelta(days=6)),
        shop.order("LATE-2", lines={"CUP-1": 1}, placed_at=now - timedelta(days=5)),
        shop.order("LATE-3", lines={"POT-1": 1}, placed_at=now - timedelta(days=4)),
        shop.order("DESK-1", lines={"CUP-1": 1}, placed_at=now - timedelta(days=3), **counter),
    )
    ctx.engine.dispose()


@pytest.fixture
def store(built_ui: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("queue")
    seed(folder)
    with Program("up", "--empty", folder=folder) as program:
        found = Store(program, {name: program.sign_in(name, floor.PASSWORD) for name in ("ann", "ben", "mia")})
        yield found
        for client in found.people.values():
            client.close()


def rows(page: Page) -> Locator:
    return page.locator(".work tbody tr")


def row(page: Page, order: str) -> Locator:
    return rows(page).filter(has=page.get_by_role("link", name=order, exact=True))


def pill(page: Page, word: str) -> Locator:
    return page.get_by_role("group", name=WHOSE).get_by_role("link").filter(has_text=word)


def scan(page: Page, code: str) -> None:
    """Do what a keyboard-wedge scanner does."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def step(page: Page) -> Locator:
    return page.locator("#pick-step h2")


def test_a_fulfiller_takes_what_burns_picks_packs_ships_and_the_queue_moves_on(browser: Browser, store: Store) -> None:
    with store.queue(browser, "ann") as page:
        expect(rows(page).first.locator(".row-link")).to_have_text("LATE-1")
        expect(rows(page).first).to_contain_text("Non-Compliant")
        expect(pill(page, "Mine")).to_contain_text("0")
        expect(pill(page, "Free")).to_contain_text("11")
        assert violations(page) == []
        page.get_by_role("button", name="Start the next one").tap()
        expect(page.locator(".pick-next h2")).to_have_text("Teapot, 1 l")
        scan(page, POT)
        expect(step(page)).to_have_text("Pack")
        scan(page, "BOX-1")
        expect(step(page)).to_have_text("Ship")
        scan(page, "1Z999AA10123456784")
        expect(page.locator(".pick-done h2")).to_have_text("Done: shipped")
        page.get_by_role("link", name="Back to the work queue").tap()
        expect(rows(page).first.locator(".row-link")).to_have_text("LATE-2")
        expect(pill(page, "All")).to_contain_text("10")
        expect(pill(page, "Mine")).to_contain_text("0")


def test_mine_and_free_follow_what_people_take_and_let_go(browser: Browser, store: Store) -> None:
    with store.queue(browser, "ann") as ann, store.queue(browser, "ben") as ben:
        expect(rows(ben)).to_have_count(11)
        row(ann, "LATE-2").get_by_role("button", name="Start with order LATE-2").tap()
        expect(ann.locator(".pick-next h2")).to_have_text("Cup, blue")
        expect(row(ben, "LATE-2")).to_contain_text("A colleague")
        expect(row(ben, "LATE-2").get_by_role("button")).to_have_count(0)
        expect(pill(ben, "Free")).to_contain_text("10")
        pill(ben, "Free").tap()
        expect(rows(ben)).to_have_count(10)
        visit(ann, f"{store.program.url}/queue?whose=mine")
        expect(rows(ann)).to_have_count(1)
        expect(row(ann, "LATE-2")).to_contain_text("You")
        assert violations(ann) == []
        row(ann, "LATE-2").get_by_role("button", name="Let go of order LATE-2").tap()
        expect(row(ann, "LATE-2")).to_contain_text("Nobody")  # it stays in its place until one looks anew
        expect(pill(ann, "Mine")).to_contain_text("0")
        expect(pill(ben, "Free")).to_contain_text("11")


def test_a_manager_takes_work_out_of_somebodys_hands(browser: Browser, store: Store) -> None:
    with store.queue(browser, "ann") as ann, store.queue(browser, "mia", LAPTOP) as mia:
        row(ann, "LATE-3").get_by_role("button", name="Start with order LATE-3").tap()
        expect(ann.locator(".pick-next h2")).to_have_text("Teapot, 1 l")
        row(mia, "LATE-3").get_by_role("button", name="Let go of order LATE-3").press("Enter")
        expect(row(mia, "LATE-3")).to_contain_text("Nobody")
        visit(ann, f"{store.program.url}/queue?whose=mine")
        expect(ann.locator(".work .notice-title")).to_have_text("You have nothing in your hands")


def test_the_same_by_keyboard_alone_to_the_customer_at_the_counter(browser: Browser, store: Store) -> None:
    with store.queue(browser, "ben", LAPTOP) as page:
        expect(rows(page)).to_have_count(11)
        for _ in range(4):
            page.keyboard.press("j")
        expect(row(page, "DESK-1").locator(".row-link")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator(".pick-next h2")).to_have_text("Cup, blue")
        scan(page, CUP)
        for done in ("Pack", "Ready for pickup"):
            expect(step(page)).to_have_text(done)
            page.get_by_role("button", name=done, exact=True).press("Enter")
        expect(step(page)).to_have_text("Hand over")
        visit(page, f"{store.program.url}/queue")
        pill(page, "At the counter").press("Enter")
        expect(rows(page)).to_have_count(1)
        expect(row(page, "DESK-1")).to_contain_text("Kept until")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect(step(page)).to_have_text("Hand over")
        page.get_by_role("button", name="Hand over", exact=True).press("Enter")
        expect(page.locator(".pick-done h2")).to_have_text("Done: handed over")
        page.get_by_role("link", name="Back to the work queue").press("Enter")
        expect(pill(page, "At the counter")).to_contain_text("0")


def test_it_fits_every_screen(browser: Browser, store: Store) -> None:
    """With rows of one's own, of a colleague and of nobody, as a manager sees them: he may let go of all."""
    taken = store.people["ann"].get("/api/v1/shipments", params={"limit": 2}).raise_for_status().json()["items"]
    for who, shipment in zip(("ann", "mia"), taken, strict=True):
        store.people[who].post(f"/api/v1/shipments/{shipment['id']}/claim").raise_for_status()
    for sizes in HANDS:
        with store.queue(browser, "mia", sizes[0]) as page:
            expect(rows(page)).to_have_count(11)
            for size in sizes:
                assert on_every_screen(page, "queue-hands", (size,)) == []
                for button in rows(page).first.locator(".button:visible").all():
                    button.click(trial=True)  # nothing lies over it, the link that fills the row least of all
                    box = button.bounding_box()
                    assert box is not None
                    assert box["height"] >= 48
