"""Part of a shipment goes its own way: split off, given back to routing, or not found. What may part is `splitting.py`.

Order of locks as everywhere: order rows, shipments, stock, location loads, SLA rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.fulfillment import line_rows, reasons, rules, scene, service, store
from backend.fulfillment.opening import allocate, record
from backend.fulfillment.reasons import Reason
from backend.fulfillment.rules import Block, ShipmentFacts
from backend.fulfillment.scene import Scene
from backend.fulfillment.splitting import AskedLine, Taking, may_split_off, plan_short, plan_split
from backend.inventory import parts
from backend.inventory.parts import Part
from backend.persistence.uow import Uow
from backend.waves import membership as waves
from models.errors import DomainError, Fault
from models.events import EventType


@dataclass(frozen=True, slots=True)
class ShortLine:
    """Units of a product that were not found."""

    sku: str
    missing: int


def split(
    uow: Uow,
    shipment_id: int,
    asked: Sequence[AskedLine],
    *,
    reason: str,
    to: str | None = None,
    at: datetime | None = None,
    expected_version: int | None = None,
) -> int:
    """Split units off into a shipment of their own, as far as this one is, and return its id; it goes to the location
    `to` if one is named. Stock, limits and the customer's clocks follow.

    Raises SplitNotAllowed, STALE, and what `service.reassign` does.
    """
    fact = store.load(uow, [shipment_id])[0]
    _may_edit(fact, expected_version)
    may_split_off(fact)
    plan = plan_split(fact, line_rows.lines_of(uow, [fact.id])[fact.id], asked)
    (child_id,) = allocate(uow, 1)
    parts.part_with(uow, [Part(fact.id, t.line.product_id, t.units, to=child_id) for t in plan.goes])
    line_rows.count_part(uow, fact, plan.goes, leaves=0)
    line_rows.take(uow, plan.goes)
    waves.lessened(uow, {fact.id: line_rows.units_by_sku(plan.goes)})
    store.change(uow, [fact], [{"units": plan.stays}])
    line_rows.open_child(uow, fact, child_id, plan.goes)
    moment = at or uow.now
    gone = {"lines": scene.as_told(plan.goes), "reason": reason}
    scene.tell(uow, EventType.SHIPMENT_SPLIT, fact, moment, child=child_id, to=to, routed=False, **gone)
    opened = {"shipment": child_id, "external_id": line_rows.external_id_of(uow, fact.order_id)}
    told = {**scene.common(fact), **opened, "lines": gone["lines"]}
    record(uow, EventType.SHIPMENT_OPENED, child_id, fact.location_id, told, moment)
    if to is not None:
        service.reassign(uow, child_id, to, reason=reason, at=at)
    return child_id


def reject(
    uow: Uow,
    shipment_ids: Sequence[int],
    *,
    reason: str,
    block: Block | None = None,
    expected: Mapping[int, int] | None = None,
) -> None:
    """Give whole shipments back, as `service.reject`, and do to stock and to others what the reason says; with `block`
    that is done instead."""
    why = reasons.of(uow, reason) if block is None else Reason(reason, reason)
    skus = {line.sku for lines in line_rows.lines_of(uow, shipment_ids).values() for line in lines}
    here = scene.enter(uow, shipment_ids, why, skus)
    service.reject(uow, shipment_ids, reason=reason, block=block, expected=expected)
    scene.leave(uow, here, {id_: [Taking(line, line.here) for line in here.lines[id_]] for id_ in shipment_ids})


def reject_part(
    uow: Uow,
    shipment_id: int,
    asked: Sequence[AskedLine],
    *,
    reason: str,
    at: datetime | None = None,
    expected_version: int | None = None,
) -> None:
    """Give units back to routing, which finds them another place at once, never this one; the rest goes on here. What
    the reason says is done to stock, and to who else needs it here.

    Raises SplitNotAllowed and STALE.
    """
    here = scene.enter(uow, [shipment_id], reasons.of(uow, reason), [line.sku for line in asked])
    fact = here.facts[shipment_id]
    _may_edit(fact, expected_version)
    plan = plan_split(fact, here.lines[fact.id], asked)
    scene.give_back(uow, [(fact, plan)], reason=reason)
    told = {"lines": scene.as_told(plan.goes), "child": None, "to": None, "routed": True, "reason": reason}
    scene.tell(uow, EventType.SHIPMENT_SPLIT, fact, at or uow.now, **told)
    scene.leave(uow, here, {fact.id: plan.goes})


def short(
    uow: Uow,
    shipment_id: int,
    missing: Sequence[ShortLine],
    *,
    reason: str,
    at: datetime | None = None,
    expected_version: int | None = None,
) -> None:
    """Go on without units that were not found: they are routed elsewhere at once, never here again. When nothing else
    is left, the whole shipment is given back. What the reason says is done to stock, and to who else needs it here.

    Raises SplitNotAllowed and STALE.
    """
    here = scene.enter(uow, [shipment_id], reasons.of(uow, reason), [line.sku for line in missing])
    _may_edit(here.facts[shipment_id], expected_version)
    _go_on(uow, here, {shipment_id: missing}, reason=reason, at=at)


def short_together(uow: Uow, missing: Mapping[int, Sequence[ShortLine]], *, reason: str, others: Sequence[int]) -> None:
    """Have several shipments, by id, go on without what was not found, as `short` does. The caller holds them, and the
    `others` whom the reason takes along (`scene.others_of`): they were locked together, in order."""
    skus = {line.sku for lines in missing.values() for line in lines}
    here = scene.enter(uow, sorted(missing), reasons.of(uow, reason), skus, others=others)
    _go_on(uow, here, missing, reason=reason)


def _go_on(
    uow: Uow, here: Scene, missing: Mapping[int, Sequence[ShortLine]], *, reason: str, at: datetime | None = None
) -> None:
    parted = [
        (here.facts[id_], plan_short(here.facts[id_], here.lines[id_], [AskedLine(x.sku, x.missing) for x in lines]))
        for id_, lines in sorted(missing.items())
    ]
    scene.go_on_without(uow, parted, reason=reason, at=at)
    scene.leave(uow, here, {fact.id: plan.goes for fact, plan in parted})


def _may_edit(fact: ShipmentFacts, expected_version: int | None) -> None:
    """Raise STALE when the caller saw another version."""
    stale = rules.may_edit(fact, expected_version)
    if stale is not None:
        raise DomainError(stale.code, stale.fault.message, faults=[Fault("", stale.fault.code, stale.fault.message)])
