"""A link to paper whose session is over: a browser signs in and comes back to the paper; programs get their problem."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, expect

from backend.auth.service import COOKIE
from tests.support import floor
from tests.support.browser import new_context, violations
from tests.support.server import Program


@pytest.fixture(scope="module")
def program(built_ui: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    folder = tmp_path_factory.mktemp("expired")
    floor.seed(folder)
    with Program("up", "--empty", folder=folder) as running:
        yield running


def test_a_browser_signs_in_and_comes_back_to_the_paper(program: Program, browser: Browser) -> None:
    context = new_context(browser, base_url=program.url)
    context.add_cookies([{"name": COOKIE, "value": "over", "url": program.url}])
    page = context.new_page()
    page.goto("/api/v1/packing-slips.html?wave=1")
    expect(page).to_have_url(re.compile(r"/login/?\?next=/api/v1/packing-slips\.html%3Fwave%3D1$"))
    assert violations(page) == []
    page.get_by_label("User name").fill("ann")
    page.get_by_label("Password").fill(floor.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(f"{program.url}/api/v1/packing-slips.html?wave=1")
    expect(page.get_by_role("heading", level=1).first).to_contain_text("Packing slip")
    context.close()


def test_programs_are_answered_as_everywhere(program: Program) -> None:
    path = "/api/v1/shipments/1/pick-list.pdf"
    with closing(program.sign_in("ann", floor.PASSWORD)) as ann:
        ann.post("/api/auth/logout")
        for headers in ({}, {"Authorization": "Bearer pw_none", "Accept": "text/html"}, {"Sec-Fetch-Mode": "cors"}):
            answer = ann.get(path, headers=headers)
            assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
        sent_on = ann.get(path, headers={"Sec-Fetch-Mode": "navigate"})
        assert (sent_on.status_code, sent_on.headers["location"]) == (303, f"/login?next={path}")
