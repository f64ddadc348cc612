"""The live map in a real browser: what changes on the server is on the map at once, and nothing else moves."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dashboard.netmap.symbols import SYMBOLS
from dashboard.theme import LIGHT
from tests.support.browser import (
    ALL_SCREENS,
    HANDS,
    LAPTOP,
    PHONE,
    Sizes,
    by_hand,
    carry_session,
    new_context,
    on_every_screen,
    visit,
)
from tests.support.ports import eventually
from tests.support.server import Program

PLACES = {"CHI": (41.88, -87.63), "NYC": (40.71, -74.01), "LAX": (34.05, -118.24), "DAL": (32.78, -96.80)}
PASSWORD = "a long enough passphrase"
NUMBERS = itertools.count(1)


class Shop:
    """A running program with four stores on the map, one that is on none, stock, and a viewer."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.api = program.api("admin")
        for code, (latitude, longitude) in PLACES.items():
            self.put_location(code, latitude=latitude, longitude=longitude)
        self.put_location("NOWHERE")
        self.api.put("products/TEE", json={"name": "Tee"}).raise_for_status()
        stock = [{"location": code, "sku": "TEE", "delta": 500, "reason": "delivery"} for code in (*PLACES, "NOWHERE")]
        self.call("inventory/adjustments", {"items": stock})
        program.cli("user", "add", "vera", "--role", "viewer", "--password-stdin", stdin=f"{PASSWORD}\n")
        with closing(program.sign_in("vera", PASSWORD)) as client:
            self.cookies = dict(client.cookies)

    def put_location(self, code: str, **where: float) -> None:
        body = {"name": f"Store {code}", "kind": "store", "time_zone": "America/Chicago", "methods": ["pickup"]}
        self.api.put(f"locations/{code}", json={**body, "groups": ["stores"], **where}).raise_for_status()

    def call(self, path: str, body: dict[str, Any]) -> None:
        headers = {"Idempotency-Key": f"e2e-{next(NUMBERS)}"}
        self.api.post(path, json=body, headers=headers).raise_for_status()

    def order(self, code: str, *, placed_at: str = "2026-01-05T15:00:00Z") -> None:
        """Place an order to be picked up at `code`; by default one whose time has run out long ago."""
        body = {"external_id": f"E{next(NUMBERS)}", "channel": "web", "method": "pickup", "pickup_location": code}
        self.call("orders", {**body, "placed_at": placed_at, "lines": [{"sku": "TEE", "quantity": 1}]})

    def visit(self, context: BrowserContext, path: str = "/") -> MapPage:
        carry_session(context, self.program.url, self.cookies)
        page = context.new_page()
        visit(page, self.program.url + path)
        return MapPage(page)


class MapPage:
    """The Network page with its map frame, once the points are drawn."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.frame_locator("iframe.map-frame").locator("html[data-ready]").wait_for(state="attached")
        self.settle()
        [self.frame] = [frame for frame in page.frames if frame.url.endswith("/ui/map")]

    def settle(self) -> None:
        """Wait until the frame has stopped moving, so that the mouse meets what it aims at."""
        places: list[Any] = []

        def still() -> bool:
            places.append(self.page.locator("iframe.map-frame").bounding_box())
            return places[-3:] == [places[-1]] * 3

        eventually(still, what="the map's frame to stay where it is")

    def ask(self, expression: str) -> Any:
        return self.frame.evaluate(expression)

    def symbol(self, code: str) -> str | None:
        return self.ask(f"netmap.points.byCode.get('{code}')?.symbol ?? null")

    def drawn(self) -> set[str]:
        return set(self.ask("[...netmap.points.byCode.keys()]"))

    def until_symbol(self, code: str, symbol: str | None) -> None:
        eventually(lambda: self.symbol(code) == symbol, what=f"{code} to be {symbol}")

    def pixel(self, code: str) -> str:
        """Return the colour that is drawn at a location, as #RRGGBB."""
        return str(
            self.ask(
                """(() => {
                  const { map, points } = netmap;
                  const { latitude, longitude } = points.byCode.get('CODE');
                  const at = map.latLngToLayerPoint([latitude, longitude]).subtract(points.layer._bounds.min);
                  const ratio = points.layer._ratio;
                  const [r, g, b] = points.layer._context.getImageData(at.x * ratio, at.y * ratio, 1, 1).data;
                  return '#' + [r, g, b].map((part) => part.toString(16).padStart(2, '0')).join('').toUpperCase();
                })()""".replace("CODE", code)
            )
        )

    def place(self, code: str) -> tuple[float, float]:
        """Return where on the page a location is."""
        x, y = self.ask(
            f"(({{latitude, longitude}}) => {{ const p = netmap.map.latLngToContainerPoint([latitude, longitude]);"
            f" return [p.x, p.y]; }})(netmap.points.byCode.get('{code}'))"
        )
        box = self.page.locator("iframe.map-frame").bounding_box()
        assert box is not None
        return box["x"] + x, box["y"] + y


