"""An alert from its first sign to its end, by keyboard alone and seen live by a second person: the bell, the list,
taking it on, a button of the runbook, the recovery; and a silence made for an alert."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.test_network_map import PASSWORD, Shop
from tests.support.browser import carry_session, new_context, violations, visit
from tests.support.ports import eventually
from tests.support.server import Program

TROUBLE = "Store NYC (NYC) is Non-Compliant: 1 open"


@pytest.fixture
def shop(empty: Program) -> Shop:
    """Return a running program whose locations recover at once, and a manager in it."""
    shop = Shop(empty)
    grading = {"hold_seconds": 0, "clear_percent": 100}
    shop.api.put("sla/grading/default", json=grading).raise_for_status()
    empty.cli("user", "add", "mia", "--role", "manager", "--password-stdin", stdin=f"{PASSWORD}\n")
    return shop


@pytest.fixture
def mia(shop: Shop) -> Iterator[httpx.Client]:
    with closing(shop.program.sign_in("mia", PASSWORD)) as client:
        yield client


def signed_in(browser: Browser, shop: Shop, cookies: dict[str, str]) -> BrowserContext:
    context = new_context(browser, base_url=shop.program.url, timezone_id="Europe/Berlin")
    carry_session(context, shop.program.url, cookies)
    return context


@pytest.fixture
def desk(browser: Browser, shop: Shop, mia: httpx.Client) -> Iterator[Page]:
    """Yield a page of the manager's browser."""
    context = signed_in(browser, shop, dict(mia.cookies))
    yield context.new_page()
    context.close()


@pytest.fixture
def wall(browser: Browser, shop: Shop) -> Iterator[Page]:
    """Yield a page of a second person, who may only look."""
    context = signed_in(browser, shop, shop.cookies)
    yield context.new_page()
    context.close()


def bell_says(page: Page, words: str) -> None:
    expect(page.locator(".bell [role=status]")).to_have_text(words)


def test_an_alert_from_the_bell_to_its_end(shop: Shop, mia: httpx.Client, desk: Page, wall: Page) -> None:
    visit(wall, "/alerts")
    expect(wall.get_by_text("Nothing is wrong anywhere")).to_be_visible()
    visit(desk, "/")
    expect(desk.locator(".bell")).to_be_visible()
    bell_says(desk, "Nothing waits for somebody")

    shop.order("NYC")
    expect(desk.locator(".bell-count")).to_have_text("1")
    bell_says(desk, "1 alert waits for somebody, the worst critical")
    expect(wall.locator(".row-link")).to_have_text(TROUBLE)
    expect(wall.get_by_role("button", name="Acknowledge: ")).to_have_count(0)

    desk.locator(".bell").press("Enter")
    expect(desk.get_by_role("heading", name="Alerts", exact=True)).to_be_visible()
    row = desk.locator("tr.row")
    expect(row).to_contain_text("Nobody has it")
    desk.get_by_role("heading", name="Alerts", exact=True).click()
    desk.keyboard.press("j")
    expect(desk.locator(".row-link")).to_be_focused()
    desk.keyboard.press("a")
    expect(desk.locator("main .said")).to_contain_text(f"You have it: {TROUBLE}")
    expect(row).to_contain_text("Acknowledged")
    expect(desk.locator(".bell-count")).to_have_count(0)
    expect(wall.locator("tr.row")).to_contain_text("mia")

    desk.get_by_role("button", name="Undo", exact=True).press("Enter")
    expect(row).to_contain_text("Nobody has it")
    desk.locator(".row-link").focus()
    desk.keyboard.press("a")
    expect(row).to_contain_text("Acknowledged")
    desk.locator(".row-link").press("Enter")
    caps_the_location(desk, mia)
    recovers(shop, desk, wall)


