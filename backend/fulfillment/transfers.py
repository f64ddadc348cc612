"""Another location sends what a shipment lacks: ask for it, take it in. Who can send it is chosen here, unless named.

The shipment waits, its clocks pause; when everything came it goes on by itself (`awaited.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from backend.auth.scope import visible
from backend.fulfillment import awaited, line_rows, reasons, rules, service, store
from backend.fulfillment.awaited import Loss, Sending
from backend.fulfillment.command import refuse, tell
from backend.fulfillment.opening import NewShipment, NewShipmentLine, allocate, open_shipments
from backend.fulfillment.reasons import Product
from backend.fulfillment.rules import ShipmentFacts, StepCommand
from backend.fulfillment.splitting import AskedLine, LineFacts, Taking, plan_wanting
from backend.fulfillment.suppliers import Supplier, find_supplier
from backend.inventory import parts
from backend.inventory import service as inventory
from backend.inventory.held import Held, held_by
from backend.inventory.parts import Part
from backend.inventory.service import StockNeed
from backend.persistence.bulk import table_of
from backend.persistence.uow import Uow
from backend.routing import limits
from backend.routing.limits import Given
from backend.waves import membership as waves
from models.enums import Method, ShipmentStatus
from models.errors import DomainError, ErrorCode, Fault, invalid, not_found
from models.events import EventType
from models.tables import Shipment

_SHIPMENTS = table_of(Shipment)


def transfer(
    uow: Uow,
    shipment_id: int,
    asked: Sequence[AskedLine],
    *,
    reason: str,
    source: str | None = None,
    expected_version: int | None = None,
) -> int:
    """Have units that a shipment lacks sent by the location `source`, else by the nearest that has all of them; return
    the id of the transfer. What the reason says is done to the stock here.

    Raises SplitNotAllowed, STALE, INVALID for the source, CONFLICT when nobody can send them.
    """
    fact = store.load(uow, [shipment_id])[0]
    refuse([rules.may_edit(fact, expected_version), rules.may_await(fact)])
    goes = plan_wanting(fact, line_rows.lines_of(uow, [fact.id])[fact.id], asked).goes
    units = _by_product(goes)
    held = _held(uow, fact.id, units)
    supplier = find_supplier(uow, fact.location_id, units, source)
    (id_,) = allocate(uow, 1)
    parts.lock_held(uow, [fact.id], also=[(supplier.id, product) for product in units])
    parts.part_with(uow, [Part(fact.id, each.line.product_id, each.units) for each in goes])
    segment = {item.key[1]: item.segment_id for item in held if item.segment_id is not None}
    needs = [StockNeed(id_, supplier.id, product, count, segment.get(product)) for product, count in units.items()]
    inventory.reserve(uow, needs)
    why = reasons.of(uow, reason)
    reasons.carry_out(
        uow, why, {Product(fact.location_id, fact.location_code, t.line.product_id, t.line.sku) for t in goes}
    )
    limits.add(uow, Given(supplier.id, line_rows.units_of(goes), 0), to=supplier.location)
    _open(uow, fact, id_, supplier, goes)
    sending = Sending(id_, fact, supplier.location.code, goes)
    awaited.begin(uow, [sending], reason=reason, at=uow.now)
    waves.leave(uow, [fact.id])
    return id_


def receive(
    uow: Uow,
    transfer_id: int,
    received: Sequence[AskedLine] | None = None,
    *,
    at: datetime | None = None,
    expected_version: int | None = None,
) -> None:
    """Take in a transfer where it goes: all of it, or only what is named. What is missing is routed elsewhere.

    Raises NOT_FOUND when neither end is in the actor's part of the network, INVALID, STALE, ILLEGAL_TRANSITION.
    """
    _see(uow, transfer_id)
    with awaited.beyond(uow):
        fact = store.load(uow, [transfer_id])[0]
        command = StepCommand(transfer_id, ShipmentStatus.HANDED_OVER, at=at)
        refuse([rules.may_edit(fact, expected_version), rules.may_receive(fact)])
        lines = line_rows.lines_of(uow, [transfer_id])[transfer_id]
        missing = _missing(lines, received) if received is not None else []
        if missing:
            line_rows.take(uow, missing)
            units = sum(line.quantity for line in lines) - line_rows.units_of(missing)
            store.change(uow, [fact], [{"units": units}])
            service.let_down(uow, [Loss(fact, _by_order_line(missing))], reason="transfer_short")
        service.advance(uow, [command])
        _tell_received(uow, fact, lines, missing, at or uow.now)


def _held(uow: Uow, shipment_id: int, units: Mapping[int, int]) -> list[Held]:
    """Return what the shipment holds of these products; CONFLICT when it is less: a history promises no stock."""
    held = [item for item in held_by(uow, [shipment_id]) if item.key[1] in units]
    if any(sum(item.units for item in held if item.key[1] == product) < count for product, count in units.items()):
        raise DomainError(ErrorCode.CONFLICT, f"Shipment {shipment_id} holds no stock that could come from elsewhere.")
    return held


def _open(uow: Uow, fact: ShipmentFacts, id_: int, supplier: Supplier, goes: Sequence[Taking]) -> None:
    columns = ("service_level", "channel", "customer_tier")
    statement = sa.select(*(_SHIPMENTS.c[name] for name in columns)).where(_SHIPMENTS.c.id == fact.id)
    service_level, channel, tier = uow.session.connection().execute(statement).one()
    new = NewShipment(
        order_id=fact.order_id,
        order_external_id=line_rows.external_id_of(uow, fact.order_id),
        location_id=supplier.id,
        location_code=supplier.location.code,
        method=Method.TRANSFER,
        service_level=service_level,
        channel=channel,
        customer_tier=tier,
        order_due_at=None,
        placed_at=uow.now,
        assigned_at=uow.now,
        lines=tuple(
            NewShipmentLine(each.line.order_line_id, each.line.product_id, each.line.sku, each.units) for each in goes
        ),
    )
    open_shipments(uow, [new], ids=[id_])


def _see(uow: Uow, transfer_id: int) -> None:
    """Raise NOT_FOUND unless the transfer comes from or goes to the actor's part of the network."""
    ends = (_SHIPMENTS.c.location_id, _SHIPMENTS.c.to_location_id)
    seen = sa.or_(*(visible(uow.actor.scope, end) for end in ends))
    known = sa.select(_SHIPMENTS.c.id).where(_SHIPMENTS.c.id == transfer_id, seen)
    if uow.session.connection().execute(known).first() is None:
        raise not_found("shipment", transfer_id)


