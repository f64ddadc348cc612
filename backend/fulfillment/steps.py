"""Doing the steps of a workflow, and taking them back. Part of `service.py`, the one writer of shipment status."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.fulfillment import awaited, journal, parcels, rules, store, workflow
from backend.fulfillment.command import refuse, refuse_twice, tell
from backend.fulfillment.inputs import input_faults
from backend.fulfillment.parcels import packing_faults, tracking_faults
from backend.fulfillment.pickup import prepare, proof_faults
from backend.fulfillment.rules import DoneStep, ShipmentFacts, StepCommand
from backend.fulfillment.said import Tracking
from backend.fulfillment.workflow import WorkStep
from backend.inventory import service as inventory
from backend.orders import progress
from backend.persistence.uow import Uow
from backend.sla import service as sla
from backend.sla.facts import StepReached, StepsUndone
from backend.waves import membership as waves
from models.enums import ShipmentStatus
from models.errors import Fault, invalid
from models.events import EventType
from models.floor import StepAction


@dataclass(frozen=True, slots=True)
class _Doing:
    """A step about to be done."""

    fact: ShipmentFacts
    command: StepCommand
    step: WorkStep
    to: ShipmentStatus
    at: datetime

    @property
    def picks(self) -> bool:
        """Return whether everything is picked from now on, and was not before."""
        return _passes_pick(self.fact, self.fact.status, self.to)


def _passes_pick(fact: ShipmentFacts, was: ShipmentStatus, becomes: ShipmentStatus) -> bool:
    passed = [workflow.has_passed(fact.method, status, ShipmentStatus.PICKED) for status in (was, becomes)]
    return passed == [False, True]


def advance(uow: Uow, commands: Sequence[StepCommand]) -> None:
    """Complete steps, all or none; one command per shipment and call.

    Raises NOT_FOUND, STALE, ILLEGAL_TRANSITION, FORBIDDEN or INVALID with every fault, pointers `/{index}`.
    """
    doing = _decided(uow, commands)
    _change(uow, doing)
    store.track(uow, {each.fact.id: found for each in doing if (found := _tracking(each.command))})
    parcels.pack(uow, {each.fact.id: each.command.parcels for each in doing if each.command.parcels})
    parcels.track(uow, {each.fact.id: each.command.tracked for each in doing if each.command.tracked})
    before = journal.pick_all(uow, [each.fact.id for each in doing if each.picks])
    journal.write(uow, [_row(each, before.get(each.fact.id)) for each in doing])
    inventory.consume(uow, [each.fact.id for each in doing if each.step.reaches is workflow.LEAVES[each.fact.method]])
    awaited.arrive(uow, [each.fact.id for each in doing if each.step.action is StepAction.RECEIVE])
    sla.reach_steps(
        uow,
        [
            StepReached(each.fact.id, moment, each.at)
            for each in doing
            for moment in workflow.steps_passed(each.fact.way, each.fact.status, each.fact.step, each.step)
        ],
    )
    waves.picked(uow, [each.fact.id for each in doing if each.picks])
    for each in doing:
        _tell_done(uow, each)
    progress.settle(uow, [each.fact.order_id for each in doing if workflow.is_done(each.fact.method, each.to)])


def undo(uow: Uow, shipment_ids: Sequence[int], *, expected: Mapping[int, int] | None = None) -> None:
    """Take back the last step of each shipment: status, times, picked units and clocks are what they were before it.

    Raises NOT_FOUND, STALE, FORBIDDEN, or ILLEGAL_TRANSITION when the goods left or there is nothing to take back.
    """
    refuse_twice(shipment_ids)
    facts = store.load(uow, shipment_ids)
    versions = expected or {}
    refuse(rules.may_edit(fact, versions.get(fact.id), index=i) for i, fact in enumerate(facts))
    found = journal.last_done(uow, shipment_ids)
    role = uow.actor.role
    refuse(rules.may_undo(fact, found.get(fact.id), index=i, role=role) for i, fact in enumerate(facts))
    pairs = [(fact, found[fact.id]) for fact in facts]
    for fact, done in pairs:
        store.change(uow, [fact], [_values_before(done)])
    journal.unpick(uow, {fact.id: done.picked for fact, done in pairs if done.picked})
    parcels.unpack(uow, [fact.id for fact, done in pairs if _unpacks(fact, done)])
    journal.undone(uow, [done.id for _, done in pairs])
    waves.unpicked(uow, [fact.id for fact, done in pairs if _passes_pick(fact, done.from_status, done.to_status)])
    sla.unreach_steps(uow, [StepsUndone(fact.id, _moments(fact, done), done.at) for fact, done in pairs], at=uow.now)
    for fact, done in pairs:
        data = {"status": done.from_status.value, "step": done.from_step, "undone": done.step}
        tell(uow, EventType.SHIPMENT_UNDONE, fact, uow.now, data)


def _decided(uow: Uow, commands: Sequence[StepCommand]) -> list[_Doing]:
    """Load the shipments, and return what is to be done, or raise every refusal."""
    refuse_twice([command.shipment_id for command in commands])
    facts = store.load(uow, [command.shipment_id for command in commands])
    pairs = list(zip(facts, commands, strict=True))
    role = uow.actor.role
    refuse(rules.may_advance(fact, command, now=uow.now, index=i, role=role) for i, (fact, command) in enumerate(pairs))
    doing: list[_Doing] = []
    for fact, command in pairs:
        step = command.meant(fact.way)
        assert step is not None  # noqa: S101  # a step that is not there was refused
        to = workflow.status_after(fact.way, fact.status, fact.step, step)
        doing.append(_Doing(fact, command, step, to, rules.reached_at(fact, command, now=uow.now)))
    if faults := list(_said_faults(uow, doing)):
        raise invalid(faults)
    return doing


def _said_faults(uow: Uow, doing: Sequence[_Doing]) -> Iterator[Fault]:
    """Yield what is wrong with what was said along with the steps."""
    holds = parcels.holdings(uow, [each.fact.id for each in doing if each.command.parcels])
    packed = parcels.counts(uow, [each.fact.id for each in doing if each.command.tracked])
    for index, each in enumerate(doing):
        command, action, at = each.command, each.step.action, f"/{index}"
        yield from input_faults(each.step.asks, command.inputs, at=f"{at}/inputs")
        yield from packing_faults(command.parcels, holds.get(each.fact.id, {}), at=f"{at}/parcels")
        yield from tracking_faults(command.tracked, packed.get(each.fact.id, 0), at=f"{at}/parcels")
        if action is StepAction.HAND_OVER:
            yield from proof_faults(each.step.proof, command.shown, each.fact.pickup_code, at=at)
        misplaced = (command.parcels and action is not StepAction.PACK) or (
            command.tracked and action is not StepAction.SHIP
        )
        if misplaced:
            yield Fault(f"{at}/parcels", "not_here", f"Parcels do not belong to the step {each.step.code}.")


def _change(uow: Uow, doing: Sequence[_Doing]) -> None:
    """Set step and status; shipments that change the same columns in one statement."""
    groups: dict[tuple[str, ...], list[tuple[ShipmentFacts, dict[str, Any]]]] = defaultdict(list)
    waiting = prepare(uow, [(each.fact, each.at) for each in doing if each.to is ShipmentStatus.READY])
    for each in doing:
        values = {"step": each.step.code} | (store.reached(each.to, each.at) if each.to is not each.fact.status else {})
        values |= waiting.get(each.fact.id, {})
        if each.fact.status is ShipmentStatus.READY and each.to is ShipmentStatus.HANDED_OVER:
            values |= dict.fromkeys(store.WAITING)
        groups[tuple(values)].append((each.fact, values))
    for group in groups.values():
        store.change(uow, [fact for fact, _ in group], [values for _, values in group])


def _row(each: _Doing, picked: Mapping[str, int] | None) -> dict[str, Any]:
    said = {**each.command.inputs, **each.command.shown.as_inputs()}
    return {
        "shipment_id": each.fact.id,
        "step": each.step.code,
        "from_step": each.fact.step,
        "from_status": each.fact.status.value,
        "to_status": each.to.value,
        "inputs": {name: value for name, value in said.items() if value not in (None, "")},
        "before": {} if picked is None else {"picked": picked},
        "at": each.at,
    }


def _tell_done(uow: Uow, each: _Doing) -> None:
    told: dict[str, Any] = {"status": each.to.value}
    if each.step.reaches is None:
        tell(uow, EventType.SHIPMENT_STEP_DONE, each.fact, each.at, {**told, "step": each.step.code})
        return
    if each.to is ShipmentStatus.SHIPPED:
        tracking = _tracking(each.command)
        told |= {"tracking_number": tracking.number if tracking else None}
    tell(uow, workflow.EVENTS[each.to], each.fact, each.at, told)


def _values_before(done: DoneStep) -> dict[str, Any]:
    """Return the columns of a shipment as they were before a step."""
    values: dict[str, Any] = {"status": done.from_status.value, "step": done.from_step}
    if done.to_status is ShipmentStatus.READY:
        values |= dict.fromkeys(store.WAITING)
    return values if done.to_status is done.from_status else {**values, store.REACHED_AT[done.to_status]: None}


def _tracking(command: StepCommand) -> Tracking | None:
    """Return where the shipment as a whole can be followed: by its first parcel, when nothing else was said."""
    return command.tracking or (command.tracked[0].tracking if command.tracked else None)


def _unpacks(fact: ShipmentFacts, done: DoneStep) -> bool:
    step = fact.way.step(done.step)
    return step is not None and step.action is StepAction.PACK


def _moments(fact: ShipmentFacts, done: DoneStep) -> frozenset[Any]:
    step = fact.way.step(done.step)
    assert step is not None  # noqa: S101  # the rule has seen it
    return frozenset(workflow.steps_passed(fact.way, done.from_status, done.from_step, step))
