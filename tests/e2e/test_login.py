"""Signing in with a real browser: by keyboard, with mistakes. The demo network's one tap is in `test_every_page.py`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.attack import PASSWORD
from tests.support.browser import new_context
from tests.support.server import Program

#: The page has read its address: what is typed from now on stays.
READY = "#main[data-ready]"


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
    expect(page.locator(READY)).to_be_visible()
    expect(page.get_by_label("User name")).to_be_focused()
    page.keyboard.type("ann")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong horse!")
    page.keyboard.press("Enter")
    problem = page.get_by_role("alert", name="There is a problem")
    expect(problem).to_contain_text("The user name or the password is not right.")
    expect(page.locator(READY)).to_be_visible()
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
    expect(page.locator(READY)).to_be_visible()
    assert "demo" not in page.inner_text("main")
    assert "show-me-the-map" not in page.content()


def test_an_address_of_the_senders_choice_shows_only_our_words(site: Program, page: Page) -> None:
    page.goto(f"{site.url}/login?error=<b>Call%20555</b>&seconds=1e9&next=//evil.example")
    expect(page.get_by_role("alert", name="There is a problem")).to_contain_text("Signing in did not work.")
    assert "555" not in page.inner_text("main")
    assert page.locator("input[name=next]").first.input_value() == "/"
