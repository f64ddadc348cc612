"""Every page without a mouse: Tab comes by everything once, in the order in which it stands, and shows where it is;
what opens is opened by Enter and by Space and left by Esc."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import carry_session, new_context, visit
from tests.support.keyboard import opens_and_closes, walk
from tests.support.network import PASSWORD, WORST, seed
from tests.support.server import Program

#: Page, and what stands there once it is there.
PAGES = {
    "/": ".row-link",
    f"/?at={WORST}": ".card",
    f"/locations/{WORST}": ".row-link",
    "/orders": ".row-link",
    "/orders/1": ".answer-text",
    "/inventory": ".row-link",
    f"/inventory?sku=tea&at={WORST}&of=tea": ".stock-panel",
    "/inventory?view=segments": ".notice",
    "/routing": ".route",
    "/routing/edit": ".editor textarea",
    f"/routing/try?lines=tea+2&near={WORST}": ".try-result",
    "/routing/shadow": ".runs .notice, .runs .row-link",
    "/routing/empty": ".empties .notice, .empties .row-link",
    f"/queue?location={WORST}": ".row-link",
    "/pick/1": "main h1",
    f"/waves?location={WORST}": ".row-link",
    "/waves/1": ".walk",
    "/returns": ".notice",
    "/alerts/policies": ".row-link",
    "/alerts/policies/edit": ".policy-clause",
    "/alerts/channels": ".notice",
    "/alerts": ".row-link",
    "/alerts?show=resolved": ".notice",
    "/alerts/1": ".todo",
    "/alerts/silences": ".notice",
    "/alerts/hand-over": ".handed",
    "/alerts/drills": ".notice",
    "/alerts/subscriptions?code=pager": ".receiver-facts",
    "/alerts/events?type=sla.location.changed": ".catalogue-fields",
    "/deliveries": ".row-link",
    "/deliveries?id=1": ".delivery",
}
#: Page, the button that opens, what it opens.
OVERLAYS = (
    ("/deliveries", "Find a location or order (press slash or Control K)", "[data-palette]"),
    (f"/locations/{WORST}", "Cap", ".stock-form"),
    (f"/locations/{WORST}", "Pause a method", ".stock-form"),
    (f"/locations/{WORST}", "Block a product", ".stock-form"),
    (f"/locations/{WORST}", "Hand work to others", ".stock-form"),
    ("/alerts/1", "Resolve", "dialog.move"),
    ("/alerts/1", "Note", "dialog.move"),
    ("/alerts/1", "Give it 10 orders at most for 4 hours", "dialog.move"),
    ("/alerts/silences", "New silence", ".stock-form"),
    ("/alerts/drills", "New drill", ".stock-form"),
    ("/orders/2", "Hold", ".confirm"),
    ("/orders/2", "Cancel", ".confirm"),
    (f"/inventory?sku=tea&at={WORST}&of=tea", "Adjust", ".stock-form"),
    (f"/inventory?sku=tea&at={WORST}&of=tea", "Keep back", ".stock-form"),
    (f"/inventory?sku=tea&at={WORST}&of=tea", "Announce arrival", ".stock-form"),
    ("/inventory?view=segments", "New segment", ".segment-form"),
    ("/alerts/policies", "New policy…", "dialog[open]"),
    ("/alerts/policies/edit", "Retire…", "dialog[open]"),
    ("/alerts/channels", "New channel", ".receiver-form"),
    ("/alerts/subscriptions", "New subscription", ".receiver-form"),
    ("/alerts/subscriptions?code=pager", "Delete…", "#delete[open]"),
)


@pytest.fixture(scope="module")
def program(built_ui: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Yield a program that serves the small network in trouble."""
    folder = tmp_path_factory.mktemp("keyboard")
    seed(folder)
    with Program("up", "--empty", folder=folder) as running:
        yield running


