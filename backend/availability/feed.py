"""Bring a book up to date: take over what the event log says since its place in it, or begin anew when that is gone."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backend.availability import store
from backend.availability.book import Book
from backend.availability.shelf import Arrival, Cell
from backend.context import Context
from backend.events.queries import latest_seq
from backend.events.retention import forgotten_until
from backend.persistence.bulk import chunks, fetch_in, table_of
from backend.persistence.uow import Uow
from models.events import EventType
from models.tables import Event, EventSequence

_STOCK = (EventType.INVENTORY_CHANGED, EventType.FUTURE_STOCK_CHANGED)
_RULES = (EventType.STOCK_SEGMENT_CHANGED, EventType.LOCATION_CHANGED)
_PRODUCTS = EventType.PRODUCT_CHANGED
_KEYS = EventType.API_KEY_CHANGED
_FOLLOWED = [kind.value for kind in (*_STOCK, *_RULES, _PRODUCTS, _KEYS)]

#: Events taken over in one go; answers go on in between.
_LIMIT = 500
#: Events taken over before those who ask are let in: about a millisecond of work, and a moment for them.
_PIECE = 40
_PAUSE_SECONDS = 0.0005
#: Further behind than this, reading everything again is quicker than following.
_TOO_FAR = 200_000
_LOOK_FOR_HOLES_AFTER = 1_000
#: Events without a place that are looked at; more wait only while nobody gives out places.
_AHEAD = 2_000

#: A row of the feed: place, type, location id, its document.
_News = tuple[int, str, int | None, Mapping[str, Any]]
#: An event without a place: id, type, its moment.
_Waiting = tuple[int, str, datetime]

_EVENT, _SEQUENCE = table_of(Event), table_of(EventSequence)
_NO_PLACE = (
    sa.select(_EVENT.c.id, _EVENT.c.type, _EVENT.c.at)
    .where(_EVENT.c.seq.is_(None), _EVENT.c.type.in_([kind.value for kind in _STOCK]))
    .order_by(_EVENT.c.id)
    .limit(_AHEAD)
    .subquery()
)
_NONE = sa.null()
_LOOK = sa.union_all(
    sa.select(
        _SEQUENCE.c.last,
        sa.type_coerce(_NONE, _EVENT.c.id.type),
        sa.type_coerce(_NONE, _EVENT.c.type.type),
        sa.type_coerce(_NONE, _EVENT.c.at.type),
    ).where(_SEQUENCE.c.id == 1),
    sa.select(_NONE, _NO_PLACE.c.id, _NO_PLACE.c.type, _NO_PLACE.c.at),
)
_NEXT = (
    sa.select(_EVENT.c.seq, _EVENT.c.type, _EVENT.c.location_id, _EVENT.c.data)
    .where(_EVENT.c.seq > sa.bindparam("cursor"), _EVENT.c.seq <= sa.bindparam("last"), _EVENT.c.type.in_(_FOLLOWED))
    .order_by(_EVENT.c.seq)
    .limit(_LIMIT)
)


def begin(ctx: Context, book: Book) -> None:
    """Have a book know locations, ring-fences, from where to follow the feed, and, when it is `whole`, all stock.

    What it held before is answered until everything is read, and stays when the database goes away meanwhile.
    """
    fresh = Book(whole=book.whole)
    with ctx.read() as uow:
        cursor = latest_seq(uow.session)  # first: whatever is read after this is as new or newer
        as_of = uow.now
        store.read_sites(uow, fresh)
        store.read_fences(uow, fresh)
    if book.whole:
        store.load_all(ctx, fresh)
    fresh.advance(cursor, as_of=as_of)
    book.become(fresh)


def catch_up(ctx: Context, book: Book) -> set[str]:
    """Take over everything the feed tells by now; return the types of the events. Safe to call from any thread."""
    seen: set[str] = set()
    with book.catching_up:
        if book.cursor is None or book.lost or book.restored:
            begin(ctx, book)
        while True:
            news, more = _read(ctx, book)
            seen.update(kind for _, kind, _, _ in news)
            if not more:
                return seen


def _read(ctx: Context, book: Book) -> tuple[Sequence[_News], bool]:
    """Take over the next stretch, and stock that the feed does not tell of yet; return it, and if there may be more."""
    with ctx.read() as uow:
        cursor = book.cursor or 0
        now = uow.now
        last, waiting = _look(uow)
        ahead = _ahead(uow, book, waiting)
        lost = not last - _TOO_FAR <= cursor <= last
        if not lost and last - cursor > _LOOK_FOR_HOLES_AFTER:
            lost = forgotten_until(uow.session) > cursor
        news = [] if lost or last == cursor else _after(uow, cursor, last)
        if any(kind in _RULES for _, kind, _, _ in news):
            _reread_rules(uow, book, news)
    if lost:
        begin(ctx, book)
        return [], True
    _apply(ctx, book, [*news, *ahead])
    more = len(news) == _LIMIT
    reached = book.as_of or now if more else min(now, _untold_since(waiting) or now)
    book.advance(news[-1][0] if more else last, as_of=max(reached, book.as_of or reached))
    return news, more


def _look(uow: Uow) -> tuple[int, Sequence[_Waiting]]:
    """Return where the feed ends, and changes of stock that have no place in it yet, oldest first; of one moment: what
    is not among them then is not there, or has its place.

    It is asked ten times a second, mostly for nothing, while others wait for the interpreter: one statement, made once.
    """
    rows = uow.session.connection().execute(_LOOK).all()
    last = next((end for end, id_, _, _ in rows if id_ is None), 0)
    return last, sorted((id_, kind, at) for _, id_, kind, at in rows if id_ is not None)


def _ahead(uow: Uow, book: Book, waiting: Sequence[_Waiting]) -> Sequence[_News]:
    """Return changes that have no place in the feed yet and are new to the book. Balances carry versions, so that they
    may be taken over before their turn; arrivals may not."""
    known = book.ahead
    book.ahead = frozenset(id_ for id_, kind, _ in waiting if kind == EventType.INVENTORY_CHANGED)
    if book.ahead <= known:
        return []
    columns = sa.select(_EVENT.c.type, _EVENT.c.location_id, _EVENT.c.data)
    found = fetch_in(uow.session, columns, _EVENT.c.id, book.ahead - known)
    return [(0, kind, at, data) for kind, at, data in found]


def _untold_since(waiting: Sequence[_Waiting]) -> datetime | None:
    """Return since when there is something that was not taken over: an arrival, or more than is looked at."""
    since = next((at for _, kind, at in waiting if kind != EventType.INVENTORY_CHANGED), None)
    return waiting[-1][2] if since is None and len(waiting) == _AHEAD else since


def _after(uow: Uow, cursor: int, last: int) -> Sequence[_News]:
    rows = uow.session.connection().execute(_NEXT, {"cursor": cursor, "last": last})
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _reread_rules(uow: Uow, book: Book, news: Sequence[_News]) -> None:
    codes = sorted({data["location"] for _, kind, _, data in news if kind == EventType.LOCATION_CHANGED})
    if codes:
        store.read_sites(uow, book, codes)
    if codes or any(kind == EventType.STOCK_SEGMENT_CHANGED for _, kind, _, _ in news):
        store.read_fences(uow, book)


def _apply(ctx: Context, book: Book, news: Sequence[_News]) -> None:
    if not news:
        return
    if book.whole:
        _make_room(ctx, book, news)
    for some in chunks([(at, data) for _, kind, at, data in news if kind == EventType.INVENTORY_CHANGED], _PIECE):
        book.apply(_cells(book, some))
        if book.whole:  # whoever asks goes first; where orders are routed, it is routing that waits for this
            time.sleep(_PAUSE_SECONDS)
    for _, kind, at, data in news:
        if kind == EventType.FUTURE_STOCK_CHANGED and at is not None:
            book.put_arrival(data["sku"], at, data["reference"], _arrival(data))
    if any(kind == EventType.STOCK_SEGMENT_CHANGED for _, kind, _, _ in news):
        store.load(ctx, book, book.held())  # what was promised of a new quota is in no event


def _cells(book: Book, documents: Sequence[tuple[int | None, Mapping[str, Any]]]) -> list[Cell]:
    ids = book.product_ids({item["sku"] for _, data in documents for item in data["items"]})
    return [
        Cell(
            at,
            ids[item["sku"]],
            item["on_hand"] - item["unsellable"],
            item["safety_stock"] + item["floor"],
            item["allocated"] + item["pending"],
            item["version"],
            book.fences.used(item["segments"]) if "segments" in item else None,
        )
        for at, data in documents
        if at is not None
        for item in data["items"]
        if item["sku"] in ids and "version" in item
    ]


def _arrival(data: Mapping[str, Any]) -> Arrival | None:
    if data["change"] in ("received", "cancelled", "called_off"):
        return None
    return Arrival(datetime.fromisoformat(data["arrives_at"]), data["quantity"] - data["allocated"])


def _make_room(ctx: Context, book: Book, news: Sequence[_News]) -> None:
    """Read products that a whole book does not know yet."""
    named = {data["sku"] for _, kind, _, data in news if kind in (_PRODUCTS, EventType.FUTURE_STOCK_CHANGED)}
    named |= {item["sku"] for _, kind, _, data in news if kind == EventType.INVENTORY_CHANGED for item in data["items"]}
    unknown = named - book.product_ids(named).keys()
    if unknown:
        store.load_skus(ctx, book, unknown)
