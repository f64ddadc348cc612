"""The one writer of returns: authorise, receive, inspect, close, cancel. Load → decide (`rules.py`) → apply → record.

Locks: the order's row (authorise, close) or the return's own, then stock.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from backend.inventory import service as inventory
from backend.inventory.fefo import LotName
from backend.inventory.service import StockChange
from backend.orders import service as orders
from backend.orders.rules import NewLine, NewOrder
from backend.persistence.bulk import allocate_ids, insert_rows, table_of
from backend.persistence.columnwise import update_columns
from backend.persistence.uow import Uow
from backend.returns import queries, rules, store
from backend.returns.rules import Line, NewReturn, Returnable, ReturnMove, ReturnPlace, Share, Verdict
from models.enums import Method
from models.errors import Fault, invalid
from models.events import EventType
from models.floor import Resolution, ReturnStatus
from models.money import show_money
from models.tables import Location, Order, OrderLine, Return, ReturnLine, StockMovement

_LEDGER = table_of(StockMovement)

#: What the ledger calls units that came back.
RETURNED = "returned by a customer"


def authorise(uow: Uow, new: NewReturn) -> int:
    """Let a customer send units back, and return the id of the return.

    Raises NOT_FOUND for the order, INVALID with every fault.
    """
    order = store.lock_order(uow, new.order_id)
    there = queries.returnable(uow, new.order_id)
    places = queries.places(uow)
    found = rules.faults(new, there)
    place = _place(new, order, places, there, found)
    if found or place is None:
        raise invalid(found)
    (id_,) = allocate_ids(uow.session, Return, 1)
    row = {
        "id": id_,
        "number": f"R{id_}",
        "order_id": new.order_id,
        "location_id": place.id,
        "status": ReturnStatus.AUTHORISED.value,
        "resolution": new.resolution.value,
        "reason": new.reason,
        "refund_minor": 0,
        "authorised_at": uow.now,
        "created_by": uow.actor.label,
        "version": 1,
        "updated_at": uow.now,
    }
    insert_rows(uow.session, Return, [row])
    insert_rows(uow.session, ReturnLine, _line_rows(uow, id_, new, there))
    lines = [{"sku": item.sku, "quantity": item.quantity} for item in new.items]
    told = {"reason": new.reason, "resolution": new.resolution.value, "lines": lines}
    store.tell(uow, EventType.RETURN_AUTHORISED, uow.session.get_one(Return, id_), told)
    return id_


def receive(
    uow: Uow,
    return_id: int,
    came: Mapping[str, int] | None = None,
    *,
    location: str | None = None,
    expected_version: int | None = None,
) -> None:
    """Note what came, by SKU (None: all that is missing), and where when it is not where it was sent to.

    Raises NOT_FOUND, STALE, ILLEGAL_TRANSITION, INVALID with every fault.
    """
    row, lines = store.lock(uow, return_id, ReturnMove.RECEIVE, expected_version)
    place = _named(uow, location) if location else None
    shares, found = rules.receive(lines, came)
    if location and place is None:
        found.insert(0, Fault("/location", "unknown_location", f"There is no location {location}."))
    if found:
        raise invalid(found)
    had = {line.id: line for line in lines}
    rows = [{"id": share.line_id, "received": had[share.line_id].received + share.units} for share in shares]
    update_columns(uow.session, ReturnLine, rows)
    if place is not None:
        row.location_id = int(place.id or 0)
    row.received_at = row.received_at or uow.now
    store.move(uow, row, ReturnMove.RECEIVE)
    store.tell(uow, EventType.RETURN_RECEIVED, row, {"lines": _units(had, shares)})


def inspect(uow: Uow, return_id: int, verdicts: Sequence[Verdict], *, expected_version: int | None = None) -> None:
    """Say of every unit that came whether it goes back on sale or is written off; what does is on hand at once.

    The ledger notes which segment's order it came from. Raises as `receive`.
    """
    row, lines = store.lock(uow, return_id, ReturnMove.INSPECT, expected_version)
    shares, found = rules.inspect(lines, verdicts)
    if found:
        raise invalid(found)
    rows = [
        {
            "id": share.line_id,
            "restocked": share.verdict.restock,
            "written_off": share.verdict.write_off,
            "condition": share.verdict.condition,
        }
        for share in shares
    ]
    update_columns(uow.session, ReturnLine, rows)
    _restock(uow, store.code_of(uow, row), {line.id: line.segment_id for line in lines}, shares)
    row.inspected_at = uow.now
    store.move(uow, row, ReturnMove.INSPECT)
    told = [{"sku": v.sku, "restocked": v.restock, "written_off": v.write_off} for v in verdicts]
    store.tell(uow, EventType.RETURN_INSPECTED, row, {"lines": told})


def _restock(uow: Uow, location: str, segments: Mapping[int, int | None], shares: Sequence[Share]) -> None:
    """Put on hand what goes back on sale."""
    changes = []
    for share in shares:
        verdict = share.verdict
        lot = LotName() if verdict.condition == "new" else LotName(condition=verdict.condition)
        if verdict.restock:
            segment_id = segments[share.line_id]
            changes.append(StockChange(location, verdict.sku, verdict.restock, RETURNED, lot, segment_id))
    if changes:
        inventory.adjust(uow, changes)


def close(uow: Uow, return_id: int, *, refund_minor: int | None = None, expected_version: int | None = None) -> None:
    """Give the customer what was agreed: a refund of what came (or less, `refund_minor`), or the same sent anew.

    Raises as `receive`; INVALID when more is refunded than was paid.
    """
    row, lines = store.lock(uow, return_id, ReturnMove.CLOSE, expected_version)
    paid = _paid(uow, return_id)
    replaces = row.resolution == Resolution.REPLACE.value
    if replaces and refund_minor:
        raise invalid([Fault("/refund", "unknown_field", "This return is replaced, not refunded.")])
    if refund_minor is not None and refund_minor > paid:
        words = f"At most {show_money(paid)} was paid for what came."
        raise invalid([Fault("/refund", "too_much", words)])
    if replaces:
        row.replacement_order_id = _send_anew(uow, row, lines)
    else:
        row.refund_minor = paid if refund_minor is None else refund_minor
    row.closed_at = uow.now
    store.move(uow, row, ReturnMove.CLOSE)
    told = {
        "resolution": row.resolution,
        "refund": show_money(row.refund_minor),
        "replacement_order": row.replacement_order_id,
    }
    store.tell(uow, EventType.RETURN_CLOSED, row, told)


def cancel(uow: Uow, return_id: int, *, reason: str, expected_version: int | None = None) -> None:
    """Give up a return of which nothing came; its units may be announced again. Raises as `receive`."""
    row, _ = store.lock(uow, return_id, ReturnMove.CANCEL, expected_version)
    store.move(uow, row, ReturnMove.CANCEL)
    store.tell(uow, EventType.RETURN_CANCELLED, row, {"reason": reason})


def _place(
    new: NewReturn, order: Order, places: Sequence[ReturnPlace], there: Sequence[Returnable], found: list[Fault]
) -> ReturnPlace | None:
    """Return where it goes; what is wrong with that is added to `found`."""
    if new.location is not None:
        named = next((place for place in places if place.code == new.location), None)
        if named is None:
            found.insert(0, Fault("/location", "unknown_location", f"There is no location {new.location}."))
        elif not named.takes:
            found.insert(0, Fault("/location", "takes_no_returns", f"{new.location} is closed or takes no returns."))
        return named
    latitude, longitude = order.ship_to.get("latitude"), order.ship_to.get("longitude")
    here = None if latitude is None or longitude is None else (float(latitude), float(longitude))
    chosen = rules.choose_place(places, here, [place for one in there for _, place in one.shipments])
    if chosen is None:
        found.insert(0, Fault("/location", "missing", "No location takes returns: name one."))
    return chosen


def _line_rows(uow: Uow, return_id: int, new: NewReturn, there: Sequence[Returnable]) -> list[dict[str, Any]]:
    rows = []
    for item in new.items:
        mine = {(one.order_line_id, one.product_id): one for one in there if one.sku == item.sku}
        keys = list(mine)
        for index, units in rules.deal(item.quantity, [(i, mine[key].units) for i, key in enumerate(keys)]):
            one = mine[keys[index]]
            rows.append(
                {
                    "return_id": return_id,
                    "order_line_id": one.order_line_id,
                    "product_id": one.product_id,
                    "sku": one.sku,
                    "quantity": units,
                    "received": 0,
                    "restocked": 0,
                    "written_off": 0,
                    "reason": item.reason,
                    "condition": "",
                    "segment_id": _segment(uow, one),
                }
            )
    return rows


def _segment(uow: Uow, one: Returnable) -> int | None:
    """Return the segment on whose account these units were sold, None when they were open units."""
    statement = sa.select(_LEDGER.c.segment_id).where(
        _LEDGER.c.shipment_id.in_([shipment_id for shipment_id, _ in one.shipments]),
        _LEDGER.c.product_id == one.product_id,
        _LEDGER.c.segment_id.is_not(None),
    )
    found: int | None = uow.session.execute(statement.limit(1)).scalar()
    return found


def _paid(uow: Uow, return_id: int) -> int:
    """Return what was paid for the units that came, in minor units."""
    statement = (
        sa.select(col(ReturnLine.received), col(OrderLine.unit_price_minor))
        .join(OrderLine, col(OrderLine.id) == col(ReturnLine.order_line_id))
        .where(col(ReturnLine.return_id) == return_id)
    )
    return sum(int(units) * int(price) for units, price in uow.session.execute(statement))


def _send_anew(uow: Uow, row: Return, lines: Sequence[Line]) -> int | None:
    """Place an order for the units that came, free of charge; None when nothing did."""
    units: dict[str, int] = {}
    for line in lines:
        if line.received:
            units[line.sku] = units.get(line.sku, 0) + line.received
    if not units:
        return None
    order = store.lock_order(uow, row.order_id)
    new = NewOrder(
        external_id=f"{order.external_id[:80]}-{row.number}",
        channel=order.channel,
        method=Method(order.method),
        lines=tuple(NewLine(sku, quantity) for sku, quantity in units.items()),
        customer=order.customer,
        service_level=order.service_level,
        ship_to=order.ship_to,
        pickup_location=order.pickup_location,
        attributes={**order.attributes, "replaces": order.external_id, "return": row.number},
    )
    return orders.accept(uow, [new])[0].id


def _named(uow: Uow, code: str) -> Location | None:
    place = next((place for place in queries.places(uow) if place.code == code), None)
    return None if place is None else uow.session.get(Location, place.id)


def _units(lines: Mapping[int, Line], shares: Sequence[Share]) -> list[dict[str, Any]]:
    return [{"sku": lines[share.line_id].sku, "received": share.units} for share in shares]
