"""One product's stock at every location, in a few bytes each. Pure; for threads, `book.py` locks."""

from __future__ import annotations

import json
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from backend.availability.fences import Fence

_MOST = 2**31 - 1


class Cell(NamedTuple):
    """A balance as it was at `version`: sellable units on hand, units kept back (safety stock and floor), units
    promised (covered or pending), and how many of these count for which segment, by segment id; None: as before."""

    location_id: int
    product_id: int
    sellable: int
    kept: int
    promised: int
    version: int
    used: Mapping[int, int] | None = None


class Arrival(NamedTuple):
    """Units on their way: `units` are those promised to nobody yet."""

    at: datetime
    units: int


class Shelf:
    """Parallel arrays by ascending location id. `changes` grows with every change that can be seen from outside."""

    __slots__ = (
        "_at",
        "_free",
        "_kept",
        "_lent",
        "_promised",
        "_sellable",
        "_told",
        "_version",
        "arrivals",
        "changes",
        "loaded",
        "product_id",
        "sku",
        "used",
    )

    def __init__(self, product_id: int, sku: str = "") -> None:
        self.product_id = product_id
        self.sku = sku
        self.loaded = False
        self.changes = 0
        self.used: dict[int, Mapping[int, int]] = {}
        self.arrivals: dict[tuple[int, str], Arrival] = {}
        self._told: set[tuple[int, str]] | None = None  # arrivals that the feed told of while they were being read
        self._at = array("q")
        self._sellable = array("i")
        self._kept = array("i")
        self._promised = array("i")
        self._version = array("q")
        self._free: dict[int, int] | None = None
        self._lent = False

    def __len__(self) -> int:
        """Return at how many locations the product has a balance."""
        return len(self._at)

    def put(self, cell: Cell) -> bool:
        """Take over a balance unless it is known as new or newer already; return whether it was news."""
        location_id = cell.location_id
        place = bisect_left(self._at, location_id)
        known = place < len(self._at) and self._at[place] == location_id
        if known and self._version[place] >= cell.version:
            return self._version[place] == cell.version and self._learn(location_id, cell.used)
        columns = (self._sellable, self._kept, self._promised)
        values = (cell.sellable, min(cell.kept, _MOST), min(cell.promised, _MOST))
        if known:
            self._version[place] = cell.version
            for column, value in zip(columns, values, strict=True):
                column[place] = value
        else:
            self._at.insert(place, location_id)
            self._version.insert(place, cell.version)
            for column, value in zip(columns, values, strict=True):
                column.insert(place, value)
        if cell.used is not None:
            self._use(location_id, cell.used)
        self._follow(location_id, max(0, cell.sellable - cell.kept - cell.promised))
        self.changes += 1
        return True

    def put_arrival(self, location_id: int, reference: str, arrival: Arrival | None) -> None:
        """Announce or change an arrival; None: it has come, or never will."""
        key = (location_id, reference)
        if self._told is not None:
            self._told.add(key)
        if arrival is None:
            self.arrivals.pop(key, None)
        else:
            self.arrivals[key] = arrival
        self.changes += 1

    def reading(self) -> None:
        """Begin to read arrivals: what `put_arrival` says until `read_arrivals` is newer than what is read."""
        self._told = set()

    def read_arrivals(self, arrivals: Mapping[tuple[int, str], Arrival]) -> None:
        """Have these arrivals by (location id, reference), and what was told since `reading`."""
        told = self._told or set()
        kept = {key: arrival for key, arrival in self.arrivals.items() if key in told}
        self.arrivals = {key: arrival for key, arrival in arrivals.items() if key not in told} | kept
        self._told = None
        self.changes += 1

    def free(self) -> Mapping[int, int]:
        """Return the units available by location id, zeros left out; it stays as it is when the shelf changes."""
        if self._free is None:
            self._free = {at: net for at, net in self._nets() if net > 0}
        self._lent = True
        return self._free

    def cells(self) -> Iterator[Cell]:
        """Yield every balance, by ascending location id."""
        columns = zip(self._at, self._sellable, self._kept, self._promised, self._version, strict=True)
        for at, sellable, kept, promised, version in columns:
            yield Cell(at, self.product_id, sellable, kept, promised, version, self.used.get(at))

    def nets(self, until: datetime | None, fence: Fence | None) -> Iterator[tuple[int, int]]:
        """Yield (location id, units that may be promised, zeros too) at `until` (None: now) inside a fence."""
        coming = self._coming(until) if until is not None else {}
        if not coming and fence is None:
            for at, net in self._nets():
                yield at, max(0, net)
            return
        for at, sellable, kept, promised in zip(self._at, self._sellable, self._kept, self._promised, strict=True):
            more = coming.pop(at, 0)
            net = sellable + more - kept - promised
            if fence is not None and net > 0:
                net = fence(at, max(0, sellable + more - kept), net, self.used.get(at, {}))
            yield at, max(0, net)
        for at, more in coming.items():  # locations that never had it
            yield at, fence(at, more, more, {}) if fence is not None else more

    def next_arrival(self, after: datetime | None, location_ids: Iterable[int] | None) -> datetime | None:
        """Return the earliest arrival that `nets(after, …)` does not contain, at these locations (None: all)."""
        wanted = None if location_ids is None else set(location_ids)
        dates = [
            arrival.at
            for (at, _), arrival in self.arrivals.items()
            if arrival.units > 0 and (after is None or arrival.at > after) and (wanted is None or at in wanted)
        ]
        return min(dates, default=None)

    def dump(self) -> bytes:
        """Return everything in a form that `restored` reads: a line of JSON, then the arrays as they are in memory."""
        head = {
            "id": self.product_id,
            "sku": self.sku,
            "order": sys.byteorder,
            "count": len(self._at),
            "used": [(at, list(used.items())) for at, used in self.used.items()],
            "arrivals": [(at, reference, a.at.isoformat(), a.units) for (at, reference), a in self.arrivals.items()],
        }
        return b"\n".join([json.dumps(head).encode(), b"".join(column.tobytes() for column in self._columns())])

    @classmethod
    def restored(cls, dump: bytes) -> Shelf:
        """Return the shelf that was dumped; ValueError when it was written by another kind of machine."""
        line, _, rest = dump.partition(b"\n")
        head = json.loads(line)
        shelf = cls(head["id"], head["sku"])
        if head["order"] != sys.byteorder:
            raise ValueError("these bytes are in another order")
        for column in shelf._columns():
            size = column.itemsize * head["count"]
            column.frombytes(rest[:size])
            rest = rest[size:]
        shelf.used = {at: dict(used) for at, used in head["used"]}
        for at, reference, when, units in head["arrivals"]:
            shelf.arrivals[at, reference] = Arrival(datetime.fromisoformat(when), units)
        shelf.loaded = True
        return shelf

    def _columns(self) -> tuple[array[int], ...]:
        return self._at, self._sellable, self._kept, self._promised, self._version

    def _nets(self) -> Iterator[tuple[int, int]]:
        for at, sellable, kept, promised in zip(self._at, self._sellable, self._kept, self._promised, strict=True):
            yield at, sellable - kept - promised

    def _coming(self, until: datetime) -> dict[int, int]:
        coming: dict[int, int] = {}
        for (at, _), arrival in self.arrivals.items():
            if arrival.at <= until and arrival.units > 0:
                coming[at] = coming.get(at, 0) + arrival.units
        return dict(sorted(coming.items()))

    def _learn(self, location_id: int, used: Mapping[int, int] | None) -> bool:
        """Take over what is used by segments of a balance that is known without: nobody kept anything of it then."""
        if used is None or used == self.used.get(location_id, {}):
            return False
        self._use(location_id, used)
        self.changes += 1
        return True

    def _use(self, location_id: int, used: Mapping[int, int]) -> None:
        if used:
            self.used[location_id] = dict(used)
        else:
            self.used.pop(location_id, None)

    def _follow(self, location_id: int, units: int) -> None:
        if self._free is None:
            return
        if self._lent:  # somebody may be reading it: he keeps the old one
            self._free = self._free.copy()
            self._lent = False
        if units:
            self._free[location_id] = units
        else:
            self._free.pop(location_id, None)
