"""Orders and stock by keyboard alone: found by what a customer says, held and released, counted and blocked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import carry_session, new_context, visit
from tests.support.network import PASSWORD, WORST, seed
from tests.support.server import Program


@pytest.fixture(scope="module")
def program(built_ui: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Yield a program that serves the small network in trouble; these tests change it."""
    folder = tmp_path_factory.mktemp("orders")
    seed(folder)
    with Program("up", "--empty", folder=folder) as running:
        yield running


@pytest.fixture(scope="module")
def boss(program: Program) -> httpx.Client:
    return program.sign_in("boss", PASSWORD)


@pytest.fixture
def desk(browser: Browser, program: Program, boss: httpx.Client) -> Iterator[Page]:
    """Yield a page of a fresh profile that carries a session."""
    context = new_context(browser)
    carry_session(context, program.url, dict(boss.cookies))
    yield context.new_page()
    context.close()


def test_an_order_is_found_and_opened_without_the_mouse(desk: Page, program: Program) -> None:
    visit(desk, f"{program.url}/orders")
    expect(desk.locator(".row-link").first).to_be_visible()
    desk.keyboard.press("/")
    expect(desk.locator("#order-search")).to_be_focused()
    desk.keyboard.type("CHI-0-3")
    expect(desk.locator(".orders tbody tr")).to_have_count(1)
    expect(desk).to_have_url(re.compile("q=CHI-0-3"))
    desk.keyboard.press("ArrowDown")
    expect(desk.locator(".row-link").first).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.locator("h1")).to_have_text("CHI-0-3")
    expect(desk.locator(".answer-text")).to_contain_text("Late: it was to be delivered from Chicago 1")


def test_nothing_found_says_what_can_be_asked(desk: Page, program: Program) -> None:
    visit(desk, f"{program.url}/orders?q=nobody-ever")
    expect(desk.locator(".notice")).to_contain_text("No order answers to “nobody-ever”")
    visit(desk, f"{program.url}/orders/999999")
    expect(desk.locator(".notice")).to_contain_text("There is no such order")


def test_an_order_is_held_with_a_reason_and_released(desk: Page, program: Program) -> None:
    visit(desk, f"{program.url}/orders/2")
    desk.get_by_role("button", name="Hold").press("Enter")
    expect(desk.locator("#reason")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.locator("#reason-fault")).to_contain_text("Say why")
    desk.keyboard.type("The address is being checked")
    desk.keyboard.press("Enter")
    expect(desk.locator(".answer-text")).to_have_text("On hold: The address is being checked")
    desk.get_by_role("button", name="Release").press("Enter")
    expect(desk.get_by_role("button", name="Release it")).to_be_focused()
    desk.keyboard.press("Escape")
    expect(desk.locator(".confirm")).to_have_count(0)
    desk.get_by_role("button", name="Release").press("Enter")
    desk.get_by_role("button", name="Release it").press("Enter")
    expect(desk.locator(".said", has_text=re.compile("."))).to_contain_text("The order goes on")


def test_who_comes_second_is_told(desk: Page, program: Program, boss: httpx.Client) -> None:
    visit(desk, f"{program.url}/orders/3")
    desk.get_by_role("button", name="Cancel").press("Enter")
    boss.post("/api/v1/orders/3/hold", json={"reason": "first"}, headers={"Idempotency-Key": "e2e"}).raise_for_status()
    expect(desk.locator(".answer-text")).to_have_text("On hold: first")
    desk.locator("#reason").fill("second")
    desk.keyboard.press("Enter")
    expect(desk.locator(".said", has_text=re.compile("."))).to_contain_text("Somebody changed this order first")
    expect(desk.locator(".answer-text")).to_have_text("On hold: first")


def test_stock_is_counted_by_keyboard_and_a_fault_stands_at_its_field(desk: Page, program: Program) -> None:
    visit(desk, f"{program.url}/inventory")
    desk.locator(".row-link").first.wait_for()
    desk.keyboard.press("j")
    desk.keyboard.press("Enter")
    expect(desk.locator("h1")).to_have_text("Product tea")
    visit(desk, f"{program.url}/inventory?sku=tea&at={WORST}&of=tea")
    desk.get_by_role("button", name="Count", exact=True).press("Enter")
    expect(desk.locator("#field-on_hand")).to_be_focused()
    desk.keyboard.press("Escape")
    expect(desk.locator(".stock-form")).to_have_count(0)
    expect(desk.get_by_role("button", name="Count", exact=True)).to_be_focused()
    desk.keyboard.press("Enter")
    desk.locator("#field-on_hand").fill("-4")
    desk.keyboard.press("Enter")
    expect(desk.locator("#field-on_hand-fault")).to_contain_text("From 0 to")
    desk.locator("#field-on_hand").fill("77")
    desk.keyboard.press("Enter")
    expect(desk.locator(".said")).to_contain_text("The count is written down")
    expect(desk.locator(".stock-figures")).to_contain_text("77")
    expect(desk.locator(".stock-ledger li").first).to_contain_text("taken off: count")
    desk.keyboard.press("Escape")
    expect(desk.locator(".stock-panel")).to_have_count(0)
    expect(desk.locator(".row-link:focus")).to_have_count(1)


def test_lists_are_files_too(program: Program, boss: httpx.Client) -> None:
    orders = boss.get("/ui/export/orders.csv", params={"q": "CHI-0-4"}).raise_for_status().text.splitlines()
    assert [line.split(",")[0] for line in orders] == ["\ufefforder", "CHI-0-4"]
    stock = boss.get("/ui/export/inventory.csv", params={"sku": "tea"}).raise_for_status().text.splitlines()
    assert len(stock) == 19


def test_a_viewer_sees_stock_but_neither_orders_nor_buttons(browser: Browser, program: Program) -> None:
    context = new_context(browser)
    with closing(program.sign_in("eve", PASSWORD)) as eve:
        carry_session(context, program.url, dict(eve.cookies))
        assert eve.get("/ui/export/orders.csv").status_code == 403
    page = context.new_page()
    visit(page, f"{program.url}/orders")
    expect(page.locator(".notice")).to_contain_text("This page is not for your role")
    visit(page, f"{program.url}/inventory?sku=tea&at=nyc-0&of=tea")
    expect(page.locator(".stock-figures")).to_be_visible()
    expect(page.locator(".stock-actions")).to_have_count(0)
    context.close()
