"""Which promise holds for a shipment, and the exact instants of its bands."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend.sla.calendar import OpenHours
from backend.sla.rules import ClockFacts, Place, Promise, ShipmentFacts, evaluate, matches, outcome, window
from models.enums import ClockScope, ClockState, Compliance, Counting, Method, Step, TargetKind

START = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)  # 09:00 in Chicago, a Friday
MINUTE, HOUR, SECOND = timedelta(minutes=1), timedelta(hours=1), timedelta(seconds=1)
ALWAYS = OpenHours.parse({}, "America/Chicago")
NINE_TO_FIVE = OpenHours.parse(
    {
        "weekly": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
        "cutoffs": {"ship": "16:00"},
    },
    "America/Chicago",
)
SHIPMENT = ShipmentFacts(
    id=1,
    order_id=1,
    place=Place(1, "CHI", frozenset({"midwest", "big"}), ALWAYS),
    method=Method.SHIP,
    service_level="standard",
    channel="web",
    customer_tier="gold",
    order_due_at=None,
    held=False,
)
PROMISE = Promise(
    id=1,
    code="ship",
    version=1,
    method=Method.SHIP,
    scope=ClockScope.NETWORK,
    start_step=Step.PLACED,
    end_step=Step.SHIPPED,
    target_kind=TargetKind.DURATION,
    target_seconds=6000,
    counting=Counting.AROUND_THE_CLOCK,
)
IN_HOURS = replace(PROMISE, counting=Counting.OPEN_HOURS, target_seconds=5 * 3600)
DUE = replace(PROMISE, target_kind=TargetKind.ORDER_DUE, target_seconds=None)


def _at(calendar: OpenHours, **more: object) -> ShipmentFacts:
    return replace(SHIPMENT, place=replace(SHIPMENT.place, calendar=calendar), **more)


def _clock(promise: Promise, shipment: ShipmentFacts, start: datetime = START) -> ClockFacts:
    instants = window(promise, shipment, start=start)
    assert instants is not None
    return ClockFacts(
        id=1,
        shipment_id=1,
        location_id=1,
        promise=promise,
        state=ClockState.RUNNING,
        status=Compliance.COMPLIANT,
        started_at=start,
        at_risk_at=instants.at_risk_at,
        due_at=instants.due_at,
    )


@pytest.mark.parametrize(
    ("elapsed", "status", "next_change"),
    [
        (79 * MINUTE + 59 * SECOND, Compliance.COMPLIANT, 80 * MINUTE),
        (80 * MINUTE, Compliance.AT_RISK, 100 * MINUTE),
        (99 * MINUTE + 59 * SECOND, Compliance.AT_RISK, 100 * MINUTE),
        (100 * MINUTE, Compliance.NON_COMPLIANT, None),
    ],
)
def test_golden_c_bands_of_a_hundred_minutes(
    elapsed: timedelta, status: Compliance, next_change: timedelta | None
) -> None:
    verdict = evaluate(_clock(PROMISE, SHIPMENT), now=START + elapsed)
    assert verdict.status is status
    assert verdict.next_check_at == (None if next_change is None else START + next_change)


def test_a_share_of_a_second_rounds_up_to_the_second_that_reaches_it() -> None:
    clock = _clock(replace(PROMISE, target_seconds=7), SHIPMENT)  # 80 % of 7 s is 5.6 s
    assert clock.at_risk_at == START + 6 * SECOND


def test_open_hours_stop_at_closing() -> None:
    clock = _clock(IN_HOURS, _at(NINE_TO_FIVE), START + 5 * HOUR)  # 14:00 on Friday, three hours left
    assert clock.due_at == START + timedelta(days=3) + 2 * HOUR  # Monday 11:00
    assert clock.at_risk_at == START + timedelta(days=3) + HOUR


def test_an_order_s_own_instant_counts_open_hours_for_at_risk_but_is_due_when_it_says() -> None:
    saturday = START + timedelta(days=1)
    around = _clock(DUE, _at(NINE_TO_FIVE, order_due_at=saturday))
    assert (around.at_risk_at, around.due_at) == (START + 0.8 * timedelta(days=1), saturday)
    in_hours = _clock(replace(DUE, counting=Counting.OPEN_HOURS), _at(NINE_TO_FIVE, order_due_at=saturday))
    assert (in_hours.at_risk_at, in_hours.due_at) == (START + 0.8 * 8 * HOUR, saturday)


def test_a_due_instant_before_the_start_is_broken_from_the_start() -> None:
    clock = _clock(DUE, _at(ALWAYS, order_due_at=START - HOUR))
    assert evaluate(clock, now=START).status is Compliance.NON_COMPLIANT
    assert evaluate(clock, now=START).since == START


def test_the_carrier_s_cut_off_is_the_next_one() -> None:
    promise = replace(DUE, target_kind=TargetKind.CARRIER_CUTOFF)
    assert _clock(promise, _at(NINE_TO_FIVE)).due_at == START + 7 * HOUR
    assert _clock(promise, _at(NINE_TO_FIVE), START + 7 * HOUR).due_at == START + timedelta(days=3) + 7 * HOUR


def test_nothing_to_run_up_to_is_no_clock() -> None:
    assert window(DUE, SHIPMENT, start=START) is None
    assert window(replace(DUE, target_kind=TargetKind.CARRIER_CUTOFF), SHIPMENT, start=START) is None


def test_percentages_of_the_definition_move_both_bands() -> None:
    clock = _clock(replace(PROMISE, at_risk_percent=50, non_compliant_percent=150), SHIPMENT)
    assert (clock.at_risk_at, clock.due_at) == (START + 50 * MINUTE, START + 150 * MINUTE)
    due = replace(DUE, non_compliant_percent=150)
    assert _clock(due, _at(ALWAYS, order_due_at=START + HOUR)).due_at == START + 90 * MINUTE


def test_met_ends_before_the_due_instant() -> None:
    clock = _clock(PROMISE, SHIPMENT)
    assert outcome(clock, end=clock.due_at - timedelta(microseconds=1)) is ClockState.MET
    assert outcome(clock, end=clock.due_at) is ClockState.MISSED


def test_narrowing_fields_all_have_to_match() -> None:
    right = {
        "location_code": "CHI",
        "group_code": "big",
        "service_level": "standard",
        "channel": "web",
        "customer_tier": "gold",
    }
    assert matches(replace(PROMISE, **right), SHIPMENT)
    for name in right:
        assert not matches(replace(PROMISE, **{**right, name: "other"}), SHIPMENT), name
    assert not matches(replace(PROMISE, method=Method.PICKUP), SHIPMENT)
