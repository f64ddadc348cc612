"""Everything that opens on a page (menus, dialogs, panels, forms, confirmations, answers), on three screens in two
themes: it lies within the screen, nothing in it is cut, it is accessible. Pictures are in var/screenshots."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.test_routing_pages import TRIED, document, write
from tests.support.browser import (
    HANDS,
    LAPTOP,
    PHONE,
    Screens,
    Sizes,
    carry_session,
    cut,
    new_context,
    on_every_screen,
    visit,
    wait_for_map,
)
from tests.support.network import PASSWORD, WORST, seed
from tests.support.server import Program

STOCK = f"/inventory?sku=tea&at={WORST}&of=tea"
#: Colours differ by theme, parts by size: two readings see all of both.
READ_BY_AXE: Screens = frozenset({(LAPTOP, "light"), (PHONE, "dark")})


@dataclass(frozen=True)
class Overlay:
    """What opens: its address, what opens it, and what stands there then."""

    name: str
    path: str
    sign: str
    opens: Callable[[Page], object] = lambda page: None


def press(name: str) -> Callable[[Page], object]:
    """Return what presses the button of that name."""
    return lambda page: page.get_by_role("button", name=name, exact=True).first.press("Enter")


def search(text: str) -> Callable[[Page], object]:
    def look(page: Page) -> None:
        page.locator("main h1").first.wait_for(state="attached")
        page.keyboard.press("Control+k")
        page.locator("#palette-input").fill(text)

    return look


def menu(page: Page) -> None:
    page.locator("summary.person").press("Enter")


def refused(button: str, submit: str) -> Callable[[Page], object]:
    """Return what opens a form and sends it without what it needs."""

    def send(page: Page) -> None:
        press(button)(page)
        page.locator("form[data-focus]").get_by_role("button", name=submit).press("Enter")

    return send


def faults(page: Page) -> None:
    write(page, document(otherwise="explode", limits={"splits_per_order": 2}))
    expect(page.locator(".faults-list button")).to_have_count(1)


def changes(page: Page) -> None:
    write(page, document(title="Nearest first", otherwise="backorder"))
    expect(page.locator(".faults-head")).to_have_text("Nothing is wrong with it.")
    page.get_by_role("button", name=re.compile("^Changes")).click()


def saved(page: Page) -> None:
    """Open the question before a draft is activated; activate nothing."""
    write(page, document(title="Nearest first", otherwise="backorder"))
    page.locator("#edit-note").fill("what is left waits")
    expect(page.get_by_role("button", name="Save as draft")).to_be_enabled()  # Enter does nothing before
    page.locator("#edit-note").press("Enter")
    expect(page.locator("main .said")).not_to_be_empty()  # the draft of before may be activated until it is saved
    button = page.get_by_role("button", name="Activate…")
    expect(button).to_be_enabled()
    button.press("Enter")


def shadow(page: Page) -> None:
    page.locator("#shadow-orders").fill("20")
    page.keyboard.press("Enter")


def why_not(place: str) -> Callable[[Page], object]:
    def ask(page: Page) -> None:
        page.locator("#why-not").fill(place)
        closed = page.locator("main details:not([open]) > summary")
        while closed.count():
            closed.first.press("Enter")

    return ask


@pytest.fixture(scope="module")
def program(built_ui: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Yield a program that serves the small network in trouble."""
    folder = tmp_path_factory.mktemp("overlays")
    seed(folder)
    with Program("up", "--empty", folder=folder) as running:
        yield running


@pytest.fixture(scope="module")
def boss(program: Program) -> httpx.Client:
    """Return the session of one who may everything, after he gave stock lots, shares, a block and arrivals."""
    client = program.sign_in("boss", PASSWORD)
    soon = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    lot = {"location": WORST, "sku": "tea", "delta": 30, "lot": "LOT-2026-07", "expires_on": "2099-12-31"}
    damaged = {"location": WORST, "sku": "tea", "delta": 3, "lot": "LOT-2026-05", "condition": "damaged"}
    quota = [{"percent": 10}, {"location": WORST, "units": 12}]
    segment = {"name": "Gold customers", "customer_segment": "gold", "quotas": quota}
    block = {"items": [{"sku": "tea", "reason": "Two boxes of it were wet", "until_count": True}]}
    arrival = {"quantity": 40, "arrives_at": soon}
    for method, path, body in (
        ("POST", "inventory/adjustments", {"items": [lot, damaged]}),
        ("PUT", "segments/gold", segment),
        ("POST", "locations/den-1/blocks", block),
        ("PUT", f"inventory/future/{WORST}/tea/PO-4711", arrival),
        ("POST", f"locations/{WORST}/controls", {"kind": "cap", "limit": {"orders": 20}, "reason": "Two are ill"}),
        ("POST", "orders", ROUTED),
    ):
        headers = {"Prefer": "wait=20"}
        client.request(method, f"/api/v1/{path}", json=body, headers=headers).raise_for_status()
    return client


