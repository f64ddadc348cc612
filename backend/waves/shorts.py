"""Units of a closing wave that were not found: their shipments go on without them, and they find another home."""

from __future__ import annotations

from collections.abc import Mapping

from backend.fulfillment import remainder
from backend.fulfillment.remainder import ShortLine
from backend.persistence.uow import Uow
from backend.waves.rows import member_facts
from backend.waves.rules import TO_PICK, still_missing


def go_on_without(uow: Uow, short: Mapping[int, Mapping[str, int]], *, reason: str) -> None:
    """Take the missing units, by shipment and SKU, out of their shipments, which are locked.

    A reason may have taken the same product out of the next shipments too: what is gone already is not missed twice.
    """
    for shipment_id, missing in sorted(short.items()):
        (member,) = member_facts(uow, [shipment_id])
        left = still_missing(member, missing) if member.status in TO_PICK else {}
        if left:
            lines = [ShortLine(sku, units) for sku, units in sorted(left.items())]
            remainder.short(uow, shipment_id, lines, reason=reason)
