"""Clocks through the services: starts, ends, pauses, moves, and the counts and colours that follow from them."""

from __future__ import annotations

from datetime import timedelta

from backend.clock import ManualClock
from backend.context import Context
from backend.sla import service
from backend.sla.facts import ClockMove, DefinitionInput, StepReached
from models.enums import ClockScope, Method, Step, TargetKind
from tests.support.sla import (
    HOUR,
    SHIP_100,
    add_location,
    add_shipment,
    audit,
    clocks,
    events,
    health,
    numbers,
    open_shipment,
    shipment,
)

MINUTE = timedelta(minutes=1)


def test_a_shipment_gets_a_clock_with_exact_instants(ctx: Context, clock: ManualClock) -> None:
    with ctx.uow() as uow:
        service.put_definition(uow, "ship", SHIP_100)
        place = add_location(uow, "CHI")
        one = open_shipment(uow, place)
    (only,) = clocks(ctx, one)
    assert (only.state, only.status, only.scope) == ("running", "compliant", "network")
    assert only.at_risk_at == clock.now() + 80 * MINUTE
    assert only.due_at == clock.now() + 100 * MINUTE
    assert only.next_check_at == only.at_risk_at
    row = shipment(ctx, one)
    assert (row.sla_status, row.sla_due_at) == ("compliant", only.due_at)
    assert numbers(health(ctx, place)) == (1, 0, 0, 0, 0)


def test_the_end_stops_the_clock_met_or_missed(ctx: Context, clock: ManualClock) -> None:
    with ctx.uow() as uow:
        service.put_definition(uow, "ship", SHIP_100)
        place = add_location(uow, "CHI")
        quick, slow, sharp = (open_shipment(uow, place) for _ in range(3))
    start = clock.now()
    clock.advance(3 * HOUR)
    with ctx.uow() as uow:
        service.reach_steps(
            uow,
            [
                StepReached(quick, Step.SHIPPED, start + 99 * MINUTE),
                StepReached(sharp, Step.SHIPPED, start + 100 * MINUTE),
                StepReached(slow, Step.SHIPPED, start + 101 * MINUTE),
            ],
        )
    assert [clocks(ctx, id_)[0].state for id_ in (quick, sharp, slow)] == ["met", "missed", "missed"]
    assert numbers(health(ctx, place)) == (0, 0, 0, 1, 2)
    assert shipment(ctx, slow).sla_status is None
    words = [(t.from_word, t.to_word, t.at - start) for t in audit(ctx, slow)]
    assert words == [
        (None, "compliant", timedelta(0)),
        ("compliant", "at_risk", 80 * MINUTE),
        ("at_risk", "non_compliant", 100 * MINUTE),
        ("non_compliant", "missed", 101 * MINUTE),
    ]


def test_an_end_before_the_start_never_runs_but_has_its_verdict(ctx: Context, clock: ManualClock) -> None:
    with ctx.uow() as uow:
        service.put_definition(uow, "ship", SHIP_100)
        place = add_location(uow, "CHI")
        one = add_shipment(uow, place)
        now = uow.now
        service.reach_steps(uow, [StepReached(one, Step.PLACED, now), StepReached(one, Step.SHIPPED, now - HOUR)])
    assert [c.state for c in clocks(ctx, one)] == ["met"]
    assert numbers(health(ctx, place)) == (0, 0, 0, 1, 0)
    assert shipment(ctx, one).sla_status is None
    assert events(ctx, "sla.shipment.changed") == []


def test_a_whole_life_in_the_past_in_one_batch(ctx: Context, clock: ManualClock) -> None:
    with ctx.uow() as uow:
        service.put_definition(uow, "ship", SHIP_100)
        place = add_location(uow, "CHI")
        one = add_shipment(uow, place)
        then = uow.now - 10 * HOUR
        steps = [(Step.SHIPPED, 90), (Step.PLACED, 0), (Step.PICKED, 20)]
        service.reach_steps(uow, [StepReached(one, step, then + minutes * MINUTE) for step, minutes in steps])
    assert [c.state for c in clocks(ctx, one)] == ["met"]
    assert [(t.to_word, t.at) for t in audit(ctx, one)] == [
        ("compliant", then),
        ("at_risk", then + 80 * MINUTE),
        ("met", then + 90 * MINUTE),
    ]
    assert all(t.detected_at == clock.now() for t in audit(ctx, one))


def test_telling_a_step_twice_changes_nothing(ctx: Context) -> None:
    with ctx.uow() as uow:
        service.put_definition(uow, "ship", SHIP_100)
        place = add_location(uow, "CHI")
        one = open_shipment(uow, place)
        at = uow.now
    for _ in range(2):
        with ctx.uow() as uow:
            service.reach_steps(uow, [StepReached(one, Step.PLACED, at), StepReached(one, Step.SHIPPED, at + MINUTE)])
    assert len(clocks(ctx, one)) == 1
    assert len(audit(ctx, one)) == 2
    assert numbers(health(ctx, place)) == (0, 0, 0, 1, 0)


