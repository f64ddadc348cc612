"""The pages about alert policies as people use them: what pages whom in words, a policy with a fault mended and saved,
what it would list at once, its versions, retiring it; who may only read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.test_pages import opened
from tests.e2e.test_routing_pages import write
from tests.support.browser import HANDS, Sizes, by_hand, on_every_screen, open_by, visit
from tests.support.network import PASSWORD, seed
from tests.support.server import Program

LIST, EDIT = "/alerts/policies", "/alerts/policies/edit"
CODE = "location-sla"


@pytest.fixture(scope="module")
def program(built_ui: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Yield a program that serves the small network in trouble, with the policies that ship."""
    folder = tmp_path_factory.mktemp("policies")
    seed(folder)
    with Program("up", "--empty", folder=folder) as running:
        yield running


@pytest.fixture(scope="module")
def boss(program: Program) -> Iterator[httpx.Client]:
    """Yield the session of one who may everything, after he made two channels."""
    with closing(program.sign_in("boss", PASSWORD)) as client:
        for code in ("ops-day", "ops-night"):
            body = {"kind": "pagerduty", "secret": "k" * 32}
            client.put(f"/api/v1/channels/{code}", json=body).raise_for_status()
        yield client


def document(boss: httpx.Client, code: str = CODE) -> dict[str, Any]:
    return dict(boss.get(f"/api/v1/alert-policies/{code}").raise_for_status().json()["document"])


def typed(page: Page, boss: httpx.Client, **changes: Any) -> None:
    write(page, json.dumps({**document(boss), **changes}, indent=2))


def save(page: Page) -> None:
    button = page.get_by_role("button", name="Save…")
    expect(button).to_be_enabled()  # Enter does nothing before
    button.press("Enter")
    page.get_by_role("dialog", name="Save? It holds at once.").get_by_role("button", name="Save it").press("Enter")


def test_a_policy_with_a_fault_is_mended_saved_and_read_in_words(
    browser: Browser, program: Program, boss: httpx.Client
) -> None:
    context, page = opened(browser, program, boss, LIST)
    page.get_by_role("link", name="Location in trouble", exact=True).press("Enter")
    expect(page.locator(".policy-clause").first).to_be_visible()
    steps = [{"after_s": 900, "notify": ["ops-nihgt"]}]
    typed(page, boss, wait_s=10, notify=["ops-day"], escalate=steps)
    fault = page.locator(".faults-list button")
    expect(fault).to_contain_text("There is no channel ops-nihgt.")
    expect(fault).to_contain_text("/escalate/0/notify/0")
    expect(page.get_by_role("button", name="Save…")).to_be_disabled()
    fault.press("Enter")
    expect(page.locator(".editor textarea")).to_be_focused()
    page.keyboard.type('        "ops-night"')
    expect(page.locator(".faults-head")).to_have_text("Nothing is wrong with it.")
    words = "told to ops-day after 10 s, escalates to ops-night after 15 min; cleared when late and at-risk work"
    expect(page.locator(".policy-summary")).to_contain_text(words)
    expect(page.locator(".policy-born")).to_contain_text("so already")
    page.locator("#edit-note").fill("nights have their own pager")
    page.get_by_role("button", name="Save…").press("Enter")
    dialog = page.get_by_role("dialog", name="Save? It holds at once.")
    expect(dialog).to_contain_text("they will be listed, not paged")
    expect(dialog.locator(".changes")).to_contain_text("how long the first notice waits")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert boss.get(f"/api/v1/alert-policies/{CODE}").json()["version"] == 1
    save(page)
    expect(page.locator(".said")).to_contain_text("Saved as version 2: it holds from now on.")
    page.get_by_role("button", name="Versions").press("Enter")
    expect(page.locator(".policy-history li").first).to_contain_text("nights have their own pager")
    page.get_by_role("navigation", name="Alerts").get_by_role("link", name="Policies").press("Enter")
    expect(page.get_by_role("row", name=re.compile("Location in trouble"))).to_contain_text(words)
    visit(page, f"{program.url}/alerts/channels?code=ops-night")
    expect(page.locator(".receiver-policies")).to_contain_text("Location in trouble")
    context.close()