@pytest.fixture(scope="module")
def boss(program: Program) -> httpx.Client:
    """Return the session of one who may everything, after he planned and released a wave."""
    client = program.sign_in("boss", PASSWORD)
    client.post("/api/v1/waves", json={"location": WORST, "release": True}).raise_for_status()
    return client


@pytest.fixture(scope="module")
def desk(browser: Browser, program: Program, boss: httpx.Client) -> Iterator[Page]:
    """Yield one page for all of it: each test goes where it looks."""
    context = new_context(browser)
    carry_session(context, program.url, dict(boss.cookies))
    yield context.new_page()
    context.close()


BAD = """<main><button style="position: absolute; top: 200px">Low</button>
<button style="position: absolute; top: 0">High</button>
<button style="position: absolute; top: 300px; outline: none">Faint</button>
<button style="position: absolute; top: 400px" tabindex="2">Hasty</button>
<div role="button" style="position: absolute; top: 500px">Fake</div></main>"""
TRAP = """<button>First</button><button onkeydown="event.preventDefault()">Trap</button><button>Last</button>"""


def test_the_walk_sees_what_is_wrong(browser: Browser) -> None:
    context = new_context(browser)
    page = context.new_page()
    page.set_content(BAD)
    faults = walk(page).faults
    assert "backwards: button “Low” → button “High”" in faults
    assert "no ring: button “Faint”" in faults
    assert "jumps the queue: button “Hasty”" in faults
    assert "no real button: div “Fake”" in faults
    page.set_content(TRAP)
    assert walk(page).faults == ["the focus does not come out of button “Trap”"]
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_tab_comes_by_everything_once_in_order_and_is_seen(desk: Page, program: Program, path: str) -> None:
    visit(desk, program.url + path)
    expect(desk.locator(PAGES[path]).first).to_be_visible()
    expect(desk.locator("[aria-busy=true]")).to_have_count(0)
    walked = walk(desk)
    assert walked.faults == []
    assert walked.stops > 10


@pytest.mark.parametrize(("path", "opener", "overlay"), OVERLAYS, ids=[one[1] for one in OVERLAYS])
def test_what_opens_is_left_by_esc_where_it_was_opened(
    desk: Page, program: Program, path: str, opener: str, overlay: str
) -> None:
    visit(desk, program.url + path)
    button = desk.get_by_role("button", name=opener, exact=True)
    expect(button).to_be_enabled()
    opens_and_closes(desk, button, overlay)


def test_what_is_written_and_not_sent_is_not_lost_unasked(desk: Page, program: Program) -> None:
    visit(desk, f"{program.url}/orders/2")
    desk.get_by_role("button", name="Hold", exact=True).press("Enter")
    expect(desk.locator("#reason")).to_be_focused()
    desk.keyboard.type("The address is being checked")
    with desk.expect_event("dialog") as asked:
        desk.once("dialog", lambda question: question.dismiss())
        desk.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    expect(desk.locator("#reason")).to_have_value("The address is being checked")
    desk.keyboard.press("Escape")
    expect(desk.locator(".confirm")).to_have_count(0)


def test_the_menu_of_the_person_is_left_by_esc(desk: Page, program: Program) -> None:
    visit(desk, f"{program.url}/deliveries")
    opens_and_closes(desk, desk.locator("summary.person"), ".menu-panel")


@pytest.mark.parametrize("path", [f"/?at={WORST}", f"/inventory?sku=tea&at={WORST}&of=tea", "/deliveries?id=1"])
def test_a_panel_is_left_by_esc_for_its_row(desk: Page, program: Program, path: str) -> None:
    visit(desk, program.url + path)
    expect(desk.locator("aside [data-close]")).to_be_visible()
    expect(desk.locator(".is-chosen [data-row]")).to_have_count(1)
    desk.keyboard.press("Escape")
    expect(desk.locator("aside [data-close]")).to_have_count(0)
    expect(desk.locator("[data-row]:focus")).to_have_count(1)