def test_a_due_instant_before_the_start_is_late_from_the_start(ctx: Context) -> None:
    due = DefinitionInput("Promised", Method.SHIP, Step.PLACED, Step.SHIPPED, target_kind=TargetKind.ORDER_DUE)
    with ctx.uow() as uow:
        service.put_definition(uow, "promised", due)
        place = add_location(uow, "CHI")
        born_late = open_shipment(uow, place, order_due_at=uow.now - HOUR)
        without = open_shipment(uow, place)
    assert [(t.from_word, t.to_word) for t in audit(ctx, born_late)] == [(None, "non_compliant")]
    assert clocks(ctx, born_late)[0].next_check_at is None
    assert clocks(ctx, without) == []  # nothing was promised
    assert numbers(health(ctx, place)) == (0, 0, 1, 0, 0)
    assert [e.data["to"] for e in events(ctx, "sla.location.changed")] == ["non_compliant"]


def test_pause_and_resume_shift_a_duration_but_not_an_order_s_due_instant(ctx: Context, clock: ManualClock) -> None:
    due = DefinitionInput("Promised", Method.SHIP, Step.PLACED, Step.SHIPPED, target_kind=TargetKind.ORDER_DUE)
    with ctx.uow() as uow:
        service.put_definition(uow, "ship", SHIP_100)
        service.put_definition(uow, "promised", due)
        place = add_location(uow, "CHI")
        one = open_shipment(uow, place, order_due_at=uow.now + 5 * HOUR)
    start = clock.now()
    clock.set(start + 30 * MINUTE)
    with ctx.uow() as uow:
        service.pause_clocks(uow, [one], reason="backorder", at=uow.now)
    assert shipment(ctx, one).sla_status is None
    assert numbers(health(ctx, place)) == (0, 0, 0, 0, 0)
    assert {c.next_check_at for c in clocks(ctx, one)} == {None}
    clock.set(start + 10 * HOUR)
    with ctx.uow() as uow:
        service.resume_clocks(uow, [one], at=uow.now)
    by_due = {c.due_at - start for c in clocks(ctx, one)}
    assert by_due == {5 * HOUR, 100 * MINUTE + 10 * HOUR - 30 * MINUTE}
    assert {c.paused_seconds for c in clocks(ctx, one)} == {int((10 * HOUR - 30 * MINUTE).total_seconds())}
    assert shipment(ctx, one).sla_status == "non_compliant"  # the promise passed while it waited
    assert numbers(health(ctx, place)) == (0, 0, 1, 0, 0)


def test_reassigning_keeps_the_customer_s_clock_and_starts_a_fresh_local_one(ctx: Context, clock: ManualClock) -> None:
    local = DefinitionInput(
        "Accept", Method.SHIP, Step.ASSIGNED, Step.ACCEPTED, target_seconds=3600, scope=ClockScope.LOCATION
    )
    with ctx.uow() as uow:
        service.put_definition(uow, "ship", SHIP_100)
        service.put_definition(uow, "accept", local)
        chicago, boston = add_location(uow, "CHI"), add_location(uow, "BOS", time_zone="America/New_York")
        one = open_shipment(uow, chicago)
    start = clock.now()
    clock.advance(20 * MINUTE)
    with ctx.uow() as uow:
        row = uow.session.get(type(shipment(ctx, one)), one)
        assert row is not None
        row.location_id = boston  # as fulfilment does just before
        service.move_clocks(uow, [ClockMove(one, chicago, boston, "out of stock")], at=uow.now)
    network, old, fresh = clocks(ctx, one)
    assert (network.state, network.location_id, network.due_at) == ("running", boston, start + 100 * MINUTE)
    assert (old.state, old.location_id, old.attribution) == ("reassigned", chicago, "out of stock")
    assert (fresh.state, fresh.location_id, fresh.due_at) == ("running", boston, start + 80 * MINUTE)
    assert numbers(health(ctx, chicago)) == (0, 0, 0, 0, 0)
    assert numbers(health(ctx, boston)) == (1, 0, 0, 0, 0)


def test_cancelling_ends_every_clock_without_a_verdict(ctx: Context) -> None:
    with ctx.uow() as uow:
        service.put_definition(uow, "ship", SHIP_100)
        place = add_location(uow, "CHI")
        running, paused = open_shipment(uow, place), open_shipment(uow, place)
        service.pause_clocks(uow, [paused], reason="held", at=uow.now)
        service.cancel_clocks(uow, [running, paused], at=uow.now)
    assert {c.state for id_ in (running, paused) for c in clocks(ctx, id_)} == {"cancelled"}
    assert numbers(health(ctx, place)) == (0, 0, 0, 0, 0)


def test_a_held_shipment_s_new_clock_waits(ctx: Context) -> None:
    with ctx.uow() as uow:
        service.put_definition(uow, "ship", SHIP_100)
        one = open_shipment(uow, add_location(uow, "CHI"), held=True)
    assert [c.state for c in clocks(ctx, one)] == ["paused"]
    assert shipment(ctx, one).sla_status is None


def test_running_clocks_keep_the_version_they_started_with(ctx: Context) -> None:
    from dataclasses import replace

    with ctx.uow() as uow:
        first = service.put_definition(uow, "ship", SHIP_100)
        place = add_location(uow, "CHI")
        old = open_shipment(uow, place)
        second = service.put_definition(uow, "ship", replace(SHIP_100, target_seconds=600), expected_version=1)
        new = open_shipment(uow, place)
        service.reach_steps(uow, [StepReached(old, Step.PICKED, uow.now)])
    assert (first.version, second.version) == (1, 2)
    assert [c.definition_id for c in clocks(ctx, old)] == [first.id]
    assert [c.definition_id for c in clocks(ctx, new)] == [second.id]
