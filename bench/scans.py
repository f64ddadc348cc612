"""How soon a scan is answered on screen: from the scanner's Enter to the words, and to the server's answer."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Page

from backend import runtime
from backend.config import Settings
from bench.harness import Figure
from dashboard.built import ensure_built
from tests.support import floor
from tests.support.browser import SIZES, carry_session, chromium_browser, new_context
from tests.support.picking import wave_of
from tests.support.server import Program
from tests.support.shop import order, place

SCANS = 40
WAVE = 40  # shipments
TARGET = 150.0

#: Runs before the page's own scripts: what they take for a scan reaches nobody after them.
ENTER = 'addEventListener("keydown", (e) => { if (e.key === "Enter") window.enter = e.timeStamp; }, true);'

#: Resolves with [ms until the words, ms until the server's answer], each in the frame in which it is seen.
WATCH = """() => {
  const count = () => document.querySelector(".pick-count").textContent;
  const before = count();
  const seen = (what) => new Promise((resolve) => {
    const done = () => resolve(performance.now() - window.enter);
    const look = () => requestAnimationFrame(what() ? done : look);
    look();
  });
  let answered = false;
  document.addEventListener("scans-answered", () => { answered = true; }, { once: true });
  window.timed = Promise.all([seen(() => count() !== before), seen(() => answered)]);
}"""


def run() -> Iterator[Figure]:
    """Yield the figures of a shipment and of a wave."""
    ensure_built()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shipment, wave = _seed(folder)
        with (
            Program("up", "--empty", folder=folder) as program,
            closing(program.sign_in("ann", floor.PASSWORD)) as ann,
            chromium_browser() as browser,
        ):
            context = new_context(browser, next(size for size in SIZES if size.touch))
            context.add_init_script(ENTER)
            carry_session(context, program.url, dict(ann.cookies))
            for what, path in (("a shipment", f"{shipment}"), (f"a wave of {WAVE}", f"wave/{wave}")):
                page = context.new_page()
                page.goto(f"{program.url}/pick/{path}")
                page.locator("[data-scans]").wait_for()
                yield from _times(page, what)
                page.close()


def _seed(folder: Path) -> tuple[int, int]:
    floor.seed(folder)
    ctx = runtime.build(Settings(var_dir=folder, database_url=""))
    orders = [order(f"BENCH-{n}", lines={"TEA-1": 2, "CUP-1": 1}) for n in range(WAVE)]
    placed = place(ctx, order("BENCH", lines={"TEA-1": 3 * SCANS}), *orders)
    ids = [shipment.id for one in placed for shipment in one.shipments]
    wave = wave_of(ctx, ids[1:])
    ctx.engine.dispose()
    return ids[0], wave


def _times(page: Page, what: str) -> Iterator[Figure]:
    times: list[list[float]] = []
    for _ in range(SCANS):
        page.evaluate(WATCH)
        page.keyboard.type(floor.BARCODE["TEA-1"])
        page.keyboard.press("Enter")
        times.append(page.evaluate("window.timed"))
    yield Figure(f"scan of {what}: the words on screen", [said for said, _ in times], target=TARGET)
    yield Figure(f"scan of {what}: the server's answer on screen", [done for _, done in times], target=TARGET)
