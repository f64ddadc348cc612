"""Part of a shipment goes its own way: split off, given back to routing, or not found. What may part is `splitting.py`.

Order of locks as everywhere: order rows, shipments, stock, location loads, SLA rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.fulfillment import line_rows, rules, service, store
from backend.fulfillment.opening import allocate, record
from backend.fulfillment.rules import ShipmentFacts
from backend.fulfillment.splitting import AskedLine, LineFacts, SplitPlan, Taking, plan_short, plan_split
from backend.inventory import parts
from backend.inventory.parts import Part
from backend.orders import given_back
from backend.persistence.uow import Uow
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
    fact, lines = load(uow, shipment_id, expected_version)
    plan = plan_split(fact, lines, asked)
    (child_id,) = allocate(uow, 1)
    parts.part_with(uow, [Part(fact.id, t.line.product_id, t.units, to=child_id) for t in plan.goes])
    line_rows.count_part(uow, fact, plan.goes, leaves=0)
    line_rows.take(uow, plan.goes)
    store.change(uow, [fact], [{"units": plan.stays}])
    line_rows.open_child(uow, fact, child_id, plan.goes)
    moment = at or uow.now
    gone = as_told(plan.goes)
    tell(uow, EventType.SHIPMENT_SPLIT, fact, moment, lines=gone, child=child_id, to=to, routed=False, reason=reason)
    opened = {"shipment": child_id, "external_id": line_rows.external_id_of(uow, fact.order_id)}
    told = {**_common(fact), **opened, "lines": gone}
    record(uow, EventType.SHIPMENT_OPENED, child_id, fact.location_id, told, moment)
    if to is not None:
        service.reassign(uow, child_id, to, reason=reason, at=at)
    return child_id


def route_part(
    uow: Uow,
    shipment_id: int,
    asked: Sequence[AskedLine],
    *,
    reason: str,
    at: datetime | None = None,
    expected_version: int | None = None,
) -> None:
    """Give units back to routing, which finds them another place at once, never this one; the rest goes on here.

    Raises SplitNotAllowed and STALE.
    """
    fact, lines = load(uow, shipment_id, expected_version)
    plan = plan_split(fact, lines, asked)
    let_go(uow, [(fact, plan)])
    _route_elsewhere(uow, [fact], reason)
    told = {"lines": as_told(plan.goes), "child": None, "to": None, "routed": True, "reason": reason}
    tell(uow, EventType.SHIPMENT_SPLIT, fact, at or uow.now, **told)


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
    is left, the whole shipment is given back.

    Raises SplitNotAllowed and STALE.
    """
    fact, lines = load(uow, shipment_id, expected_version)
    plan = plan_short(fact, lines, [AskedLine(line.sku, line.missing) for line in missing])
    tell(uow, EventType.SHIPMENT_SHORT_PICKED, fact, at or uow.now, lines=as_told(plan.goes), reason=reason)
    if not plan.stays:
        service.reject(uow, [fact.id], reason=reason, at=at)
        return
    let_go(uow, [(fact, plan)])
    _route_elsewhere(uow, [fact], reason)


def load(uow: Uow, shipment_id: int, expected_version: int | None) -> tuple[ShipmentFacts, list[LineFacts]]:
    """Lock a shipment and return it with its lines; STALE when the caller saw another version."""
    fact = store.load(uow, [shipment_id])[0]
    stale = rules.may_edit(fact, expected_version)
    if stale is not None:
        raise DomainError(stale.code, stale.fault.message, faults=[Fault("", stale.fault.code, stale.fault.message)])
    return fact, line_rows.lines_of(uow, [shipment_id])[shipment_id]


def let_go(uow: Uow, parted: Sequence[tuple[ShipmentFacts, SplitPlan]]) -> None:
    """Take what goes off these shipments: its stock, and its room in their locations' limits, are free again. Something
    stays of each."""
    parts.part_with(uow, [Part(fact.id, t.line.product_id, t.units) for fact, plan in parted for t in plan.goes])
    for fact, plan in sorted(parted, key=lambda item: item[0].location_id):
        line_rows.count_part(uow, fact, plan.goes, leaves=line_rows.units_of(plan.goes))
        line_rows.take(uow, plan.goes)
    store.change(uow, [fact for fact, _ in parted], [{"units": plan.stays} for _, plan in parted])


def as_told(goes: Sequence[Taking]) -> list[dict[str, Any]]:
    """Return what goes as events tell it."""
    return [{"sku": taking.line.sku, "quantity": taking.units} for taking in goes]


def tell(uow: Uow, type_: EventType, fact: ShipmentFacts, at: datetime, **data: Any) -> None:
    """Record an event of a shipment."""
    record(uow, type_, fact.id, fact.location_id, {**_common(fact), **data}, at)


def _route_elsewhere(uow: Uow, facts: Sequence[ShipmentFacts], reason: str) -> None:
    given_back.exclude(uow, [(fact.order_id, fact.location_id) for fact in facts], reason=reason)
    given_back.route_again(uow, {fact.order_id for fact in facts})


def _common(fact: ShipmentFacts) -> dict[str, Any]:
    return {
        "shipment": fact.id,
        "order": fact.order_id,
        "location": fact.location_code,
        "method": fact.method.value,
    }