def _missing(lines: Sequence[LineFacts], received: Sequence[AskedLine]) -> list[Taking]:
    """Return what did not come of each line; INVALID names every fault."""
    sent: dict[str, int] = defaultdict(int)
    for line in lines:
        sent[line.sku] += line.quantity
    faults: list[Fault] = []
    for index, item in enumerate(received):
        if item.sku not in sent:
            faults.append(Fault(f"/lines/{index}/sku", "unknown_sku", f"There is no {item.sku} in this transfer."))
        elif item.sku in {other.sku for other in received[:index]}:
            faults.append(Fault(f"/lines/{index}/sku", "duplicate", f"{item.sku} comes twice."))
        elif not 0 <= item.quantity <= sent[item.sku]:
            words = f"From 0 to {sent[item.sku]} units of {item.sku} were sent."
            faults.append(Fault(f"/lines/{index}/quantity", "out_of_range", words))
    if faults:
        raise invalid(faults)
    came = {item.sku: item.quantity for item in received}
    missing = []
    for line in lines:
        here = min(line.quantity, came.get(line.sku, 0))
        came[line.sku] = came.get(line.sku, 0) - here
        if here < line.quantity:
            missing.append(Taking(line, line.quantity - here, min(line.picked, line.quantity - here)))
    return missing


def _tell_received(
    uow: Uow, fact: ShipmentFacts, lines: Sequence[LineFacts], missing: Sequence[Taking], at: datetime
) -> None:
    statement = sa.select(_SHIPMENTS.c.to_location_id).where(_SHIPMENTS.c.id == fact.id)
    to_id = uow.session.connection().execute(statement).scalar_one()
    lost = {each.line.id: each.units for each in missing}
    came = [(line.sku, line.quantity - lost.get(line.id, 0)) for line in lines]
    data = {
        "for": fact.for_shipment_id,
        "lines": [{"sku": sku, "quantity": units} for sku, units in came if units],
        "missing": [{"sku": each.line.sku, "quantity": each.units} for each in missing],
    }
    tell(uow, EventType.TRANSFER_RECEIVED, fact, at, data, location_id=to_id)


def _by_product(goes: Sequence[Taking]) -> dict[int, int]:
    units: dict[int, int] = defaultdict(int)
    for each in goes:
        units[each.line.product_id] += each.units
    return dict(units)


def _by_order_line(goes: Sequence[Taking]) -> Mapping[int, int]:
    units: dict[int, int] = defaultdict(int)
    for each in goes:
        units[each.line.order_line_id] += each.units
    return dict(units)
