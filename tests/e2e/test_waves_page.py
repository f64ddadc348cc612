"""Waves by keyboard alone: planned after a look, released, closed with what was left in a recovery wave."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, expect

from backend.auth.people import NewUser, create_user
from backend.persistence.migrate import upgrade
from backend.waves import wave_rules
from backend.waves.settings import WaveSettings
from backend.waves.wave_rules import WaveRuleInput
from models.enums import Role
from tests.support.attack import PASSWORD, database_of
from tests.support.browser import carry_session, new_context, violations, visit
from tests.support.server import Program
from tests.support.waves import open_aisles, wait_for_picking


@pytest.fixture
def desk(browser: Browser, built_ui: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Page, str]]:
    """Yield a manager's page and the address of a program with three shipments to pick."""
    program = Program("up", "--empty", folder=tmp_path_factory.mktemp("waves"))
    with database_of(program) as ctx:
        upgrade(ctx.engine)
        with ctx.uow() as uow:
            create_user(uow, NewUser("ann", PASSWORD, Role.MANAGER))
        open_aisles(ctx)
        wait_for_picking(ctx, [{"tea": 1}, {"tea": 2, "soap": 1}, {"rye": 1}])
        with ctx.uow() as uow:
            wave_rules.put(uow, "CHI", "noon", WaveRuleInput("Noon", WaveSettings(max_shipments=2)))
    with program, closing(program.sign_in("ann", PASSWORD)) as client:
        context = new_context(browser)
        carry_session(context, program.url, dict(client.cookies))
        yield context.new_page(), program.url
        context.close()


def test_a_wave_is_planned_released_and_closed_by_keyboard(desk: tuple[Page, str]) -> None:
    page, url = desk
    visit(page, f"{url}/waves?location=CHI")
    page.get_by_role("button", name="Plan waves").press("Enter")
    page.locator("#field-max_waves").fill("0")
    page.keyboard.press("Enter")
    expect(page.locator("#field-max_waves-fault")).to_contain_text("from 1 to 500")
    page.locator("#field-max_waves").fill("1")
    page.keyboard.press("Enter")
    expect(page.locator(".wave-plan-says")).to_contain_text("1 wave of 3 shipments; nobody left out")
    expect(page.locator(".planned li")).to_contain_text("A-01-1 → B-01-1 → C-09-1")
    assert violations(page) == []
    page.get_by_role("button", name="Keep this plan").press("Enter")
    expect(page.locator(".said")).to_have_text("1 wave planned.")
    page.get_by_role("button", name="Release Wave 1").press("Enter")
    expect(page.locator(".lane[aria-label=Released] .row-link")).to_have_text("Wave 1")
    page.locator(".lane[aria-label=Released] .row-link").press("Enter")
    expect(page.locator("h1")).to_have_text("Wave 1")
    expect(page.locator(".walk > li")).to_have_count(3)
    page.get_by_role("button", name="Close", exact=True).press("Enter")
    expect(page.locator(".wave-form")).to_contain_text("5 units of 3 shipments are not picked.")
    page.get_by_role("button", name="Close the wave").press("Enter")
    expect(page.locator(".wave-links")).to_have_text("Goes on in wave 2")
    assert violations(page) == []
