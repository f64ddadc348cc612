"""Signing in with a real browser: by keyboard, with mistakes, and at one tap on the demo network."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.attack import PASSWORD
from tests.support.browser import ALL_SCREENS, HANDS, Size, by_hand, new_context, on_every_screen
from tests.support.server import Program


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Yield a page whose console must stay free of errors, blocked scripts included."""
    context = new_context(browser)
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


def test_by_keyboard_with_a_mistake_first(site: Program, page: Page) -> None:
    page.goto(f"{site.url}/login?next=/?view=list")
    expect(page.get_by_role("heading", name="Sign in to Pickwatch")).to_be_visible()
    expect(page.get_by_label("User name")).to_be_focused()
    page.keyboard.type("ann")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong horse!")
    page.keyboard.press("Enter")
    problem = page.get_by_role("alert", name="There is a problem")
    expect(problem).to_contain_text("The user name or the password is not right.")
    expect(page.get_by_label("User name")).to_be_focused()
    page.keyboard.type("ann")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/($|\?)"))
    expect(page.get_by_text("My own corner shop").first).to_be_visible()


def test_a_network_of_ones_own_offers_nobody(site: Program, page: Page) -> None:
    page.goto(f"{site.url}/login")
    expect(page.get_by_label("User name")).to_be_focused()
    expect(page.locator("#main[data-ready]")).to_be_visible()
    assert "demo" not in page.inner_text("main")
    assert "show-me-the-map" not in page.content()


def test_the_demo_network_lets_one_in_at_one_tap(demo: Program, page: Page) -> None:
    page.goto(f"{demo.url}/login?next=/deliveries")
    page.get_by_role("button", name="Network manager").click()
    page.wait_for_url(re.compile(r"/deliveries"))


def test_an_address_of_the_senders_choice_shows_only_our_words(site: Program, page: Page) -> None:
    page.goto(f"{site.url}/login?error=<b>Call%20555</b>&seconds=1e9&next=//evil.example")
    expect(page.get_by_role("alert", name="There is a problem")).to_contain_text("Signing in did not work.")
    assert "555" not in page.inner_text("main")
    assert page.locator("input[name=next]").first.input_value() == "/"


@pytest.mark.parametrize("sizes", HANDS, ids=by_hand)
def test_screenshot_and_accessibility(demo: Program, browser: Browser, sizes: tuple[Size, ...]) -> None:
    context = new_context(browser, sizes[0])
    page = context.new_page()
    page.goto(f"{demo.url}/login?error=unauthenticated")
    expect(page.get_by_role("button", name="Wall display")).to_be_visible()
    expect(page.get_by_role("alert")).to_be_visible()
    assert on_every_screen(page, "login", sizes, read=ALL_SCREENS) == []
    context.close()
