"""What the Drills page asks of the backend, over real rows: what a drill will do is said before it does, it is seen as
it goes, and its report stands there; who may only look, or sees only a part, begins none."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from backend.alerting import handover
from backend.clock import ManualClock
from backend.context import Context
from backend.jobs import escalation
from dashboard.address.drills import DrillsAddress, DrillsShown
from dashboard.gateway import Gateway
from dashboard.present import sheet
from dashboard.present.alerts.drills import SHEET
from dashboard.views.drills import DrillDetail
from models.enums import Role
from models.errors import DomainError, ErrorCode
from models.tables import Subscription
from tests.integration.test_alert_pages import person
from tests.integration.test_drills import begin as prepare
from tests.integration.test_drills import delivered
from tests.support.alerting import LATE, add_policy, alerts, settle
from tests.support.shop import row_counts

TYPED = {"policy": "colour", "channels:lab": "on", "escalate": "yes", "minutes": "30"}


@pytest.fixture
def door(ctx: Context) -> Gateway:
    prepare(ctx)
    return Gateway(lambda: ctx)


def begun(door: Gateway) -> int:
    boss = person(Role.ADMIN)
    return door.begin_drill(boss, door.drill_form(boss, ""), TYPED)


def opened(door: Gateway, drill: int, role: Role = Role.ADMIN) -> DrillDetail:
    return door.drills(person(role), DrillsAddress(id=drill)).detail


def test_what_a_drill_will_do_is_said_before_it_does_anything(ctx: Context, door: Gateway) -> None:
    boss, before = person(Role.MANAGER), row_counts(ctx)
    form = door.drill_form(boss, "colour")
    assert {each.name: each.value for each in form.fields if each.kind == "select"} == {
        "policy": "colour",
        "escalate": "no",
        "minutes": "30",
    }
    assert [code for code, _ in next(each.options for each in form.fields if each.kind == "checks")] == [
        *("boss", "desk", "lab"),
    ]
    said = " ".join(door.preview_drill(boss, form, TYPED))
    assert "lab is told at once." in said
    assert "the same are told again after 10 min" in said
    assert "ends by itself after 30 min" in said
    alone = {"policy": "colour", "escalate": "yes", "minutes": "10"}
    assert "Its escalation rests: there is no channel to tell." in door.preview_drill(boss, form, alone)
    assert "Its escalation rests." in door.preview_drill(boss, form, TYPED | {"escalate": "no"})
    assert row_counts(ctx) == before


def test_a_drill_is_seen_as_it_goes_and_its_report_stands_there(
    ctx: Context, door: Gateway, clock: ManualClock
) -> None:
    drill = begun(door)
    one = opened(door, drill)
    assert (one.state_word, one.ends) == ("Nobody has it", "Ends by itself in 30 min")
    assert (one.filing, one.filed) == (False, False)
    assert ("Begun by", "ana") in one.facts
    assert [step.state for step in one.steps][-1] == "due"
    settle(ctx)
    assert opened(door, drill).waits
    delivered(ctx)
    assert not opened(door, drill).waits
    assert "lab: reached in 3.0 s" in [step.text for step in opened(door, drill).steps]
    clock.advance(timedelta(minutes=2))
    door.acknowledge(person(Role.ADMIN), drill, one.version)
    taken = opened(door, drill)
    assert (taken.may_acknowledge, taken.may_give_back, taken.may_end) == (False, True, True)
    assert "due" not in [step.state for step in taken.steps]
    door.end_drill(person(Role.ADMIN), drill)
    assert opened(door, drill).filing
    delivered(ctx)
    escalation.file_drills(ctx)
    filed = opened(door, drill)
    assert (filed.filed, filed.findings, filed.may_end) == (True, [], False)
    (row,) = door.drills(person(Role.ADMIN), DrillsAddress(show=DrillsShown.OVER)).rows
    assert (row.state_word, row.taken, row.result) == ("Over", "2 min", "All went well")
    assert door.drills(person(Role.ADMIN), DrillsAddress(show=DrillsShown.RUNNING)).rows == []
    rows = [row for batch in door.every_drill(person(Role.ADMIN), DrillsAddress()) for row in batch]
    head, line = sheet.lines(SHEET, rows)
    written = dict(zip(head.strip().strip("\ufeff").split(","), line.strip().split(","), strict=True))
    assert (written["id"], written["channels"], written["acknowledged_by"]) == (str(drill), "lab", "ana")
    assert written["acknowledged_after_s"] == "120"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"policy": ""}, "/policy"),
        ({"policy": "nothing"}, "/policy"),
        ({"escalate": "perhaps"}, "/escalate"),
        ({"minutes": "7"}, "/minutes"),
    ],
)
def test_what_cannot_be_tried_is_said_at_its_field(
    ctx: Context, door: Gateway, typed: dict[str, str], field: str
) -> None:
    boss = person(Role.ADMIN)
    form, before = door.drill_form(boss, ""), row_counts(ctx)
    for ask in (door.preview_drill, door.begin_drill):
        with pytest.raises(DomainError) as refused:
            ask(boss, form, TYPED | typed)
        assert [fault.pointer for fault in refused.value.faults] == [field]
    assert row_counts(ctx) == before


def test_a_channel_that_went_away_is_named_at_the_channels(door: Gateway, ctx: Context) -> None:
    boss = person(Role.ADMIN)
    form = door.drill_form(boss, "")
    with ctx.uow() as uow:
        uow.session.execute(sa.update(Subscription).where(col(Subscription.code) == "lab").values(enabled=False))
    with pytest.raises(DomainError) as refused:
        door.preview_drill(boss, form, TYPED)
    assert [fault.pointer for fault in refused.value.faults] == ["/channels"]


def test_who_may_only_look_or_sees_a_part_begins_and_ends_none(ctx: Context, door: Gateway) -> None:
    form = door.drill_form(person(Role.ADMIN), "")
    drill, before = begun(door), row_counts(ctx)
    viewer, limited = person(Role.VIEWER), person(Role.MANAGER, "n")
    asked: list[Any] = [
        lambda asker: door.begin_drill(asker, form, TYPED),
        lambda asker: door.preview_drill(asker, form, TYPED),
        lambda asker: door.end_drill(asker, drill),
    ]
    for asker in (viewer, limited):
        for question in asked:
            with pytest.raises(DomainError) as refused:
                question(asker)
            assert refused.value.code in (ErrorCode.FORBIDDEN, ErrorCode.NOT_FOUND)
    assert row_counts(ctx) == before
    seen = door.drills(viewer, DrillsAddress(id=drill))
    assert (len(seen.rows), seen.may_begin, seen.detail.may_end) == (1, False, False)
    hidden = door.drills(limited, DrillsAddress(id=drill))
    assert (hidden.rows, hidden.detail.id, hidden.may_begin) == ([], 0, False)
    assert [choice.count for choice in hidden.states] == ["0", "0", "0"]


def test_the_report_to_print_says_what_the_drill_showed(ctx: Context, door: Gateway) -> None:
    drill = begun(door)
    door.end_drill(person(Role.ADMIN), drill)
    delivered(ctx)
    escalation.file_drills(ctx)
    with ctx.read() as uow:
        text = handover.report(uow, drill)
    assert "## What the drill showed\n\n- Nobody acknowledged it" in text


def test_a_policy_without_escalation_says_so(ctx: Context, door: Gateway) -> None:
    add_policy(ctx, "late", LATE)
    boss = person(Role.ADMIN)
    said = door.preview_drill(boss, door.drill_form(boss, "late"), TYPED | {"policy": "late"})
    assert "This policy has no escalation to try." in said
    assert alerts(ctx) == []
