"""From events to alerts and notices: opened, changed, resolved, and owed to the channels."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from backend.alerting import commands
from backend.clock import ManualClock
from backend.context import Context
from backend.jobs.escalation import run_steps
from models.tables import Delivery, Event, Silence
from tests.support.alerting import COLOUR, LATE, add_channel, add_policy, alerts, becomes, settle, told, turns
from tests.support.events import make_location


def test_a_red_location_is_told_and_called_off(ctx: Context) -> None:
    place = make_location(ctx, "ATL01", groups=("south",))
    add_policy(ctx, "colour", COLOUR)
    add_channel(ctx, "desk")
    turns(ctx, "ATL01", "at_risk", place)
    settle(ctx)
    (alert,) = alerts(ctx)
    assert (alert.status, alert.severity, alert.title) == ("firing", "warning", "ATL01 is At Risk")
    assert alert.labels == {
        "alertname": "colour",
        "policy": "colour",
        "level": "location",
        "subject": "location/ATL01",
        "location": "ATL01",
        "group": "south",
    }
    turns(ctx, "ATL01", "non_compliant", place)
    settle(ctx)
    turns(ctx, "ATL01", "compliant", place)
    settle(ctx)
    assert told(ctx) == [
        ("alert.opened", "ATL01 is At Risk"),
        ("alert.changed", "ATL01 is Non-Compliant"),
        ("alert.resolved", "ATL01 is Non-Compliant"),
    ]
    with ctx.read() as uow:
        owed = uow.session.execute(sa.select(Delivery.event_type, Delivery.subject)).all()
    assert [row.event_type for row in owed] == ["alert.opened", "alert.changed", "alert.resolved"]
    assert {row.subject for row in owed} == {"alert/colour/location/ATL01"}


def test_an_idle_look_writes_nothing(ctx: Context) -> None:
    add_policy(ctx, "colour", COLOUR)
    settle(ctx)
    turns(ctx, "X", "compliant", None)
    settle(ctx)
    assert alerts(ctx) == []


def test_what_was_told_before_is_repeated_until_somebody_has_it(ctx: Context, clock: ManualClock) -> None:
    place = make_location(ctx, "A")
    add_policy(ctx, "colour", COLOUR, repeat_s=600, escalate=[{"after_s": 900, "notify": ["boss"]}])
    add_channel(ctx, "desk")
    add_channel(ctx, "boss", default=False)
    turns(ctx, "A", "at_risk", place)
    settle(ctx)
    clock.advance(timedelta(seconds=599))
    settle(ctx)
    assert len(told(ctx)) == 1
    clock.advance(timedelta(seconds=1))
    settle(ctx)
    run_steps(ctx)
    assert [type_ for type_, _ in told(ctx)] == ["alert.opened", "alert.repeated"]
    clock.advance(timedelta(seconds=300))
    settle(ctx)
    run_steps(ctx)
    assert [type_ for type_, _ in told(ctx)] == ["alert.opened", "alert.repeated", "alert.escalated"]
    with ctx.uow() as uow:
        commands.acknowledge(uow, 1)
    clock.advance(timedelta(days=1))
    settle(ctx)
    assert [type_ for type_, _ in told(ctx)][3:] == ["alert.acknowledged"]
    turns(ctx, "A", "compliant", place)
    settle(ctx)
    assert [type_ for type_, _ in told(ctx)][4:] == ["alert.resolved"]
    with ctx.read() as uow:
        (last,) = uow.session.scalars(sa.select(Event).where(Event.type == "alert.resolved"))  # type: ignore[arg-type]
        assert last.data["notify"] == ["desk", "boss"]


def test_for_wait_and_keep(ctx: Context, clock: ManualClock) -> None:
    place = make_location(ctx, "A")
    add_policy(ctx, "colour", COLOUR, for_s=60, wait_s=30, keep_s=120)
    add_channel(ctx, "desk")
    turns(ctx, "A", "at_risk", place)
    settle(ctx)
    assert [alert.status for alert in alerts(ctx)] == ["pending"]
    turns(ctx, "A", "compliant", place)
    settle(ctx)
    assert alerts(ctx) == []
    turns(ctx, "A", "at_risk", place)
    settle(ctx)
    clock.advance(timedelta(seconds=60))
    settle(ctx)
    assert ([alert.status for alert in alerts(ctx)], told(ctx)) == (["firing"], [])
    clock.advance(timedelta(seconds=30))
    settle(ctx)
    assert len(told(ctx)) == 1
    turns(ctx, "A", "compliant", place)
    settle(ctx)
    clock.advance(timedelta(seconds=100))
    turns(ctx, "A", "at_risk", place)  # it flaps: nothing is said
    settle(ctx)
    assert [alert.status for alert in alerts(ctx)] == ["firing"]
    turns(ctx, "A", "compliant", place)
    settle(ctx)
    clock.advance(timedelta(seconds=120))
    settle(ctx)
    assert [type_ for type_, _ in told(ctx)] == ["alert.opened", "alert.resolved"]


def test_over_before_it_was_told_is_never_told(ctx: Context, clock: ManualClock) -> None:
    place = make_location(ctx, "A")
    add_policy(ctx, "colour", COLOUR, wait_s=30)
    add_channel(ctx, "desk")
    turns(ctx, "A", "at_risk", place)
    settle(ctx)
    turns(ctx, "A", "compliant", place)
    settle(ctx)
    clock.advance(timedelta(hours=1))
    settle(ctx)
    assert ([alert.status for alert in alerts(ctx)], told(ctx)) == (["resolved"], [])


def test_several_problems_are_one_alert_and_more_is_told_in_time(ctx: Context, clock: ManualClock) -> None:
    place = make_location(ctx, "A")
    add_policy(ctx, "late", LATE, group_by=["location"], at_least=2, update_s=300, says="{count} late at {location}")
    add_channel(ctx, "desk")
    becomes(ctx, 1, "non_compliant", place)
    settle(ctx)
    assert alerts(ctx) == []
    for shipment in (2, 3):
        becomes(ctx, shipment, "non_compliant", place)
        settle(ctx)
    assert [(alert.group_key, alert.problems, alert.title) for alert in alerts(ctx)] == [("A", 3, "3 late at A")]
    clock.advance(timedelta(seconds=300))
    settle(ctx)
    becomes(ctx, 3, "compliant", place)
    becomes(ctx, 2, "compliant", place)
    settle(ctx)
    assert told(ctx) == [
        ("alert.opened", "2 late at A"),
        ("alert.changed", "3 late at A"),
        ("alert.resolved", "3 late at A"),
    ]


def test_what_nothing_clears_is_over_by_itself(ctx: Context, clock: ManualClock) -> None:
    add_policy(ctx, "late", {**LATE, "clear": []}, lasts_s=600)
    add_channel(ctx, "desk")
    becomes(ctx, 1, "non_compliant", None)
    settle(ctx)
    clock.advance(timedelta(seconds=599))
    settle(ctx)
    assert len(told(ctx)) == 1
    clock.advance(timedelta(seconds=1))
    settle(ctx)
    assert [type_ for type_, _ in told(ctx)] == ["alert.opened", "alert.resolved"]


def test_a_red_location_mutes_its_shipments_and_when_it_is_over_they_are_told(ctx: Context) -> None:
    place, other = make_location(ctx, "A", groups=("south",)), make_location(ctx, "B", groups=("south",))
    add_policy(ctx, "colour", COLOUR)
    add_policy(ctx, "late", LATE)
    add_channel(ctx, "desk")
    becomes(ctx, 1, "non_compliant", place)
    turns(ctx, "A", "non_compliant", place)
    becomes(ctx, 2, "non_compliant", place)
    becomes(ctx, 3, "non_compliant", other)
    settle(ctx)
    assert [(alert.title, alert.muted) for alert in alerts(ctx, policy="late")] == [
        ("Shipment 1 is late", "inhibited"),
        ("Shipment 2 is late", "inhibited"),
        ("Shipment 3 is late", None),
    ]
    becomes(ctx, 2, "compliant", place)
    settle(ctx)
    turns(ctx, "A", "compliant", place)
    settle(ctx)
    assert told(ctx) == [
        ("alert.opened", "A is Non-Compliant"),
        ("alert.opened", "Shipment 3 is late"),
        ("alert.resolved", "A is Non-Compliant"),
        ("alert.opened", "Shipment 1 is late"),
    ]


def test_a_milder_alert_mutes_nothing_that_is_worse(ctx: Context) -> None:
    place = make_location(ctx, "A")
    add_policy(ctx, "colour", COLOUR)
    add_policy(ctx, "late", LATE)
    add_channel(ctx, "desk")
    turns(ctx, "A", "at_risk", place)
    becomes(ctx, 1, "non_compliant", place)
    settle(ctx)
    assert [alert.muted for alert in alerts(ctx)] == [None, None]
    turns(ctx, "A", "non_compliant", place)
    settle(ctx)
    assert [alert.muted for alert in alerts(ctx)] == [None, "inhibited"]
    becomes(ctx, 1, "compliant", place)  # it was told of before: it is called off
    settle(ctx)
    assert told(ctx)[-1] == ("alert.resolved", "Shipment 1 is late")


def test_silenced_alerts_are_told_when_the_silence_is_over_and_they_still_hold(
    ctx: Context, clock: ManualClock
) -> None:
    places = {code: make_location(ctx, code) for code in ("A", "B")}
    add_policy(ctx, "colour", COLOUR)
    add_channel(ctx, "desk")
    with ctx.uow() as uow:
        uow.session.add(
            Silence(
                matchers=[{"name": "location", "value": "A|B", "is_regex": True, "is_equal": True}],
                reason="works",
                starts_at=uow.now,
                ends_at=uow.now + timedelta(hours=1),
                created_by="test",
                created_at=uow.now,
            )
        )
    for code, place in places.items():
        turns(ctx, code, "at_risk", place)
    settle(ctx)
    assert [alert.muted for alert in alerts(ctx)] == ["silenced", "silenced"]
    turns(ctx, "B", "compliant", places["B"])
    clock.advance(timedelta(hours=1))
    settle(ctx)
    assert told(ctx) == [("alert.opened", "A is At Risk")]


def test_quiet_times_are_where_the_location_is(ctx: Context, clock: ManualClock) -> None:
    place = make_location(ctx, "A")  # in UTC; it is 15:00 there
    add_policy(ctx, "colour", COLOUR, quiet=[{"from": "14:00", "to": "16:00"}])
    add_channel(ctx, "desk")
    turns(ctx, "A", "at_risk", place)
    settle(ctx)
    assert ([alert.muted for alert in alerts(ctx)], told(ctx)) == (["quiet"], [])
    clock.advance(timedelta(hours=1))
    settle(ctx)
    assert told(ctx) == [("alert.opened", "A is At Risk")]