def caps_the_location(desk: Page, mia: httpx.Client) -> None:
    """Press a button of the runbook: first nothing happens, then what it said."""
    expect(desk.get_by_role("heading", name=TROUBLE)).to_be_visible()
    expect(desk.locator(".alert-place .pill")).to_have_text("Non-Compliant")
    button = desk.get_by_role("button", name="Give it 10 orders at most for 4 hours", exact=True)
    button.press("Enter")
    dialog = desk.locator("dialog[open]")
    expect(dialog).to_contain_text("Routing gives NYC at most 10 orders a day for 4 hours.")
    assert violations(desk) == []
    desk.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()
    assert mia.get("/api/v1/locations/NYC/controls").json()["items"] == []
    button.press("Enter")
    dialog.get_by_role("button", name="Give it 10 orders at most for 4 hours").press("Enter")
    expect(desk.locator("main .said")).to_contain_text("NYC is given at most 10 orders until ")
    (cap,) = mia.get("/api/v1/locations/NYC/controls").raise_for_status().json()["items"]
    assert (cap["kind"], cap["limit"]["orders"]) == ("cap", 10)
    expect(desk.locator(".timeline")).to_contain_text("mia: NYC is given at most 10 orders")


def recovers(shop: Shop, desk: Page, wall: Page) -> None:
    """The work leaves; the alert is over by itself, and everybody sees it."""
    (late,) = shop.api.get("shipments", params={"location": "NYC"}).raise_for_status().json()["items"]
    shop.call(f"shipments/{late['id']}/ready", {})
    shop.call(f"shipments/{late['id']}/hand-over", {})
    expect(desk.locator(".card-state")).to_contain_text("Resolved")
    expect(desk.locator(".location-head")).to_contain_text("Over by itself")
    expect(desk.get_by_role("button", name="Acknowledge", exact=True)).to_have_count(0)
    expect(wall.locator("tr.row")).to_contain_text("Resolved")
    assert violations(desk) == []
    visit(wall, "/alerts")
    expect(wall.get_by_text("Nothing is wrong anywhere")).to_be_visible()


def test_an_alert_is_silenced_from_its_page(shop: Shop, mia: httpx.Client, desk: Page) -> None:
    shop.order("NYC")

    def opened() -> int:
        return int(mia.get("/api/v1/alerts").raise_for_status().json()["items"][0]["id"])

    alert = eventually(opened, what="an alert")
    visit(desk, f"/alerts/{alert}")
    desk.get_by_role("link", name="Silence", exact=True).press("Enter")
    expect(desk.get_by_label("What", exact=False).first).to_have_value("location=NYC\npolicy=location-sla")
    expect(desk.locator(".matched")).to_contain_text("It matches 1 open alert now:")
    expect(desk.locator(".matched")).to_contain_text(TROUBLE)
    expect(desk.get_by_text("Times are at your clock: Europe/Berlin.")).to_be_visible()
    desk.get_by_role("button", name="Silence", exact=True).press("Enter")
    expect(desk.locator("#field-reason-fault")).to_have_text("Say why: somebody will ask.")
    assert mia.get("/api/v1/silences").raise_for_status().json()["items"] == []
    desk.locator("#field-reason").fill("The roof is being repaired")
    desk.keyboard.press("Enter")
    expect(desk.locator("main > .said")).to_have_text("Silenced. It ends by itself.")
    expect(desk.locator("tr.is-chosen")).to_contain_text("location NYC, policy location-sla")
    expect(desk.locator("tr.is-chosen .col-quiet")).to_have_text("1")
    visit(desk, f"/alerts/{alert}")
    expect(desk.locator(".alert-quiet")).to_contain_text("it is silenced")
    expect(desk.locator(".bell-count")).to_have_count(0)
    visit(desk, "/alerts/silences")
    desk.locator("h1").click()
    desk.keyboard.press("j")
    desk.keyboard.press("Enter")
    desk.get_by_role("button", name="End now", exact=True).press("Enter")
    desk.get_by_role("button", name="End it now", exact=True).press("Enter")
    expect(desk.locator("main > .said")).to_have_text("Ended. What still holds is told now.")
    expect(desk.locator(".bell-count")).to_have_text("1")
