"""A real browser: headless Chromium in the sizes and themes people use, axe on every frame, screenshots."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.support.ports import eventually
from tests.support.services import BROWSER, chromium

#: How long to look for something: ends a test that would hang, measures nothing. A busy machine may need many seconds.
HANGS_MS = 60_000
expect.set_options(timeout=HANGS_MS)

SCREENSHOTS = Path(__file__).resolve().parent.parent.parent / "var" / "screenshots"


@dataclass(frozen=True)
class Size:
    """A screen; `name` goes into screenshot files."""

    name: str
    width: int
    height: int

    @property
    def touch(self) -> bool:
        """Whether fingers are used on it."""
        return self.width < 1000


LAPTOP = Size("laptop", 1440, 900)
TABLET = Size("tablet", 820, 1180)
PHONE = Size("phone", 390, 844)
SIZES = (LAPTOP, TABLET, PHONE)

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")

Sizes = tuple[Size, ...]
Screens = frozenset[tuple[Size, Theme]]
ALL_SCREENS: Screens = frozenset((size, theme) for size in SIZES for theme in THEMES)
#: One profile for a mouse, one for fingers: the second opens a page once and is then made smaller.
HANDS: tuple[Sizes, ...] = ((LAPTOP,), (TABLET, PHONE))
#: The tablet's parts are the laptop's or the phone's; colours differ by theme, not by size.
READ_BY_AXE: Screens = frozenset({(LAPTOP, "light"), (LAPTOP, "dark"), (PHONE, "light")})


def by_hand(sizes: Sizes) -> str:
    """Return what tests call one of `HANDS`."""
    return "-".join(size.name for size in sizes)


@contextmanager
def chromium_browser() -> Iterator[Browser]:
    """Yield a running browser that talks to nobody on its own."""
    path = os.environ.get(BROWSER) or chromium.executable()  # before: looking for one may start Playwright itself
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=chromium.flags())
        yield browser
        browser.close()


def new_context(browser: Browser, size: Size = LAPTOP, theme: Theme = "light", **more: Any) -> BrowserContext:
    """Return a fresh profile: no cookies, that size, that theme, no animations."""
    context = browser.new_context(
        viewport={"width": size.width, "height": size.height},
        color_scheme=theme,
        has_touch=size.touch,
        reduced_motion="reduce",
        locale="en-US",
        **more,
    )
    context.set_default_timeout(HANGS_MS)
    return context


def carry_session(context: BrowserContext, url: str, cookies: dict[str, str]) -> None:
    """Give the browser a session that was made over HTTP, so that not every test types a password."""
    context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])


def screenshot(page: Page, name: str, size: Size, theme: Theme) -> Path:
    """Save what is on screen as var/screenshots/NAME-SIZE-THEME.png."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    path = SCREENSHOTS / f"{name}-{size.name}-{theme}.png"
    page.screenshot(path=path)
    return path


def visit(page: Page, address: str) -> None:
    """Open a page of ours and wait until it answers: a key pressed or a word typed before may be drawn over."""
    page.goto(address)
    answers(page)


def answers(page: Page) -> None:
    """Wait until a page of ours has its data and its events reach the program; the one to sign in says so by itself."""
    page.locator("main[data-live], main[data-ready]").wait_for(state="attached")


def reload(page: Page) -> None:
    """Load a page of ours again and wait until it answers."""
    page.reload()
    answers(page)


def open_by(page: Page, opens: Callable[[], object], sign: str) -> None:
    """Do what opens something, and once more when it is lost: a page that is still loading draws itself anew, and what
    was opened a moment before is gone. Raises AssertionError when it does not open then either."""
    opens()
    try:
        expect(page.locator(sign).first).to_be_visible(timeout=10_000)
    except AssertionError:
        opens()
        expect(page.locator(sign).first).to_be_visible()


def on_every_screen(page: Page, name: str, sizes: Sizes, *, at: str = "", read: Screens = READ_BY_AXE) -> list[str]:
    """Show what is open in each of these sizes in both themes, as it stands: nothing is loaded again, what
    is `at` is in view. Take a picture of each, let axe read those in `read`. Return all that is wrong: what axe says,
    what is cut, what does not fit. In the end the page has the first size and is light, as it was opened."""
    wrong = []
    for size, theme in ((size, theme) for size in sizes for theme in THEMES):
        put_on(page, size, theme)
        if at:
            page.locator(at).first.evaluate("(it) => it.scrollIntoView({block: 'center'})")
        screenshot(page, name, size, theme)
        faults = violations(page) if (size, theme) in read else []
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append("wider than the screen")
        faults += cut(page)
        wrong += [f"{name}, {size.name}, {theme}: {fault}" for fault in faults]
    put_on(page, sizes[0], THEMES[0])
    return wrong


