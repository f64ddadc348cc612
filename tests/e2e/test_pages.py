"""Every page as people use it: by keyboard alone, read by axe, on three screens in two themes."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.support.browser import (
    HANDS,
    LAPTOP,
    PHONE,
    Size,
    Sizes,
    by_hand,
    carry_session,
    new_context,
    on_every_screen,
    reload,
    visit,
    wait_for_map,
)
from tests.support.network import PASSWORD, WORST, seed
from tests.support.server import Program

PAGES = {
    "network": "/",
    "network-list": "/?view=list",
    "network-chosen": f"/?at={WORST}",
    "wall": "/?wall=1",
    "location": f"/locations/{WORST}",
    "deliveries": "/deliveries",
    "delivery": "/deliveries?id=1",
    "orders": "/orders",
    "order": "/orders/1",
    "inventory": "/inventory",
    "stock": f"/inventory?sku=tea&at={WORST}&of=tea",
    "segments": "/inventory?view=segments",
    "not-found": "/nowhere",
}
#: What stands on a page once it is there.
SIGNS = {
    "network": ".kpi-value",
    "network-list": ".row-link",
    "network-chosen": ".card",
    "wall": ".wall-name",
    "location": ".location-head h1",
    "deliveries": ".row-link",
    "delivery": ".delivery",
    "orders": ".row-link",
    "order": ".answer-text",
    "inventory": ".row-link",
    "stock": ".stock-panel",
    "segments": ".notice",
    "not-found": ".notice",
}


@pytest.fixture(scope="module")
def program(built_ui: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Yield a program that serves the small network in trouble."""
    folder = tmp_path_factory.mktemp("pages")
    seed(folder)
    with Program("up", "--empty", folder=folder) as running:
        yield running


@pytest.fixture(scope="module")
def boss(program: Program) -> httpx.Client:
    """Return the session of one who may everything."""
    return program.sign_in("boss", PASSWORD)


@pytest.fixture(scope="module")
def eve(program: Program) -> httpx.Client:
    """Return the session of a viewer of the east."""
    return program.sign_in("eve", PASSWORD)


def opened(
    browser: Browser, program: Program, who: httpx.Client, path: str, size: Size = LAPTOP
) -> tuple[BrowserContext, Page]:
    """Return a page of a fresh browser profile that carries a session."""
    context = new_context(browser, size)
    carry_session(context, program.url, dict(who.cookies))
    page = context.new_page()
    visit(page, program.url + path)
    return context, page


@pytest.fixture
def desk(browser: Browser, program: Program, boss: httpx.Client) -> Iterator[Page]:
    """Yield the Network page on a laptop, loaded."""
    context, page = opened(browser, program, boss, "/")
    expect(page.locator(".row-link").first).to_be_visible()
    yield page
    context.close()


@pytest.mark.parametrize("sizes", HANDS, ids=by_hand)
def test_every_page_fits_every_screen_and_is_accessible(
    browser: Browser, program: Program, boss: httpx.Client, sizes: Sizes
) -> None:
    context, page = opened(browser, program, boss, "/", sizes[0])
    faults = []
    for name, path in PAGES.items():
        visit(page, program.url + path)
        expect(page.locator(SIGNS[name]).first).to_be_visible()
        wait_for_map(page)
        faults += on_every_screen(page, name, sizes)
    context.close()
    assert faults == []


def test_the_worst_location_comes_first_and_says_why(desk: Page) -> None:
    first = desk.locator("tbody tr").first
    expect(first).to_contain_text("Chicago 1")
    expect(first).to_contain_text("Non-Compliant")
    desk.keyboard.press("j")
    desk.keyboard.press("Enter")
    card = desk.locator(".card")
    expect(card).to_contain_text("4 open shipments are late: 50.0% of 8")
    expect(desk).to_have_url(re.compile("at=chi-0"))


def test_the_network_is_walked_by_keyboard_alone(desk: Page) -> None:
    desk.keyboard.press("j")
    expect(desk.locator(".row-link").nth(0)).to_be_focused()
    desk.keyboard.press("j")
    expect(desk.locator(".row-link").nth(1)).to_be_focused()
    desk.keyboard.press("k")
    desk.keyboard.press("Enter")
    expect(desk.locator(".card")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.locator(".card")).to_have_count(0)


def test_search_opens_a_location_without_the_mouse(desk: Page) -> None:
    desk.keyboard.press("/")
    expect(desk.locator("#palette-input")).to_be_focused()
    desk.keyboard.type("Denver 3")
    expect(desk.locator("[data-hit]")).to_have_count(1)
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    expect(desk.locator(".location-head h1")).to_have_text("Denver 3")
    desk.keyboard.press("Control+k")
    expect(desk.locator("#palette-input")).to_be_focused()
    desk.keyboard.type("nothing like it")
    expect(desk.locator(".palette-says")).to_contain_text("Nothing is called")


