"""How soon the Network page is ready with 10,000 locations, and how soon a change on the server is seen on it."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page

from backend.auth.service import COOKIE
from bench.harness import Figure
from dashboard.built import ensure_built
from tests.support.browser import carry_session, chromium_browser, new_context
from tests.support.ports import free_port

LOCATIONS = 10_000
RECOLOURED = 1_000
RUNS = 7

#: Resolves with the epoch milliseconds of the first frame in which the watched location has another symbol.
WATCH = """() => {
  const watched = () => netmap.points.byCode.get('L00001').symbol;
  const before = watched();
  window.seen = new Promise((resolve) => {
    const look = () => watched() === before
      ? requestAnimationFrame(look)
      : requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now()));
    requestAnimationFrame(look);
  });
}"""

#: The same for the text of an element of the page.
WATCH_TEXT = """(selector) => {
  const watched = () => document.querySelector(selector)?.textContent;
  const before = watched();
  window.seen = new Promise((resolve) => {
    const look = () => watched() === before
      ? requestAnimationFrame(look)
      : resolve(performance.timeOrigin + performance.now());
    requestAnimationFrame(look);
  });
}"""

#: Draws the points and the world below them at zoom levels from far to near, and reads one pixel, so that it is done.
DRAW = """() => {
  const { map, points } = netmap;
  const spent = [];
  for (const zoom of [3, 4, 5, 6, 8]) {
    map.setView([39, -97], zoom, { animate: false });
    const began = performance.now();
    points.layer._draw();
    points.layer._context.getImageData(0, 0, 1, 1);
    spent.push(performance.now() - began);
  }
  return spent;
}"""


class Server:
    """The bench's own server process (bench/page_server.py)."""

    def __init__(self, folder: str, locations: int) -> None:
        port = free_port()
        command = [sys.executable, "-m", "bench.page_server", str(locations), str(port), folder]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        ready = re.match(r"ready (\d+) (\S+)", self.ask(""))
        assert ready, "the server did not start"
        self.url, self.cookie = f"http://127.0.0.1:{ready[1]}", ready[2]

    def ask(self, line: str) -> str:
        """Send a line, unless empty, and return the answer."""
        assert self.process.stdin
        assert self.process.stdout
        if line:
            self.process.stdin.write(f"{line}\n")
            self.process.stdin.flush()
        return self.process.stdout.readline()

    def recolour(self, count: int) -> float:
        """Change the colour of `count` locations and return when that was committed, in epoch milliseconds."""
        return float(self.ask(f"recolour {count}")) * 1000

    def quit(self) -> None:
        """End the process."""
        self.process.communicate("quit\n", timeout=20)


def run() -> Iterator[Figure]:
    """Yield the figures of the Network page with 10,000 locations."""
    ensure_built()
    with serving(LOCATIONS) as server, chromium_browser() as browser:
        cold, warm = _ready(browser, server)
        yield Figure(f"page and map ready, {LOCATIONS:,} locations, empty cache", cold, target=2000)
        yield Figure("the same, files in the browser's cache", warm, target=2000)
        with new_context(browser) as context:
            carry_session(context, server.url, {COOKIE: server.cookie})
            page = context.new_page()
            _open(page, server)
            frame = _frame(page)
            name = f"{RECOLOURED:,} locations recoloured on the map, after the commit"
            yield Figure(name, [_seen(frame, server, RECOLOURED, WATCH) for _ in range(RUNS)], target=500)
            values = [_seen(page, server, 1, WATCH_TEXT, "tbody") for _ in range(RUNS)]
            yield Figure("one change in the list, after the commit", values, target=500)
            frames = [spent for _ in range(RUNS) for spent in frame.evaluate(DRAW)]
            yield Figure(f"drawing {LOCATIONS:,} points once the map rests", frames, target=100)


@contextmanager
def serving(locations: int) -> Iterator[Server]:
    """Yield a running server with that many locations, and end it."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder, locations)
        try:
            yield server
        finally:
            server.quit()


def _ready(browser: Browser, server: Server) -> tuple[list[float], list[float]]:
    cold, warm = [], []
    for _ in range(RUNS):
        with new_context(browser) as context:
            carry_session(context, server.url, {COOKIE: server.cookie})
            page = context.new_page()
            cold.append(_open(page, server))
            warm.append(_open(page, server))
    return cold, warm


def _open(page: Page, server: Server) -> float:
    """Return the milliseconds until the list shows rows and the map its points."""
    started = time.perf_counter()
    page.goto(server.url, wait_until="commit")
    page.locator("tbody tr").first.wait_for()
    page.frame_locator("iframe.map-frame").locator("html[data-ready]").wait_for(state="attached")
    return (time.perf_counter() - started) * 1000


def _frame(page: Page) -> Any:
    return next(frame for frame in page.frames if frame.url.endswith("/ui/map"))


def _seen(where: Any, server: Server, count: int, watch: str, *arguments: str) -> float:
    time.sleep(1)  # let what the last change set off come to rest
    where.evaluate(watch, *arguments)
    committed = server.recolour(count)
    return float(where.evaluate("window.seen")) - committed
