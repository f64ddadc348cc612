"""What shipments wait for: transfers that other locations send. They arrive, or what they should bring is lost.

A transfer is a shipment with `for_shipment_id`; it takes nothing of the order's lines, its parent does. Everything here
reaches beyond the actor's part of the network, as a consequence of what he may do in his. Locks: the callers hold the
order, so that its shipments may be locked in any order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.auth.actor import LocationScope
from backend.fulfillment import line_rows, store
from backend.fulfillment.command import tell
from backend.fulfillment.rules import ShipmentFacts
from backend.fulfillment.splitting import LineFacts, Taking
from backend.fulfillment.workflow import has_left, is_done
from backend.inventory import queries, transit
from backend.inventory.parts import Part
from backend.orders import given_back
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.columnwise import update_columns
from backend.persistence.uow import Uow
from backend.promise.rules import COLLECTED_BY_CUSTOMER
from backend.sla import service as sla
from models.enums import OrderStatus
from models.events import EventType
from models.floor import Waiting
from models.tables import Location, Order, Shipment, ShipmentLine

_ORDERS, _SHIPMENTS, _LOCATIONS = table_of(Order), table_of(Shipment), table_of(Location)


#: An order id, and that of a location which is not to be asked for it again.
NotAgain = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Loss:
    """Units that a transfer does not bring, by order line id."""

    transfer: ShipmentFacts
    units: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Sending:
    """A transfer that was just opened: what it brings of a shipment's lines, and the code of who sends it."""

    id: int
    parent: ShipmentFacts
    source: str
    goes: Sequence[Taking]


def beyond(uow: Uow) -> Any:
    """Return a context in which the actor's part of the network is no limit: what follows may lie elsewhere."""
    return uow.acting(replace(uow.actor, scope=LocationScope()))


def begin(uow: Uow, sent: Sequence[Sending], *, reason: str, at: datetime) -> None:
    """Have shipments, one for each transfer, wait for what those bring; their clocks pause."""
    ends = [{"id": one.id, "for_shipment_id": one.parent.id, "to_location_id": one.parent.location_id} for one in sent]
    update_columns(uow.session, Shipment, ends)
    goes = [each for one in sent for each in one.goes]
    rows = [{"id": each.line.id, "awaited": each.line.awaited + each.units} for each in goes]
    update_columns(uow.session, ShipmentLine, rows)
    parents = [one.parent for one in sent]
    store.change(uow, parents, [{"waiting_for": Waiting.TRANSFER.value} for _ in parents])
    sla.pause_clocks(uow, [fact.id for fact in parents], reason="transfer", at=at)
    for one in sent:
        told = [{"sku": each.line.sku, "quantity": each.units} for each in one.goes]
        data = {"for": Waiting.TRANSFER.value, "transfer": one.id, "from": one.source, "lines": told}
        tell(uow, EventType.SHIPMENT_WAITING, one.parent, at, {**data, "reason": reason})


def open_transfers(uow: Uow, parents: Iterable[ShipmentFacts]) -> list[ShipmentFacts]:
    """Lock and return the transfers for these shipments that have not left; those among them already are left out."""
    known = {fact.id for fact in parents}
    waiting = [fact.id for fact in parents if fact.waiting_for is Waiting.TRANSFER]
    rows = fetch_in(uow.session, sa.select(_SHIPMENTS.c.id), _SHIPMENTS.c.for_shipment_id, waiting)
    with beyond(uow):
        facts = store.load(uow, sorted({row.id for row in rows} - known))
    return [item for item in facts if not has_left(item.method, item.status) and not is_done(item.method, item.status)]


def all_of(uow: Uow, transfers: Sequence[ShipmentFacts]) -> list[Loss]:
    """Return everything that these transfers should have brought."""
    lines = line_rows.lines_of(uow, [fact.id for fact in transfers])
    return [Loss(fact, _by_order_line(lines[fact.id])) for fact in transfers]


def let_down(uow: Uow, losses: Sequence[Loss], *, reason: str) -> list[tuple[ShipmentFacts, list[NotAgain]]]:
    """Take what does not come off the shipments that waited for it, and have it routed elsewhere. Returns those that
    have nothing left, untouched, with whom not to ask again: the caller gives them back."""
    empty: list[tuple[ShipmentFacts, list[NotAgain]]] = []
    lost: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for loss in losses:
        for line, units in loss.units.items():
            lost[loss.transfer.for_shipment_id or 0][line] += units
    with beyond(uow):
        parents = [fact for fact in store.load(uow, sorted(lost)) if fact.waiting_for is Waiting.TRANSFER]
        lines = line_rows.lines_of(uow, [fact.id for fact in parents])
        for fact in parents:
            goes = _awaited(lines[fact.id], lost[fact.id])
            refusals = _refusals(uow, fact, goes, losses)
            stays = sum(line.quantity for line in lines[fact.id]) - line_rows.units_of(goes)
            if stays:
                _lessen(uow, fact, lines[fact.id], goes, stays=stays, reason=reason)
                route(uow, refusals, reason=reason)
            else:
                empty.append((fact, refusals))
    return empty


