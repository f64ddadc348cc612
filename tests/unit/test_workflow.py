"""Which status may follow which, and what a shipment's way means for stock and steps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from backend.fulfillment import rules, workflow
from backend.fulfillment.defaults import BUILT_IN
from backend.fulfillment.rules import Destination, ShipmentFacts, StepCommand
from backend.orders.progress import outcome
from models.enums import Method, OrderStatus, ShipmentStatus, Step
from models.errors import ErrorCode

S = ShipmentStatus
NOW = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)


def facts(**changes: object) -> ShipmentFacts:
    stated = {"id": 7, "order_id": 1, "location_id": 1, "location_code": "CHI", "method": Method.SHIP}
    return ShipmentFacts(**{**stated, "status": S.OPEN, "held": False, "version": 3, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("method", "status", "following"),
    [
        (Method.SHIP, S.OPEN, (S.ACCEPTED, S.PICKED, S.PACKED, S.SHIPPED)),
        (Method.SHIP, S.PACKED, (S.SHIPPED,)),
        (Method.SHIP, S.SHIPPED, ()),
        (Method.PICKUP, S.ACCEPTED, (S.PICKED, S.PACKED, S.READY)),
        (Method.PICKUP, S.READY, (S.HANDED_OVER,)),
        (Method.CURBSIDE, S.HANDED_OVER, ()),
        (Method.DELIVERY, S.PICKED, (S.PACKED, S.SHIPPED)),
        (Method.DELIVERY, S.SHIPPED, (S.HANDED_OVER,)),
        (Method.TRANSFER, S.SHIPPED, (S.HANDED_OVER,)),
        (Method.TRANSFER, S.CANCELLED, ()),
    ],
)
def test_steps_go_forward_and_nothing_is_handed_over_before_it_was_set_out(
    method: Method, status: ShipmentStatus, following: tuple[ShipmentStatus, ...]
) -> None:
    assert tuple(step.reaches for step in workflow.following(BUILT_IN[method], status)) == following


def test_every_method_has_a_way_that_starts_open_and_where_the_goods_leave() -> None:
    for method in Method:
        way = workflow.WAY[method]
        assert way[0] is S.OPEN
        assert workflow.LEAVES[method] in way
        assert workflow.is_done(method, way[-1])
        assert not workflow.is_done(method, way[-2])
        assert set(way[1:]) <= set(workflow.EVENTS)


def test_skipped_steps_count_as_passed_so_that_their_clocks_stop() -> None:
    way = BUILT_IN[Method.SHIP]
    shipped = way.reaching(S.SHIPPED)
    assert shipped is not None
    passed = (Step.PICKED, Step.PACKED, Step.SHIPPED)
    assert workflow.steps_passed(way, S.ACCEPTED, "accept", shipped) == passed
    assert workflow.steps_passed(way, S.ACCEPTED, None, shipped) == passed  # from before steps were kept


@pytest.mark.parametrize(
    ("shipment", "command", "code"),
    [
        (facts(held=True), StepCommand(7, S.ACCEPTED), ErrorCode.ILLEGAL_TRANSITION),
        (facts(status=S.PICKED), StepCommand(7, S.ACCEPTED), ErrorCode.ILLEGAL_TRANSITION),
        (facts(status=S.PICKED), StepCommand(7, S.PICKED), ErrorCode.ILLEGAL_TRANSITION),
        (facts(), StepCommand(7, S.READY), ErrorCode.ILLEGAL_TRANSITION),
        (facts(), StepCommand(7, S.ACCEPTED, expected_version=2), ErrorCode.STALE),
        (facts(), StepCommand(7, S.ACCEPTED, at=NOW + timedelta(seconds=1)), ErrorCode.INVALID),
    ],
)
def test_a_step_is_refused_with_its_reason(shipment: ShipmentFacts, command: StepCommand, code: ErrorCode) -> None:
    refusal = rules.may_advance(shipment, command, now=NOW)
    assert refusal is not None
    assert refusal.code is code
    assert refusal.fault.message


def test_a_fitting_step_is_allowed() -> None:
    assert rules.may_advance(facts(), StepCommand(7, S.PICKED, at=NOW, expected_version=3), now=NOW) is None


def test_what_has_left_cannot_be_held_cancelled_or_reassigned() -> None:
    gone = facts(method=Method.DELIVERY, status=S.SHIPPED)
    assert rules.may_hold(gone) is not None
    assert rules.may_cancel(gone) is not None
    assert rules.may_reassign(gone, Destination("NY", frozenset(Method)))


def test_a_shipment_moves_only_to_an_open_place_that_offers_its_method_and_may_be_given_its_products() -> None:
    def faults(to: Destination) -> list[str]:
        return [refusal.fault.code for refusal in rules.may_reassign(facts(), to)]

    ship = frozenset({Method.SHIP})
    assert faults(Destination("NY", ship)) == []
    assert faults(Destination("CHI", ship)) == ["same_location"]
    barred = Destination("NY", frozenset({Method.PICKUP}), closed=True, blocked=("tea", "cup"))
    assert faults(barred) == ["method_not_offered", "location_closed", "product_blocked", "product_blocked"]


def test_a_step_is_never_before_the_step_before_it() -> None:
    packed = facts(status=S.PACKED, since=NOW)
    early = StepCommand(7, S.SHIPPED, at=NOW - timedelta(minutes=5))
    assert rules.reached_at(packed, early, now=NOW + timedelta(minutes=1)) == NOW
    assert rules.reached_at(facts(), early, now=NOW) == NOW - timedelta(minutes=5)
    assert rules.reached_at(packed, StepCommand(7, S.SHIPPED), now=NOW + timedelta(minutes=1)) > NOW


@pytest.mark.parametrize(
    ("shipments", "status"),
    [
        ([], None),
        ([(Method.SHIP, S.SHIPPED), (Method.SHIP, S.OPEN)], None),
        ([(Method.SHIP, S.SHIPPED), (Method.SHIP, S.CANCELLED)], OrderStatus.FULFILLED),
        ([(Method.PICKUP, S.CANCELLED)], OrderStatus.CANCELLED),
        ([(Method.DELIVERY, S.SHIPPED)], None),
        ([(Method.DELIVERY, S.HANDED_OVER)], OrderStatus.FULFILLED),
    ],
)
def test_an_order_follows_its_shipments(
    shipments: list[tuple[Method, ShipmentStatus]], status: OrderStatus | None
) -> None:
    assert outcome(shipments) is status