@pytest.fixture(scope="module")
def shop(built_ui: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Yield the shop of this module; each test uses a location of its own where it changes something."""
    with Program("up", "--empty", folder=tmp_path_factory.mktemp("map")) as program:
        yield Shop(program)


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Yield a fresh profile on a laptop."""
    with new_context(browser) as fresh:
        yield fresh


def test_a_change_on_the_server_is_on_the_map_and_nothing_else_moves(shop: Shop, context: BrowserContext) -> None:
    view = shop.visit(context)
    page, frame = view.page, view.frame
    assert view.symbol("CHI") == "compliant_outline"
    frame.evaluate("netmap.map.setView([41.5, -88], 7, {animate: false})")
    page.evaluate("window.same = true")
    page.mouse.move(*view.place("CHI"))
    tooltip = frame.locator(".map-tooltip")
    expect(tooltip).to_contain_text("No open work")
    before = frame.evaluate("[netmap.map.getCenter(), netmap.map.getZoom()]")

    shop.order("CHI")

    view.until_symbol("CHI", "non_compliant")
    eventually(lambda: view.pixel("CHI") == LIGHT.non_compliant, what="the mark to be red")
    expect(tooltip).to_contain_text("Non-Compliant")
    expect(tooltip).to_contain_text("1 open shipment, 0 At Risk, 1 Non-Compliant")
    assert frame.evaluate("[netmap.map.getCenter(), netmap.map.getZoom()]") == before
    assert page.evaluate("window.same") is True


def test_the_page_around_the_map_changes_with_it(shop: Shop, context: BrowserContext) -> None:
    view = shop.visit(context)
    row = view.page.get_by_role("row").filter(has_text="Store LAX")
    expect(row).to_contain_text("Idle")
    shop.order("LAX")
    expect(row).to_contain_text("Non-Compliant")
    view.until_symbol("LAX", "non_compliant")


def test_nothing_is_fetched_from_elsewhere_and_nothing_fails(shop: Shop, context: BrowserContext) -> None:
    asked: list[str] = []
    wrong: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.on("response", lambda answer: wrong.append(answer.url) if answer.status >= 400 else None)
    context.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    view = shop.visit(context)
    view.frame.locator("html[data-world]").wait_for(state="attached")
    assert any("world-atlas" in url for url in asked)
    assert [url for url in asked if not url.startswith((shop.program.url, "data:", "blob:"))] == []
    assert wrong == []


def test_map_and_list_show_the_same_set(shop: Shop, context: BrowserContext) -> None:
    shop.order("DAL")
    view = shop.visit(context, "/?status=non_compliant")
    view.until_symbol("DAL", "non_compliant")
    rows = view.page.locator("tbody tr")
    eventually(lambda: rows.count() == len(view.drawn()), what="as many rows as points")
    assert "NYC" not in view.drawn()
    for code in view.drawn():
        expect(rows.filter(has_text=f"Store {code}")).to_have_count(1)

    visit(view.page, f"{shop.program.url}/?q=nyc")
    assert MapPage(view.page).drawn() == {"NYC"}


def test_a_location_without_coordinates_is_listed_not_drawn(shop: Shop, context: BrowserContext) -> None:
    view = shop.visit(context)
    expect(view.page.get_by_role("row").filter(has_text="Store NOWHERE")).to_have_count(1)
    assert view.drawn() == set(PLACES)


def test_a_click_chooses_a_location_for_the_whole_page(shop: Shop, context: BrowserContext) -> None:
    view = shop.visit(context)
    view.page.mouse.click(*view.place("NYC"))
    view.page.wait_for_url("**/?*at=NYC*")
    eventually(lambda: view.ask("netmap.points.selected") == "NYC", what="NYC to be marked")


def test_the_map_works_by_keyboard_alone(shop: Shop, context: BrowserContext) -> None:
    shop.order("CHI")
    view = shop.visit(context)
    view.until_symbol("CHI", "non_compliant")
    keyboard = view.page.keyboard
    focused = "document.activeElement === netmap.map.getContainer() && document.hasFocus()"
    for _ in range(60):
        keyboard.press("Tab")
        if view.ask(focused):
            break
    assert view.ask(focused), "Tab never reached the map"
    container = view.frame.get_by_role("application", name="Map of locations")
    expect(container).to_have_accessible_description(
        r"Arrow keys move the map, plus and minus zoom. J and K step "
        "through the locations, worst first; Enter opens one, Escape lets go. The list beside the map holds the same "
        "locations, also those without a place on the map."
    )
    worst = view.ask("netmap.points.worstFirst()")
    keyboard.press("j")
    assert view.ask("netmap.points.focused") == worst[0]
    expect(view.frame.get_by_role("status")).to_contain_text(f"Store {worst[0]}. Non-Compliant.")
    centre = view.ask("netmap.map.getCenter().lng")
    keyboard.press("ArrowRight")
    eventually(lambda: view.ask("netmap.map.getCenter().lng") > centre, what="the map to move")
    keyboard.press("Enter")
    view.page.wait_for_url(f"**/?*at={worst[0]}*")


def test_a_lost_connection_is_said_and_greys_the_map(shop: Shop, context: BrowserContext) -> None:
    view = shop.visit(context)
    banner = view.page.locator(".connection-banner")
    expect(banner).to_be_hidden()
    shop.program.stop()
    expect(banner).to_contain_text("Connection lost")
    eventually(lambda: view.ask("document.documentElement.classList.contains('offline')"), what="grey")
    shop.program.start()
    expect(banner).to_be_hidden()
    eventually(lambda: not view.ask("document.documentElement.classList.contains('offline')"), what="colour")
    shop.order("NYC")
    view.until_symbol("NYC", "non_compliant")


@pytest.mark.parametrize("sizes", HANDS, ids=by_hand)
def test_neither_page_nor_map_has_an_accessibility_fault(shop: Shop, browser: Browser, sizes: Sizes) -> None:
    with new_context(browser, sizes[0]) as context:
        assert on_every_screen(shop.visit(context).page, "map", sizes, read=ALL_SCREENS) == []


def test_the_map_follows_the_theme_of_the_page(shop: Shop, browser: Browser) -> None:
    with new_context(browser, LAPTOP, "light") as context:
        view = shop.visit(context)
        land = "getComputedStyle(document.documentElement).getPropertyValue('--map-land').trim()"
        light = view.ask(land)
        view.page.evaluate("document.documentElement.classList.add('dark')")
        eventually(lambda: view.ask(land) != light, what="the map to be dark")
        view.page.evaluate("document.documentElement.classList.remove('dark')")
        eventually(lambda: view.ask(land) == light, what="the map to be light again")


def test_every_mark_is_drawn_in_its_own_shape(shop: Shop, context: BrowserContext) -> None:
    view = shop.visit(context)
    pictures = {key: view.ask(f"netmap.points.symbols.image('{key}', 8).canvas.toDataURL()") for key in SYMBOLS}
    assert len(set(pictures.values())) == len(SYMBOLS)


def test_a_finger_finds_a_location_on_a_phone(shop: Shop, browser: Browser) -> None:
    with new_context(browser, PHONE) as context:
        view = shop.visit(context)
        view.page.locator("iframe.map-frame").scroll_into_view_if_needed()
        view.settle()
        view.page.touchscreen.tap(*view.place("DAL"))
        view.page.wait_for_url("**/?*at=DAL*")
