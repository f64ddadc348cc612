"""The manager's buttons of the Location page, pressed: hand over, let a wave go, cap, pause, block; all taken back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from backend.auth.people import NewUser, create_user
from backend.persistence.migrate import upgrade
from backend.sla.definitions import ensure_defaults
from models.enums import Role
from tests.support.attack import PASSWORD, database_of
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
from tests.support.shop import NEW_YORK, location, open_shop
from tests.support.waves import open_aisles, plan, wait_for_picking


@pytest.fixture(scope="module")
def store(built_ui: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Program, httpx.Client]]:
    """Yield a program with two planned waves and three loose shipments in Chicago, and a manager's session."""
    program = Program("up", "--empty", folder=tmp_path_factory.mktemp("controls"))
    with database_of(program) as ctx:
        upgrade(ctx.engine)
        with ctx.uow() as uow:
            ensure_defaults(uow)
            create_user(uow, NewUser("max", PASSWORD, Role.MANAGER))
        open_aisles(ctx, name="Chicago Loop")
        wait_for_picking(ctx, [{"tea": 1}, {"tea": 2, "soap": 1}])
        plan(ctx)
        wait_for_picking(ctx, [{"milk": 1}, {"milk": 1}, {"rye": 1}], name="L")
        open_shop(ctx, {"NY": {"milk": 50, "rye": 50}}, NY=location("NY", name="New York 5th", at=NEW_YORK))
    with program, closing(program.sign_in("max", PASSWORD)) as client:
        yield program, client


@pytest.fixture
def page(browser: Browser, store: tuple[Program, httpx.Client]) -> Iterator[Page]:
    context = signed_in(browser, store)
    tab = context.new_page()
    visit(tab, "/locations/CHI")
    expect(tab.get_by_role("button", name="Hand work to others")).to_be_visible()
    yield tab
    context.close()


def signed_in(browser: Browser, store: tuple[Program, httpx.Client], size: Size = LAPTOP) -> BrowserContext:
    program, client = store
    context = new_context(browser, size, base_url=program.url)
    carry_session(context, program.url, dict(client.cookies))
    return context


def said(page: Page, words: str) -> None:
    expect(page.locator(".controls .said")).to_have_text(words)


def at(store: tuple[Program, httpx.Client], code: str) -> int:
    """Return how many open shipments a location has."""
    found = store[1].get("/api/v1/shipments", params={"location": code, "status": "open", "limit": 100}).json()
    return len(found["items"])


def test_work_is_handed_over_and_taken_back(page: Page, store: tuple[Program, httpx.Client]) -> None:
    button = page.get_by_role("button", name="Hand work to others")
    button.press("Enter")
    expect(page.get_by_label("How many shipments")).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    button.click()
    page.get_by_role("button", name="Hand over").click()
    expect(page.locator("#field-many-fault")).to_have_text("A whole number of shipments, for example 12.")
    expect(page.locator("#field-reason-fault")).to_have_text("Say why, so that others know.")
    page.get_by_label("How many shipments").fill("2")
    page.get_by_label("Which first").select_option("calm")
    page.get_by_label("To", exact=True).select_option("NY")
    page.get_by_label("Why").fill("two people are ill")
    page.get_by_role("button", name="Hand over").click()
    said(page, "2 handed to New York 5th.")
    assert (at(store, "CHI"), at(store, "NY")) == (3, 2)
    page.get_by_role("button", name="Take back", exact=True).click()
    said(page, "2 taken back.")
    assert (at(store, "CHI"), at(store, "NY")) == (5, 0)
    assert violations(page) == []


def test_a_planned_wave_is_let_go_and_taken_back(page: Page, store: tuple[Program, httpx.Client]) -> None:
    page.get_by_role("button", name="Release wave 1").click()
    said(page, "Wave 1 is released: it can be picked.")
    expect(page.get_by_role("button", name="Release wave 1")).to_have_count(0)
    page.get_by_role("button", name="Take back", exact=True).click()
    said(page, "Wave 1 is taken back. Its shipments are free, and can be planned again.")
    waves = store[1].get("/api/v1/waves", params={"location": "CHI"}).json()["items"]
    assert [wave["status"] for wave in waves] == ["cancelled"]


FORMS = (
    ("Cap", "Cap", {"At most": "20"}, "At most 20 orders a day", "Capped."),
    ("Pause a method", "Pause", {}, "Ship to home paused", "Paused."),
    ("Block a product", "Block", {"SKU": "tea"}, "tea blocked", "Blocked."),
)


@pytest.mark.parametrize(("button", "do", "fields", "stands", "words"), FORMS, ids=[one[1] for one in FORMS])
def test_what_is_put_on_the_place_stands_there_and_is_taken_back(
    page: Page, button: str, do: str, fields: dict[str, str], stands: str, words: str
) -> None:
    page.get_by_role("button", name=button, exact=True).click()
    form = page.locator(".controls form")
    form.get_by_role("button", name=do, exact=True).click()
    expect(form.locator("#field-reason-fault")).to_have_text("Say why, so that others know.")
    for label, value in fields.items():
        form.get_by_label(label).fill(value)
    form.get_by_label("Why").fill("two people are ill")
    form.get_by_role("button", name=do, exact=True).click()
    said(page, f"{words} It stands above, and can be taken back there.")
    expect(page.locator(".in-force li").first).to_contain_text(stands)
    expect(page.locator(".in-force li").first).to_contain_text("two people are ill · max")
    page.get_by_role("button", name=f"Take back: {stands}").click()
    said(page, "Taken back. All is as it was before.")
    expect(page.get_by_text("Nothing is capped, paused or blocked here.")).to_be_visible()


@pytest.mark.parametrize("sizes", HANDS, ids=by_hand)
def test_it_fits_every_screen(browser: Browser, store: tuple[Program, httpx.Client], sizes: Sizes) -> None:
    context = signed_in(browser, store, sizes[0])
    page = context.new_page()
    visit(page, "/locations/CHI")
    page.get_by_role("button", name="Hand work to others").click()
    expect(page.get_by_label("How many shipments")).to_be_focused()
    assert on_every_screen(page, "location-hand-over", sizes, at=".controls") == []
    context.close()
