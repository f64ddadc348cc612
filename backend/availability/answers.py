"""The bytes of an answer, per product and question; made once and kept until the product's stock changes. Pure.

Built by hand: 200 locations per answer and thousands of answers a second leave no room for an object per location.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from backend.auth.actor import LocationScope
from backend.availability.book import Book
from backend.availability.fences import Who
from backend.availability.shelf import Shelf

#: Bytes of answers that are kept.
_MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of each SKU: at these locations (none: all that may be seen), for whom, at which instant."""

    locations: tuple[str, ...] = ()
    who: Who | None = None
    at: datetime | None = None


EVERYTHING = Question()


class Answers:
    """Answers from one book; for one thread at a time."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._kept: dict[tuple[str, Question, LocationScope], tuple[int, int, bytes]] = {}
        self._bytes = 0
        self._seen: dict[tuple[tuple[str, ...], LocationScope], tuple[int, frozenset[int] | None]] = {}

    def unknown_skus(self, skus: Sequence[str]) -> list[int]:
        """Return the places in `skus` of those that are not in the book."""
        return [place for place, sku in enumerate(skus) if self._book.shelf(sku) is None]

    def unknown_locations(self, codes: Sequence[str], scope: LocationScope) -> list[int]:
        """Return the places in `codes` of those that do not exist, or lie outside the scope."""
        known = self._book.by_code
        return [
            place for place, code in enumerate(codes) if code not in known or not scope.covers(code, known[code].groups)
        ]

    def item(self, sku: str, question: Question, scope: LocationScope) -> bytes | None:
        """Return `{"sku", "atp", "locations", "next_arrival"}` of a product, None when it is not in the book.

        `locations` names those that have any, or exactly those that were asked for.
        """
        key = (sku, question, scope)
        with self._book.locked():
            shelf = self._book.shelf(sku)
            if shelf is None:
                return None
            kept = self._kept.get(key)
            if kept is not None and kept[0] == shelf.changes and kept[1] == self._book.epoch:
                return kept[2]
            answer = self._make(shelf, question, scope)
            if question.at is None:  # instants are endless
                self._keep(key, (shelf.changes, self._book.epoch, answer))
        return answer

    def whole(self, items: Iterable[bytes], now: datetime) -> bytes:
        """Return the answer with these items, dated: `as_of`, and how old that is at `now`, in business seconds."""
        as_of, age = self.age(now)
        return b'{"items":[%b],"as_of":"%b","age_seconds":%b}' % (
            b",".join(items),
            show(as_of).encode(),
            f"{age:.3f}".encode(),
        )

    def age(self, now: datetime) -> tuple[datetime, float]:
        """Return as of when the book is, and how many business seconds ago that was."""
        as_of = self._book.as_of or datetime.fromtimestamp(0, UTC)
        return as_of, max(0.0, (now - as_of).total_seconds())

    def _make(self, shelf: Shelf, question: Question, scope: LocationScope) -> bytes:
        seen = self._visible(question.locations, scope)
        sites = self._book.sites
        fence = self._book.fence(shelf.product_id, question.who) if question.who is not None else None
        total = 0
        entries: list[bytes] = []
        asked = set(seen or ()) if question.locations else set()
        for at, units in shelf.nets(question.at, fence):
            if (seen is not None and at not in seen) or at not in sites:
                continue
            asked.discard(at)
            if units or question.locations:
                total += units
                entries.append(b"%b%d}" % (sites[at].head, units))
        entries += [b"%b0}" % sites[at].head for at in asked]
        entries.sort()
        coming = shelf.next_arrival(question.at, seen)
        return b'{"sku":%b,"atp":%d,"locations":[%b],"next_arrival":%b}' % (
            json.dumps(shelf.sku).encode(),
            total,
            b",".join(entries),
            b'"%b"' % show(coming).encode() if coming is not None else b"null",
        )

    def _visible(self, codes: tuple[str, ...], scope: LocationScope) -> frozenset[int] | None:
        """Return the ids of the locations that were asked for and may be seen; None for all."""
        if not codes and scope.everything:
            return None
        key = (codes, scope)
        known = self._seen.get(key)
        if known is None or known[0] != self._book.epoch:
            wanted = frozenset(codes)
            ids = frozenset(
                site.location_id
                for site in self._book.sites.values()
                if (not wanted or site.code in wanted) and scope.covers(site.code, site.groups)
            )
            if len(self._seen) >= 1_000:
                self._seen.clear()
            known = self._seen[key] = (self._book.epoch, ids)
        return known[1]

    def _keep(self, key: tuple[str, Question, LocationScope], answer: tuple[int, int, bytes]) -> None:
        before = self._kept.get(key)
        self._bytes += len(answer[2]) + 200 - (len(before[2]) + 200 if before is not None else 0)
        if self._bytes > _MOST_BYTES:
            self._kept.clear()
            self._bytes = len(answer[2]) + 200
        self._kept[key] = answer


def show(instant: datetime) -> str:
    """Return an instant as RFC 3339 UTC."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
