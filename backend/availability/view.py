"""The book as routing sees it for one batch: what is available, less what the batch has given out already.

Nothing here reaches the book: a batch that is rolled back leaves no trace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from backend.availability.book import Book
from backend.availability.fences import Who
from backend.availability.shelf import Shelf
from backend.persistence.bulk import chunks
from backend.routing.facts import OrderFacts

#: Reads products from the database into a book (`store.load`), in a transaction of its own.
Load = Callable[[Iterable[int]], None]


#: Products read in one go: together they must stay well below what a book may hold.
_AT_ONCE = 50


class BatchStock:
    """`backend.routing.facts.Stock` on a book. For one thread; make one per batch, it costs nothing."""

    def __init__(self, book: Book, load: Load, *, catch_up: Callable[[], object] = lambda: None) -> None:
        """`catch_up` has the book know everything that is committed by then."""
        self._book = book
        self._load = load
        self._catch_up = catch_up
        self._shelves: dict[int, Shelf] = {}
        self._taken: dict[int, dict[int, dict[int | None, int]]] = {}  # product → location → segment → units
        self._open: dict[int, dict[int, int]] = {}  # product → location → units: book less taken, where they differ
        self._fenced: dict[tuple[int, int | None], Mapping[int, int]] = {}

    def ensure(self, product_ids: Iterable[int]) -> None:
        """Have these products as they are now, for the whole batch, whatever the book drops meanwhile.

        Call it after the orders were claimed: stock that was there when an order came in is then there for it.
        """
        self._catch_up()
        self._read(product_ids)

    def _read(self, product_ids: Iterable[int]) -> None:
        for some in chunks(sorted(set(product_ids) - self._shelves.keys()), _AT_ONCE):
            if missing := self._book.missing(some):
                self._load(missing)
            self._hold(some)

    def refresh(self, product_ids: Iterable[int]) -> None:
        """Read these products again, because somebody else was quicker; what this batch took stays taken."""
        for some in chunks(sorted(set(product_ids)), _AT_ONCE):
            self._load(some)
            self._hold(some)
            for product_id in some:
                self._forget(product_id)

    def holders(self, product_id: int, order: OrderFacts) -> Mapping[int, int]:
        """Return units available to this order by location id, zeros left out. Not to be changed, nor kept."""
        if self._book.fences:
            return self._fenced_holders(product_id, order)
        free = self._open.get(product_id)
        return free if free is not None else self._free(product_id)

    def take(self, location_id: int, product_id: int, units: int, order: OrderFacts) -> None:
        """Count these units as promised; a negative number gives them back."""
        segment = self._segment(order)
        by_segment = self._taken.setdefault(product_id, {}).setdefault(location_id, {})
        by_segment[segment] = by_segment.get(segment, 0) + units
        free = self._open.get(product_id)
        if free is None:
            self._open[product_id] = self._less_taken(product_id)
        elif left := free.get(location_id, 0) - units:
            free[location_id] = left
        else:
            free.pop(location_id, None)
        for key in [key for key in self._fenced if key[0] == product_id]:
            del self._fenced[key]

    def _hold(self, product_ids: Iterable[int]) -> None:
        for product_id in product_ids:
            if (shelf := self._book.shelf_of(product_id)) is not None:
                self._shelves[product_id] = shelf

    def _shelf(self, product_id: int) -> Shelf | None:
        if product_id not in self._shelves:
            self._read([product_id])
        return self._shelves.get(product_id)

    def _free(self, product_id: int) -> Mapping[int, int]:
        with self._book.locked():
            shelf = self._shelf(product_id)
            return shelf.free() if shelf is not None else {}

    def _less_taken(self, product_id: int) -> dict[int, int]:
        free = dict(self._free(product_id))
        for location_id, by_segment in self._taken[product_id].items():
            left = free.get(location_id, 0) - sum(by_segment.values())
            if left > 0:
                free[location_id] = left
            else:
                free.pop(location_id, None)
        return free

    def _forget(self, product_id: int) -> None:
        self._open.pop(product_id, None)
        if product_id in self._taken:
            self._open[product_id] = self._less_taken(product_id)
        for key in [key for key in self._fenced if key[0] == product_id]:
            del self._fenced[key]

    def _segment(self, order: OrderFacts) -> int | None:
        if not self._book.fences:
            return None
        who = Who.of(channel=order.channel, method=order.method.value, customer=order.customer)
        return self._book.fences.segment_of(who)

    def _fenced_holders(self, product_id: int, order: OrderFacts) -> Mapping[int, int]:
        segment = self._segment(order)
        known = self._fenced.get((product_id, segment))
        if known is None:
            known = self._fenced[product_id, segment] = self._work_out(product_id, segment)
        return known

    def _work_out(self, product_id: int, own: int | None) -> dict[int, int]:
        """Return what an order of the segment `own` may have, as if what the batch took had been reserved."""
        taken = self._taken.get(product_id, {})
        found: dict[int, int] = {}
        with self._book.locked():
            shelf = self._shelf(product_id)
            left = self._book.fence_of(product_id, own)
            for cell in shelf.cells() if shelf is not None else ():
                by_segment = taken.get(cell.location_id, {})
                net = cell.sellable - cell.kept - cell.promised - sum(by_segment.values())
                if net <= 0:
                    continue
                used = dict(cell.used or {})
                for segment, units in by_segment.items():
                    if segment is not None:
                        used[segment] = used.get(segment, 0) + units  # its own first, then the open ones
                units = left(cell.location_id, max(0, cell.sellable - cell.kept), net, used)
                if units > 0:
                    found[cell.location_id] = units
        return found
