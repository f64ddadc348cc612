"""The pages about routing as people use them: a strategy written, saved, activated and tried by keyboard alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from backend import runtime
from backend.auth.people import NewUser, create_user
from backend.config import Settings
from backend.routing.defaults import DEFAULT_STRATEGY
from models.enums import Role
from tests.e2e.test_pages import opened
from tests.support.browser import HANDS, Sizes, by_hand, on_every_screen, visit
from tests.support.network import PASSWORD, WORST, seed
from tests.support.server import Program

TRIED = f"/routing/try?lines=tea+2&near={WORST}"
#: What is looked at: name, address, what stands there once it is there.
VIEWS = (
    ("routing", "/routing", ".route"),
    ("routing-edit", "/routing/edit", ".editor textarea"),
    ("routing-try", "/routing/try", ".try-answer .notice"),
    ("routing-tried", TRIED, ".try-result"),
    ("routing-refused", "/routing/try?lines=cake", "[role=alert].notice"),
    ("routing-shadow", "/routing/shadow", ".runs .notice, .runs .row-link"),
    ("routing-empty", "/routing/empty", ".empties .notice, .empties .row-link"),
)


@pytest.fixture(scope="module")
def program(built_ui: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Yield a program that serves the small network in trouble."""
    folder = tmp_path_factory.mktemp("routing")
    seed(folder)
    _people(folder)
    with Program("up", "--empty", folder=folder) as running:
        yield running


def _people(folder: Path) -> None:
    ctx = runtime.build(Settings(var_dir=folder, database_url=""))
    with ctx.uow() as uow:
        create_user(uow, NewUser("max", PASSWORD, Role.MANAGER, group_codes=["east"]))
    ctx.engine.dispose()


@pytest.fixture(scope="module")
def boss(program: Program) -> httpx.Client:
    """Return the session of one who may everything."""
    return program.sign_in("boss", PASSWORD)


@pytest.fixture
def editor(browser: Browser, program: Program, boss: httpx.Client) -> Iterator[Page]:
    """Yield the editor on a laptop, loaded with the newest version."""
    context, page = opened(browser, program, boss, "/routing/edit")
    expect(page.locator(".editor textarea")).to_be_visible()
    yield page
    context.close()


def document(**changes: Any) -> str:
    """Return the shipped strategy with changes, as text."""
    return json.dumps({**DEFAULT_STRATEGY, **changes}, indent=2)


def write(page: Page, text: str) -> None:
    """Put text into the editor as by pasting."""
    page.locator(".editor textarea").focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


@pytest.mark.parametrize("sizes", HANDS, ids=by_hand)
def test_every_view_fits_every_screen_and_is_accessible(
    browser: Browser, program: Program, boss: httpx.Client, sizes: Sizes
) -> None:
    context, page = opened(browser, program, boss, "/routing", sizes[0])
    faults = []
    for name, path, sign in VIEWS:
        visit(page, program.url + path)
        expect(page.locator(sign).first).to_be_visible()
        if name == "routing-edit":
            write(page, document(otherwise="explode", limits={"splits_per_order": 2}))
            expect(page.locator(".faults-list button")).to_have_count(1)
            page.get_by_role("button", name=re.compile("^Changes")).click()
            expect(page.locator(".sides")).to_be_visible()
        faults += on_every_screen(page, name, sizes)
    context.close()
    assert faults == []


def test_a_strategy_is_written_saved_and_activated_by_keyboard_alone(editor: Page) -> None:
    write(editor, document(title="By hand", otherwise="explode"))
    fault = editor.locator(".faults-list button")
    expect(fault).to_contain_text("/otherwise")
    fault.focus()
    editor.keyboard.press("Enter")
    field = editor.locator(".editor textarea")
    expect(field).to_be_focused()
    chosen = "(field) => field.value.slice(field.selectionStart, field.selectionEnd)"
    assert "explode" in field.evaluate(chosen)
    editor.keyboard.type('  "otherwise": "backorder"')
    expect(editor.locator(".faults-head")).to_have_text("Nothing is wrong with it.")
    expect(editor.locator(".reading-body")).to_contain_text("By hand")
    editor.locator("#edit-note").focus()
    editor.keyboard.type("backorder what is left")
    editor.keyboard.press("Enter")
    expect(editor.locator(".said")).to_contain_text("a draft. The active version is as it was.")
    button = editor.get_by_role("button", name="Activate…")
    expect(button).to_be_enabled()
    button.focus()
    editor.keyboard.press("Enter")
    dialog = editor.get_by_role("dialog")
    expect(dialog).to_contain_text("what is left at the end")
    expect(dialog).to_contain_text("put it on backorder")
    editor.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    editor.keyboard.press("Enter")
    dialog.get_by_role("button", name="Activate").focus()
    editor.keyboard.press("Enter")
    expect(editor.locator(".said")).to_contain_text("This version is active now")
    editor.get_by_role("link", name="Strategy").click()
    expect(editor.locator(".strategy h2")).to_have_text("By hand")
    expect(editor.locator(".versions")).to_contain_text("backorder what is left")


