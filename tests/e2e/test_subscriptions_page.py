"""The page Subscriptions as people use it: one is made, its secret is shown once, it is rotated, paused while its lag
grows, resumed, and sent again what it had; one that pulls; who may only read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from functools import partial

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.test_channels_page import fares, signed_with, submit
from tests.e2e.test_pages import opened
from tests.support.browser import HANDS, Sizes, by_hand, on_every_screen, open_by, reload, visit
from tests.support.network import PASSWORD, seed
from tests.support.receiver import Receiver
from tests.support.server import Program

LIST = "/alerts/subscriptions"


@pytest.fixture(scope="module")
def program(built_ui: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Yield a program that serves the small network in trouble and may send to this machine."""
    folder = tmp_path_factory.mktemp("subscriptions")
    seed(folder)
    with Program("up", "--empty", folder=folder, PICKWATCH_WEBHOOK_ALLOWED_HOSTS="127.0.0.1") as running:
        yield running


@pytest.fixture(scope="module")
def boss(program: Program) -> Iterator[httpx.Client]:
    with closing(program.sign_in("boss", PASSWORD)) as client:
        yield client


def fill(page: Page, **typed: str) -> None:
    for name, text in typed.items():
        page.locator(f"#field-{name}").fill(text)


def lag(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.locator(".receiver-facts > div").filter(has_text="Lag")).to_contain_text(words)


def test_a_subscription_is_made_rotated_paused_resumed_and_told_again(
    browser: Browser, program: Program, boss: httpx.Client
) -> None:
    context, page = opened(browser, program, boss, LIST)
    with Receiver() as receiver:
        first = make(page, receiver)
        product(boss, "coffee")
        product(boss, "milk")
        assert signed_with(first, receiver.wait_for(1)[0])
        second = rotate(page, first)

        page.get_by_role("button", name="Pause").press("Enter")
        fares(page, "Paused")
        product(boss, "cocoa")
        lag(page, "1 message, the oldest for")
        assert len(receiver.received) == 1
        page.get_by_role("button", name="Resume").press("Enter")
        message = receiver.wait_for(2)[1]
        assert message.json["data"]["sku"] == "cocoa"
        assert signed_with(first, message)
        assert signed_with(second, message)

        page.get_by_role("button", name="Send again from…").press("Enter")
        fill(page, since="2020-01-01T00:00")
        submit(page, "Send again")
        expect(page.locator(".said")).to_contain_text("2 messages will be sent again now.")
        again = receiver.wait_for(4)
        assert {one.headers["webhook-id"] for one in again[:2]} == {one.headers["webhook-id"] for one in again[2:4]}
        page.get_by_role("link", name="All messages to it").press("Enter")
        expect(page.get_by_role("row", name=re.compile("product.changed"))).to_have_count(2)
    context.close()


def make(page: Page, receiver: Receiver) -> str:
    """Make a subscription after two refusals and return its secret, which is shown once."""
    page.get_by_role("button", name="New subscription").press("Enter")
    fill(page, code="wms", title="Warehouse system", url=receiver.url, types="product.*\nno.such", filters="data.sku")
    submit(page, "Make it")
    expect(page.locator("#field-filters-fault")).to_contain_text("is no condition")
    fill(page, filters="data.sku is one of coffee, cocoa")
    submit(page, "Make it")
    expect(page.locator("#field-types-fault")).to_contain_text("Line 2")
    fill(page, types="product.*")
    submit(page, "Make it")
    secret = page.locator(".once-secret").inner_text()
    expect(page.locator(".receiver-facts")).to_contain_text("data.sku is one of coffee, cocoa")
    return secret


def rotate(page: Page, old: str) -> str:
    """Make another secret and return it."""
    page.get_by_role("button", name="New secret…").press("Enter")
    page.get_by_role("dialog", name="Make a new secret?").get_by_role("button", name="Make it").press("Enter")
    expect(page.locator(".once-secret")).not_to_have_text(old)
    return page.locator(".once-secret").inner_text()


def product(boss: httpx.Client, sku: str) -> None:
    """Let something happen that a subscription hears of."""
    boss.put(f"/api/v1/products/{sku}", json={"name": sku.title()}).raise_for_status()


def test_one_that_pulls_shows_how_far_behind_it_is(browser: Browser, program: Program, boss: httpx.Client) -> None:
    context, page = opened(browser, program, boss, LIST)
    page.get_by_role("button", name="New subscription").press("Enter")
    fill(page, code="till", types="product.changed")
    page.locator("#field-way").select_option("pull")
    submit(page, "Make it")
    expect(page.locator(".receiver .muted").first).to_have_text("Subscription by pull")
    expect(page.locator(".once-secret")).to_have_count(0)
    product(boss, "sugar")
    lag(page, "1 message")
    pulled = boss.get("/api/v1/subscriptions/till/events").raise_for_status().json()
    boss.post("/api/v1/subscriptions/till/acknowledge", json={"cursor": pulled["next"]}).raise_for_status()
    reload(page)
    lag(page, "None")
    page.get_by_role("button", name="Edit").press("Enter")
    expect(page.locator("#field-types")).to_have_value("product.changed")
    fill(page, title="The till")
    submit(page, "Save")
    expect(page.locator(".receiver h2")).to_have_text("The till")
    page.get_by_role("button", name="Delete…").press("Enter")
    dialog = page.get_by_role("dialog", name="Delete this subscription?")
    dialog.get_by_role("button", name="Delete it").press("Enter")
    expect(page.get_by_role("row", name=re.compile("till"))).to_have_count(0)
    context.close()


VIEWS = (
    ("subscriptions", LIST, ".row-link", ""),
    ("subscription", f"{LIST}?code=pager", ".receiver-facts", ""),
    ("subscription-new", LIST, "#field-url", "New subscription"),
    ("subscription-again", f"{LIST}?code=pager", "#field-since", "Send again from…"),
)


@pytest.mark.parametrize("sizes", HANDS, ids=by_hand)
def test_every_view_fits_every_screen_and_is_accessible(
    browser: Browser, program: Program, boss: httpx.Client, sizes: Sizes
) -> None:
    context, page = opened(browser, program, boss, LIST, sizes[0])
    faults = []
    for name, path, sign, button in VIEWS:
        visit(page, program.url + path)
        expect(page.locator(".row-link").first).to_be_visible()
        press = page.get_by_role("button", name=button).press
        open_by(page, partial(press, "Enter") if button else page.bring_to_front, sign)
        faults += on_every_screen(page, name, sizes)
    context.close()
    assert faults == []


def test_subscriptions_leave_as_csv(program: Program, boss: httpx.Client) -> None:
    lines = boss.get("/ui/export/subscriptions.csv").text.removeprefix("\ufeff").splitlines()
    assert lines[0].startswith("code,url,mode,types,state")
    assert any(line.startswith("pager,https://receiver.invalid/hook,structured,sla.*") for line in lines)
    assert httpx.get(f"{program.url}/ui/export/subscriptions.csv").status_code == 401
