"""The page Channels as people use it: a signed webhook is added, tried, breaks, is mended, and what it missed is sent
again; a secret is shown once and never again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from functools import partial

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from alerts.delivery.signing import sign
from backend.auth.people import NewUser, create_user
from backend.persistence.migrate import upgrade
from backend.sla.definitions import ensure_defaults
from models.enums import Role
from tests.e2e.test_pages import opened
from tests.support.attack import PASSWORD, database_of
from tests.support.browser import HANDS, Sizes, by_hand, on_every_screen, open_by, reload, visit
from tests.support.receiver import FAILS, Answer, Received, Receiver
from tests.support.server import Program

LIST = "/alerts/channels"
ROUTING_KEY = "k" * 32


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture(scope="module")
def program(built_ui: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """Yield a program that may send to this machine; `mia` may read channels, not write them."""
    settings = {"PICKWATCH_WEBHOOK_ALLOWED_HOSTS": "127.0.0.1"}
    program = Program("up", "--empty", folder=tmp_path_factory.mktemp("channels"), **settings)
    with database_of(program) as ctx:
        upgrade(ctx.engine)
        with ctx.uow() as uow:
            ensure_defaults(uow)
            create_user(uow, NewUser("boss", PASSWORD, Role.ADMIN))
            create_user(uow, NewUser("mia", PASSWORD, Role.MANAGER))
    with program:
        yield program


@pytest.fixture(scope="module")
def boss(program: Program, receiver: Receiver) -> Iterator[httpx.Client]:
    """Yield the session of one who may everything, after he made channels of several kinds."""
    with closing(program.sign_in("boss", PASSWORD)) as client:
        pager = {"kind": "pagerduty", "title": "Operations, day and night", "secret": ROUTING_KEY}
        client.put("/api/v1/channels/ops-pager", json=pager).raise_for_status()
        hook = {"kind": "webhook", "title": "The till's own program", "url": receiver.url}
        client.put("/api/v1/channels/till", json=hook).raise_for_status()
        client.post("/api/v1/channels/till/pause", json={}).raise_for_status()
        yield client


def submit(page: Page, word: str) -> None:
    page.locator("dialog[open]").get_by_role("button", name=word).press("Enter")


def begin(page: Page, kind: str) -> None:
    """Open the form of a new channel."""
    page.get_by_role("button", name="New channel").press("Enter")
    page.locator("#field-kind").select_option(kind)
    submit(page, "Go on")
    expect(page.locator("#field-code")).to_be_focused()


def signed_with(secret: str, message: Received) -> bool:
    """Return whether one of the message's signatures is made with the secret."""
    stamp = int(message.headers["webhook-timestamp"])
    wanted = sign(secret, message_id=message.headers["webhook-id"], timestamp=stamp, body=message.body)
    return wanted in message.headers["webhook-signature"].split()


def try_it(page: Page, ends: str) -> None:
    """Send a test and wait until it has an answer."""
    page.get_by_role("button", name="Send a test").press("Enter")
    expect(page.locator(".tried .card-state")).to_contain_text(ends)
    expect(page.locator(".tried")).to_contain_text("Answer")


def fares(page: Page, word: str) -> None:
    expect(page.locator(".receiver .card-state").first).to_contain_text(word)


def test_a_webhook_is_added_tried_broken_mended_and_told_what_it_missed(
    browser: Browser, program: Program, boss: httpx.Client
) -> None:
    context, page = opened(browser, program, boss, LIST)
    with Receiver() as receiver:
        begin(page, "webhook")
        page.locator("#field-code").fill("ops-hook")
        page.locator("#field-title").fill("Our own program")
        page.locator("#field-url").fill("ftp://nowhere")
        submit(page, "Make it")
        expect(page.locator("#field-url-fault")).not_to_be_empty()
        page.locator("#field-url").fill(receiver.url)
        submit(page, "Make it")
        secret = page.locator(".once-secret").inner_text()
        assert secret.startswith("whsec_")
        expect(page.get_by_role("complementary", name="Channel")).to_contain_text("Our own program")

        try_it(page, "Delivered")
        assert signed_with(secret, receiver.wait_for(1)[0])
        fares(page, "Works")
        reload(page)
        fares(page, "Works")
        expect(page.locator(".once-secret")).to_have_count(0)
        assert secret not in page.content()

        receiver.always(FAILS)
        try_it(page, "Waiting")
        expect(page.locator(".tried")).to_contain_text("Answer 500")
        fares(page, "Failing")
        expect(page.get_by_role("row", name=re.compile("ops-hook"))).to_contain_text("Failing")

        receiver.always(Answer(204))
        missed, before = receiver.received[-1].headers["webhook-id"], len(receiver.received)
        page.locator(".tried").get_by_role("link", name=re.compile("Delivery")).press("Enter")
        expect(page.locator(".delivery")).to_contain_text("ops-hook, Signed webhook")
        page.get_by_role("button", name="Send now").press("Enter")
        assert receiver.wait_for(before + 1)[-1].headers["webhook-id"] == missed
        page.get_by_role("link", name="ops-hook, Signed webhook").press("Enter")
        fares(page, "Works")
    context.close()


