"""Many locations at once: one page per region, with the complete list, over when all of it is over."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import col

from backend.alerting import commands
from backend.alerting.policies import ensure_defaults
from backend.clock import ManualClock
from backend.context import Context
from models.enums import Permission
from models.events import EventType
from models.tables import Alert, Event, Location
from tests.support.alerting import COLOUR, add_channel, add_policy, alerts, settle, told, turns
from tests.support.api import client_of
from tests.support.events import make_location

STORM = {"storm": {"more_than": 2, "within_s": 60, "by": "region"}, "wait_s": 60}


def test_a_storm_is_one_alert_per_region_with_the_whole_list(ctx: Context, clock: ManualClock) -> None:
    south = {f"S{n}": make_location(ctx, f"S{n}", groups=("south",)) for n in range(5)}
    north = {f"N{n}": make_location(ctx, f"N{n}", groups=("north",)) for n in range(2)}
    add_policy(ctx, "colour", COLOUR, **STORM)
    add_channel(ctx, "desk")
    for code, place in [*south.items(), *north.items()]:
        turns(ctx, code, "at_risk", place)
        settle(ctx)
        clock.advance(timedelta(seconds=5))
    clock.advance(timedelta(seconds=120))
    settle(ctx)
    assert sorted(told(ctx)) == [
        ("alert.opened", "N0 is At Risk"),
        ("alert.opened", "N1 is At Risk"),
        ("alert.opened", "SLA: 5 alerts in south"),
    ]
    (parent,) = [alert for alert in alerts(ctx) if alert.group_key == "storm:south"]
    children = [alert for alert in alerts(ctx) if alert.parent_id == parent.id]
    assert {alert.labels["location"] for alert in children} == set(south)
    assert {alert.muted for alert in children} == {"storm"}
    assert parent.summary == "5 warnings"
    with ctx.read() as uow:
        first = sa.select(Event).where(
            col(Event.type) == "alert.opened", col(Event.subject) == "alert/colour/storm:south"
        )
        opened = uow.session.scalars(first).one()
        assert [one["text"] for one in opened.data["problems"]] == [f"S{n} is At Risk" for n in range(5)]
    seen, unseen = client_of(ctx, Permission.ALERTS_READ), client_of(ctx, Permission.ALERTS_READ, locations=["S0"])
    path = f"/api/v1/alerts/{children[0].id}/timeline"
    words = "One of many that began together. {} tells of all of them."
    assert [one["words"] for one in seen.get(path).json()["items"]] == [
        words.format(f"Alert {parent.id}, “SLA: 5 alerts in south”,")
    ]
    assert [one["words"] for one in unseen.get(path).json()["items"]] == [words.format("A wider alert")]
    for code, place in south.items():
        assert [alert.status for alert in alerts(ctx) if alert.id == parent.id] == ["firing"]
        turns(ctx, code, "compliant", place)
        settle(ctx)
    assert told(ctx)[3:] == [("alert.resolved", "SLA: 1 alert in south")]


def test_a_storm_that_becomes_worse_says_so_once_and_can_be_ended_by_hand(ctx: Context, clock: ManualClock) -> None:
    places = {f"S{n}": make_location(ctx, f"S{n}", groups=("south",)) for n in range(4)}
    add_policy(ctx, "colour", COLOUR, **STORM)
    add_channel(ctx, "desk")
    for code, place in places.items():
        turns(ctx, code, "at_risk", place)
    settle(ctx)
    clock.advance(timedelta(seconds=60))
    settle(ctx)
    for code, place in places.items():
        turns(ctx, code, "non_compliant", place)
        settle(ctx)
    assert [type_ for type_, _ in told(ctx)] == ["alert.opened", "alert.changed"]
    (parent,) = [alert for alert in alerts(ctx) if alert.group_key == "storm:south"]
    assert parent.summary == "4 critical"
    assert parent.id is not None
    with ctx.uow() as uow:
        commands.resolve(uow, parent.id)
    clock.advance(timedelta(days=1))
    settle(ctx)
    assert {alert.status for alert in alerts(ctx)} == {"resolved"}
    assert [type_ for type_, _ in told(ctx)] == ["alert.opened", "alert.changed", "alert.resolved"]


def test_five_thousand_locations_are_one_page_per_region(ctx: Context, clock: ManualClock) -> None:
    with ctx.uow() as uow:
        ensure_defaults(uow)
        uow.session.add_all(
            Location(
                code=f"L{n}",
                name=f"L{n}",
                kind="store",
                time_zone="UTC",
                groups=[f"region-{n % 10}"],
                created_at=uow.now,
                updated_at=uow.now,
            )
            for n in range(5_000)
        )
        uow.session.flush()
        ids = {row.code: row.id for row in uow.session.execute(sa.select(col(Location.code), col(Location.id)))}
    add_channel(ctx, "desk")
    for begin in range(0, 5_000, 1_000):
        with ctx.uow() as uow:
            for n in range(begin, begin + 1_000):
                data = {"location": f"L{n}", "name": f"L{n}", "to": "non_compliant", "open": 3}
                subject = f"location/L{n}"
                uow.record(EventType.SLA_LOCATION_CHANGED, subject=subject, location_id=ids[f"L{n}"], data=data)
        settle(ctx)
        clock.advance(timedelta(seconds=12))
    clock.advance(timedelta(seconds=60))
    settle(ctx)
    assert sorted(told(ctx)) == [("alert.opened", f"Location in trouble: 500 alerts in region-{n}") for n in range(10)]
    with ctx.read() as uow:
        children = sa.select(col(Alert.parent_id), sa.func.count()).where(col(Alert.muted) == "storm")
        counts = uow.session.execute(children.group_by(col(Alert.parent_id))).all()
    assert [count for _, count in counts] == [500] * 10