def test_tab_leaves_the_editor_and_enter_keeps_the_indent(editor: Page) -> None:
    field = editor.locator(".editor textarea")
    write(editor, '{\n  "title": {')
    editor.keyboard.press("Enter")
    editor.keyboard.type("x")
    expect(field).to_have_value('{\n  "title": {\n    x')
    editor.keyboard.press("Tab")
    expect(field).not_to_be_focused()


def test_who_saves_second_loses_nothing(browser: Browser, program: Program, boss: httpx.Client) -> None:
    tabs: list[tuple[BrowserContext, Page]] = [opened(browser, program, boss, "/routing/edit") for _ in range(2)]
    for _, page in tabs:
        expect(page.locator(".editor textarea")).to_be_visible()
    (_, first), (_, second) = tabs
    write(first, document(title="The first"))
    write(second, document(title="The second"))
    first.keyboard.press("Control+s")
    expect(first.locator(".said")).to_contain_text("Saved as version")
    second.keyboard.press("Control+s")
    expect(second.locator(".conflict")).to_contain_text("nothing of it was lost")
    assert "The second" in second.locator(".editor textarea").input_value()
    second.get_by_role("button", name="Save mine as the newest").click()
    expect(second.locator(".said")).to_contain_text("Saved as version")
    for context, _ in tabs:
        context.close()


def test_an_order_is_tried_by_keyboard_and_explained(browser: Browser, program: Program, boss: httpx.Client) -> None:
    context, page = opened(browser, program, boss, "/routing/try")
    page.locator("#try-lines").focus()
    page.keyboard.type("tea 2")
    page.locator("#try-near").focus()
    page.keyboard.type("den-3")
    page.keyboard.press("Enter")
    expect(page.locator(".try-result h2")).to_have_text("Goes to Denver 4")
    expect(page).to_have_url(re.compile("near=den-3"))
    page.locator("#why-not").focus()
    page.keyboard.type("chicago 1")
    expect(page.locator(".why-one").first).to_contain_text("ranked")
    page.go_back()
    expect(page.locator(".try-answer .notice")).to_be_visible()
    context.close()


def test_who_sees_a_part_of_the_network_reads_strategies_and_changes_none(browser: Browser, program: Program) -> None:
    context, page = opened(browser, program, program.sign_in("max", PASSWORD), "/routing/edit")
    field = page.locator(".editor textarea")
    expect(field).to_have_attribute("readonly", "")
    expect(page.get_by_role("button", name="Save as draft")).to_have_count(0)
    visit(page, program.url + "/routing")
    expect(page.locator(".route").first).to_be_visible()
    expect(page.locator(".head-actions").get_by_role("link", name="Edit")).to_have_count(0)
    visit(page, program.url + "/routing/shadow")
    expect(page.get_by_text("A shadow run shows the whole network")).to_be_visible()
    context.close()


def test_a_shadow_run_is_started_and_read_by_keyboard(browser: Browser, program: Program, boss: httpx.Client) -> None:
    context, page = opened(browser, program, boss, "/routing/shadow")
    page.locator("#shadow-orders").fill("20")
    page.keyboard.press("Enter")
    expect(page.locator(".compared")).to_be_visible()
    expect(page.locator(".compared")).to_contain_text("Shipments")
    expect(page.locator(".runs .row")).to_have_count(1)
    expect(page).to_have_url(re.compile("run="))
    page.keyboard.press("Escape")
    expect(page.locator(".compared")).to_have_count(0)
    context.close()


def test_lists_leave_as_csv(program: Program, boss: httpx.Client) -> None:
    versions = boss.get("/ui/export/strategies.csv").text.removeprefix("\ufeff").splitlines()
    assert versions[0].startswith("name,version,state")
    assert len(versions) > 1
    assert boss.get("/ui/export/empty-suggestions.csv").status_code == 200
    assert httpx.get(f"{program.url}/ui/export/strategies.csv").status_code == 401