def _refusals(uow: Uow, fact: ShipmentFacts, goes: Sequence[Taking], losses: Sequence[Loss]) -> list[NotAgain]:
    """Return whom not to ask again for what does not come: who waited for it, as he lacks it. But where a customer
    collects, and nothing is there to be given once more, it is who did not send it: another may."""
    products = {each.line.product_id for each in goes}
    free = queries.available(uow, products)
    if fact.method in COLLECTED_BY_CUSTOMER and not any(free.get((fact.location_id, id_), 0) > 0 for id_ in products):
        senders = {loss.transfer.location_id for loss in losses if loss.transfer.for_shipment_id == fact.id}
        return [(fact.order_id, sender) for sender in sorted(senders)]
    return [(fact.order_id, fact.location_id)]


def route(uow: Uow, refusals: Collection[NotAgain], *, reason: str) -> None:
    """Have these orders routed again, elsewhere, as far as they are at work."""
    given_back.exclude(uow, list(refusals), reason=reason)
    at_work = [OrderStatus.ROUTED.value, OrderStatus.PARTLY_ROUTED.value]
    statement = sa.select(_ORDERS.c.id).where(_ORDERS.c.status.in_(at_work))
    rows = fetch_in(uow.session, statement, _ORDERS.c.id, {order for order, _ in refusals})
    if rows:
        given_back.route_again(uow, [row.id for row in rows])


def arrive(uow: Uow, transfer_ids: Sequence[int]) -> None:
    """Put what these transfers hold on hand where they go, promised to the shipments that wait for it; those go on."""
    columns = (_SHIPMENTS.c[name] for name in ("id", "to_location_id", "for_shipment_id"))
    to = (_LOCATIONS.c.code.label("code"),)
    statement = sa.select(*columns, *to).join(_LOCATIONS, _LOCATIONS.c.id == _SHIPMENTS.c.to_location_id)
    rows = fetch_in(uow.session, statement, _SHIPMENTS.c.id, transfer_ids)
    with beyond(uow):
        brought = line_rows.lines_of(uow, transfer_ids)
        transit.take_in(uow, {row.id: row.code for row in rows}, {id_: _units(lines) for id_, lines in brought.items()})
        facts = store.load(uow, sorted({row.for_shipment_id for row in rows if row.for_shipment_id}))
        parents = {fact.id: fact for fact in facts if fact.waiting_for is Waiting.TRANSFER}
        for row in sorted(rows):
            fact = parents.get(row.for_shipment_id)
            if fact is not None and fact.location_id == row.to_location_id:
                _promise(uow, fact, brought[row.id])


def _promise(uow: Uow, fact: ShipmentFacts, brought: Sequence[LineFacts]) -> None:
    lines = line_rows.lines_of(uow, [fact.id])[fact.id]
    goes = _awaited(lines, _by_order_line(brought))
    transit.promise(uow, fact.location_id, [Part(fact.id, each.line.product_id, each.units) for each in goes])
    rows = [{"id": each.line.id, "awaited": each.line.awaited - each.units} for each in goes]
    update_columns(uow.session, ShipmentLine, rows)
    current = store.load(uow, [fact.id])[0]
    _go_on(uow, current, still=sum(line.awaited for line in lines) - line_rows.units_of(goes))


def _lessen(
    uow: Uow, fact: ShipmentFacts, lines: Sequence[LineFacts], goes: Sequence[Taking], *, stays: int, reason: str
) -> None:
    line_rows.count_part(uow, fact, goes, leaves=line_rows.units_of(goes))
    rows = [{"id": each.line.id, "awaited": each.line.awaited - each.units} for each in goes]
    update_columns(uow.session, ShipmentLine, rows)
    line_rows.take(uow, goes)
    store.change(uow, [fact], [{"units": stays}])
    told = [{"sku": each.line.sku, "quantity": each.units} for each in goes]
    data = {"lines": told, "child": None, "to": None, "routed": True, "reason": reason}
    tell(uow, EventType.SHIPMENT_SPLIT, fact, uow.now, data)
    still = sum(line.awaited for line in lines) - line_rows.units_of(goes)
    _go_on(uow, replace(fact, version=fact.version + 1), still=still)


def _go_on(uow: Uow, fact: ShipmentFacts, *, still: int) -> None:
    """Let a shipment go on when nothing more is awaited; its clocks count again, unless it is on hold."""
    store.change(uow, [fact], [{"waiting_for": Waiting.TRANSFER.value if still else None}])
    if still:
        return
    if not fact.held:
        sla.resume_clocks(uow, [fact.id], at=uow.now)
    tell(uow, EventType.SHIPMENT_RELEASED, fact, uow.now, {})


def _awaited(lines: Sequence[LineFacts], units: Mapping[int, int]) -> list[Taking]:
    """Return units of order lines as what is awaited of a shipment's lines, as far as it is."""
    goes = []
    left = dict(units)
    for line in lines:
        taken = min(left.get(line.order_line_id, 0), line.awaited)
        if taken:
            left[line.order_line_id] -= taken
            goes.append(Taking(line, taken))
    return goes


def _by_order_line(lines: Iterable[LineFacts]) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for line in lines:
        found[line.order_line_id] += line.quantity
    return dict(found)


def _units(lines: Iterable[LineFacts]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for line in lines:
        found[line.sku] += line.quantity
    return dict(found)
