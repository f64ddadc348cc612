"""The one writer of shipment status: open, advance, hold, release, reassign, reject, cancel.

Every command is load → decide (`rules.py`) → apply (`store.py`) → stock → SLA clocks → events → order. That is also
the order of locks: order rows, shipment rows, stock, location loads, SLA rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from backend.fulfillment import rules, store, workflow
from backend.fulfillment.opening import NewShipment, NewShipmentLine, allocate, open_shipments, record
from backend.fulfillment.rules import Block, Destination, Refusal, ShipmentFacts, StepCommand
from backend.inventory import blocks
from backend.inventory import service as inventory
from backend.locations import queries as locations
from backend.orders import given_back, progress
from backend.persistence.uow import Uow
from backend.routing import limits
from backend.sla import service as sla
from backend.sla.facts import ClockMove, StepReached
from models.enums import Method, ShipmentStatus
from models.errors import DomainError, Fault, invalid
from models.events import EventType
from models.tables import Location

__all__ = [
    "Block",
    "NewShipment",
    "NewShipmentLine",
    "StepCommand",
    "advance",
    "allocate",
    "cancel",
    "hold",
    "open_shipments",
    "reassign",
    "recall",
    "reject",
]


def advance(uow: Uow, commands: Sequence[StepCommand]) -> None:
    """Carry out accept, pick, pack, ready, ship and hand-over, all or none; one command per shipment and call.

    Raises NOT_FOUND, STALE, ILLEGAL_TRANSITION or INVALID with every fault, pointers `/{index}`.
    """
    _refuse_twice([command.shipment_id for command in commands])
    facts = store.load(uow, [command.shipment_id for command in commands])
    pairs = list(zip(facts, commands, strict=True))
    _refuse(rules.may_advance(fact, command, now=uow.now, index=i) for i, (fact, command) in enumerate(pairs))
    moments = {fact.id: rules.reached_at(fact, command, now=uow.now) for fact, command in pairs}
    by_status: dict[ShipmentStatus, list[tuple[ShipmentFacts, datetime]]] = defaultdict(list)
    for fact, command in pairs:
        by_status[command.to].append((fact, moments[fact.id]))
    for status, group in by_status.items():
        store.change(uow, [fact for fact, _ in group], [store.reached(status, at) for _, at in group])
    store.track(uow, {command.shipment_id: command.tracking for command in commands if command.tracking})
    inventory.consume(uow, [fact.id for fact, command in pairs if command.to is workflow.LEAVES[fact.method]])
    sla.reach_steps(
        uow,
        [
            StepReached(fact.id, step, moments[fact.id])
            for fact, command in pairs
            for step in workflow.steps_passed(fact.method, fact.status, command.to)
        ],
    )
    for fact, command in pairs:
        told: dict[str, Any] = {"status": command.to.value}
        if command.to is ShipmentStatus.SHIPPED:
            told |= {"tracking_number": command.tracking.number if command.tracking else None}
        _tell(uow, workflow.EVENTS[command.to], fact, moments[fact.id], told)
    progress.settle(uow, [f.order_id for f, c in pairs if workflow.is_done(f.method, c.to)])


def hold(
    uow: Uow,
    shipment_ids: Sequence[int],
    *,
    reason: str,
    at: datetime | None = None,
    expected: Mapping[int, int] | None = None,
) -> None:
    """Stop work on shipments and pause their clocks."""
    facts = _load(uow, shipment_ids, rules.may_hold, expected)
    moment = at or uow.now
    store.change(uow, facts, [{"held": True, "hold_reason": reason} for _ in facts])
    sla.pause_clocks(uow, [fact.id for fact in facts], reason=reason[:64], at=moment)
    for fact in facts:
        _tell(uow, EventType.SHIPMENT_HELD, fact, moment, {"reason": reason})


def release(
    uow: Uow, shipment_ids: Sequence[int], *, at: datetime | None = None, expected: Mapping[int, int] | None = None
) -> None:
    """Let work go on and resume the clocks."""
    facts = _load(uow, shipment_ids, rules.may_release, expected)
    moment = at or uow.now
    store.change(uow, facts, [{"held": False, "hold_reason": None} for _ in facts])
    sla.resume_clocks(uow, [fact.id for fact in facts], at=moment)
    for fact in facts:
        _tell(uow, EventType.SHIPMENT_RELEASED, fact, moment, {})


def cancel(
    uow: Uow,
    shipment_ids: Sequence[int],
    *,
    reason: str,
    at: datetime | None = None,
    expected: Mapping[int, int] | None = None,
) -> None:
    """Give up shipments that have not left for good: their units are cancelled, and an order with no other is."""
    facts = recall(uow, shipment_ids, reason=reason, at=at, expected=expected)
    store.give_up_units(uow, [fact.id for fact in facts])
    progress.settle(uow, [fact.order_id for fact in facts])


def recall(
    uow: Uow,
    shipment_ids: Sequence[int],
    *,
    reason: str,
    at: datetime | None = None,
    expected: Mapping[int, int] | None = None,
) -> list[ShipmentFacts]:
    """Call back shipments that have not left: stock comes back, clocks end, their units have no location again.

    Returns what they were. The caller says what becomes of those units and of their orders.
    """
    facts = _load(uow, shipment_ids, rules.may_cancel, expected)
    _call_back(uow, facts, EventType.SHIPMENT_CANCELLED, reason, at or uow.now)
    return facts


def reject(
    uow: Uow,
    shipment_ids: Sequence[int],
    *,
    reason: str,
    block: Block | None = None,
    at: datetime | None = None,
    expected: Mapping[int, int] | None = None,
) -> None:
    """Give shipments back: stock is released, their locations are not asked again for these orders, which are routed
    anew at once. `block` keeps their products from being given to these locations at all."""
    facts = _load(uow, shipment_ids, rules.may_reject, expected)
    _call_back(uow, facts, EventType.SHIPMENT_REJECTED, reason, at or uow.now)
    if block is not None:
        store.block_lines(uow, facts, block, reason=reason)
    given_back.exclude(uow, [(fact.order_id, fact.location_id) for fact in facts], reason=reason)
    given_back.route_again(uow, {fact.order_id for fact in facts})


def _call_back(uow: Uow, facts: Sequence[ShipmentFacts], told: EventType, reason: str, moment: datetime) -> None:
    """End shipments: stock and the room in their locations' limits come back, clocks end."""
    ids = [fact.id for fact in facts]
    values = {**store.reached(ShipmentStatus.CANCELLED, moment), "held": False}
    store.change(uow, facts, [values for _ in facts])
    inventory.release(uow, ids)
    limits.give_back(uow, ids, {fact.location_id for fact in facts})
    sla.cancel_clocks(uow, ids, at=moment)
    for fact in facts:
        _tell(uow, told, fact, moment, {"reason": reason})


