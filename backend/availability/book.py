"""What may be promised, in memory: balances by product, fed by absolute events. Pure; no I/O; safe between threads.

An item that is older than what is known is ignored, so that overlap and repetition of events do no harm. `whole` holds
every product (the availability process); otherwise only those that somebody asked for, the longest unused dropped
first (`store.py` loads). Between `expect` and `fill` a product is being read: what the feed says meanwhile counts.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from backend.availability.fences import Fence, Fences, Who
from backend.availability.shelf import Arrival, Cell, Shelf
from backend.persistence.bulk import chunks

#: Balances held on demand: some 30 bytes each, and twice that where routing looks.
MOST_CELLS = 2_000_000
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Site:
    """A location as the book knows it; `head` is the beginning of its entry in an answer."""

    location_id: int
    code: str
    groups: frozenset[str]
    head: bytes

    @classmethod
    def of(cls, location_id: int, code: str, groups: frozenset[str]) -> Site:
        """Return the location with its part of an answer."""
        return cls(location_id, code, groups, b'{"code":' + json.dumps(code).encode() + b',"atp":')


class Book:
    """Shelves by product, locations, fences, and how far in the feed all this is."""

    def __init__(self, *, whole: bool = False, most_cells: int = MOST_CELLS) -> None:
        self.whole = whole
        self.cursor: int | None = None  # place in the feed; None: nothing is known yet
        self.as_of: datetime | None = None  # business instant; whatever was committed before it is in the book
        self.ahead: frozenset[int] = frozenset()  # events taken over although they have no place in the feed yet
        self.lost = False  # whether its place in the feed is worth nothing
        self.restored = False  # whether it comes from a copy, to be read anew as soon as the database answers
        self.followed = False  # whether a thread keeps it up to date; otherwise whoever reads it does
        self.epoch = 0  # grows with every change of locations or fences
        self.sites: Mapping[int, Site] = {}
        self.by_code: Mapping[str, Site] = {}
        self.fences = Fences()
        self._most_cells = most_cells
        self._shelves: OrderedDict[int, Shelf] = OrderedDict()
        self._by_sku: dict[str, Shelf] = {}
        self._cells = 0
        self._lock = threading.RLock()
        self.reading = threading.Lock()  # held by whoever reads the database for this book
        self.catching_up = threading.RLock()  # held by whoever takes over the feed

    def locked(self) -> AbstractContextManager[object]:
        """Hold everybody else off: for a look at several shelves that fit together."""
        return self._lock

    def __len__(self) -> int:
        """Return how many products are held."""
        return len(self._by_sku)

    @property
    def cells(self) -> int:
        """Return how many balances are held."""
        return self._cells

    def shelf(self, sku: str) -> Shelf | None:
        """Return the shelf of a product that is held and loaded."""
        with self._lock:
            found = self._by_sku.get(sku)
            if found is None or not found.loaded:
                return None
            if not self.whole:
                self._shelves.move_to_end(found.product_id)
            return found

    def shelf_of(self, product_id: int) -> Shelf | None:
        """Return the shelf of a product that is held and loaded, by its id."""
        with self._lock:
            found = self._shelves.get(product_id)
            if found is None or not found.loaded:
                return None
            if not self.whole:
                self._shelves.move_to_end(product_id)
            return found

    def free(self, product_id: int) -> Mapping[int, int]:
        """Return the units available by location id, zeros left out; empty for a product that is not held."""
        with self._lock:
            found = self.shelf_of(product_id)
            return found.free() if found is not None else {}

    def missing(self, product_ids: Iterable[int]) -> list[int]:
        """Return those of the products that are not held, ascending."""
        with self._lock:
            return sorted({it for it in product_ids if it not in self._shelves or not self._shelves[it].loaded})

    def fence(self, product_id: int, who: Who) -> Fence | None:
        """Return what such an order may have per balance, None when nothing is kept for anybody."""
        return self.fence_of(product_id, self.fences.segment_of(who)) if self.fences else None

    def fence_of(self, product_id: int, segment_id: int | None) -> Fence:
        """Return what an order of this segment may have per balance."""
        return self.fences.fence(product_id, segment_id)

    # ── changes ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def expect(self, products: Iterable[tuple[int, str]]) -> None:
        """Make room for (product id, SKU) before they are read: from now on the feed's items for them count."""
        with self._lock:
            for product_id, sku in products:
                shelf = self._shelves.get(product_id)
                if shelf is None:
                    shelf = self._shelves[product_id] = Shelf(product_id, sku)
                self._by_sku[sku] = shelf
                shelf.reading()

    def fill(
        self,
        product_ids: Iterable[int],
        cells: Iterable[Cell],
        arrivals: Iterable[tuple[int, int, str, Arrival]] = (),
    ) -> None:
        """Take over what was read of expected products: cells, and (product id, location id, reference, arrival)."""
        with self._lock:
            self.apply(cells)
            coming: dict[int, dict[tuple[int, str], Arrival]] = {}
            for product_id, location_id, reference, arrival in arrivals:
                coming.setdefault(product_id, {})[location_id, reference] = arrival
            for product_id in product_ids:
                if (shelf := self._shelves.get(product_id)) is not None:
                    shelf.read_arrivals(coming.get(product_id, {}))
                    shelf.loaded = True
            self._drop_unused()

    def apply(self, cells: Iterable[Cell]) -> int:
        """Take over absolute balances of products that are held; return how many were news."""
        news = 0
        for some in chunks(cells, _AT_ONCE):  # a bulk load must not keep those who ask waiting
            with self._lock:
                for cell in some:
                    shelf = self._shelves.get(cell.product_id)
                    if shelf is None:
                        continue
                    before = len(shelf)
                    news += shelf.put(cell)
                    self._cells += len(shelf) - before
        return news

    def product_ids(self, skus: Iterable[str]) -> dict[str, int]:
        """Return the ids of the SKUs that are held or being read."""
        with self._lock:
            return {sku: shelf.product_id for sku in skus if (shelf := self._by_sku.get(sku)) is not None}

    def put_arrival(self, sku: str, location_id: int, reference: str, arrival: Arrival | None) -> None:
        """Take over an arrival of a product that is held; None: it has come, or was called off."""
        with self._lock:
            if (shelf := self._by_sku.get(sku)) is not None:
                shelf.put_arrival(location_id, reference, arrival)

    def put_sites(self, sites: Sequence[Site]) -> None:
        """Know these locations, beside those known already."""
        with self._lock:
            self.sites = {**self.sites, **{site.location_id: site for site in sites}}
            self.by_code = {site.code: site for site in self.sites.values()}
            self.epoch += 1

    def put_fences(self, fences: Fences) -> None:
        """Use these segments and quotas from now on."""
        with self._lock:
            self.fences = fences
            self.epoch += 1

    def become(self, other: Book) -> None:
        """Take over everything another book knows, which is used no more; what was known here is forgotten."""
        with self._lock:
            self._shelves, self._by_sku, self._cells = other._shelves, other._by_sku, other._cells
            self.sites, self.by_code, self.fences = other.sites, other.by_code, other.fences
            self.cursor, self.as_of = other.cursor, other.as_of
            self.lost, self.restored, self.ahead = False, other.restored, frozenset()
            self.epoch += 1

    def begin_anew(self) -> None:
        """Have everything read again at the next look; until then the last answers stand."""
        with self._lock:
            self.lost = True

    def advance(self, cursor: int, *, as_of: datetime) -> None:
        """Note that the feed is taken over up to here, which is how it was at `as_of`."""
        with self._lock:
            self.cursor = cursor
            self.as_of = as_of

    def held(self) -> list[int]:
        """Return the ids of the products that are held."""
        with self._lock:
            return list(self._shelves)

    def every_shelf(self) -> list[tuple[str, Shelf]]:
        """Return every SKU that is held and loaded, with its shelf; look at one only while `locked`."""
        with self._lock:
            return [(sku, shelf) for sku, shelf in self._by_sku.items() if shelf.loaded]

    def adopt(self, shelf: Shelf) -> None:
        """Hold a shelf as it is."""
        with self._lock:
            self._shelves[shelf.product_id] = self._by_sku[shelf.sku] = shelf
            self._cells += len(shelf)

    def every_cell(self) -> list[Cell]:
        """Return every balance that is held."""
        with self._lock:
            return [cell for shelf in self._shelves.values() for cell in shelf.cells()]

    def _drop_unused(self) -> None:
        if self.whole:
            return
        while self._cells > self._most_cells and len(self._shelves) > 1:
            _, shelf = self._shelves.popitem(last=False)
            self._by_sku.pop(shelf.sku, None)
            self._cells -= len(shelf)
