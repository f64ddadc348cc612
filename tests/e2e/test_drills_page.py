"""A drill by keyboard alone, and seen live by a second person: what it will do, who is told, taking it on, its end, and
the report it leaves, as text too."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.test_network_map import PASSWORD
from tests.support.browser import carry_session, cut, new_context, violations, visit
from tests.support.receiver import Receiver
from tests.support.server import Program

LIST = "/alerts/drills"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def boss(empty: Program, receiver: Receiver) -> Iterator[httpx.Client]:
    """Yield a person who may everything, in a network with one channel; `eve` may look."""
    for name, role in (("mia", "admin"), ("eve", "viewer")):
        empty.cli("user", "add", name, "--role", role, "--password-stdin", stdin=f"{PASSWORD}\n")
    with closing(empty.sign_in("mia", PASSWORD)) as client:
        hook = {"kind": "webhook", "title": "Night desk", "url": receiver.url}
        client.put("/api/v1/channels/night", json=hook).raise_for_status()
        yield client


def browsing(browser: Browser, program: Program, client: httpx.Client) -> BrowserContext:
    context = new_context(browser, base_url=program.url, timezone_id="Europe/Berlin")
    carry_session(context, program.url, dict(client.cookies))
    return context


@pytest.fixture
def desk(browser: Browser, empty: Program, boss: httpx.Client) -> Iterator[Page]:
    context = browsing(browser, empty, boss)
    yield context.new_page()
    context.close()


@pytest.fixture
def wall(browser: Browser, empty: Program, boss: httpx.Client) -> Iterator[Page]:
    with closing(empty.sign_in("eve", PASSWORD)) as eve:
        context = browsing(browser, empty, eve)
        yield context.new_page()
        context.close()


def test_a_drill_from_its_form_to_its_report(desk: Page, wall: Page, boss: httpx.Client, receiver: Receiver) -> None:
    visit(wall, LIST)
    expect(wall.get_by_text("No drill has been run yet")).to_be_visible()
    expect(wall.get_by_role("button", name="New drill")).to_have_count(0)
    visit(desk, LIST)
    desk.get_by_role("button", name="New drill").press("Enter")
    begins(desk, boss)

    receiver.wait_for(1)
    message = receiver.received[0].json["data"]
    assert (message["drill"], message["policy"]) == (True, "channel-unhealthy")
    panel = desk.get_by_role("complementary", name="Drill")
    expect(panel).to_contain_text("Night desk: reached in")
    expect(panel).to_contain_text("Begun by")
    expect(wall.locator("tr.row")).to_contain_text("Nobody has it")
    assert violations(desk) == []
    assert cut(desk) == []

    panel.get_by_role("button", name="Acknowledge").press("Enter")
    expect(panel.locator(".card-state")).to_contain_text("Acknowledged")
    expect(wall.locator("tr.row")).to_contain_text("Acknowledged")
    ends(desk, wall)
    sheet = boss.get("/ui/export/drills.csv").raise_for_status().text
    assert ",night," in sheet


def begins(desk: Page, boss: httpx.Client) -> None:
    """Choose what to try and whom to tell; nothing happens before it was shown."""
    expect(desk.locator("#field-policy")).to_be_focused()
    desk.keyboard.press("Tab")
    desk.keyboard.press("Space")
    expect(desk.get_by_label("Night desk")).to_be_checked()
    desk.get_by_role("button", name="Show what it will do").press("Enter")
    expect(desk.locator("#field-policy-fault")).to_have_text("Choose which policy to try.")
    expect(desk.get_by_label("Night desk")).to_be_checked()
    desk.locator("#field-policy").select_option("channel-unhealthy")
    desk.get_by_role("button", name="Show what it will do").press("Enter")
    expect(desk.locator(".drill-preview")).to_contain_text("Night desk is told at once.")
    expect(desk.locator(".drill-preview")).to_be_in_viewport()
    assert boss.get("/api/v1/drills").raise_for_status().json()["items"] == []
    assert violations(desk) == []
    desk.locator("#field-minutes").select_option("60")
    desk.get_by_role("button", name="Begin the drill").press("Enter")
    expect(desk.locator(".drill-preview")).to_contain_text("ends by itself after 1 h")  # what changed is shown first
    desk.get_by_role("button", name="Begin the drill").press("Enter")
    expect(desk.locator("main > .said")).to_contain_text("The drill runs.")


def ends(desk: Page, wall: Page) -> None:
    """End it, and read what it showed; the one who may only look reads it too."""
    panel = desk.get_by_role("complementary", name="Drill")
    panel.get_by_role("button", name="End…").press("Enter")
    expect(desk.get_by_role("button", name="End it now")).to_be_focused()
    desk.keyboard.press("Escape")
    expect(panel.get_by_role("button", name="End…")).to_be_visible()
    panel.get_by_role("button", name="End…").press("Enter")
    desk.get_by_role("button", name="End it now").press("Enter")
    expect(panel.get_by_role("region", name="After-action report")).to_contain_text("It went as it should")
    expect(desk.locator("tr.row")).to_contain_text("All went well")
    expect(wall.locator("tr.row")).to_contain_text("All went well")
    with desk.expect_popup() as opened:
        panel.get_by_role("link", name="As text").press("Enter")
    assert "What the drill showed" in opened.value.content()
    desk.keyboard.press("Escape")
    expect(panel).to_have_count(0)
