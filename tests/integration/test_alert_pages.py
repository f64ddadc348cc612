"""What the pages about alerts ask of the backend, over real rows: lists, the bell, one alert, silences, hand-over; each
person sees his part, and a refusal changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from alerts.browse import mark
from backend.alerting import commands
from backend.alerting.policies import ensure_defaults
from backend.auth.actor import Actor, LocationScope
from backend.auth.permissions import permissions_of
from backend.context import Context
from dashboard.address import LocationAddress
from dashboard.address.alerts import AlertsAddress, AlertsShown
from dashboard.address.hand_over import HandOverAddress
from dashboard.address.policies import PoliciesAddress
from dashboard.address.silences import SilencesAddress
from dashboard.format import AMERICAN
from dashboard.gateway import Asker, Gateway
from dashboard.present.alerts.forms import AlertAction
from dashboard.present.alerts.silence_forms import SilenceAction
from models.alerting import AlertLevel, AlertStatus, Muted, Severity
from models.enums import ActorKind, Permission, Role
from models.errors import DomainError, ErrorCode
from models.tables import AlertPolicy
from tests.support.api import client_of
from tests.support.open_alerts import channel, fire, places, sequenced


def person(role: Role, *groups: str) -> Asker:
    scope = LocationScope(group_codes=frozenset(groups))
    return Asker(Actor(ActorKind.USER, "ana", permissions_of(role, scope), scope), AMERICAN)


@pytest.fixture
def door(ctx: Context) -> Gateway:
    places(ctx, "CHI", "NYC", "DEN")
    return Gateway(lambda: ctx)


def silence_chicago(door: Gateway, boss: Asker) -> int:
    typed = {"matchers": "location=CHI", "reason": "Roof repair", "lasts": "120"}
    return door.put_silence(boss, typed, zone="UTC", silence=0, version=0)


def test_each_kind_of_alert_stands_in_its_own_list_and_is_counted(ctx: Context, door: Gateway) -> None:
    boss = person(Role.ADMIN)
    fire(ctx, "CHI")
    fire(ctx, "NYC", status=AlertStatus.ACKNOWLEDGED.value, acknowledged_by="bo")
    fire(ctx, "DEN", muted=Muted.BORN.value)
    fire(ctx, "DEN", group_key="later", status=AlertStatus.PENDING.value)
    fire(ctx, "DEN", group_key="over", status=AlertStatus.RESOLVED.value)
    wanted = {
        AlertsShown.OPEN: ["CHI is Non-Compliant", "NYC is Non-Compliant"],
        AlertsShown.UNCLAIMED: ["CHI is Non-Compliant"],
        AlertsShown.ACKNOWLEDGED: ["NYC is Non-Compliant"],
        AlertsShown.MUTED: ["DEN is Non-Compliant"],
        AlertsShown.PENDING: ["DEN is Non-Compliant"],
        AlertsShown.RESOLVED: ["DEN is Non-Compliant"],
    }
    for kind, titles in wanted.items():
        screen = door.alerts(boss, AlertsAddress(show=kind))
        assert [row.title for row in screen.rows] == titles, kind
        assert next(one.count for one in screen.kinds if one.active) == str(len(titles)), kind
    (muted,) = door.alerts(boss, AlertsAddress(show=AlertsShown.MUTED)).rows
    assert muted.state_word == "Was so before its policy"
    silenced = AlertsAddress(show=AlertsShown.MUTED, muted=Muted.SILENCED)
    assert door.alerts(boss, silenced).rows == []


def test_the_worst_stands_first_and_one_on_screen_is_told_of_after_it_left_the_list(
    ctx: Context, door: Gateway
) -> None:
    boss = person(Role.ADMIN)
    fire(ctx, "CHI", severity=Severity.WARNING.value)
    worst = fire(ctx, "NYC")
    assert [row.where for row in door.alerts(boss, AlertsAddress()).rows] == ["Store NYC", "Store CHI"]
    door.change_alert(boss, AlertAction.RESOLVE, {"words": "Fixed"}, alert_id=worst, version=1)
    screen = door.alerts(boss, AlertsAddress(), keep=[worst])
    assert screen.on_page == 1
    assert [row.state_word for row in screen.rows] == ["Nobody has it", "Resolved"]


def test_a_person_of_a_region_sees_and_hears_only_that_region(ctx: Context, door: Gateway) -> None:
    fire(ctx, "CHI")
    elsewhere = fire(ctx, "NYC")
    eve = person(Role.MANAGER, "c")
    assert [row.where for row in door.alerts(eve, AlertsAddress()).rows] == ["Store CHI"]
    assert door.bell(eve).count == "1"
    assert door.bell(person(Role.ADMIN)).count == "2"
    assert door.bell(person(Role.FULFILLER)).count == ""  # he may see none
    with pytest.raises(DomainError) as refused:
        door.alert(eve, elsewhere)
    assert refused.value.code is ErrorCode.NOT_FOUND


def test_an_alert_is_taken_on_and_given_back(ctx: Context, door: Gateway) -> None:
    boss = person(Role.ADMIN)
    alert = fire(ctx, "CHI", steps_=[{"after_s": 600, "notify": ["boss"]}])
    assert door.alert(boss, alert).head.may_acknowledge
    door.acknowledge(boss, alert, 1)
    taken = door.alert(boss, alert)
    assert (taken.head.state, taken.head.may_acknowledge, taken.head.may_give_back) == ("acknowledged", False, True)
    assert [step.word for step in taken.steps] == ["Stopped: acknowledged by ana"]
    assert door.bell(boss).count == ""
    with pytest.raises(DomainError) as stale:
        door.change_alert(boss, AlertAction.RESOLVE, {"words": "Fixed"}, alert_id=alert, version=1)
    assert stale.value.code is ErrorCode.STALE
    door.give_back(boss, alert)
    assert door.alert(boss, alert).head.state_word == "Nobody has it"
    assert door.bell(boss).count == "1"


def test_a_viewer_changes_nothing(ctx: Context, door: Gateway) -> None:
    alert, viewer = fire(ctx, "CHI"), person(Role.VIEWER)
    for forbidden in (
        lambda: door.acknowledge(viewer, alert, 1),
        lambda: door.give_back(viewer, alert),
        lambda: door.change_alert(viewer, AlertAction.NOTE, {"words": "x"}, alert_id=alert, version=1),
        lambda: silence_chicago(door, viewer),
        lambda: door.silence_form(viewer, SilenceAction.MAKE, alert, zone="UTC"),
    ):
        with pytest.raises(DomainError) as refused:
            forbidden()
        assert refused.value.code is ErrorCode.FORBIDDEN
    page = door.alert(viewer, alert)
    assert page.head.state == "firing"
    assert not page.head.may_acknowledge
    assert page.head.silence_href == ""
    assert door.silences(viewer, SilencesAddress()).rows == []


@pytest.mark.parametrize(
    ("asker", "opens"),
    [
        (person(Role.ADMIN), True),
        (person(Role.MANAGER), True),
        (person(Role.MANAGER, "c"), False),  # channels belong to no part of the network
        (person(Role.VIEWER), False),
    ],
)
def test_who_sees_an_alert_sees_who_was_told_and_opens_only_what_he_may(
    ctx: Context, door: Gateway, asker: Asker, *, opens: bool
) -> None:
    channel(ctx, "team", title="The night team")
    alert = fire(ctx, "CHI")
    sequenced(ctx)
    (line,) = door.alert(asker, alert).told
    assert line.text.startswith("The night team: ")
    assert bool(line.href) is opens


def test_what_was_typed_is_checked_before_anything_changes(ctx: Context, door: Gateway) -> None:
    alert, boss = fire(ctx, "CHI"), person(Role.ADMIN)
    with pytest.raises(DomainError) as empty:
        door.change_alert(boss, AlertAction.RESOLVE, {}, alert_id=alert, version=1)
    assert [fault.pointer for fault in empty.value.faults] == ["/words"]
    assert door.alert(boss, alert).head.may_resolve
    with pytest.raises(DomainError) as wrong:
        door.put_silence(boss, {"matchers": "here and there", "lasts": "x"}, zone="UTC", silence=0, version=0)
    assert {fault.pointer for fault in wrong.value.faults} == {"/matchers", "/lasts", "/reason"}
    with pytest.raises(DomainError) as all_of_it:
        door.preview_silence(boss, {"matchers": "location=~.*"})
    assert [fault.pointer for fault in all_of_it.value.faults] == ["/matchers"]
    assert door.silences(boss, SilencesAddress()).rows == []


def test_a_silence_is_made_from_an_alert_changed_and_ended(ctx: Context, door: Gateway) -> None:
    boss = person(Role.ADMIN)
    alert = fire(ctx, "CHI")
    fire(ctx, "NYC")
    form, _ = door.silence_form(boss, SilenceAction.MAKE, alert, zone="UTC")
    typed = {field.name: field.value for field in form.fields} | {"reason": "Roof repair"}
    assert typed["matchers"].splitlines() == ["location=CHI", "policy=red"]
    assert [one.title for one in door.preview_silence(boss, typed).alerts] == ["CHI is Non-Compliant"]
    made = door.put_silence(boss, typed, zone="UTC", silence=0, version=0)
    page = door.silences(boss, SilencesAddress(id=made))
    assert [(row.what, row.word, row.owner) for row in page.rows] == [("location CHI, policy red", "Active", "ana")]
    assert [one.title for one in page.detail.alerts] == ["CHI is Non-Compliant"]
    change, version = door.silence_form(boss, SilenceAction.CHANGE, made, zone="America/Chicago")
    again = {field.name: field.value for field in change.fields} | {"lasts": "480"}
    assert door.put_silence(boss, again, zone="America/Chicago", silence=made, version=version) == made
    door.end_silence(boss, made, version=version + 1)
    assert door.silences(boss, SilencesAddress(id=made)).detail.word == "Over"
    rows = [row for batch in door.every_silence(boss, SilencesAddress()) for row in batch]
    assert [row[1] for row in rows] == ["expired"]


def test_the_hand_over_tells_what_is_open_what_is_over_and_what_was_written_down(ctx: Context, door: Gateway) -> None:
    boss = person(Role.ADMIN)
    fire(ctx, "NYC")
    taken = fire(ctx, "CHI")
    over = fire(ctx, "DEN")
    door.acknowledge(boss, taken, 1)
    door.change_alert(boss, AlertAction.NOTE, {"words": "The truck is late"}, alert_id=taken, version=2)
    door.change_alert(boss, AlertAction.RESOLVE, {"words": "Nothing was wrong"}, alert_id=over, version=1)
    silence_chicago(door, boss)
    page = door.shift(boss, HandOverAddress())
    assert page.answer == "1 alert waits for somebody, 1 is in hand. 1 alert came to an end in the last 8 hours."
    assert [one.where for one in page.waiting] == ["Store NYC"]
    assert [one.notes for one in page.taken] == [["ana, now: The truck is late"]]
    assert [one.where for one in page.over] == ["Store DEN"]
    assert [one.what for one in page.silences] == ["location CHI"]
    asked = client_of(ctx, Permission.ALERTS_READ).get(page.text)
    assert (asked.status_code, "Store" in asked.text or "CHI" in asked.text) == (200, True)


def test_open_alerts_stand_on_the_page_of_their_location(ctx: Context, door: Gateway) -> None:
    fire(ctx, "CHI")
    boss = person(Role.ADMIN)
    assert [one.title for one in door.location(boss, "CHI", LocationAddress()).alerts] == ["CHI is Non-Compliant"]
    assert door.location(boss, "NYC", LocationAddress()).alerts == []
    assert door.location(person(Role.FULFILLER), "CHI", LocationAddress()).alerts == []


def test_a_shift_of_another_length_looks_further_back(ctx: Context, door: Gateway) -> None:
    boss = person(Role.ADMIN)
    with ctx.read() as uow:
        long_ago = uow.now - timedelta(hours=10)
    fire(ctx, "CHI", status=AlertStatus.RESOLVED.value, resolved_at=long_ago)
    assert door.shift(boss, HandOverAddress(hours=8)).over == []
    assert len(door.shift(boss, HandOverAddress(hours=12)).over) == 1


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


def test_only_what_has_a_place_is_on_the_map(ctx: Context, door: Gateway) -> None:
    boss = person(Role.ADMIN)
    assert door.alert(boss, fire(ctx, "CHI")).head.map_href == "/?at=CHI"
    assert door.alert(boss, fire(ctx, None, group_key="all", level=AlertLevel.NETWORK.value)).head.map_href == ""


def test_the_first_line_of_a_story_says_nothing_twice(ctx: Context, door: Gateway) -> None:
    alert = fire(ctx, "CHI", summary="CHI is Non-Compliant")
    (opened,) = door.alert(person(Role.ADMIN), alert).story
    assert opened.text == "Opened."


def test_open_screens_notice_an_alert_before_it_is_told_of(ctx: Context) -> None:
    places(ctx, "CHI")
    with ctx.read() as uow:
        before = mark(uow.session)
    quiet = fire(ctx, "CHI", muted=Muted.BORN.value)
    with ctx.read() as uow:
        opened = mark(uow.session)
    assert opened != before
    with ctx.uow() as uow:
        commands.resolve(uow, quiet)
    with ctx.read() as uow:
        assert mark(uow.session) not in (before, opened)


def test_the_list_of_policies_counts_open_alerts_once_for_all_and_within_what_is_seen(
    ctx: Context, door: Gateway
) -> None:
    with ctx.uow() as uow:
        ensure_defaults(uow)
    for code in ("CHI", "NYC"):
        fire(ctx, code, policy_code="location-sla")
    fire(ctx, "DEN", policy_code="location-stalled")
    fire(ctx, "DEN", policy_code="location-sla", status=AlertStatus.RESOLVED.value)
    asked: list[str] = []
    sa.event.listen(ctx.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    rows = {row[0]: row for batch in door.every_policy(person(Role.ADMIN), PoliciesAddress()) for row in batch}
    assert len([one for one in asked if "FROM alert " in one]) == 1
    counted = {code: rows[code][5] for code in ("location-sla", "location-stalled", "vip-shipment-late")}
    assert counted == {"location-sla": 2, "location-stalled": 1, "vip-shipment-late": 0}
    limited = door.every_policy(person(Role.MANAGER, "c"), PoliciesAddress())
    assert {row[0]: row[5] for batch in limited for row in batch}["location-sla"] == 1