def reassign(
    uow: Uow,
    shipment_id: int,
    to_location_code: str,
    *,
    reason: str,
    at: datetime | None = None,
    expected_version: int | None = None,
) -> None:
    """Move a shipment to another location, where it starts afresh: stock moves with it, and so do its clocks.

    It counts against the other location's limit, which does not refuse it. Raises INVALID with all that does: it is
    closed, does not offer the method, or must not be given a product; CONFLICT when the stock is not there.
    """
    fact = store.load(uow, [shipment_id])[0]
    place = locations.by_code(uow, [to_location_code]).get(to_location_code)
    if place is None or place.id is None:
        raise invalid([Fault("/location", "unknown_location", f"There is no location {to_location_code}.")])
    _refuse([rules.may_edit(fact, expected_version)])
    _refuse(rules.may_reassign(fact, _destination(uow, shipment_id, place)))
    moment = at or uow.now
    inventory.move(uow, shipment_id, to_location_id=place.id)
    limits.move(uow, shipment_id, from_id=fact.location_id, to=place)
    restart = dict.fromkeys(("accepted_at", "picked_at", "packed_at", "ready_at"))
    values = {"status": ShipmentStatus.OPEN.value, "location_id": place.id, "assigned_at": moment, **restart}
    store.change(uow, [fact], [values])
    sla.move_clocks(uow, [ClockMove(fact.id, fact.location_id, place.id, attribution=reason)], at=moment)
    data = {"from": fact.location_code, "to": place.code, "reason": reason}
    _tell(uow, EventType.SHIPMENT_REASSIGNED, fact, moment, data, location_id=place.id, code=place.code)


def _destination(uow: Uow, shipment_id: int, place: Location) -> Destination:
    skus = store.skus_of(uow, shipment_id)
    blocked = sorted(skus[product] for where, product in blocks.active(uow, skus) if where == place.id)
    closed = place.closed_reason is not None
    return Destination(place.code, frozenset(map(Method, place.methods)), closed, tuple(blocked))


def _load(
    uow: Uow,
    shipment_ids: Sequence[int],
    rule: Callable[..., Refusal | None],
    expected: Mapping[int, int] | None,
) -> list[ShipmentFacts]:
    """Load shipments that `rule` allows, or raise every refusal."""
    _refuse_twice(shipment_ids)
    facts = store.load(uow, shipment_ids)
    versions = expected or {}
    _refuse(rules.may_edit(fact, versions.get(fact.id), index=index) for index, fact in enumerate(facts))
    _refuse(rule(fact, index=index) for index, fact in enumerate(facts))
    return facts


def _refuse(refusals: Iterable[Refusal | None]) -> None:
    """Raise one error with all faults; its code is that of the first."""
    real = [refusal for refusal in refusals if refusal is not None]
    if not real:
        return
    faults = [refusal.fault for refusal in real]
    message = faults[0].message if len(faults) == 1 else f"{len(faults)} commands were refused; nothing was changed."
    raise DomainError(real[0].code, message, faults=faults)


def _refuse_twice(ids: Sequence[int]) -> None:
    if len(set(ids)) != len(ids):
        raise invalid([Fault("", "duplicate", "One command per shipment and call.")])


def _tell(
    uow: Uow,
    type_: EventType,
    fact: ShipmentFacts,
    at: datetime,
    data: Mapping[str, Any],
    *,
    location_id: int | None = None,
    code: str | None = None,
) -> None:
    common = {"shipment": fact.id, "order": fact.order_id, "location": code or fact.location_code}
    body = {**common, "method": fact.method.value, **data}
    record(uow, type_, fact.id, location_id or fact.location_id, body, at)
