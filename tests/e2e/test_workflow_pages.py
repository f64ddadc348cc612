"""The pages about workflows as people use them: a fork written, put right, activated by keyboard alone, and worked by
on the floor; versions compared; who may only read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from backend.auth.people import NewUser, create_user
from backend.context import Context
from backend.fulfillment import workflows
from backend.fulfillment.defaults import EXAMPLE_FORK
from backend.persistence.migrate import upgrade
from backend.sla.definitions import ensure_defaults
from models.enums import Method, Role
from tests.e2e.test_pages import opened
from tests.e2e.test_routing_pages import write
from tests.support import shop
from tests.support.attack import PASSWORD, database_of
from tests.support.browser import HANDS, LAPTOP, Sizes, by_hand, on_every_screen, visit
from tests.support.server import Program

LIST, EDIT = "/settings/workflows", "/settings/workflows/edit"
CODE = "gift-delivery"
#: What is looked at: name, address, what stands there once it is there.
VIEWS = (
    ("workflows", LIST, ".flow-older"),
    ("workflow-edit", f"{EDIT}?code={CODE}", ".flow-step"),
    ("workflow-new", f"{EDIT}?method=pickup&group=gift", "#edit-code"),
    ("workflow-diff", f"{EDIT}?code={CODE}&against={CODE}:1", ".sides"),
    ("workflow-faults", f"{EDIT}?code={CODE}", ".sides"),
)


def seed(ctx: Context) -> None:
    """Make two stores, the first in the group gift, whose deliveries go by the second version of a fork while two that
    are under way keep the first; a third is a draft."""
    upgrade(ctx.engine)
    places = {
        "chi": shop.location("chi", name="Chicago", groups=("gift",)),
        "nyc": shop.location("nyc", name="New York", groups=("east",), at=shop.NEW_YORK),
    }
    with ctx.uow() as uow:
        ensure_defaults(uow)
        create_user(uow, NewUser("boss", PASSWORD, Role.ADMIN))
    shop.open_shop(ctx, {code: {"tea": 99} for code in places}, **places)
    with ctx.uow() as uow:
        create_user(uow, NewUser("max", PASSWORD, Role.MANAGER, group_codes=["gift"]))
    steps = [*EXAMPLE_FORK["steps"], {"code": "hand-over", "name": "Hand over", "action": "hand-over"}]
    first = {**EXAMPLE_FORK, "title": "Gifts by van", "method": Method.DELIVERY.value, "steps": steps}
    checked = [{**step, "by": ["manager"]} if step["code"] == "check" else step for step in steps]
    save(ctx, first, note="For the season", hold=True)
    shop.place(ctx, *[shop.order(f"D-{number}", method=Method.DELIVERY) for number in range(2)])
    save(ctx, {**first, "steps": checked}, note="Only managers check", hold=True)
    shop.place(ctx, shop.order("D-2", method=Method.DELIVERY))
    save(ctx, {**first, "title": "Gifts by van, wrapped by two"}, note="To be talked over", hold=False)


def save(ctx: Context, document: dict[str, Any], *, note: str, hold: bool) -> None:
    with ctx.uow() as uow:
        workflows.put(uow, CODE, document, note=note)
        if hold:
            workflows.activate(uow, CODE)


@pytest.fixture(scope="module")
def program(built_ui: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    program = Program("up", "--empty", folder=tmp_path_factory.mktemp("workflows"))
    with database_of(program) as ctx:
        seed(ctx)
    with program:
        yield program


@pytest.fixture(scope="module")
def boss(program: Program) -> Iterator[httpx.Client]:
    with closing(program.sign_in("boss", PASSWORD)) as client:
        yield client


@pytest.mark.parametrize("sizes", HANDS, ids=by_hand)
def test_every_view_fits_every_screen_and_is_accessible(
    browser: Browser, program: Program, boss: httpx.Client, sizes: Sizes
) -> None:
    context, page = opened(browser, program, boss, LIST, sizes[0])
    faults = []
    for name, path, sign in VIEWS:
        visit(page, program.url + path)
        expect(page.locator(sign).first).to_be_visible()
        if name == "workflow-faults":
            write(page, text(by=["pirate"]))
            expect(page.locator(".faults-list button")).to_have_count(1)
        faults += on_every_screen(page, name, sizes, at="" if sizes == (LAPTOP,) else sign)
    context.close()
    assert faults == []


def text(**check: Any) -> str:
    """Return the example as text, with changes of its quality check."""
    steps = [{**step, **check} if step["code"] == "check" else step for step in EXAMPLE_FORK["steps"]]
    return json.dumps({**EXAMPLE_FORK, "steps": steps}, indent=2)


def test_a_fork_is_written_and_activated_by_keyboard_and_worked_by_on_the_floor(
    browser: Browser, program: Program, boss: httpx.Client
) -> None:
    before = placed(boss, "before")
    context, page = opened(browser, program, boss, LIST)
    begin(page)
    put_right(page)
    let_it_hold(page)
    page.get_by_role("link", name="What holds").press("Enter")
    row = page.get_by_role("region", name="Ship to home").locator(".flow").nth(1)
    expect(row).to_contain_text("ship-gift, version 1")
    names = ("Accept", "Pick", "Quality check, a step of its own", "Gift wrap, a step of its own", "Pack", "Ship")
    expect(row.locator(".flow-chip")).to_contain_text(names)
    after = placed(boss, "after")
    assert steps_of(boss, before) == ["accept", "pick", "pack", "ship"]
    assert steps_of(boss, after) == ["accept", "pick"]
    boss.post(f"/api/v1/shipments/{after}/pick", json={}, headers={"Idempotency-Key": "pick"}).raise_for_status()
    work_it_off(page, program, after)
    shown = boss.get(f"/api/v1/shipments/{after}/steps").json()["items"]
    assert {step["step"]: step["inputs"] for step in shown}["check"] == {"result": "repacked"}
    assert "gift-wrap" in [step["step"] for step in shown]
    context.close()


def begin(page: Page) -> None:
    page.get_by_role("button", name="New fork…").press("Enter")
    page.locator("#fork-method").select_option("ship")
    page.locator("#fork-group").select_option("gift")
    page.get_by_role("button", name="Write it").press("Enter")
    expect(page.locator("h1")).to_have_text("New fork of Ship to home for group gift")
    expect(page.locator("#edit-code")).to_have_value("ship-gift")
    expect(page.locator(".flow-step")).to_have_count(4)


def put_right(page: Page) -> None:
    write(page, text(by=["pirate"]))
    fault = page.locator(".faults-list button")
    expect(fault).to_contain_text("/steps/2/by/0")
    expect(page.get_by_role("button", name="Save as draft")).to_be_disabled()
    expect(page.locator(".reading-body")).to_contain_text("This cannot be read yet")
    fault.press("Enter")
    field = page.locator(".editor textarea")
    expect(field).to_be_focused()
    page.keyboard.type('        "manager"')
    expect(page.locator(".faults-head")).to_have_text("Nothing is wrong with it.")
    check = page.locator(".flow-step").nth(2)
    expect(check).to_contain_text("Only managers")
    expect(check).to_contain_text("How is it? (one of good, repacked; needed)")


def let_it_hold(page: Page) -> None:
    page.locator("#edit-note").focus()
    page.keyboard.type("gifts are wrapped")
    page.keyboard.press("Enter")
    expect(page.locator(".said")).to_contain_text("Saved as version 1, a draft.")
    activate = page.get_by_role("button", name="Activate…")
    expect(activate).to_be_enabled()
    activate.press("Enter")
    dialog = page.get_by_role("dialog", name="Activate this version?")
    expect(dialog).to_contain_text("New shipments (Ship to home) at locations of group gift work by it from now on.")
    expect(dialog).to_contain_text("1 shipment under way keeps it.")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    activate.press("Enter")
    dialog.get_by_role("button", name="Activate").press("Enter")
    expect(page.locator(".said")).to_contain_text("This version holds now")
    expect(activate).to_be_disabled()


def placed(boss: httpx.Client, name: str) -> int:
    """Place an order near the store of the group and return its shipment."""
    body = {
        "external_id": name,
        "channel": "web",
        "method": "ship",
        "ship_to": {"latitude": shop.CHICAGO[0], "longitude": shop.CHICAGO[1]},
        "lines": [{"sku": "tea", "quantity": 1}],
    }
    answer = boss.post("/api/v1/orders", json=body, headers={"Idempotency-Key": name, "Prefer": "wait=30"})
    return int(answer.raise_for_status().json()["shipments"][0]["id"])


def steps_of(boss: httpx.Client, shipment: int) -> list[str]:
    return [step["code"] for step in boss.get(f"/api/v1/shipments/{shipment}").json()["next_steps"]]


def work_it_off(page: Page, program: Program, shipment: int) -> None:
    visit(page, f"{program.url}/queue?location=chi")
    expect(page.get_by_role("row", name=re.compile("after"))).to_contain_text("Quality check")
    visit(page, f"{program.url}/pick/{shipment}")
    step = page.locator("#pick-step h2")
    expect(step).to_have_text("Quality check")
    page.locator("#ask-result").select_option("repacked")
    page.locator(".pick-main").press("Enter")
    expect(step).to_have_text("Gift wrap")
    page.locator("#ask-card").fill("Happy birthday")
    page.locator(".pick-main").press("Enter")
    expect(step).to_have_text("Pack")


def test_any_two_versions_are_compared_and_the_address_says_which(
    browser: Browser, program: Program, boss: httpx.Client
) -> None:
    context, page = opened(browser, program, boss, f"{EDIT}?code={CODE}")
    page.get_by_role("button", name=re.compile("^Changes")).press("Enter")
    expect(page.locator(".reading .changes")).to_contain_text("Gifts by van, wrapped by two")
    expect(page.locator(".sides")).to_contain_text("manager")
    page.locator("#edit-against").select_option(f"{CODE}:1")
    expect(page.locator(".sides th").first).to_have_text(f"{CODE} 1")
    expect(page.locator(".sides")).not_to_contain_text("manager")
    expect(page).to_have_url(re.compile(re.escape(f"against={CODE}%3A1")))
    page.locator("#edit-version").select_option(f"{CODE}:2")
    expect(page.locator("h1")).to_have_text(f"{CODE}, version 2")
    context.close()


def test_who_saves_second_loses_nothing(browser: Browser, program: Program, boss: httpx.Client) -> None:
    tabs = [opened(browser, program, boss, f"{EDIT}?code=curbside") for _ in range(2)]
    document = boss.get("/api/v1/workflows/curbside").json()["document"]
    for _, page in tabs:
        expect(page.locator(".flow-step").first).to_be_visible()
    (_, first), (_, second) = tabs
    write(first, json.dumps({**document, "title": "The first"}, indent=2))
    write(second, json.dumps({**document, "title": "The second"}, indent=2))
    first.keyboard.press("Control+s")
    expect(first.locator(".said")).to_contain_text("Saved as version 1")
    second.keyboard.press("Control+s")
    expect(second.locator(".conflict")).to_contain_text("nothing of it was lost")
    assert "The second" in second.locator(".editor textarea").input_value()
    second.get_by_role("button", name="Save mine as the newest").click()
    expect(second.locator(".said")).to_contain_text("Saved as version 2")
    for context, _ in tabs:
        context.close()


def test_a_workflow_is_retired_by_keyboard(browser: Browser, program: Program, boss: httpx.Client) -> None:
    document = boss.get("/api/v1/workflows/transfer").json()["document"]
    boss.put("/api/v1/workflows/transfer", json={**document, "title": "By our own van"}).raise_for_status()
    boss.post("/api/v1/workflows/transfer/activate", headers={"Idempotency-Key": "van"}).raise_for_status()
    context, page = opened(browser, program, boss, f"{EDIT}?code=transfer")
    page.get_by_role("button", name="Retire…").press("Enter")
    dialog = page.get_by_role("dialog", name="Retire this workflow?")
    expect(dialog).to_contain_text("new shipments everywhere work by Transfer as built in")
    dialog.get_by_role("button", name="Retire").press("Enter")
    expect(page.locator(".said")).to_contain_text("Retired")
    expect(page.get_by_role("button", name="Retire…")).to_have_count(0)
    assert boss.get("/api/v1/workflows/transfer").json()["active"] is None
    context.close()


def test_who_sees_a_part_of_the_network_reads_workflows_and_changes_none(browser: Browser, program: Program) -> None:
    context, page = opened(browser, program, program.sign_in("max", PASSWORD), LIST)
    expect(page.locator(".flow").first).to_be_visible()
    expect(page.locator(".rail").get_by_role("link", name="Settings")).to_be_visible()
    expect(page.get_by_role("button", name="New fork…")).to_have_count(0)
    page.get_by_role("link", name="Group gift").first.press("Enter")
    expect(page.locator(".editor textarea")).to_have_attribute("readonly", "")
    for name in ("Save as draft", "Activate…", "Retire…"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    context.close()


def test_versions_leave_as_csv(program: Program, boss: httpx.Client) -> None:
    lines = boss.get("/ui/export/workflows.csv?state=retired").text.removeprefix("\ufeff").splitlines()
    assert lines[0].startswith("code,version,method,group,state")
    assert any(line.startswith(f"{CODE},1,delivery,gift,retired") for line in lines)
    assert httpx.get(f"{program.url}/ui/export/workflows.csv").status_code == 401
