"""The one writer of shipment status: open, advance, undo, hold, release, reassign, reject, cancel.

Every command is load → decide (`rules.py`) → apply (`store.py`) → stock → SLA clocks → events → order. That is also
the order of locks: order rows, shipment rows, stock, location loads, SLA clocks, waves, health of locations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from backend.fulfillment import awaited, parcels, rules, store, workflows
from backend.fulfillment.awaited import Loss
from backend.fulfillment.claims import claim, unclaim
from backend.fulfillment.command import load_allowed, refuse, tell
from backend.fulfillment.opening import NewShipment, NewShipmentLine, allocate, open_shipments
from backend.fulfillment.rules import Block, Destination, ShipmentFacts, StepCommand
from backend.fulfillment.steps import advance, undo
from backend.inventory import blocks
from backend.inventory import service as inventory
from backend.locations import queries as locations
from backend.orders import given_back, progress
from backend.persistence.uow import Uow
from backend.routing import limits
from backend.sla import service as sla
from backend.sla.facts import ClockMove
from backend.waves import membership as waves
from models.enums import Method, ShipmentStatus
from models.errors import Fault, invalid
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
    "claim",
    "hold",
    "open_shipments",
    "reassign",
    "recall",
    "reject",
    "unclaim",
    "undo",
]


def hold(
    uow: Uow,
    shipment_ids: Sequence[int],
    *,
    reason: str,
    at: datetime | None = None,
    expected: Mapping[int, int] | None = None,
) -> None:
    """Stop work on shipments and pause their clocks."""
    facts = load_allowed(uow, shipment_ids, rules.may_hold, expected)
    moment = at or uow.now
    store.change(uow, facts, [{"held": True, "hold_reason": reason} for _ in facts])
    sla.pause_clocks(uow, [fact.id for fact in facts], reason=reason[:64], at=moment)
    waves.leave(uow, [fact.id for fact in facts])
    for fact in facts:
        tell(uow, EventType.SHIPMENT_HELD, fact, moment, {"reason": reason})


def release(
    uow: Uow, shipment_ids: Sequence[int], *, at: datetime | None = None, expected: Mapping[int, int] | None = None
) -> None:
    """Let work go on and resume the clocks."""
    facts = load_allowed(uow, shipment_ids, rules.may_release, expected)
    moment = at or uow.now
    store.change(uow, facts, [{"held": False, "hold_reason": None} for _ in facts])
    sla.resume_clocks(uow, [fact.id for fact in facts if fact.waiting_for is None], at=moment)
    for fact in facts:
        tell(uow, EventType.SHIPMENT_RELEASED, fact, moment, {})


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
    store.give_up_units(uow, [fact.id for fact in facts if fact.for_shipment_id is None])
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
    facts = load_allowed(uow, shipment_ids, rules.may_cancel, expected)
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
    facts = load_allowed(uow, shipment_ids, rules.may_reject, expected)
    _call_back(uow, facts, EventType.SHIPMENT_REJECTED, reason, at or uow.now)
    if block is not None:
        store.block_lines(uow, facts, block, reason=reason)
    given_back.exclude(uow, [(fact.order_id, fact.location_id) for fact in facts], reason=reason)
    given_back.route_again(uow, {fact.order_id for fact in facts if fact.for_shipment_id is None})


def let_down(uow: Uow, losses: Sequence[Loss], *, reason: str) -> None:
    """Let shipments go on without what transfers do not bring; those that have nothing left are given back."""
    empty = awaited.let_down(uow, losses, reason=reason)
    if empty:
        _call_back(uow, [fact for fact, _ in empty], EventType.SHIPMENT_REJECTED, reason, uow.now)
        awaited.route(uow, [refusal for _, refusals in empty for refusal in refusals], reason=reason)


def _call_back(uow: Uow, asked: Sequence[ShipmentFacts], told: EventType, reason: str, moment: datetime) -> None:
    """End shipments, and what is on its way to start for them: stock and the room in their locations' limits come back,
    clocks end. Whoever waited for them goes on without."""
    facts = [*asked, *awaited.open_transfers(uow, asked)]
    ids = [fact.id for fact in facts]
    ended = {"held": False, "waiting_for": None, **dict.fromkeys(store.WAITING)}
    values = {**store.reached(ShipmentStatus.CANCELLED, moment), **ended}
    store.change(uow, facts, [values for _ in facts])
    inventory.release(uow, ids)
    limits.give_back(uow, ids, {fact.location_id for fact in facts})
    sla.cancel_clocks(uow, ids, at=moment)
    waves.leave(uow, ids)
    for fact in facts:
        tell(uow, told if fact in asked else EventType.SHIPMENT_CANCELLED, fact, moment, {"reason": reason})
    orphaned = [fact for fact in asked if fact.for_shipment_id is not None and fact.for_shipment_id not in ids]
    if orphaned:
        let_down(uow, awaited.all_of(uow, orphaned), reason=reason)


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
    refuse([rules.may_edit(fact, expected_version)])
    refuse(rules.may_reassign(fact, _destination(uow, shipment_id, place)))
    moment = at or uow.now
    inventory.move(uow, shipment_id, to_location_id=place.id)
    limits.move(uow, shipment_id, from_id=fact.location_id, to=place)
    way = workflows.forks(uow).of(fact.method, place.groups)
    store.change(uow, [fact], [{**store.afresh(way), "location_id": place.id, "assigned_at": moment}])
    store.unpick(uow, [fact.id])
    parcels.unpack(uow, [fact.id])
    sla.move_clocks(uow, [ClockMove(fact.id, fact.location_id, place.id, attribution=reason)], at=moment)
    waves.unpicked(uow, [fact.id])
    waves.leave(uow, [fact.id])
    data = {"from": fact.location_code, "to": place.code, "reason": reason}
    tell(uow, EventType.SHIPMENT_REASSIGNED, fact, moment, data, location_id=place.id, code=place.code)


def _destination(uow: Uow, shipment_id: int, place: Location) -> Destination:
    skus = store.skus_of(uow, shipment_id)
    blocked = sorted(skus[product] for where, product in blocks.active(uow, skus) if where == place.id)
    closed = place.closed_reason is not None
    return Destination(place.code, frozenset(map(Method, place.methods)), closed, tuple(blocked))
