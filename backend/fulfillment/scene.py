"""Work that is given back for a reason, with everything it touches locked in order: the shipments themselves and, when
the reason takes others along, the open shipments of their locations that need the same products."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.fulfillment import line_rows, reasons, service, store
from backend.fulfillment.awaited import Loss
from backend.fulfillment.opening import record
from backend.fulfillment.reasons import Product, Reason
from backend.fulfillment.rules import ShipmentFacts
from backend.fulfillment.splitting import PICKABLE, LineFacts, SplitPlan, Taking, plan_rest
from backend.inventory import parts
from backend.inventory.parts import Part
from backend.orders import given_back
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from backend.waves import membership as waves
from models.events import EventType
from models.tables import Shipment, ShipmentLine

_SHIPMENTS, _LINES = table_of(Shipment), table_of(ShipmentLine)

Parted = Sequence[tuple[ShipmentFacts, SplitPlan]]


@dataclass(frozen=True, slots=True)
class Scene:
    """Locked shipments with their lines; `others` are those that go along."""

    why: Reason
    facts: Mapping[int, ShipmentFacts]
    lines: Mapping[int, list[LineFacts]]
    others: tuple[int, ...]


def enter(
    uow: Uow,
    shipment_ids: Collection[int],
    why: Reason,
    skus: Collection[str],
    *,
    others: Sequence[int] | None = None,
) -> Scene:
    """Lock these shipments, and whoever else needs these products there if the reason takes them along: `others`, when
    the caller knows them and holds them already."""
    along = others_of(uow, shipment_ids, why, skus) if others is None else others
    facts = {fact.id: fact for fact in store.load(uow, [*shipment_ids, *along])}
    if along:  # their stock is changed one after the other: all of it is locked first
        parts.lock_held(uow, facts)
    return Scene(why, facts, line_rows.lines_of(uow, facts), tuple(along))


def others_of(uow: Uow, shipment_ids: Collection[int], why: Reason, skus: Collection[str]) -> list[int]:
    """Return who goes along for that reason: the open shipments of the same locations that still need these products.
    Nothing is locked yet."""
    if not (why.collateral and shipment_ids and skus):
        return []
    rows = fetch_in(uow.session, sa.select(_SHIPMENTS.c.location_id), _SHIPMENTS.c.id, shipment_ids)
    statement = (
        sa.select(_SHIPMENTS.c.id)
        .join(_LINES, _LINES.c.shipment_id == _SHIPMENTS.c.id)
        .where(
            _SHIPMENTS.c.status.in_([status.value for status in PICKABLE]),
            _LINES.c.sku.in_(sorted(skus)),
            _LINES.c.picked + _LINES.c.awaited < _LINES.c.quantity,
        )
        .distinct()
    )
    found = fetch_in(uow.session, statement, _SHIPMENTS.c.location_id, {row.location_id for row in rows})
    return sorted({row.id for row in found} - set(shipment_ids))


def leave(uow: Uow, scene: Scene, gone: Mapping[int, Sequence[Taking]]) -> None:
    """Do to the others, and to stock, what the reason says once these takings are gone, by shipment."""
    products = {
        Product(fact.location_id, fact.location_code, taking.line.product_id, taking.line.sku)
        for fact, takings in ((scene.facts[id_], takings) for id_, takings in gone.items())
        for taking in takings
    }
    hit = {(product.location_id, product.sku) for product in products}
    along = []
    for fact in (scene.facts[id_] for id_ in scene.others):
        wanted = frozenset(sku for place, sku in hit if place == fact.location_id)
        if not fact.held and fact.status in PICKABLE and (plan := plan_rest(scene.lines[fact.id], wanted)).goes:
            along.append((fact, plan))
    go_on_without(uow, along, reason=scene.why.code, found_by=min(gone))
    reasons.carry_out(uow, scene.why, products)


def go_on_without(
    uow: Uow, parted: Parted, *, reason: str, found_by: int | None = None, at: datetime | None = None
) -> None:
    """Give back what was not found; a shipment of which nothing else stays is given back as a whole."""
    for fact, plan in parted:
        told = {"lines": as_told(plan.goes), "reason": reason, "found_by": found_by}
        tell(uow, EventType.SHIPMENT_SHORT_PICKED, fact, at or uow.now, **told)
    give_back(uow, [(fact, plan) for fact, plan in parted if plan.stays], reason=reason)
    if empty := [fact.id for fact, plan in parted if not plan.stays]:
        service.reject(uow, empty, reason=reason, at=at)


def give_back(uow: Uow, parted: Parted, *, reason: str) -> None:
    """Give back part of these shipments to routing, which looks for another place at once."""
    if not parted:
        return
    let_go(uow, parted)
    to_customers = [fact for fact, _ in parted if fact.for_shipment_id is None]
    if to_customers:
        given_back.exclude(uow, [(fact.order_id, fact.location_id) for fact in to_customers], reason=reason)
        given_back.route_again(uow, {fact.order_id for fact in to_customers})
    losses = [Loss(fact, _by_order_line(plan.goes)) for fact, plan in parted if fact.for_shipment_id is not None]
    if losses:
        service.let_down(uow, losses, reason=reason)


def let_go(uow: Uow, parted: Parted) -> None:
    """Take what goes off these shipments: its stock, and its room in their locations' limits, are free again. Something
    stays of each."""
    parts.part_with(uow, [Part(fact.id, t.line.product_id, t.units) for fact, plan in parted for t in plan.goes])
    for fact, plan in sorted(parted, key=lambda item: item[0].location_id):
        line_rows.count_part(uow, fact, plan.goes, leaves=line_rows.units_of(plan.goes))
        line_rows.take(uow, plan.goes)
    waves.lessened(uow, {fact.id: line_rows.units_by_sku(plan.goes) for fact, plan in parted})
    store.change(uow, [fact for fact, _ in parted], [{"units": plan.stays} for _, plan in parted])


def as_told(goes: Sequence[Taking]) -> list[dict[str, Any]]:
    """Return what goes as events tell it."""
    return [{"sku": taking.line.sku, "quantity": taking.units} for taking in goes]


def tell(uow: Uow, type_: EventType, fact: ShipmentFacts, at: datetime, **data: Any) -> None:
    """Record an event of a shipment."""
    record(uow, type_, fact.id, fact.location_id, {**common(fact), **data}, at)


def common(fact: ShipmentFacts) -> dict[str, Any]:
    """Return what all events of a shipment tell."""
    return {
        "shipment": fact.id,
        "order": fact.order_id,
        "location": fact.location_code,
        "method": fact.method.value,
    }


def _by_order_line(goes: Sequence[Taking]) -> dict[int, int]:
    units: dict[int, int] = defaultdict(int)
    for taking in goes:
        units[taking.line.order_line_id] += taking.units
    return dict(units)
