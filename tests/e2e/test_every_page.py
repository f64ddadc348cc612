"""Every page of `dashboard/nav.py`, in every size and theme: it opens without an error, speaks to nobody else, has no
accessibility violation (the map frame included), is not cut, does not overflow; pictures are in var/screenshots."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from dashboard import nav
from tests.support.browser import (
    ALL_SCREENS,
    HANDS,
    Sizes,
    answers,
    by_hand,
    carry_session,
    new_context,
    on_every_screen,
    visit,
    wait_for_map,
)
from tests.support.ports import eventually
from tests.support.server import Program

#: Where the page for wrong addresses shows itself; the browser notes the 404 as an error, as it should.
MISSING = "/there-is-no-such-page"

#: Accounts that the demo network offers on its sign-in page.
MANAGER = ("manager", "show-me-the-map")


@pytest.fixture(scope="module")
def manager(demo: Program) -> Iterator[httpx.Client]:
    with closing(demo.sign_in(*MANAGER)) as client:
        yield client


@pytest.fixture(scope="module")
def worst_location(manager: httpx.Client) -> str:
    """Return a location that has work: an empty page would prove little."""

    def look() -> str | None:
        items = manager.get("/api/v1/sla/locations").raise_for_status().json()["items"]
        busy = [item for item in items if item["open"]]
        return str(busy[0]["code"]) if busy else None

    return str(eventually(look, what="a location with open work"))


@pytest.fixture(scope="module")
def newest_order(manager: httpx.Client) -> str:
    return str(manager.get("/api/v1/orders", params={"limit": 1}).raise_for_status().json()["items"][0]["id"])


@pytest.fixture(scope="module")
def open_shipment(manager: httpx.Client) -> str:
    """Return a shipment that somebody has still to pick."""
    found = manager.get("/api/v1/shipments", params={"limit": 1, "status": "open"}).raise_for_status().json()["items"]
    return str(found[0]["id"])


@pytest.fixture(scope="module")
def newest_wave(manager: httpx.Client) -> str:
    """Return a wave that is on the floor."""

    def look() -> str | None:
        going = {"limit": 1, "status": ["released", "picking"]}
        found = manager.get("/api/v1/waves", params=going).raise_for_status().json()["items"]
        return str(found[0]["id"]) if found else None

    return str(eventually(look, what="a released wave"))


@pytest.fixture(scope="module")
def newest_alert(manager: httpx.Client) -> str:
    """Return an alert: the shipped policies watch the demo network as any other."""

    def look() -> str | None:
        found = manager.get("/api/v1/alerts", params={"limit": 1}).raise_for_status().json()["items"]
        return str(found[0]["id"]) if found else None

    return str(eventually(look, what="an alert"))


def address(page: nav.Page, known: dict[str, str]) -> str:
    return re.sub(r"\[(\w+)\]", lambda part: known[part[1]], page.route) if page.route.startswith("/") else MISSING


class Watch:
    """Notes everything that goes wrong in a browser page."""

    def __init__(self, page: Page, own: str) -> None:
        self.faults: list[str] = []
        self._own = urlsplit(own).netloc
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))
        page.on("request", lambda request: self._request(request.url))
        page.on("response", lambda answer: self._response(answer.status, answer.url))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and MISSING not in message.location.get("url", ""):
            self.faults.append(f"console: {message.text}")

    def _request(self, url: str) -> None:
        if url.startswith(("http", "ws")) and urlsplit(url).netloc != self._own:
            self.faults.append(f"spoke to a stranger: {url}")

    def _response(self, status: int, url: str) -> None:
        if status >= 400 and not url.endswith(MISSING):
            self.faults.append(f"{status} for {url}")


@dataclass(frozen=True)
class Hand:
    """The sizes of a screen and two browsers, of the manager and of a stranger, that load the scripts once."""

    sizes: Sizes
    known: BrowserContext
    stranger: BrowserContext


@pytest.fixture(scope="module", params=HANDS, ids=by_hand)
def hand(request: pytest.FixtureRequest, browser: Browser, demo: Program, manager: httpx.Client) -> Iterator[Hand]:
    sizes = request.param
    hand = Hand(sizes, known=new_context(browser, sizes[0]), stranger=new_context(browser, sizes[0]))
    carry_session(hand.known, demo.url, dict(manager.cookies))
    yield hand
    hand.known.close()
    hand.stranger.close()


@pytest.mark.parametrize("page", nav.PAGES, ids=lambda page: page.title)
def test_page_screenshot(
    page: nav.Page,
    hand: Hand,
    demo: Program,
    worst_location: str,
    newest_order: str,
    open_shipment: str,
    newest_wave: str,
    newest_alert: str,
) -> None:
    tab = (hand.stranger if page.permission is None else hand.known).new_page()
    watch = Watch(tab, demo.url)
    ids = {nav.PICK: open_shipment, nav.WAVE: newest_wave, nav.PICK_WAVE: newest_wave, nav.ALERT: newest_alert}
    visit(tab, demo.url + address(page, {"code": worst_location, "id": ids.get(page, newest_order)}))
    settled(tab)

    assert on_every_screen(tab, page.title.lower().replace(" ", "-"), hand.sizes, read=ALL_SCREENS) == []
    assert tab.title().endswith("Pickwatch")
    assert watch.faults == []
    tab.close()


def settled(tab: Page) -> None:
    """Wait until the page has its data: skeletons and busy regions are gone, frames are drawn."""
    expect(tab.get_by_role("main")).to_be_visible()
    expect(tab.locator("h1").first).to_be_attached()
    expect(tab.locator("[aria-busy=true]")).to_have_count(0)
    for frame in tab.frames:
        frame.wait_for_load_state("load")
    wait_for_map(tab)


def test_the_demo_network_lets_one_in_at_one_tap(demo: Program, browser: Browser) -> None:
    context = new_context(browser)
    page = context.new_page()
    watch = Watch(page, demo.url)
    visit(page, f"{demo.url}/login?next=/deliveries")
    page.get_by_role("button", name="Network manager").click()
    page.wait_for_url(re.compile(r"^[^?]*/deliveries"))
    answers(page)
    assert watch.faults == []
    context.close()


def test_screenshot_of_a_sign_in_that_failed(demo: Program, hand: Hand) -> None:
    page = hand.stranger.new_page()
    visit(page, f"{demo.url}/login?error=unauthenticated")
    expect(page.get_by_role("button", name="Wall display")).to_be_visible()
    expect(page.get_by_role("alert")).to_be_visible()
    assert on_every_screen(page, "login", hand.sizes, read=ALL_SCREENS) == []
    page.close()
