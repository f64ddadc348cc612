"""A person decides that what a location was given waits for stock instead."""

from __future__ import annotations

from backend.fulfillment import line_rows, reasons, rules, scene
from backend.fulfillment import service as fulfillment
from backend.fulfillment.command import refuse
from backend.fulfillment.splitting import Taking
from backend.orders import lines, store
from backend.orders.rules import OrderMove
from backend.orders.service import alive
from backend.persistence.columnwise import update_columns
from backend.persistence.uow import Uow
from models.enums import OrderStatus, Remainder
from models.events import EventType
from models.floor import StockEffect
from models.tables import OrderLine


def backorder(uow: Uow, shipment_id: int, *, reason: str, expected_version: int | None = None) -> None:
    """Call a shipment back and let its units wait for stock: what comes first, anywhere, has routing look again.

    What the reason says is done to the stock here; when it says nothing, the location has nothing more of it.
    Raises STALE and ILLEGAL_TRANSITION.
    """
    why = reasons.of(uow, reason)
    if why.effect is StockEffect.NONE:
        why = reasons.Reason(why.code, why.name, StockEffect.SET_TO_ZERO)
    skus = {line.sku for line in line_rows.lines_of(uow, [shipment_id])[shipment_id]}
    here = scene.enter(uow, [shipment_id], why, skus)
    fact, mine = here.facts[shipment_id], here.lines[shipment_id]
    refuse([rules.may_edit(fact, expected_version), rules.may_await(fact)])
    fulfillment.recall(uow, [shipment_id], reason=reason)
    open_ = lines.open_lines(uow, [fact.order_id]).get(fact.order_id, [])
    waits = {line.order_line_id for line in mine}
    rows = [{"id": line.id, "remainder": Remainder.BACKORDERED.value} for line in open_ if line.id in waits]
    update_columns(uow.session, OrderLine, rows)
    order = store.load(uow, fact.order_id)
    told = [{"sku": line.sku, "quantity": line.quantity} for line in mine]
    if order.status is not OrderStatus.HELD:
        rest = bool(alive(uow, fact.order_id))
        move, to = _MOVES[rest]
        unrouted = any(line.remainder is None and line.id not in waits for line in open_)
        store.move(uow, order, move, to, routing_due_at=uow.now if unrouted else None)
    data = {"order": order.id, "external_id": order.external_id, "lines": told, "reason": reason}
    uow.record(EventType.ORDER_BACKORDERED, subject=f"order/{order.id}", data=data)
    scene.leave(uow, here, {shipment_id: [Taking(line, line.here) for line in mine]})


#: What an order becomes of which something else goes on, or nothing.
_MOVES = {
    True: (OrderMove.ROUTE_PARTLY, OrderStatus.PARTLY_ROUTED),
    False: (OrderMove.BACKORDER, OrderStatus.BACKORDERED),
}