@pytest.fixture(scope="module")
def hands(browser: Browser, program: Program, boss: httpx.Client) -> Iterator[list[tuple[BrowserContext, Sizes]]]:
    """Yield a browser with a mouse and one for fingers; each for all of it, so that scripts are loaded once."""
    contexts = [(new_context(browser, sizes[0]), sizes) for sizes in HANDS]
    for context, _ in contexts:
        carry_session(context, program.url, dict(boss.cookies))
    yield contexts
    for context, _ in contexts:
        context.close()


ROUTED = {
    "external_id": "ROUTED-1",
    "channel": "web",
    "method": "ship",
    "customer": {"name": "Grace Hopper", "email": "grace@example.com"},
    "ship_to": {"name": "Grace Hopper", "city": "Chicago", "latitude": 41.9, "longitude": -87.6},
    "lines": [{"sku": "tea", "quantity": 2, "unit_price": "19.99"}],
}


@pytest.fixture(scope="module")
def routed(boss: httpx.Client) -> str:
    """Return the id of an order that routing found a place for."""
    found = boss.get("/api/v1/orders", params={"external_id": "ROUTED-1"}).raise_for_status().json()["items"]
    return str(found[0]["id"])


OVERLAYS = (
    Overlay("menu", "/deliveries", ".menu-panel", menu),
    Overlay("search", "/deliveries", "[data-hit]", search("chi")),
    Overlay("search-nothing", "/deliveries", ".palette-says", search("nothing like it")),
    Overlay("network-chosen", f"/?at={WORST}", ".card"),
    Overlay("network-nothing", "/?q=nobody&view=list", ".notice"),
    Overlay("location-cap", f"/locations/{WORST}", ".stock-form", press("Cap")),
    Overlay("location-pause", f"/locations/{WORST}", ".stock-form", press("Pause a method")),
    Overlay("location-block", f"/locations/{WORST}", ".stock-form", press("Block a product")),
    Overlay("location-hand", f"/locations/{WORST}", ".stock-form", press("Hand work to others")),
    Overlay("alerts-nothing", "/alerts?q=nobody", ".notice"),
    Overlay("alerts-muted", "/alerts?show=muted", ".notice, .row-link"),
    Overlay("alert", "/alerts/1", ".todo-text"),
    Overlay("alert-resolve", "/alerts/1", "dialog.move", press("Resolve")),
    Overlay("alert-resolve-refused", "/alerts/1", "#field-words-fault:not(:empty)", refused("Resolve", "Resolve it")),
    Overlay("alert-note", "/alerts/1", "dialog.move", press("Note")),
    Overlay("alert-runbook", "/alerts/1", "dialog.move", press("Give it 10 orders at most for 4 hours")),
    Overlay("silence-of-alert", "/alerts/silences?of=1", ".matched"),
    Overlay("silence-new", "/alerts/silences", ".stock-form", press("New silence")),
    Overlay("silence-refused", "/alerts/silences", ".field-fault:not(:empty)", refused("New silence", "Show what")),
    Overlay("orders-nothing", "/orders?q=nobody", ".notice"),
    Overlay("order-hold", "/orders/2", ".confirm", press("Hold")),
    Overlay("order-hold-refused", "/orders/2", "#reason-fault:not(:empty)", refused("Hold", "Hold the order")),
    Overlay("order-cancel", "/orders/2", ".confirm", press("Cancel")),
    Overlay("order-why", "/orders/{routed}", ".why-not .why", why_not("den-3")),
    Overlay("inventory-product", "/inventory?sku=tea", ".row-link"),
    Overlay("inventory-location", f"/inventory?location={WORST}", ".row-link"),
    Overlay("inventory-by-location", "/inventory?by=location", ".row-link"),
    Overlay("inventory-nothing", "/inventory?q=nobody", ".notice"),
    Overlay("stock", STOCK, ".stock-lots"),
    Overlay("stock-blocked", "/inventory?sku=tea&at=den-1&of=tea", ".stock-blocked"),
    Overlay("stock-adjust", STOCK, ".stock-form", press("Adjust")),
    Overlay("stock-count", STOCK, ".stock-form", press("Count")),
    Overlay("stock-keep", STOCK, ".stock-form", press("Keep back")),
    Overlay("stock-block", STOCK, ".stock-form", press("Block")),
    Overlay("stock-announce", STOCK, ".stock-form", press("Announce arrival")),
    Overlay("stock-receive", STOCK, ".stock-form", press("Receive PO-4711")),
    Overlay("stock-call-off", STOCK, ".stock-form", press("Call off PO-4711")),
    Overlay("stock-lot", STOCK, ".stock-form", press("Adjust lot LOT-2026-07")),
    Overlay("stock-refused", STOCK, ".field-fault:not(:empty)", refused("Adjust", "Adjust")),
    Overlay("segments", "/inventory?view=segments", ".segment"),
    Overlay("segment-new", "/inventory?view=segments", ".segment-form", press("New segment")),
    Overlay("segment-edit", "/inventory?view=segments", ".segment-form", press("Edit Gold customers")),
    Overlay("policies-new", "/alerts/policies", "dialog[open]", press("New policy…")),
    Overlay("policy-retire", "/alerts/policies/edit", "dialog[open]", press("Retire…")),
    Overlay("drills-none", "/alerts/drills?show=over", ".notice, .row-link"),
    Overlay("drill-new", "/alerts/drills", "#field-channels-hint", press("New drill")),
    Overlay("drill-refused", "/alerts/drills", "#field-policy-fault:not(:empty)", refused("New drill", "Show what")),
    Overlay("drill-preview", "/alerts/drills?policy=location-sla", ".drill-preview", press("Show what it will do")),
    Overlay("subscription-to-type", "/alerts/subscriptions?types=wave.released", "#field-types"),
    Overlay("channel-new", "/alerts/channels", "#field-kind", press("New channel")),
    Overlay("subscription", "/alerts/subscriptions?code=pager", ".receiver-facts"),
    Overlay("subscription-new", "/alerts/subscriptions", "#field-url", press("New subscription")),
    Overlay("subscription-again", "/alerts/subscriptions?code=pager", "#field-since", press("Send again from…")),
    Overlay("event-type", "/alerts/events?type=sla.location.changed", ".catalogue-fields"),
    Overlay("event-type-nothing", "/alerts/events?q=nothing+like+it", ".notice"),
    Overlay("routing-faults", "/routing/edit", ".faults-list button", faults),
    Overlay("routing-changes", "/routing/edit", ".sides", changes),
    Overlay("routing-activate", "/routing/edit", "dialog[open]", saved),
    Overlay("routing-why", TRIED, ".why-one", why_not("den-3")),
    Overlay("routing-compared", "/routing/shadow", ".compared", shadow),
    Overlay("routing-empty-none", "/routing/empty", ".empties .notice, .empties .row-link"),
)


