"""Shipments that wait from the first: another location sends what theirs lacks, as routing decided, which holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from backend.fulfillment import awaited, line_rows, store
from backend.fulfillment.awaited import Sending
from backend.fulfillment.opening import NewShipment, open_shipments
from backend.fulfillment.splitting import LineFacts, Taking
from backend.persistence.uow import Uow
from models.enums import Method

#: What is told as the reason of a transfer that no person asked for.
REASON = "not enough there"


@dataclass(frozen=True, slots=True)
class Coming:
    """A transfer to be opened, which holds its stock already, for a new shipment; units by order line id."""

    id: int
    for_id: int
    source_id: int
    source: str
    units: Mapping[int, int]


def open_waiting(uow: Uow, coming: Sequence[tuple[NewShipment, Coming]]) -> None:
    """Open transfers for shipments that were just opened; those wait for them, one for each."""
    if not coming:
        return
    open_shipments(uow, [_transfer(*each) for each in coming], ids=[one.id for _, one in coming])
    ids = [one.for_id for _, one in coming]
    with awaited.beyond(uow):
        facts, lines = store.load(uow, ids), line_rows.lines_of(uow, ids)
    sent = [
        Sending(one.id, fact, one.source, [Taking(line, units) for line in lines[fact.id] if (units := _of(one, line))])
        for fact, (_, one) in zip(facts, coming, strict=True)
    ]
    awaited.begin(uow, sent, reason=REASON, at=uow.now)


def _of(one: Coming, line: LineFacts) -> int:
    return one.units.get(line.order_line_id, 0)


def _transfer(parent: NewShipment, one: Coming) -> NewShipment:
    lines = tuple(
        replace(line, quantity=one.units[line.order_line_id])
        for line in parent.lines
        if line.order_line_id in one.units
    )
    method, source = Method.TRANSFER, one.source
    return replace(
        parent,
        location_id=one.source_id,
        location_code=source,
        method=method,
        order_due_at=None,
        placed_at=parent.assigned_at,
        lines=lines,
    )