def test_a_new_policy_begins_as_a_copy_and_is_retired(browser: Browser, program: Program, boss: httpx.Client) -> None:
    context, page = opened(browser, program, boss, LIST)
    page.get_by_role("button", name="New policy…").press("Enter")
    page.locator("#policy-template").select_option("vip-shipment-late")
    page.get_by_role("button", name="Write it").press("Enter")
    expect(page.locator("#edit-code")).to_have_value("vip-shipment-late-2")
    expect(page.locator("h1")).to_have_text("New policy")
    page.locator("#edit-code").fill("gold-late")
    save(page)
    expect(page.locator(".said")).to_contain_text("Saved as version 1")
    expect(page.locator("h1")).to_contain_text("VIP shipment late, another, version 1")
    page.get_by_role("button", name="Retire…").press("Enter")
    dialog = page.get_by_role("dialog", name="Retire this policy?")
    expect(dialog).to_contain_text("It watches nothing any more")
    dialog.get_by_role("button", name="Retire").press("Enter")
    expect(page.locator(".said")).to_contain_text("Retired")
    assert boss.get("/api/v1/alert-policies/gold-late").json()["status"] == "retired"
    context.close()


def test_who_saves_second_loses_nothing(browser: Browser, program: Program, boss: httpx.Client) -> None:
    context, page = opened(browser, program, boss, f"{EDIT}?code=vip-shipment-late")
    expect(page.locator(".policy-clause").first).to_be_visible()
    shipped = document(boss, "vip-shipment-late")
    write(page, json.dumps({**shipped, "title": "Mine"}, indent=2))
    boss.put("/api/v1/alert-policies/vip-shipment-late", json={**shipped, "title": "Theirs"}).raise_for_status()
    save(page)
    expect(page.locator(".conflict")).to_contain_text("nothing of it was lost")
    assert "Mine" in page.locator(".editor textarea").input_value()
    page.get_by_role("button", name="Save mine as the newest").press("Enter")
    page.get_by_role("dialog", name="Save? It holds at once.").get_by_role("button", name="Save it").press("Enter")
    expect(page.locator(".said")).to_contain_text("Saved as version 3")
    context.close()


def test_a_viewer_of_the_east_reads_policies_and_changes_none(
    browser: Browser, program: Program, boss: httpx.Client
) -> None:
    context, page = opened(browser, program, program.sign_in("eve", PASSWORD), LIST)
    expect(page.get_by_role("button", name="New policy…")).to_have_count(0)
    page.get_by_role("link", name="Location in trouble", exact=True).press("Enter")
    expect(page.locator(".editor textarea")).to_have_attribute("readonly", "")
    expect(page.locator(".policy-summary")).to_be_visible()
    assert "Chicago" not in page.locator(".reading").inner_text()
    for name in ("Save…", "Retire…"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    context.close()


VIEWS = (
    ("policies", LIST, ".row-link", ""),
    ("policies-new", LIST, "dialog[open]", "New policy…"),
    ("policy", f"{EDIT}?code={CODE}", ".policy-clause", ""),
    ("policy-versions", f"{EDIT}?code={CODE}", ".policy-history", "Versions"),
    ("policy-fresh", f"{EDIT}?template={CODE}", "#edit-code", ""),
    ("policy-save", f"{EDIT}?template={CODE}", "dialog[open]", "Save…"),
)


@pytest.mark.parametrize("sizes", HANDS, ids=by_hand)
def test_every_view_fits_every_screen_and_is_accessible(
    browser: Browser, program: Program, boss: httpx.Client, sizes: Sizes
) -> None:
    context, page = opened(browser, program, boss, LIST, sizes[0])
    faults = []
    for name, path, sign, button in VIEWS:
        visit(page, program.url + path)
        expect(page.locator(".row-link, .policy-clause").first).to_be_visible()
        press = page.get_by_role("button", name=button).press
        open_by(page, partial(press, "Enter") if button else page.bring_to_front, sign)
        faults += on_every_screen(page, name, sizes)
    context.close()
    assert faults == []


def test_policies_leave_as_csv(program: Program, boss: httpx.Client) -> None:
    lines = boss.get("/ui/export/policies.csv").text.removeprefix("\ufeff").splitlines()
    assert lines[0].startswith("code,title,state,version,words")
    assert any(line.startswith(f"{CODE},Location in trouble,Active") for line in lines)
    assert httpx.get(f"{program.url}/ui/export/policies.csv").status_code == 401