BAD = """<style>.sr-only { position: absolute; width: 1px; height: 1px; overflow: hidden }</style>
<main style="white-space: nowrap"><p style="width: 60px; overflow: hidden">Cut at its side</p>
<p style="margin-left: 380px">Beside the screen</p>
<p style="position: absolute; right: 0">0 of 2<span class="sr-only"> for readers alone</span></p>
<p style="width: 60px; overflow: hidden; text-overflow: ellipsis">Ended by three dots</p>
<p style="width: 60px; overflow: auto">Scrolled inside</p></main>"""


def test_what_is_cut_is_seen(browser: Browser) -> None:
    context = new_context(browser, PHONE)
    page = context.new_page()
    page.set_content(BAD)
    assert cut(page) == ["cut: Cut at its side", "cut: off screen: Beside the screen"]
    context.close()


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda overlay: overlay.name)
def test_what_opens_fits_every_screen(
    overlay: Overlay, hands: list[tuple[BrowserContext, Sizes]], program: Program, routed: str
) -> None:
    wrong: list[str] = []
    for context, sizes in hands:
        page = context.new_page()
        visit(page, program.url + overlay.path.format(routed=routed))
        overlay.opens(page)
        expect(page.locator(overlay.sign).first).to_be_visible()
        wait_for_map(page)
        wrong += on_every_screen(page, f"opened-{overlay.name}", sizes, at=overlay.sign, read=READ_BY_AXE)
        page.close()
    assert wrong == []
