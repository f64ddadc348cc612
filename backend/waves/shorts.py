"""Units of a closing wave that were not found: their shipments go on without them, and they find another home."""

from __future__ import annotations

from collections.abc import Mapping

from backend.persistence.uow import Uow
from models.errors import Fault, invalid


def go_on_without(
    uow: Uow, short: Mapping[int, Mapping[str, int]], *, reason: str, versions: Mapping[int, int]
) -> None:
    """Take the missing units, by shipment and SKU, out of their shipments."""
    if short:
        raise invalid([Fault("/short", "not_possible", "Shipments cannot go on without units yet.")])
