"""Buttons of a runbook on an alert's page: they do what stood on them, ask where, and say why they do nothing."""

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
from models.tables import AlertPolicy
from tests.integration.test_alert_pages import person
from tests.support.open_alerts import fire, places


@pytest.fixture
def door(ctx: Context) -> Gateway:
    places(ctx, "CHI", "NYC", "DEN")
    return Gateway(lambda: ctx)


def policy_with_a_button(ctx: Context, label: str) -> None:
    """Write the policy of `fire`'s alerts, with a runbook of one button."""
    document = {"title": "Red", "runbook": f"Do it: [{label}](pickwatch:cap?orders=5&for=2h)"}
    with ctx.uow() as uow:
        row = AlertPolicy(code="red", version=1, status="active", document=document, created_by="t", created_at=uow.now)
        uow.session.add(row)


def test_a_button_of_the_runbook_does_what_stood_on_it_or_nothing(ctx: Context, door: Gateway) -> None:
    policy_with_a_button(ctx, "cap it at 5")
    alert, boss = fire(ctx, "CHI"), person(Role.ADMIN)
    text, button = door.alert(boss, alert).todo
    assert "<strong>cap it at 5</strong>" in text.html
    assert (button.label, button.may) == ("Cap it at 5", True)
    assert button.does == "Routing gives CHI at most 5 orders a day for 2 hours. What it has stays there."
    with pytest.raises(DomainError) as otherwise:
        door.run_step(boss, alert, button.number, label="Cap it at 500")
    assert otherwise.value.code is ErrorCode.STALE
    viewer = person(Role.VIEWER)
    assert not door.alert(viewer, alert).todo[1].may
    with pytest.raises(DomainError) as refused:
        door.run_step(viewer, alert, button.number, label=button.label)
    assert refused.value.code is ErrorCode.FORBIDDEN
    assert door.location(boss, "CHI", LocationAddress()).running == []
    assert door.run_step(boss, alert, button.number, label=button.label).startswith("CHI is given at most 5 orders")
    assert len(door.location(boss, "CHI", LocationAddress()).running) == 1


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
