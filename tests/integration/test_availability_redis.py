"""The stock book's copy in a real Redis: what is written is read back, by one writer, for a start without database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
import redis
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from backend.auth.keycache import KeyCache
from backend.auth.keys import NewApiKey, create_key
from backend.availability import feed, store
from backend.availability.answers import EVERYTHING, Answers
from backend.availability.book import Book
from backend.availability.fences import Who
from backend.availability.redis_store import RedisStock
from backend.availability.service import StockService, holding_everything
from backend.context import Context
from backend.inventory import service as inventory
from backend.inventory.service import StockChange
from backend.jobs import relay
from models.enums import Permission
from models.tables import FutureStock, StockSegment, StockSegmentQuota
from tests.api.test_availability import ids
from tests.support.shop import location, open_shop

URL = os.environ.get("PICKWATCH_TEST_REDIS", "redis://127.0.0.1:6379/0")
NOBODY = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def name(ctx: Context) -> Iterator[str]:
    """Yield a name for the database that only this test uses in Redis; what it leaves there is removed."""
    mine = f"{ctx.engine.url} {ctx.settings.var_dir}"
    yield mine
    remove(mine, "rows", "meta", "lease")


def remove(name: str, *what: str) -> None:
    copy = RedisStock(URL, Book(), KeyCache(), database=name)
    with redis.Redis.from_url(URL) as client:
        client.delete(*(getattr(copy, f"_{part}") for part in what))


def shop(ctx: Context) -> tuple[Book, KeyCache, str]:
    """Return a book and keys of a shop with ring-fences and arrivals, and the text of a key."""
    open_shop(ctx, {"A": {"tea": 4, "pot": 1}, "B": {"tea": 2}}, B=location("B", groups=("west",)))
    places, skus = ids(ctx)
    with ctx.uow() as uow:
        segment = StockSegment(code="app", name="App", channel="app", updated_at=uow.now)
        uow.session.add(segment)
        uow.session.flush()
        uow.session.add(StockSegmentQuota(segment_id=segment.id, group_code="west", percent=50))
        when = uow.now + timedelta(days=1)
        row = {"location_id": places["B"], "product_id": skus["pot"], "reference": "po", "quantity": 7}
        uow.session.add(FutureStock(**row, arrives_at=when, updated_at=uow.now))
        text = create_key(uow, NewApiKey("shop", [Permission.INVENTORY_READ], location_codes=["A"]))
    relay.run(ctx)
    book, keys = Book(whole=True), KeyCache(seconds=None)
    feed.catch_up(ctx, book)
    with ctx.read() as uow:
        keys.replace(store.read_keys(uow))
    return book, keys, text


def answers(ctx: Context, book: Book, text: str, keys: KeyCache) -> list[bytes | None]:
    """Return what a book says in every way that matters."""
    actor = keys.actor(text)
    assert actor is not None
    made = Answers(book)
    web, app = (Who.of(channel=channel, method="ship", customer={}) for channel in ("web", "app"))
    questions = [EVERYTHING, *(type(EVERYTHING)(who=who) for who in (web, app))]
    questions.append(type(EVERYTHING)(at=ctx.clock.now() + timedelta(days=2)))
    scopes = [actor.scope, type(actor.scope)()]
    return [made.item(sku, question, scope) for sku in ("tea", "pot") for question in questions for scope in scopes]


def test_what_is_written_is_read_back_and_said_again(ctx: Context, name: str) -> None:
    book, keys, text = shop(ctx)
    assert RedisStock(URL, book, keys, database=name).write()
    other, others = Book(whole=True), KeyCache(seconds=None)
    assert RedisStock(URL, other, others, database=name).restore()
    assert answers(ctx, other, text, others) == answers(ctx, book, text, keys)
    assert (other.as_of, other.cells) == (book.as_of, book.cells)
    assert not RedisStock(URL, Book(whole=True), others, database=f"{name} another").restore()


@NOBODY
def test_one_writes_and_another_takes_over_with_everything(ctx: Context, name: str) -> None:
    book, keys, _ = shop(ctx)
    one, two = (RedisStock(URL, book, keys, database=name) for _ in range(2))
    assert one.write()
    assert not two.write()
    with ctx.uow() as uow:
        inventory.adjust(uow, [StockChange("A", "tea", 5)])
    relay.run(ctx)
    feed.catch_up(ctx, book)
    assert one.write()
    remove(name, "lease", "rows")  # as if the first had lost some
    assert two.write()
    fresh = Book(whole=True)
    assert RedisStock(URL, fresh, keys, database=name).restore()
    assert sorted(fresh.every_cell()) == sorted(book.every_cell())


@NOBODY
def test_a_copy_is_never_written_over_by_what_came_from_it(ctx: Context, name: str) -> None:
    book, keys, _ = shop(ctx)
    RedisStock(URL, book, keys, database=name).write()
    remove(name, "lease")
    restored = Book(whole=True)
    copy = RedisStock(URL, restored, KeyCache(seconds=None), database=name)
    assert copy.restore()
    assert not copy.write()


@NOBODY
def test_without_redis_and_with_nonsense_in_it_there_is_nothing(ctx: Context, name: str) -> None:
    book, keys = Book(whole=True), KeyCache(seconds=None)
    assert not RedisStock("redis://127.0.0.1:1/0", book, keys, database=name).restore()
    copy = RedisStock(URL, book, keys, database=name)
    with redis.Redis.from_url(URL) as client:
        for nonsense in (b"", b"{", b"[]", b'{"sites": 5}'):
            client.set(copy._meta, nonsense)
            assert not copy.restore()
    assert (book.cursor, keys.filled) == (None, False)


@NOBODY
def test_what_comes_from_a_copy_is_read_anew_once_the_database_answers(ctx: Context, name: str) -> None:
    book, keys, text = shop(ctx)
    RedisStock(URL, book, keys, database=name).write()
    with ctx.uow() as uow:  # without an event: only reading everything anew finds it
        uow.session.execute(sa.text("UPDATE stock_balance SET on_hand = on_hand + 1"))
    holding = holding_everything(ctx)
    assert RedisStock(URL, holding.stock, holding.keys, database=name).restore()
    assert answers(ctx, holding.stock, text, holding.keys) == answers(ctx, book, text, keys)
    StockService(holding).look()
    assert not holding.stock.restored
    assert sum(cell.sellable for cell in holding.stock.every_cell()) == sum(c.sellable for c in book.every_cell()) + 3


def test_when_the_database_goes_away_the_last_book_stays(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    book, keys, text = shop(ctx)
    before = answers(ctx, book, text, keys)
    book.begin_anew()

    def away(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("the server closed the connection"))

    with monkeypatch.context() as patch:
        patch.setattr(store, "read_products", away)
        with pytest.raises(OperationalError):
            feed.catch_up(ctx, book)
    assert answers(ctx, book, text, keys) == before
