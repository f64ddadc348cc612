"""How soon the Work queue can be worked with when 5,000 shipments are open, beside an empty queue: a fulfiller's phone
in a real browser, on both databases. Needs a PostgreSQL that lets us make a database (`PICKWATCH_TEST_POSTGRES`)."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, Page

from backend import runtime
from backend.auth.people import NewUser, create_user
from backend.config import Settings
from backend.context import Context
from backend.persistence.migrate import upgrade
from backend.sla.definitions import ensure_defaults
from bench.harness import Figure
from dashboard.built import ensure_built
from models.enums import Role
from tests.support import shop
from tests.support.browser import PHONE, carry_session, chromium_browser, new_context
from tests.support.databases import TestDatabase
from tests.support.server import Program

SHIPMENTS, AT_ONCE, CLAIMED = 5_000, 250, 20
RUNS = 11
TARGET = 1000.0
PASSWORD = "a long enough password"
GOODS = [f"SKU-{number:03}" for number in range(200)]
PARTS = ("Mine", "Free", "All")

#: Runs before the page's own scripts. Resolves with the milliseconds since the navigation began to the frame after the
#: one in which a row with its button stands there, or the words of an empty queue: both come with the server's answer.
READY = """window.ready = new Promise((resolve) => {
  const there = () => document.querySelector(".work tbody tr.row .button, .work .notice");
  const look = () => requestAnimationFrame(() => (there() ? resolve(performance.now()) : look()));
  look();
});"""

#: Presses the pill of a part of the queue; resolves with the milliseconds to the frame after the one in which it is
#: the chosen one: its rows come with it.
PRESS = """(word) => new Promise((resolve) => {
  const pills = () => [...document.querySelectorAll('[aria-label="Whose work"] a')];
  const mine = () => pills().find((pill) => pill.textContent.startsWith(word));
  const began = performance.now();
  mine().click();
  const look = () => requestAnimationFrame(() =>
    (mine().getAttribute("aria-current") === "true" ? resolve(performance.now() - began) : look()));
  look();
})"""


def run() -> Iterator[Figure]:
    """Yield the figures on SQLite, then on PostgreSQL."""
    ensure_built()
    with chromium_browser() as browser:
        with tempfile.TemporaryDirectory() as folder:
            yield from _queue(browser, "SQLite", Path(folder), "")
        with TestDatabase() as database, tempfile.TemporaryDirectory() as folder:
            yield from _queue(browser, "PostgreSQL", Path(folder), database.empty())


def _queue(browser: Browser, database: str, folder: Path, url: str) -> Iterator[Figure]:
    _seed(folder, url)
    with Program("up", "--empty", folder=folder, **({"DATABASE_URL": url} if url else {})) as program:
        cookies = {name: _cookies(program, name) for name in ("ann", "ben")}
        empty, full = _nothing(), _nothing()
        for _ in range(RUNS):  # in turn, so that a busy moment of the machine meets both
            for who, times in (("ben", empty), ("ann", full)):
                with _phone(browser, program, cookies[who]) as page:
                    times["first visit"].append(_open(page, program))
                    times["again"].append(_open(page, program))
                    for part in PARTS:
                        times[part].append(page.evaluate(PRESS, part))
    for what, values in full.items():
        beside = statistics.median(values) / statistics.median(empty[what])
        name = f"{SHIPMENTS:,} open, {database}: {f'press {what}' if what in PARTS else what}"
        yield Figure(name, values, target=TARGET, ratios={"× an empty queue": beside})


def _nothing() -> dict[str, list[float]]:
    return {name: [] for name in ("first visit", "again", *PARTS)}


@contextmanager
def _phone(browser: Browser, program: Program, cookies: dict[str, str]) -> Iterator[Page]:
    """Yield a page of a phone with nothing in its cache, signed in."""
    with new_context(browser, PHONE) as context:
        context.add_init_script(READY)
        carry_session(context, program.url, cookies)
        yield context.new_page()


def _open(page: Page, program: Program) -> float:
    page.goto(f"{program.url}/queue", wait_until="domcontentloaded")
    page.locator(".work tbody tr.row .button, .work .notice").first.wait_for()
    return float(page.evaluate("window.ready"))


def _seed(folder: Path, url: str) -> None:
    """Make a store with 5,000 open shipments, one with none, and a fulfiller in each."""
    ctx = runtime.build(Settings(var_dir=folder, database_url=url))
    upgrade(ctx.engine)
    stock = {"CHI": dict.fromkeys(GOODS, 1_000), "DEN": {GOODS[0]: 0}}
    shop.open_shop(ctx, stock, DEN=shop.location("DEN", at=shop.DENVER))
    with ctx.uow() as uow:
        ensure_defaults(uow)
        for name, place in (("ann", "CHI"), ("ben", "DEN")):
            create_user(uow, NewUser(name, PASSWORD, Role.FULFILLER, location_codes=[place]))
    for first in range(0, SHIPMENTS, AT_ONCE):
        _orders(ctx, first)
    ctx.engine.dispose()


def _orders(ctx: Context, first: int) -> None:
    with ctx.read() as uow:
        now = uow.now
    shop.place(
        ctx,
        *(
            shop.order(
                f"WEB-{number:05}",
                lines={GOODS[number % 200]: 1 + number % 3, GOODS[(number * 7 + 1) % 200]: 1},
                placed_at=now - timedelta(seconds=3 * number),
            )
            for number in range(first, first + AT_ONCE)
        ),
    )


def _cookies(program: Program, who: str) -> dict[str, str]:
    """Sign in, take some of the work into one's hands, and return the session."""
    with closing(program.sign_in(who, PASSWORD)) as session:
        answer = session.get("/api/v1/shipments", params={"status": "open", "limit": CLAIMED}).raise_for_status()
        for item in answer.json()["items"]:
            session.post(f"/api/v1/shipments/{item['id']}/claim").raise_for_status()
        return dict(session.cookies)