def test_a_secret_is_rotated_shown_once_and_the_old_one_is_good_for_a_while(
    browser: Browser, program: Program, boss: httpx.Client
) -> None:
    with Receiver() as receiver:
        body = {"kind": "webhook", "url": receiver.url}
        old = boss.put("/api/v1/channels/rotated", json=body).raise_for_status().json()["secret"]
        context, page = opened(browser, program, boss, f"{LIST}?code=rotated")
        page.get_by_role("button", name="New secret…").press("Enter")
        page.get_by_role("dialog", name="Make a new secret?").get_by_role("button", name="Make it").press("Enter")
        new = page.locator(".once-secret").inner_text()
        assert new != old
        expect(page.locator(".receiver-facts")).to_contain_text("The one before is good for another 23 h")
        try_it(page, "Delivered")
        message = receiver.wait_for(1)[0]
        assert signed_with(new, message)
        assert signed_with(old, message)
        context.close()


def test_a_secret_of_a_tool_goes_in_and_never_comes_out(browser: Browser, program: Program, boss: httpx.Client) -> None:
    context, page = opened(browser, program, boss, LIST)
    heard: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: heard.append(str(frame))))
    reload(page)
    begin(page, "pagerduty")
    page.locator("#field-code").fill("night")
    page.locator("#field-secret").fill("too-short-a-key")
    submit(page, "Make it")
    expect(page.locator("#field-secret-fault")).to_contain_text("32")
    page.locator("#field-secret").fill(ROUTING_KEY)
    page.locator("#field-config_region").select_option("eu")
    submit(page, "Make it")
    expect(page.locator(".receiver-facts")).to_contain_text("Integration key")
    expect(page.locator(".receiver-facts")).to_contain_text("Set")
    page.get_by_role("button", name="Edit").press("Enter")
    expect(page.locator("#field-secret")).to_have_value("")
    page.locator("#field-title").fill("At night")
    submit(page, "Save")
    expect(page.locator(".receiver h2")).to_have_text("At night")
    assert heard
    assert not [frame for frame in heard if ROUTING_KEY in frame or "too-short-a-key" in frame]
    context.close()


def test_a_channel_is_paused_resumed_and_deleted_by_keyboard(
    browser: Browser, program: Program, boss: httpx.Client, receiver: Receiver
) -> None:
    body = {"kind": "webhook", "url": receiver.url, "title": "For a while"}
    boss.put("/api/v1/channels/short-lived", json=body).raise_for_status()
    context, page = opened(browser, program, boss, f"{LIST}?code=short-lived")
    page.get_by_role("button", name="Pause").press("Enter")
    fares(page, "Paused")
    page.get_by_role("button", name="Send a test").press("Enter")
    expect(page.locator(".said.is-refused")).to_contain_text("is paused")
    page.get_by_role("button", name="Resume").press("Enter")
    fares(page, "Not tried yet")
    page.get_by_role("button", name="Delete…").press("Enter")
    dialog = page.get_by_role("dialog", name="Delete this channel?")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Delete…").press("Enter")
    dialog.get_by_role("button", name="Delete it").press("Enter")
    expect(page.get_by_role("row", name=re.compile("short-lived"))).to_have_count(0)
    assert boss.get("/api/v1/channels/short-lived").status_code == 404
    context.close()


def test_a_manager_reads_channels_and_changes_none(browser: Browser, program: Program, boss: httpx.Client) -> None:
    context, page = opened(browser, program, program.sign_in("mia", PASSWORD), f"{LIST}?code=ops-pager")
    expect(page.locator(".receiver h2")).to_have_text("Operations, day and night")
    for name in ("New channel", "Send a test", "Edit", "Pause", "Delete…"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    context.close()


VIEWS = (
    ("channels", LIST, ".row-link", ""),
    ("channel", f"{LIST}?code=till", ".receiver-facts", ""),
    ("channel-kind", LIST, "#field-kind", "New channel"),
    ("channel-edit", f"{LIST}?code=ops-pager", "#field-secret", "Edit"),
    ("channel-delete", f"{LIST}?code=till", "#delete[open]", "Delete…"),
)


@pytest.mark.parametrize("sizes", HANDS, ids=by_hand)
def test_every_view_fits_every_screen_and_is_accessible(
    browser: Browser, program: Program, boss: httpx.Client, sizes: Sizes
) -> None:
    context, page = opened(browser, program, boss, LIST, sizes[0])
    faults = []
    for name, path, sign_, button in VIEWS:
        visit(page, program.url + path)
        expect(page.locator(".row-link").first).to_be_visible()
        press = page.get_by_role("button", name=button).press
        open_by(page, partial(press, "Enter") if button else page.bring_to_front, sign_)
        faults += on_every_screen(page, name, sizes)
    context.close()
    assert faults == []


def test_channels_leave_as_csv(program: Program, boss: httpx.Client) -> None:
    lines = boss.get("/ui/export/channels.csv?health=paused").text.removeprefix("\ufeff").splitlines()
    assert lines[0].startswith("code,name,kind,state")
    assert lines[1].startswith("till,The till's own program,webhook,Paused")
    assert httpx.get(f"{program.url}/ui/export/channels.csv").status_code == 401
