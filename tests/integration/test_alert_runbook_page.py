"""The buttons of a runbook on an alert's page: a storm's ask where, what is greyed out says why, what is over has none."""

from __future__ import annotations

import pytest

from backend.alerting import commands
from backend.context import Context
from dashboard.address import LocationAddress
from dashboard.gateway import Gateway
from dashboard.present.alerts import runbook as say_runbook
from models.alerting import AlertLevel, Muted
from models.enums import Role
from models.errors import DomainError, ErrorCode
from tests.integration.test_alert_pages import person, policy_with_a_button
from tests.support.open_alerts import fire, places


@pytest.fixture
def door(ctx: Context) -> Gateway:
    places(ctx, "CHI", "NYC")
    return Gateway(lambda: ctx)


def test_a_storms_button_asks_at_which_of_its_locations(ctx: Context, door: Gateway) -> None:
    policy_with_a_button(ctx, "cap it at 5")
    boss = person(Role.ADMIN)
    storm = fire(ctx, None, group_key="storm:c", level=AlertLevel.GROUP.value)
    child = fire(ctx, "CHI", parent_id=storm, muted=Muted.STORM.value)
    other = fire(ctx, "NYC")
    screen = door.alert(boss, storm)
    button = screen.todo[1]
    assert (button.may, button.asks_where, screen.todo_note) == (True, True, "")
    assert screen.places == [(str(child), "Store CHI")]
    with pytest.raises(DomainError) as elsewhere:
        door.run_step(boss, storm, button.number, label=button.label, at=other)
    assert elsewhere.value.code is ErrorCode.NOT_FOUND
    assert door.location(boss, "NYC", LocationAddress()).running == []
    door.run_step(boss, storm, button.number, label=button.label, at=child)
    assert len(door.location(boss, "CHI", LocationAddress()).running) == 1
    asked = say_runbook.question(button, places=screen.places)
    assert [value for value, _ in asked.fields[0].options] == ["", str(child)]


def test_what_is_greyed_out_says_why_and_what_is_over_has_no_buttons(ctx: Context, door: Gateway) -> None:
    policy_with_a_button(ctx, "cap it at 5")
    nowhere = fire(ctx, None, level=AlertLevel.NETWORK.value)
    assert "acts at one location" in door.alert(person(Role.ADMIN), nowhere).todo_note
    here = fire(ctx, "CHI")
    assert "a right that you do not have" in door.alert(person(Role.VIEWER), here).todo_note
    with ctx.uow() as uow:
        commands.resolve(uow, here)
    _, was = door.alert(person(Role.ADMIN), here).todo
    assert (was.number, "Cap it at 5" in was.html) == (0, True)
