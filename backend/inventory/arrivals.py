"""Stock that is still to come: which order lines wait for it. Pure. What may be promised for an instant is asked of
`backend/availability`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """Units on their way; `allocated` of them are promised."""

    id: int
    arrives_at: datetime
    quantity: int
    allocated: int = 0

    @property
    def left(self) -> int:
        """Return the units that may still be promised."""
        return max(0, self.quantity - self.allocated)


@dataclass(frozen=True, slots=True)
class Share:
    """Units of an arrival that wait for an order line."""

    order_line_id: int
    future_id: int
    units: int


def promise(arrivals: Iterable[Arrival], order_line_id: int, units: int) -> list[Share]:
    """Return which arrivals an order line waits for, the earliest first; what they cannot cover is left out."""
    shares: list[Share] = []
    for arrival in sorted(arrivals, key=lambda arrival: (arrival.arrives_at, arrival.id)):
        part = min(units, arrival.left)
        if part:
            shares.append(Share(order_line_id, arrival.id, part))
            units -= part
    return shares


def come_true(shares: Sequence[Share], units: int) -> list[Share]:
    """Return what the arrival of units takes off the shares of one arrival: the oldest order line is served first."""
    return _off(sorted(shares, key=lambda share: share.order_line_id), units)


def fall_short(shares: Sequence[Share], quantity: int) -> list[Share]:
    """Return what shares of one arrival lose when only `quantity` comes: the latest order line loses first."""
    over = sum(share.units for share in shares) - quantity
    return _off(sorted(shares, key=lambda share: -share.order_line_id), over)


def _off(shares: Iterable[Share], units: int) -> list[Share]:
    taken: list[Share] = []
    for share in shares:
        part = min(units, share.units)
        if part > 0:
            taken.append(Share(share.order_line_id, share.future_id, part))
            units -= part
    return taken
