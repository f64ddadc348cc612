"""Steps of workflows: forks, what they ask for, who may do them, and taking them back with everything that followed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from backend.auth.actor import SYSTEM, Actor
from backend.clock import ManualClock
from backend.context import Context
from backend.fulfillment import remainder, workflows
from backend.fulfillment import service as fulfillment
from backend.fulfillment.defaults import EXAMPLE_FORK
from backend.fulfillment.service import StepCommand
from backend.fulfillment.splitting import AskedLine
from backend.invariants import violations
from backend.sla import service as sla
from backend.sla.facts import DefinitionInput
from models.enums import ActorKind, Method, Permission, Role, ShipmentStatus, Step
from models.errors import DomainError, ErrorCode
from models.tables import Event, LocationHealth, Shipment, ShipmentLine, ShipmentStep, SlaClock
from tests.support.shop import NEW_YORK, location, open_shop, order, place, rows_of

S = ShipmentStatus
HOUR = timedelta(hours=1)


def definition(start: Step, end: Step, seconds: int) -> DefinitionInput:
    return DefinitionInput(f"{start} to {end}", Method.SHIP, start, end, target_seconds=seconds)


@pytest.fixture
def shop(ctx: Context) -> int:
    """Two stores, the nearer of which wraps gifts, with clocks from placed to packed and from picked to packed."""
    near, far = location("CHI", groups=("zeta", "gift")), location("NY", at=NEW_YORK)
    open_shop(ctx, {"CHI": {"tea": 9, "cup": 9}, "NY": {"tea": 9, "cup": 9}}, CHI=near, NY=far)
    with ctx.uow() as uow:
        sla.put_definition(uow, "pack", definition(Step.PLACED, Step.PACKED, 7200))
        sla.put_definition(uow, "bench", definition(Step.PICKED, Step.PACKED, 1800))
    return place(ctx, order("A-1", lines={"tea": 2, "cup": 1}))[0].shipments[0].id


def write_fork(ctx: Context, **changes: Any) -> None:
    with ctx.uow() as uow:
        workflows.put(uow, "gift-ship", EXAMPLE_FORK | changes)
        workflows.activate(uow, "gift-ship")


def do(ctx: Context, id_: int, *steps: ShipmentStatus | str, actor: Actor = SYSTEM, **inputs: Any) -> None:
    for step in steps:
        with ctx.uow(actor) as uow:
            to, code = (step, None) if isinstance(step, ShipmentStatus) else (None, step)
            fulfillment.advance(uow, [StepCommand(id_, to, step=code, inputs=inputs)])


def undo(ctx: Context, id_: int) -> None:
    with ctx.uow() as uow:
        fulfillment.undo(uow, [id_])


def row(ctx: Context, id_: int = 1) -> dict[str, Any]:
    return next(found for found in rows_of(ctx, Shipment) if found["id"] == id_)


def sound(ctx: Context) -> bool:
    with ctx.read() as uow:
        return violations(uow) == []


def clocks(ctx: Context) -> list[tuple[str, str]]:
    return [(clock["end_step"], clock["state"]) for clock in rows_of(ctx, SlaClock)]


def finished(ctx: Context) -> tuple[int, int]:
    health = rows_of(ctx, LocationHealth)[0]
    return health["met"], health["missed"]


def test_a_step_is_taken_back_with_its_clocks_and_counts(ctx: Context, clock: ManualClock, shop: int) -> None:
    do(ctx, shop, S.ACCEPTED, S.PICKED)
    before = {table: rows_of(ctx, table) for table in (ShipmentLine, SlaClock)}
    was, due = row(ctx), rows_of(ctx, SlaClock)[0]["due_at"]
    clock.advance(HOUR)
    do(ctx, shop, S.PACKED)
    assert clocks(ctx) == [("packed", "met"), ("packed", "missed")]
    assert finished(ctx) == (1, 1)
    clock.advance(HOUR)
    undo(ctx, shop)
    now = row(ctx)
    assert (now["status"], now["step"], now["packed_at"]) == ("picked", "pick", None)
    assert now["picked_at"] == was["picked_at"]
    assert clocks(ctx) == [("packed", "running"), ("packed", "running")]
    assert rows_of(ctx, SlaClock)[0]["due_at"] == due
    assert (now["sla_status"], now["sla_due_at"]) == ("non_compliant", was["sla_due_at"])
    assert finished(ctx) == (0, 0)
    assert rows_of(ctx, ShipmentLine) == before[ShipmentLine]
    assert sound(ctx)
    do(ctx, shop, S.PACKED)
    assert finished(ctx) == (0, 2)
    assert sound(ctx)


def test_steps_passed_over_in_one_are_taken_back_in_one(ctx: Context, shop: int) -> None:
    do(ctx, shop, S.PACKED)
    assert [line["picked"] for line in rows_of(ctx, ShipmentLine)] == [2, 1]
    assert clocks(ctx) == [("packed", "met"), ("packed", "met")]
    undo(ctx, shop)
    assert (row(ctx)["status"], row(ctx)["step"]) == ("open", None)
    assert [line["picked"] for line in rows_of(ctx, ShipmentLine)] == [0, 0]
    assert clocks(ctx) == [("packed", "running"), ("packed", "cancelled")]
    assert finished(ctx) == (0, 0)
    do(ctx, shop, S.PACKED)  # at the very same moment
    assert clocks(ctx) == [("packed", "met"), ("packed", "cancelled"), ("packed", "met")]
    assert finished(ctx) == (2, 0)
    assert sound(ctx)


def test_what_was_split_off_is_not_put_back(ctx: Context, shop: int) -> None:
    do(ctx, shop, S.PICKED)
    with ctx.uow() as uow:
        child = remainder.split(uow, shop, [AskedLine("cup", 1)], reason="too heavy")
    undo(ctx, shop)
    picked = {(line["shipment_id"], line["sku"]): line["picked"] for line in rows_of(ctx, ShipmentLine)}
    assert picked == {(shop, "tea"): 0, (child, "cup"): 1}  # SQLite gave the new line the number of the old one
    assert sound(ctx)


def test_what_is_not_taken_back_is_refused_and_nothing_changes(ctx: Context, shop: int) -> None:
    for steps in ([], [S.SHIPPED]):
        do(ctx, shop, *steps)
        was = row(ctx)
        with pytest.raises(DomainError) as refused:
            undo(ctx, shop)
        assert refused.value.code is ErrorCode.ILLEGAL_TRANSITION
        assert row(ctx) == was


def test_a_reassigned_shipment_starts_afresh_by_the_workflow_of_its_new_place(ctx: Context, shop: int) -> None:
    with ctx.uow() as uow:
        workflows.put(uow, "gift-ship", EXAMPLE_FORK)
        fork = workflows.activate(uow, "gift-ship").row
    assert fork is not None
    do(ctx, shop, S.PICKED)
    with ctx.uow() as uow:
        fulfillment.reassign(uow, shop, "NY", reason="closing")
    assert [line["picked"] for line in rows_of(ctx, ShipmentLine)] == [0, 0]
    with pytest.raises(DomainError):
        undo(ctx, shop)
    with ctx.uow() as uow:
        fulfillment.reassign(uow, shop, "CHI", reason="open again")
    assert (row(ctx)["workflow_id"], row(ctx)["step"]) == (fork.id, None)
    assert sound(ctx)


def test_shipments_under_way_keep_their_version(ctx: Context, shop: int) -> None:
    write_fork(ctx)
    second = place(ctx, order("A-2"))[0].shipments[0].id
    shorter = [step for step in EXAMPLE_FORK["steps"] if step["code"] != "check"]
    write_fork(ctx, steps=shorter)
    third = place(ctx, order("A-3"))[0].shipments[0].id
    do(ctx, shop, S.PACKED)  # opened before there was a fork
    do(ctx, third, S.PICKED, S.PACKED)
    with pytest.raises(DomainError) as refused:
        do(ctx, second, S.PICKED, S.PACKED)
    assert "check" in refused.value.message
    with ctx.uow() as uow:
        workflows.retire(uow, "gift-ship")
    do(ctx, second, "check", result="good")
    do(ctx, second, S.PACKED)
    fourth = place(ctx, order("A-4"))[0].shipments[0].id
    assert row(ctx, fourth)["workflow_id"] is None


def test_a_step_of_ones_own_asks_and_is_kept_in_the_journal(ctx: Context, shop: int) -> None:
    write_fork(ctx)
    id_ = place(ctx, order("A-2"))[0].shipments[0].id
    do(ctx, id_, S.PICKED)
    for inputs, fault in (
        ({}, ("/0/inputs/result", "missing")),
        ({"result": "bad", "more": 1}, ("/0/inputs/more", "unknown_field")),
    ):
        was = row(ctx, id_)
        with pytest.raises(DomainError) as refused:
            do(ctx, id_, "check", **inputs)
        assert (refused.value.faults[0].pointer, refused.value.faults[0].code) == fault
        assert row(ctx, id_) == was
    do(ctx, id_, "check", result="good")
    assert (row(ctx, id_)["status"], row(ctx, id_)["step"]) == ("picked", "check")
    last = rows_of(ctx, ShipmentStep)[-1]
    assert (last["step"], last["inputs"], last["undone_at"]) == ("check", {"result": "good"}, None)
    told = [event["data"]["step"] for event in rows_of(ctx, Event) if event["type"] == "shipment.step_done"]
    assert told == ["check"]
    undo(ctx, id_)
    assert (row(ctx, id_)["status"], row(ctx, id_)["step"]) == ("picked", "pick")
    undo(ctx, id_)
    assert row(ctx, id_)["status"] == "open"
    assert sound(ctx)


def test_a_step_is_done_by_those_whose_step_it_is(ctx: Context, shop: int) -> None:
    steps = [step | {"by": ["manager"]} if step["code"] == "check" else step for step in EXAMPLE_FORK["steps"]]
    write_fork(ctx, steps=steps)
    id_ = place(ctx, order("A-2"))[0].shipments[0].id
    picker = Actor(ActorKind.USER, "ann", frozenset({Permission.SHIPMENTS_WRITE}), role=Role.FULFILLER)
    do(ctx, id_, S.PICKED, actor=picker)
    with pytest.raises(DomainError) as refused:
        do(ctx, id_, "check", actor=picker, result="good")
    assert refused.value.code is ErrorCode.FORBIDDEN
    do(ctx, id_, "check", actor=replace(picker, role=Role.MANAGER), result="good")
    with pytest.raises(DomainError), ctx.uow(picker) as uow:
        fulfillment.undo(uow, [id_])
    assert row(ctx, id_)["step"] == "check"


def test_a_location_in_several_groups_works_by_that_which_sorts_first(ctx: Context, shop: int) -> None:
    for group in ("zeta", "gift"):
        with ctx.uow() as uow:
            workflows.put(uow, f"of-{group}", EXAMPLE_FORK | {"group": group})
            workflows.activate(uow, f"of-{group}")
    with ctx.uow() as uow:
        everywhere = {name: value for name, value in EXAMPLE_FORK.items() if name != "group"}
        workflows.put(uow, "ship", everywhere)
        default = workflows.activate(uow, "ship").row
        first = workflows.get(uow, "of-gift").row
    assert first is not None
    assert default is not None
    ids = [place(ctx, order(f"A-{n}", lines={"tea": units}))[0].shipments[0].id for n, units in ((2, 7), (3, 7))]
    assert [row(ctx, id_)["workflow_id"] for id_ in ids] == [first.id, default.id]
