"""Ring-fenced stock: to which segment an order belongs, and what of a balance is kept for whom. Pure.

A segment keeps `quota - used` units of a balance for its own orders; what nobody keeps is open to all. When the
fences together want more than is available, the smaller rank (then code) is served first, so that what is kept and
what is open always add up to what is available.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.inventory.rules import Balance, Key

#: Which parts of the customer's document name a customer segment.
CUSTOMER_FIELDS = ("segment", "type", "tier")


@dataclass(frozen=True, slots=True)
class Segment:
    """Whose orders it is for: those that match everything stated (None: any)."""

    id: int
    code: str
    channel: str | None = None
    customer_segment: str | None = None
    method: str | None = None
    rank: int = 0

    def takes(self, *, channel: str, method: str, customer: Mapping[str, Any]) -> bool:
        """Return whether an order belongs here, before ranks are looked at."""
        if self.channel is not None and self.channel != channel:
            return False
        if self.method is not None and self.method != method:
            return False
        if self.customer_segment is None:
            return True
        return any(customer.get(name) == self.customer_segment for name in CUSTOMER_FIELDS)


@dataclass(frozen=True, slots=True)
class Quota:
    """How much a segment keeps, in percent or in units, and where: None is everywhere, or every product."""

    segment_id: int
    percent: int | None = None
    units: int | None = None
    location_id: int | None = None
    group: str | None = None
    product_id: int | None = None

    def of(self, balance: Balance) -> int:
        """Return the quota of a balance in units; a percentage follows the stock, rounded down."""
        if self.units is not None:
            return self.units
        return balance.free * (self.percent or 0) // 100


@dataclass(frozen=True, slots=True)
class Share:
    """A segment's quota of one balance, in units, and how many of it are promised."""

    segment: Segment
    quota: int
    used: int = 0


@dataclass(slots=True)
class Fence:
    """What is left of one balance while orders are served: kept per segment id, and open to all."""

    open: int
    kept: dict[int, int] = field(default_factory=dict)

    def left(self, segment_id: int | None) -> int:
        """Return what an order of this segment may have."""
        return self.open + (self.kept.get(segment_id, 0) if segment_id is not None else 0)

    def take(self, segment_id: int | None, units: int) -> tuple[int, int] | None:
        """Take units, its own first; return how many came from the segment and from the open ones, None if too few."""
        if units > self.left(segment_id):
            return None
        own = min(units, self.kept.get(segment_id, 0)) if segment_id is not None else 0
        if segment_id is not None and own:
            self.kept[segment_id] -= own
        self.open -= units - own
        return own, units - own

    def give_back(self, segment_id: int | None, taken: tuple[int, int]) -> None:
        """Undo a `take`."""
        if segment_id is not None and taken[0]:
            self.kept[segment_id] += taken[0]
        self.open += taken[1]


def fence(available: int, shares: Iterable[Share]) -> Fence:
    """Return what each segment keeps of the units available, and what is open; shares come in order of rank."""
    kept: dict[int, int] = {}
    left = available
    for share in shares:
        own = min(left, max(0, share.quota - share.used))
        kept[share.segment.id] = own
        left -= own
    return Fence(left, kept)


def segment_of(
    segments: Iterable[Segment], *, channel: str, method: str, customer: Mapping[str, Any]
) -> Segment | None:
    """Return the one segment an order belongs to: of those that match the smallest rank, then code."""
    fitting = [s for s in segments if s.takes(channel=channel, method=method, customer=customer)]
    return min(fitting, key=_rank) if fitting else None


def _rank(segment: Segment) -> tuple[int, str]:
    return segment.rank, segment.code


class Rulebook:
    """All active segments with their quotas; finds the most specific quota of each segment for a balance."""

    def __init__(
        self,
        segments: Iterable[Segment] = (),
        quotas: Iterable[Quota] = (),
        groups: Mapping[int, Sequence[str]] | None = None,
    ) -> None:
        """`groups` are the groups of each location id; only needed when a quota names one."""
        self.segments = sorted(segments, key=_rank)
        self._groups = {id_: sorted(codes) for id_, codes in (groups or {}).items()}
        self._quotas: dict[int, dict[tuple[int | None, str | None, int | None], Quota]] = defaultdict(dict)
        for quota in quotas:
            self._quotas[quota.segment_id][quota.location_id, quota.group, quota.product_id] = quota

    def __bool__(self) -> bool:
        """Whether anything is ring-fenced anywhere."""
        return any(self._quotas.get(segment.id) for segment in self.segments)

    def every_quota(self) -> list[Quota]:
        """Return all quotas."""
        return [quota for quotas in self._quotas.values() for quota in quotas.values()]

    def groups(self) -> dict[int, list[str]]:
        """Return the groups of each location id that matter to a quota."""
        return self._groups

    def segment_of(self, *, channel: str, method: str, customer: Mapping[str, Any]) -> Segment | None:
        """Return the segment an order belongs to, if any."""
        return segment_of(self.segments, channel=channel, method=method, customer=customer)

    def quotas(self, key: Key) -> list[tuple[Segment, Quota]]:
        """Return who keeps something of this balance, in order of rank."""
        found = [(segment, self._most_specific(self._quotas.get(segment.id), key)) for segment in self.segments]
        return [(segment, quota) for segment, quota in found if quota is not None]

    def shares(self, key: Key, balance: Balance, used: Mapping[int, int]) -> list[Share]:
        """Return the shares of a balance, in order of rank; `used` is by segment id."""
        return [Share(segment, quota.of(balance), used.get(segment.id, 0)) for segment, quota in self.quotas(key)]

    def _most_specific(self, quotas: Mapping[Any, Quota] | None, key: Key) -> Quota | None:
        if not quotas:
            return None
        location_id, product_id = key
        groups = self._groups.get(location_id, ())
        places: list[tuple[int | None, str | None, int | None]] = [
            (location_id, None, product_id),
            *((None, group, product_id) for group in groups),
            (None, None, product_id),
            (location_id, None, None),
            *((None, group, None) for group in groups),
            (None, None, None),
        ]
        return next((quotas[place] for place in places if place in quotas), None)
