"""Whoever acknowledges, escalates, resolves and follows links at the same moment: one after the other, and told so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from alerts import steps
from alerts.inbound import Asked, Told
from alerts.links import LinkError
from backend.alerting import commands, queries
from backend.alerting.inbound import Result, take
from backend.alerting.links import LinkDesk
from backend.clock import ManualClock, system_now
from backend.context import Context
from backend.jobs import escalation
from backend.persistence.bulk import table_of
from models.alerting import StepState
from models.errors import DomainError, ErrorCode
from models.tables import Alert, AlertLinkUse
from tests.api.test_alert_links import notice
from tests.support.alerting import COLOUR, add_channel, add_policy, alerts, settle, turns
from tests.support.events import make_location
from tests.support.open_alerts import ESCALATION, alert_row, channel, fire, places, step_rows, told
from tests.support.races import held, wait_for_a_blocked_session
from tests.support.shop import rows_of

ALERTS = table_of(Alert)


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Do all of it at the same moment, and return what each came to: a value, or what it raised."""
    together = threading.Barrier(len(works))
    found: list[Any] = [None] * len(works)

    def do(place: int) -> None:
        together.wait(60)
        try:
            found[place] = works[place]()
        except (DomainError, LinkError) as error:
            found[place] = error

    threads = [threading.Thread(target=do, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return found


def acknowledge(ctx: Context, alert: int) -> None:
    with ctx.uow() as uow:
        commands.acknowledge(uow, alert)


def resolve(ctx: Context, alert: int) -> None:
    with ctx.uow() as uow:
        commands.resolve(uow, alert)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("first", ["acknowledge", "escalate"])
def test_a_step_and_an_acknowledgement_come_one_after_the_other(ctx: Context, clock: ManualClock, first: str) -> None:
    places(ctx, "CHI")
    alert = fire(ctx, steps_=ESCALATION)
    clock.advance(timedelta(minutes=10))
    works: dict[str, Callable[[], Any]] = {
        "acknowledge": lambda: acknowledge(ctx, alert),
        "escalate": lambda: escalation.run_steps(ctx),
    }
    order = sorted(works, key=lambda name: name != first)
    threads = []
    with held(ctx, ALERTS, alert):
        for waiting, name in enumerate(order, start=1):
            threads.append(threading.Thread(target=works[name]))
            threads[-1].start()
            wait_for_a_blocked_session(ctx, waiting)
    for thread in threads:
        thread.join(60)
    assert alert_row(ctx, alert).status == "acknowledged"
    said = [type_ for type_, _ in told(ctx)]
    if first == "acknowledge":  # the step saw it, though it began while nobody had
        assert said == ["alert.opened", "alert.acknowledged"]
        assert [step.state for step in step_rows(ctx, alert)] == [StepState.STOPPED, StepState.STOPPED]
    else:
        assert said == ["alert.opened", "alert.escalated", "alert.acknowledged"]
        assert [step.state for step in step_rows(ctx, alert)] == [StepState.SENT, StepState.STOPPED]
        assert told(ctx)[-1][1] == ["team", "boss"]  # who was called is called off


def test_many_at_once_leave_one_story(ctx: Context, clock: ManualClock) -> None:
    places(ctx, "CHI")
    channel(ctx, "pd")
    for number in range(8):
        alert = fire(ctx, group_key=f"k{number}", notify=("pd",), steps_=ESCALATION)
        clock.advance(timedelta(minutes=11))
        before = len(told(ctx))
        at_once(
            lambda alert=alert: acknowledge(ctx, alert),
            lambda: escalation.run_steps(ctx),
            lambda: escalation.run_steps(ctx),
            lambda alert=alert: resolve(ctx, alert),
            lambda: escalation.audit(ctx),
        )
        said = [type_ for type_, _ in told(ctx)][before:]
        assert alert_row(ctx, alert).status == "resolved"
        assert said[-1] == "alert.resolved"  # nothing is told after it is over
        assert said.count("alert.escalated") <= 1
        assert said in (
            ["alert.resolved"],
            ["alert.acknowledged", "alert.resolved"],
            ["alert.escalated", "alert.resolved"],
            ["alert.escalated", "alert.acknowledged", "alert.resolved"],
        )
        assert StepState.DUE not in {step.state for step in step_rows(ctx, alert)}


def test_one_link_followed_many_times_at_once_works_once(ctx: Context) -> None:
    places(ctx, "CHI")
    alert = fire(ctx)
    desk = ctx.part(LinkDesk)
    token = desk.sign(notice(alert), system_now())["acknowledge"].rpartition("/")[2]
    found = at_once(*[lambda: desk.follow(token)] * 5)
    assert sum(not isinstance(one, LinkError) for one in found) == 1
    assert [type_ for type_, _ in told(ctx)] == ["alert.opened", "alert.acknowledged"]
    assert len(rows_of(ctx, AlertLinkUse)) == 1


def test_one_message_taken_many_times_at_once_is_taken_once(ctx: Context) -> None:
    places(ctx, "CHI")
    fire(ctx, notify=("pd", "team"))
    message = Told("e1", Asked.RESOLVE, key="pickwatch:red:location/CHI")
    found = at_once(*[lambda: take(ctx, "pd", message)] * 5)
    assert sorted(found) == sorted([Result.DONE, *[Result.REPEATED] * 4])
    assert told(ctx)[-1] == ("alert.resolved", ["team"])


def test_the_engine_and_people_come_one_after_the_other(ctx: Context) -> None:
    add_policy(ctx, "colour", COLOUR)
    add_channel(ctx, "desk")
    place = make_location(ctx, "ATL01")
    for _ in range(4):
        turns(ctx, "ATL01", "non_compliant", place)
        settle(ctx)
        alert = alerts(ctx)[-1].id
        assert alert is not None
        turns(ctx, "ATL01", "compliant", place)
        before = len(told(ctx))
        found = at_once(lambda: settle(ctx), lambda alert=alert: acknowledge(ctx, alert))
        refused = [one for one in found if isinstance(one, DomainError)]
        assert all(one.code is ErrorCode.ILLEGAL_TRANSITION for one in refused)
        settle(ctx)
        assert alert_row(ctx, alert).status == "resolved"
        said = [type_ for type_, _ in told(ctx)][before:]
        assert said == (["alert.resolved"] if refused else ["alert.acknowledged", "alert.resolved"])


def test_the_auditor_heals_what_nobody_carried_out(ctx: Context, clock: ManualClock) -> None:
    places(ctx, "CHI")
    late, fine = fire(ctx, steps_=ESCALATION), fire(ctx, group_key="other")
    clock.advance(timedelta(minutes=10, seconds=59))
    escalation.audit(ctx)
    assert step_rows(ctx, late)[0].state == StepState.DUE  # not late yet: whoever does it has a minute
    clock.advance(timedelta(seconds=11))
    with ctx.read() as uow:
        assert [(one.alert_id, one.number) for one in steps.late(uow.session, uow.now)] == [(late, 1)]
    for _ in range(2):
        escalation.audit(ctx)
    assert [step.state for step in step_rows(ctx, late)] == [StepState.SENT, StepState.DUE]
    with ctx.read() as uow:
        words = [entry.words for entry in queries.timeline(uow, late)]
        assert words == ["Opened", "Escalated", "Step 1 of the escalation was 70 s late; it is sent now."]
        assert [entry.words for entry in queries.timeline(uow, fine)] == ["Opened"]


def test_a_muted_alert_waits_with_its_step(ctx: Context, clock: ManualClock) -> None:
    places(ctx, "CHI")
    alert = fire(ctx, steps_=ESCALATION)
    with ctx.uow() as uow:
        row = uow.session.get(Alert, alert)
        assert row is not None
        row.muted = "silenced"
    clock.advance(timedelta(minutes=10))
    escalation.run_steps(ctx)
    assert step_rows(ctx, alert)[0].state == StepState.DUE
    with ctx.uow() as uow:
        row = uow.session.get(Alert, alert)
        assert row is not None
        row.muted = None
    clock.advance(timedelta(minutes=1))
    escalation.run_steps(ctx)
    assert step_rows(ctx, alert)[0].state == StepState.SENT
    assert told(ctx)[-1] == ("alert.escalated", ["boss"])


def test_a_step_whose_channels_are_gone_reaches_whoever_was_told(ctx: Context, clock: ManualClock) -> None:
    places(ctx, "CHI")
    alert = fire(ctx, steps_=[{"after_s": 60, "notify": ["gone", "off"]}, {"after_s": 120, "notify": ["gone", "boss"]}])
    channel(ctx, "off", enabled=False)
    for notify in (["team"], ["boss"]):
        clock.advance(timedelta(minutes=1))
        escalation.run_steps(ctx)
        assert told(ctx)[-1] == ("alert.escalated", notify)
    with ctx.read() as uow:
        details = [entry.detail for entry in queries.timeline(uow, alert)]
    assert details[1] == "Step 1: nobody has acknowledged it. gone, off cannot be told."
