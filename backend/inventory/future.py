"""Stock that is still to come: announce, change, receive, call off, and promise it to backordered lines.

Locks: balances before arrivals, arrivals in ascending id.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from backend.inventory import arrivals, service
from backend.inventory import future_rows as rows
from backend.inventory.arrivals import Arrival, Share
from backend.inventory.detail import key_of
from backend.inventory.future_rows import Row
from backend.inventory.rules import MAX_UNITS
from backend.inventory.service import StockChange
from backend.persistence.uow import Uow
from models.errors import DomainError, ErrorCode, Fault, invalid

#: What was promised: by order line, (arrives at, units), the earliest first.
Promised = dict[int, list[tuple[datetime, int]]]
#: A line that waits: (order line, product, units, location or None for any).
Want = tuple[int, int, int, int | None]


def announce(
    uow: Uow,
    location: str,
    sku: str,
    reference: str,
    *,
    quantity: int,
    arrives_at: datetime,
    expected_version: int | None = None,
) -> bool:
    """Announce an arrival, or change one that has not come yet; return whether it is new.

    Fewer units than are promised take the promise from the latest order lines. Raises NOT_FOUND for unknown codes,
    STALE for a version that has passed, CONFLICT when all of it was received.
    """
    if not 0 < quantity <= MAX_UNITS:
        raise invalid([Fault("/quantity", "out_of_range", f"An arrival is of 1 to {MAX_UNITS:,} units.")])
    key = key_of(uow, location, sku)
    row = rows.find(uow, key, reference)
    _check_version(row, reference, expected_version)
    if row is None:
        arrival = Arrival(0, arrives_at, quantity)
        rows.insert(uow, Row(location, sku, reference, *key, arrival))
        return True
    if row.received_at is not None:
        raise DomainError(ErrorCode.CONFLICT, f"The arrival {reference} has been received.")
    lost = arrivals.fall_short(rows.shares(uow, [row.arrival.id]), quantity)
    rows.take_off(uow, lost)
    left = row.arrival.allocated - sum(share.units for share in lost)
    rows.write(uow, [replace(row, arrival=Arrival(row.arrival.id, arrives_at, quantity, left))], "changed")
    return False


def cancel(uow: Uow, location: str, sku: str, reference: str, *, expected_version: int | None = None) -> None:
    """Call an arrival off; lines that waited for it lose their promise."""
    row = rows.still_coming(uow, key_of(uow, location, sku), reference)
    _check_version(row, reference, expected_version)
    rows.delete(uow, row)


def receive(
    uow: Uow, location: str, sku: str, reference: str, *, quantity: int, expected_version: int | None = None
) -> None:
    """Put what arrived on hand; the rest is still to come, unless all of it (or more) is there.

    Orders that waited are routed again: their promises on the units that came are now stock for them to be given.
    """
    if not 0 < quantity <= MAX_UNITS:
        raise invalid([Fault("/quantity", "out_of_range", f"A receipt is of 1 to {MAX_UNITS:,} units.")])
    key = key_of(uow, location, sku)
    service.adjust(uow, [StockChange(location, sku, quantity, f"received {reference}"[:64])])  # balances come first
    row = rows.still_coming(uow, key, reference)
    _check_version(row, reference, expected_version)
    done = quantity >= row.arrival.quantity
    shares = rows.shares(uow, [row.arrival.id])
    came_true = shares if done else arrivals.come_true(shares, quantity)
    rows.take_off(uow, came_true)
    if done:
        arrival = replace(row.arrival, allocated=0)
        rows.write(uow, [replace(row, arrival=arrival, received_at=uow.now)], "received")
        return
    kept = row.arrival.allocated - sum(share.units for share in came_true)
    arrival = replace(row.arrival, quantity=row.arrival.quantity - quantity, allocated=kept)
    rows.write(uow, [replace(row, arrival=arrival)], "partly_received")


def _check_version(row: Row | None, reference: str, expected: int | None) -> None:
    if expected is not None and (row is None or row.version != expected):
        raise DomainError(ErrorCode.STALE, f"The arrival {reference} has changed since you read it.")


def promise_future(uow: Uow, wants: Sequence[Want], *, over: Iterable[int] = ()) -> Promised:
    """Promise arrivals to backordered lines.

    What a line was promised before is replaced; lines of `over` give theirs back. Earlier lines of `wants` choose
    first; what nothing is coming for is left out of the answer.
    """
    products = {product_id for _, product_id, *_ in wants}
    lines = {*over, *(line for line, *_ in wants)}
    # Every arrival that may be touched is locked in one ascending sweep, those that are given back among them.
    known = rows.ids_of(uow, products) | {share.future_id for share in rows.shares_of_lines(uow, lines)}
    rows.lock(uow, known)
    release_future(uow, lines)
    now = {row.arrival.id: row for row in rows.lock(uow, known) if row.received_at is None}
    shares = _deal(now, wants)
    rows.add(uow, shares)
    rows.write(uow, [now[id_] for id_ in sorted({share.future_id for share in shares})], "promised")
    promised: Promised = {}
    for share in shares:
        arrives_at = now[share.future_id].arrival.arrives_at
        promised.setdefault(share.order_line_id, []).append((arrives_at, share.units))
    return promised


def foresee(uow: Uow, wants: Sequence[Want], *, places: Collection[int]) -> list[tuple[Share, Row]]:
    """Return what `promise_future` would promise now, each with its arrival at one of these locations; nothing is
    locked."""
    products = {product_id for _, product_id, *_ in wants}
    now = {row.arrival.id: row for row in rows.coming(uow, products) if row.location_id in places}
    return [(share, now[share.future_id]) for share in _deal(now, wants)]


def _deal(now: dict[int, Row], wants: Sequence[Want]) -> list[Share]:
    """Return what each line gets of these arrivals, which then tell it."""
    shares: list[Share] = []
    for line, product_id, units, location_id in wants:
        mine = [
            row.arrival
            for row in now.values()
            if row.product_id == product_id and location_id in (None, row.location_id)
        ]
        for share in arrivals.promise(mine, line, units):
            row = now[share.future_id]
            arrival = replace(row.arrival, allocated=row.arrival.allocated + share.units)
            now[share.future_id] = replace(row, arrival=arrival)
            shares.append(share)
    return shares


def release_future(uow: Uow, order_line_ids: Iterable[int]) -> None:
    """Give back what these order lines wait for: they were cancelled, or found stock."""
    lines = set(order_line_ids)
    touched = {share.future_id for share in rows.shares_of_lines(uow, lines)}
    if not touched:
        return
    now = {row.arrival.id: row for row in rows.lock(uow, touched)}
    held = rows.shares_of_lines(uow, lines)  # again, now that nobody else changes them
    rows.take_off(uow, held)
    for share in held:
        row = now[share.future_id]
        arrival = replace(row.arrival, allocated=row.arrival.allocated - share.units)
        now[share.future_id] = replace(row, arrival=arrival)
    rows.write(uow, [now[id_] for id_ in sorted({share.future_id for share in held})], "promised")
