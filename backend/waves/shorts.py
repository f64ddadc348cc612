"""Units of a closing wave that were not found: their shipments go on without them, and they find another home."""

from __future__ import annotations

from collections.abc import Mapping

from backend.fulfillment import remainder
from backend.fulfillment.remainder import ShortLine
from backend.persistence.uow import Uow


def go_on_without(
    uow: Uow, short: Mapping[int, Mapping[str, int]], *, reason: str, versions: Mapping[int, int]
) -> None:
    """Take the missing units, by shipment and SKU, out of their shipments, which are as `versions` says."""
    for shipment_id, missing in sorted(short.items()):
        lines = [ShortLine(sku, units) for sku, units in sorted(missing.items())]
        remainder.short(uow, shipment_id, lines, reason=reason, expected_version=versions[shipment_id])
