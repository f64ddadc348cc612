"""Pages that change while somebody looks at them, in a real browser: figures in place, an order that waits, a message
sent again, the keyboard alone, paper, no motion, and eyes that do not tell red from green."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.test_network_map import Shop
from tests.support.browser import LAPTOP, SCREENSHOTS, carry_session, new_context, visit
from tests.support.receiver import Answer, Receiver
from tests.support.server import Program

BOSS = ("boss", "a long enough passphrase")
#: A receiver's plain no: the message is given up at once.
GIVEN_UP = Answer(410)


@pytest.fixture
def shop(empty: Program) -> Shop:
    """Return a running program with a few stores, stock, and an administrator."""
    shop = Shop(empty)
    empty.cli("user", "add", BOSS[0], "--role", "admin", "--password-stdin", stdin=f"{BOSS[1]}\n")
    return shop


@pytest.fixture
def context(browser: Browser, shop: Shop) -> Iterator[BrowserContext]:
    """Yield the administrator's browser."""
    context = new_context(browser)
    carry_session(context, shop.program.url, dict(shop.program.sign_in(*BOSS).cookies))
    yield context
    context.close()


def faults_of(page: Page) -> list[str]:
    """Return a list that fills with what goes wrong in a page; a refused script is among it."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def test_figures_change_in_place_and_a_new_order_of_rows_waits(context: BrowserContext, shop: Shop) -> None:
    page = context.new_page()
    faults = faults_of(page)
    visit(page, shop.program.url)
    rows = page.locator(".row-link")
    expect(rows).to_have_count(5)
    before = rows.all_text_contents()
    shop.order("NYC")
    row = page.locator("tbody tr", has_text="Store NYC")
    expect(row).to_contain_text("Non-Compliant")
    expect(page.locator(".kpi", has_text="Open shipments").first.locator(".kpi-value")).to_have_text("1")
    assert rows.all_text_contents() == before, "rows moved although nobody asked"
    page.locator(".news").click()
    expect(rows.first).to_have_text("Store NYC")
    expect(page.locator(".news")).to_have_count(0)
    assert faults == []


def test_a_message_that_was_given_up_is_sent_again_by_one_press(context: BrowserContext, shop: Shop) -> None:
    with Receiver() as receiver:
        receiver.plan(GIVEN_UP)
        wish = {"url": receiver.url, "types": ["sla.location.changed"]}
        shop.api.put("subscriptions/pager", json=wish).raise_for_status()
        shop.order("CHI")
        receiver.wait_for(1)
        page = context.new_page()
        faults = faults_of(page)
        visit(page, shop.program.url + "/deliveries?status=dead")
        page.locator(".row-link").first.click()
        expect(page.locator(".attempts li")).to_have_count(1)
        shop.api.put("subscriptions/pager", json=wish | {"enabled": True}).raise_for_status()
        page.get_by_role("button", name="Send again").click()
        expect(page.locator(".said")).to_have_text("The message will be sent again now.")
        first, second = receiver.wait_for(2)[:2]
        assert first.headers["webhook-id"] == second.headers["webhook-id"]
        assert faults == []


def test_the_keyboard_reaches_everything_and_esc_gives_the_focus_back(context: BrowserContext, shop: Shop) -> None:
    shop.order("CHI")
    page = context.new_page()
    visit(page, shop.program.url)
    expect(page.locator(".row-link")).to_have_count(5)
    for path, wanted in (
        ("/", {"skip-link", "brand", "search-button", "person", "choice", "row-link"}),
        ("/locations/CHI", {"skip-link", "search-button", "person", "choice", "tag"}),
        ("/deliveries", {"skip-link", "search-button", "person", "choice"}),
    ):
        visit(page, shop.program.url + path)
        expect(page.locator("main h1")).to_be_attached()
        expect(page.locator("[aria-busy=true]")).to_have_count(0)
        expect(page.locator(".data-age time")).to_be_visible()
        missing = wanted - walked(page)
        assert not missing, f"{path}: Tab does not reach {missing}"
    visit(page, shop.program.url)
    expect(page.locator(".row-link")).to_have_count(5)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".card")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".card")).to_have_count(0)
    expect(page.locator(".row-link").first).to_be_focused()


def walked(page: Page) -> set[str]:
    """Press Tab through the page and return the classes it came by; each stop must show where one is."""
    classes: set[str] = set()
    for _ in range(45):
        page.keyboard.press("Tab")
        found, visible = page.evaluate(
            """() => {
              const at = document.activeElement;
              const outlined = (part, pseudo) => getComputedStyle(part, pseudo).outlineStyle !== 'none';
              const seen = outlined(at) || outlined(at, '::after');
              return [[...at.classList], seen || at.tagName === 'IFRAME' || at === document.body];
            }"""
        )
        assert visible, f"nothing shows that {found} has the focus"
        classes |= set(found)
    return classes


def test_the_network_prints_as_a_list(context: BrowserContext, shop: Shop) -> None:
    shop.order("CHI")
    page = context.new_page()
    visit(page, shop.program.url)
    expect(page.locator(".row-link")).to_have_count(5)
    page.emulate_media(media="print")
    for hidden in (".rail", ".top", ".split-map", ".filters"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.locator(".row-link").last).to_be_visible()
    wide = page.locator(".split-list").bounding_box()
    assert wide
    assert wide["width"] > 0.9 * LAPTOP.width, "the list leaves half of the paper empty"
    page.screenshot(path=SCREENSHOTS / "network-print.png", full_page=True)


def test_nothing_moves_for_those_who_asked_for_it(context: BrowserContext, shop: Shop) -> None:
    page = context.new_page()
    visit(page, shop.program.url)
    expect(page.locator(".row-link")).to_have_count(5)
    moving = page.evaluate(
        """() => [...document.querySelectorAll('*')].filter((one) => {
          const style = getComputedStyle(one);
          return style.animationName !== 'none' || style.transitionDuration.split(',').some((part) => parseFloat(part));
        }).map((one) => one.className)"""
    )
    assert moving == []


def test_red_and_green_are_told_apart_without_their_colours(context: BrowserContext, shop: Shop) -> None:
    shop.order("CHI")
    page = context.new_page()
    visit(page, shop.program.url)
    expect(page.locator("tbody tr", has_text="Store CHI")).to_contain_text("Non-Compliant")
    page.frame_locator(".map-frame").locator("html[data-ready]").wait_for(state="attached")
    session = context.new_cdp_session(page)
    session.send("Emulation.setEmulatedVisionDeficiency", {"type": "deuteranopia"})
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"network-{LAPTOP.name}-deuteranopia.png")
    shapes = page.locator(".legend-marks svg").evaluate_all("all => all.map((one) => one.innerHTML)")
    assert len(set(shapes)) == len(shapes), "two marks of the legend have the same shape"
    expect(page.locator("tbody tr", has_text="Store CHI").locator(".pill svg rect")).to_have_count(1)