def test_filters_are_in_the_address_and_survive_a_reload(desk: Page) -> None:
    desk.locator(".filters").get_by_role("link", name=re.compile("^Non-Compliant")).click()
    expect(desk.locator(".row-link")).to_have_count(1)
    desk.locator("#filter-group").select_option("east")
    expect(desk.get_by_text("No location matches these filters")).to_be_visible()
    expect(desk).to_have_url(re.compile("status=non_compliant"))
    expect(desk).to_have_url(re.compile("group=east"))
    reload(desk)
    expect(desk.get_by_text("No location matches these filters")).to_be_visible()
    desk.get_by_role("link", name="Show all locations").click()
    expect(desk.locator(".row-link")).to_have_count(18)


def test_a_list_is_sorted_by_its_heads(desk: Page) -> None:
    head = desk.locator("thead .col-open")
    head.get_by_role("link").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(desk.locator("tbody tr").first).to_contain_text("Chicago 1")
    head.get_by_role("link").click()
    expect(head).to_have_attribute("aria-sort", "ascending")


def test_typing_in_the_filter_narrows_the_list(desk: Page) -> None:
    desk.locator("#filter-search").fill("denver")
    expect(desk.locator(".row-link")).to_have_count(6)
    expect(desk.locator("#filter-search")).to_have_value("denver")


def test_a_queue_is_worked_through_by_time_left(browser: Browser, program: Program, boss: httpx.Client) -> None:
    context, page = opened(browser, program, boss, f"/locations/{WORST}")
    rows = page.locator(".queue tbody tr")
    expect(rows).to_have_count(8)
    expect(rows.first).to_contain_text("CHI-0-0")
    expect(rows.first).to_contain_text("late")
    expect(rows.last).to_contain_text("left")
    page.locator(".queue").get_by_role("link", name=re.compile("^Non-Compliant")).click()
    expect(rows).to_have_count(4)
    context.close()


def test_what_one_may_not_see_is_not_there(browser: Browser, program: Program, eve: httpx.Client) -> None:
    context, page = opened(browser, program, eve, f"/locations/{WORST}")
    expect(page.get_by_text("There is no such location")).to_be_visible()
    expect(page.get_by_role("link", name="Deliveries")).to_have_count(0)
    visit(page, program.url)
    expect(page.locator(".row-link")).to_have_count(6)
    expect(page.locator(".top-scope")).to_have_text("Group east")
    visit(page, program.url + "/deliveries")
    expect(page.get_by_text("This page is not for your role")).to_be_visible()
    context.close()


def test_the_theme_is_chosen_and_kept(desk: Page) -> None:
    desk.locator("summary.person").focus()
    desk.keyboard.press("Enter")
    desk.get_by_role("button", name="Dark").click()
    expect(desk.locator("html")).to_have_class(re.compile("dark"))
    reload(desk)
    expect(desk.locator("html")).to_have_class(re.compile("dark"))


def test_signing_out_ends_on_the_sign_in_page(browser: Browser, program: Program) -> None:
    context, page = opened(browser, program, program.sign_in("eve", PASSWORD), "/")
    page.locator("summary.person").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/login"))
    page.goto(program.url)  # no page of ours answers: it leads away
    page.wait_for_url(re.compile("/login"))
    context.close()


def test_the_skip_link_is_the_first_stop(desk: Page) -> None:
    reload(desk)
    expect(desk.locator(".row-link").first).to_be_visible()
    desk.keyboard.press("Tab")
    expect(desk.locator(".skip-link")).to_be_focused()
    desk.keyboard.press("Enter")
    assert desk.evaluate("location.hash") == "#main"


def test_phones_show_map_or_list(browser: Browser, program: Program, boss: httpx.Client) -> None:
    context, page = opened(browser, program, boss, "/", PHONE)
    expect(page.locator(".map-frame")).to_be_visible()
    page.get_by_role("button", name="List").click()
    expect(page.locator(".row-link").first).to_be_visible()
    expect(page.locator(".map-frame")).to_be_hidden()
    context.close()


def test_the_wall_needs_no_hand_and_shows_no_tools(browser: Browser, program: Program, boss: httpx.Client) -> None:
    context, page = opened(browser, program, boss, "/?wall=1")
    expect(page.locator(".wall-name").first).to_have_text("Chicago 1")
    expect(page.locator(".rail")).to_have_count(0)
    expect(page.locator(".top")).to_have_count(0)
    context.close()


def test_lists_leave_as_csv_as_filtered(program: Program, boss: httpx.Client, eve: httpx.Client) -> None:
    rows = list(csv.DictReader(boss.get("/ui/export/locations.csv?q=denver").text.removeprefix("\ufeff").splitlines()))
    assert [row["code"] for row in rows if row["code"].startswith("den-")] == [row["code"] for row in rows]
    assert len(rows) == 6
    queue = boss.get(f"/ui/export/queue/{WORST}.csv").text.splitlines()
    assert len(queue) == 1 + 8
    assert eve.get(f"/ui/export/queue/{WORST}.csv").status_code == 404
    assert eve.get("/ui/export/deliveries.csv").status_code == 403
    assert httpx.get(f"{program.url}/ui/export/locations.csv").status_code == 401