def put_on(page: Page, size: Size, theme: Theme) -> None:
    """Show an open page in another size and theme, and wait until its map and its charts are drawn anew."""
    page.set_viewport_size({"width": size.width, "height": size.height})
    page.emulate_media(color_scheme=theme)
    expect(page.locator("html")).to_have_class(re.compile(rf"\b{theme}\b"))
    wait_for_map(page, f"[data-theme={theme}]")
    eventually(lambda: page.evaluate(_CHARTS_FIT), what="the charts in the size and the colours of the page")
    page.evaluate(_PAINTED)


#: Charts have the width of their place, and the theme's own colour of text.
_CHARTS_FIT = """() => [...document.querySelectorAll('.js-plotly-plot')].every((chart) => {
  const {width, font} = chart._fullLayout ?? {};
  const text = getComputedStyle(document.documentElement).getPropertyValue('--text').trim();
  return width === chart.clientWidth && font.color.toLowerCase() === text.toLowerCase();
})"""
_PAINTED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))"


def wait_for_map(page: Page, more: str = "") -> None:
    """Wait until the map of a page, if one is shown, says that the world and all locations are drawn, and `more`."""
    if page.locator(".map-frame").is_visible():
        drawn = page.frame_locator(".map-frame").locator(f"html[data-ready][data-world=drawn]{more}")
        drawn.wait_for(state="attached")


def violations(page: Page) -> list[str]:
    """Run axe on the page and on every frame in it; one readable line per violation."""
    found: list[str] = []
    for frame in page.frames:
        if frame.url == "about:blank" or (frame.parent_frame and not frame.frame_element().is_visible()):
            continue  # a frame that is not shown is not there for anybody
        frame.evaluate(AXE_SCRIPT)
        # Each frame is asked on its own, because axe cannot reach into another document.
        result = frame.evaluate("() => axe.run(document, {iframes: false, resultTypes: ['violations']})")
        for violation in result["violations"]:
            nodes = "; ".join(node["html"][:160] for node in violation["nodes"][:4])
            found.append(f"{violation['id']} ({violation['impact']}) in {frame.url}: {violation['help']}: {nodes}")
    return found


#: Text that does not fit where it stands and is neither wrapped, nor scrolled, nor ended by three dots.
_CUT = """() => {
  const shown = (it) => it.checkVisibility({visibilityProperty: true}) && !it.closest('.sr-only, .skip-link');
  const found = [];
  for (const it of document.querySelectorAll('main *, dialog[open] *, .top *, .menu-panel *')) {
    const own = [...it.childNodes].filter((node) => node.nodeType === 3 && node.data.trim());
    if (!own.length || !shown(it)) continue;
    const parts = own.map((node) => { // not of elements in it, which may be for readers alone
      const range = document.createRange();
      range.selectNodeContents(node);
      return range.getBoundingClientRect();
    });
    const [left, right] = [parts.map((part) => part.left), parts.map((part) => part.right)];
    const text = {left: Math.min(...left), right: Math.max(...right)};
    for (let box = it; box && box !== document.body; box = box.parentElement) {
      const style = getComputedStyle(box);
      if (style.textOverflow === 'ellipsis' || /auto|scroll/.test(style.overflowX)) break;
      if (style.overflowX === 'visible') continue;
      const frame = box.getBoundingClientRect();
      if (frame.width < 2) break; // for readers alone
      if (text.right > frame.right + 1 || text.left < frame.left - 1) found.push(it.textContent.trim().slice(0, 60));
      break;
    }
    if (text.right > text.left && (text.right > innerWidth + 1 || text.left < -1)) {
      let box = it;
      while (box && !/auto|scroll|hidden|clip/.test(getComputedStyle(box).overflowX)) box = box.parentElement;
      if (!box || box === document.documentElement) found.push(`off screen: ${it.textContent.trim().slice(0, 40)}`);
    }
  }
  return found;
}"""


def cut(page: Page) -> list[str]:
    """Return texts that are cut at the side of what they stand in, or stand beside the screen."""
    return [f"cut: {text}" for text in page.evaluate(_CUT)]
