"""Which part of the stock is whose, ready to be asked for one balance after another. Pure.

What a ring-fence is, and to whom it belongs, is said in `backend/inventory/fences.py`; here its answer is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

#: What an order may have of one balance: (location id, units not kept back, promised or not, units available, units
#: used by segment id) → units.
Fence = Callable[[int, int, int, Mapping[int, int]], int]

_MOST_REMEMBERED = 200_000
#: Which parts of the customer's document name a customer segment.
_CUSTOMER_FIELDS = ("segment", "type", "tier")


class _Segment(Protocol):
    @property
    def id(self) -> int: ...

    @property
    def code(self) -> str: ...


class _Quota(Protocol):
    @property
    def percent(self) -> int | None: ...

    @property
    def units(self) -> int | None: ...


class Rules(Protocol):
    """`backend.inventory.fences.Rulebook`: the active segments and their quotas."""

    def __bool__(self) -> bool: ...

    @property
    def segments(self) -> Sequence[_Segment]: ...

    def segment_of(self, *, channel: str, method: str, customer: Mapping[str, Any]) -> _Segment | None:
        """Return the segment an order belongs to, if any."""
        ...

    def quotas(self, key: tuple[int, int]) -> Sequence[tuple[_Segment, _Quota]]:
        """Return who keeps something of a balance (location id, product id), in order of rank."""
        ...


@dataclass(frozen=True, slots=True)
class Who:
    """For whom stock is looked at; "" is "not said", which only a segment for any order takes."""

    channel: str = ""
    method: str = ""
    customer: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, *, channel: str, method: str, customer: Mapping[str, Any]) -> Who:
        """Return what segments look at of an order."""
        known = tuple((name, customer[name]) for name in _CUSTOMER_FIELDS if isinstance(customer.get(name), str))
        return cls(channel, method, known)


class Fences:
    """The rules with their answers; made anew when a segment is edited, or a location changes its groups."""

    def __init__(self, rules: Rules | None = None) -> None:
        self.rules = rules
        self._of_whom: dict[Who, int | None] = {}
        self._at: dict[tuple[int, int], tuple[tuple[int, int | None, int], ...]] = {}
        self._ids = {segment.code: segment.id for segment in rules.segments} if rules else {}

    def __bool__(self) -> bool:
        """Return whether anything is kept for anybody."""
        return bool(self.rules)

    def used(self, shares: Sequence[Mapping[str, Any]]) -> dict[int, int]:
        """Return the units used by segment id out of the shares that `inventory.changed` tells."""
        known = ((self._ids.get(share["code"]), share["used"]) for share in shares)
        return {segment_id: used for segment_id, used in known if segment_id is not None and used}

    def segment_of(self, who: Who) -> int | None:
        """Return the id of the segment that such an order belongs to."""
        if self.rules is None:
            return None
        if who not in self._of_whom:
            if len(self._of_whom) >= _MOST_REMEMBERED:
                self._of_whom.clear()
            found = self.rules.segment_of(channel=who.channel, method=who.method, customer=dict(who.customer))
            self._of_whom[who] = found.id if found is not None else None
        return self._of_whom[who]

    def fence(self, product_id: int, own: int | None) -> Fence:
        """Return what an order of the segment `own` may have per balance: its segment's part and what is open to all.

        As `backend.inventory.fences.fence`: where less is there than the segments keep, the smaller rank comes first.
        """

        def left(location_id: int, free: int, available: int, used: Mapping[int, int]) -> int:
            mine = 0
            for segment_id, units, percent in self._quotas(location_id, product_id):
                kept = units if units is not None else free * percent // 100
                part = min(available, max(0, kept - used.get(segment_id, 0)))
                available -= part
                if segment_id == own:
                    mine = part
            return available + mine

        return left

    def _quotas(self, location_id: int, product_id: int) -> tuple[tuple[int, int | None, int], ...]:
        key = (location_id, product_id)
        quotas = self._at.get(key)
        if quotas is None:
            found = self.rules.quotas(key) if self.rules is not None else ()
            quotas = tuple((segment.id, quota.units, quota.percent or 0) for segment, quota in found)
            if len(self._at) >= _MOST_REMEMBERED:
                self._at.clear()
            self._at[key] = quotas
        return quotas
