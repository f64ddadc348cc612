"""The stock book beside the tables: read, followed, lost and found again, on both databases."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend.availability import feed, store
from backend.availability.book import Book
from backend.availability.fences import Who
from backend.availability.follower import batch_stock
from backend.context import Context
from backend.inventory import future, ringfences
from backend.inventory import service as inventory
from backend.inventory.ringfences import SegmentInput
from backend.inventory.service import StockChange, StockCount
from backend.inventory.views import QuotaView
from backend.jobs import relay
from backend.locations.service import put_locations
from backend.persistence.bulk import table_of
from backend.routing.facts import OrderFacts
from models.enums import Method
from models.errors import DomainError
from models.tables import Event, EventSequence, Location, Product, StockBalance
from tests.support.shop import location, open_shop, order, place

SKUS = ("tea", "pot", "cup")
PLACES = ("A", "B", "C", "D")
ORDER = OrderFacts("x", "web", Method.SHIP, ())


def in_the_tables(ctx: Context) -> dict[str, dict[str, int]]:
    """Return what SQL says is available by SKU and location, zeros left out."""
    stock = table_of(StockBalance)
    kept = stock.c.unsellable + stock.c.allocated + stock.c.pending + stock.c.safety_stock + stock.c.floor
    statement = sa.select(table_of(Product).c.sku, table_of(Location).c.code, stock.c.on_hand - kept)
    joined = statement.join(stock, stock.c.product_id == table_of(Product).c.id).join(
        Location, stock.c.location_id == table_of(Location).c.id
    )
    found: dict[str, dict[str, int]] = {}
    with ctx.read() as uow:
        for sku, code, units in uow.session.connection().execute(joined):
            if units > 0:
                found.setdefault(sku, {})[code] = units
    return found


def in_the_book(book: Book, skus: tuple[str, ...] = SKUS) -> dict[str, dict[str, int]]:
    """Return the same from the book."""
    found = {}
    for sku in skus:
        shelf = book.shelf(sku)
        units = {book.sites[at].code: n for at, n in shelf.free().items()} if shelf is not None else {}
        if units:
            found[sku] = units
    return found


def something(ctx: Context, luck: random.Random) -> None:
    """Do one thing to the stock, or be refused."""
    code, sku, units = luck.choice(PLACES), luck.choice(SKUS), luck.randint(1, 9)
    try:
        with ctx.uow() as uow:
            if luck.random() < 0.5:
                inventory.adjust(uow, [StockChange(code, sku, luck.choice((units, -units)))])
            else:
                inventory.count(uow, [StockCount(code, sku, units)])
    except DomainError:
        pass


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("seed", range(3))
def test_the_book_equals_the_tables_whatever_happens_to_the_stock(ctx: Context, whole: bool, seed: int) -> None:
    luck = random.Random(seed)
    open_shop(ctx, {code: {sku: luck.randint(1, 20) for sku in SKUS} for code in PLACES[:3]})
    with ctx.uow() as uow:
        put_locations(uow, [location("D")])
    book = Book(whole=whole)
    feed.catch_up(ctx, book)
    if not whole:
        store.load_skus(ctx, book, SKUS[:2])
    for _ in range(25):
        something(ctx, luck)
        if luck.random() < 0.3:
            relay.run(ctx)
            feed.catch_up(ctx, book)
        if not whole and luck.random() < 0.1:
            store.load_skus(ctx, book, SKUS)
    if not whole:
        store.load_skus(ctx, book, SKUS[2:])
    relay.run(ctx)
    feed.catch_up(ctx, book)
    assert in_the_book(book) == in_the_tables(ctx)


def test_products_and_locations_made_later_are_known(ctx: Context) -> None:
    book = Book(whole=True)
    feed.catch_up(ctx, book)
    open_shop(ctx, {"A": {"tea": 4}})
    relay.run(ctx)
    feed.catch_up(ctx, book)
    assert in_the_book(book) == {"tea": {"A": 4}}


def test_a_place_in_the_feed_that_is_gone_makes_it_begin_anew(ctx: Context) -> None:
    open_shop(ctx, {"A": {"tea": 4}})
    relay.run(ctx)
    book = Book(whole=True)
    feed.catch_up(ctx, book)
    with ctx.uow() as uow:  # a backup of an earlier day: balances and the feed go back
        uow.session.execute(sa.update(StockBalance).values(on_hand=1, version=1))
        uow.session.execute(sa.delete(Event))
        uow.session.execute(sa.update(EventSequence).values(last=0))
    feed.catch_up(ctx, book)
    assert in_the_book(book) == {"tea": {"A": 1}}
    assert book.cursor == 0


def test_events_that_were_forgotten_are_not_skipped(ctx: Context) -> None:
    open_shop(ctx, {"A": {"tea": 4}})
    relay.run(ctx)
    book = Book(whole=True)
    feed.catch_up(ctx, book)
    with ctx.uow() as uow:
        inventory.adjust(uow, [StockChange("A", "tea", 5)])
    relay.run(ctx)
    with ctx.uow() as uow:
        uow.session.execute(sa.delete(Event))
        uow.session.execute(sa.update(EventSequence).values(last=5_000))
    feed.catch_up(ctx, book)
    assert in_the_book(book) == {"tea": {"A": 9}}


def test_stock_is_known_before_the_feed_tells_of_it(ctx: Context) -> None:
    open_shop(ctx, {"A": {"tea": 4}})
    book = Book(whole=True)
    feed.catch_up(ctx, book)
    with ctx.uow() as uow:
        inventory.adjust(uow, [StockChange("A", "tea", 1)])
    ctx.clock.advance(timedelta(minutes=5))
    feed.catch_up(ctx, book)
    assert (book.as_of, in_the_book(book)) == (ctx.clock.now(), {"tea": {"A": 5}})
    feed.catch_up(ctx, book)
    relay.run(ctx)
    feed.catch_up(ctx, book)
    assert (book.ahead, in_the_book(book)) == (frozenset(), {"tea": {"A": 5}})


def test_an_arrival_that_is_not_in_the_feed_yet_makes_the_answer_as_old_as_it_is(ctx: Context) -> None:
    open_shop(ctx, {"A": {"tea": 4}})
    book = Book(whole=True)
    relay.run(ctx)
    feed.catch_up(ctx, book)
    changed = ctx.clock.now()
    with ctx.uow() as uow:
        future.announce(uow, "A", "tea", "po", quantity=10, arrives_at=changed + timedelta(days=1))
    ctx.clock.advance(timedelta(minutes=5))
    feed.catch_up(ctx, book)
    assert (book.as_of, book.shelf("tea").arrivals) == (changed, {})
    relay.run(ctx)
    feed.catch_up(ctx, book)
    assert (book.as_of, len(book.shelf("tea").arrivals)) == (ctx.clock.now(), 1)


def test_a_batch_knows_what_was_committed_before_it_asked(ctx: Context) -> None:
    open_shop(ctx, {"A": {"tea": 0}})
    with ctx.read() as uow:
        tea = uow.session.scalars(sa.select(table_of(Product).c.id)).one()
    first, second = batch_stock(ctx), batch_stock(ctx)
    first.ensure([tea])
    assert first.holders(tea, ORDER) == {}
    ctx.stock.followed = True  # by a thread that has not looked yet
    with ctx.uow() as uow:
        inventory.count(uow, [StockCount("A", "tea", 3)])
    second.ensure([tea])
    assert list(second.holders(tea, ORDER).values()) == [3]


def test_a_batch_decides_on_committed_stock_less_what_it_took(ctx: Context) -> None:
    open_shop(ctx, {"A": {"tea": 4}, "B": {"tea": 1}})
    with ctx.read() as uow:
        ids = dict(uow.session.execute(sa.select(table_of(Location).c.code, table_of(Location).c.id)).all())
        tea = uow.session.scalars(sa.select(table_of(Product).c.id)).one()
    stock = batch_stock(ctx)
    stock.ensure([tea])
    stock.take(ids["B"], tea, 1, ORDER)
    assert dict(stock.holders(tea, ORDER)) == {ids["A"]: 4}
    with ctx.uow() as uow:
        inventory.adjust(uow, [StockChange("A", "tea", -3)])
        uow.session.flush()
        stock.refresh([tea])
        assert dict(stock.holders(tea, ORDER)) == {ids["A"]: 4}, "what is not committed is not seen"
    stock.refresh([tea])
    assert dict(stock.holders(tea, ORDER)) == {ids["A"]: 1}
    assert in_the_book(ctx.stock) == {"tea": {"A": 1, "B": 1}}


def figures(book: Book, sku: str, **asked: object) -> dict[str, int]:
    shelf = book.shelf(sku)
    assert shelf is not None
    channel = asked.get("channel")
    fence = book.fence(shelf.product_id, Who.of(channel=channel, method="ship", customer={})) if channel else None
    return {book.sites[at].code: n for at, n in shelf.nets(asked.get("at"), fence) if n}


@pytest.mark.parametrize("whole", [True, False])
def test_arrivals_are_followed_from_announcement_to_receipt(ctx: Context, whole: bool) -> None:
    open_shop(ctx, {"A": {"tea": 4}, "B": {"tea": 0}})
    book, beside = Book(whole=whole), Book(whole=True)

    def told() -> dict[str, int]:
        relay.run(ctx)
        feed.catch_up(ctx, book)
        store.load_skus(ctx, book, () if whole else ["tea"])
        beside.begin_anew()
        feed.catch_up(ctx, beside)
        then = ctx.clock.now() + timedelta(days=3)
        assert figures(book, "tea", at=then) == figures(beside, "tea", at=then)
        return figures(book, "tea", at=then)

    assert told() == {"A": 4}
    soon = ctx.clock.now() + timedelta(days=2)
    with ctx.uow() as uow:
        future.announce(uow, "B", "tea", "po", quantity=10, arrives_at=soon)
        future.announce(uow, "A", "tea", "po", quantity=1, arrives_at=soon + timedelta(days=2))
    assert told() == {"A": 4, "B": 10}
    with ctx.uow() as uow:
        future.announce(uow, "B", "tea", "po", quantity=8, arrives_at=soon)
        future.announce(uow, "A", "tea", "po", quantity=1, arrives_at=soon)
    assert told() == {"A": 5, "B": 8}
    with ctx.uow() as uow:
        future.receive(uow, "B", "tea", "po", quantity=3)
    assert told() == {"A": 5, "B": 8}
    assert figures(book, "tea") == {"A": 4, "B": 3}
    with ctx.uow() as uow:
        future.receive(uow, "B", "tea", "po", quantity=5)
        future.cancel(uow, "A", "tea", "po")
    assert told() == {"A": 4, "B": 8}
    assert book.shelf("tea").arrivals == {}


@pytest.mark.parametrize("whole", [True, False])
def test_ring_fences_are_followed(ctx: Context, whole: bool) -> None:
    open_shop(ctx, {"A": {"tea": 10}, "B": {"tea": 10}}, B=location("B", groups=("west",)))
    book = Book(whole=whole)
    feed.catch_up(ctx, book)
    store.load_skus(ctx, book, ["tea"])

    def left(channel: str) -> dict[str, int]:
        relay.run(ctx)
        feed.catch_up(ctx, book)
        return figures(book, "tea", channel=channel)

    def fence(*quotas: QuotaView, active: bool = True) -> None:
        with ctx.uow() as uow:
            ringfences.put(uow, "app", SegmentInput("App", channel="app", active=active, quotas=quotas))

    fence(QuotaView(units=4), QuotaView(percent=50, group="west"))
    assert (left("web"), left("app")) == ({"A": 6, "B": 5}, {"A": 10, "B": 10})
    place(ctx, order("1", lines={"tea": 3}, channel="app", pickup_location="A", method=Method.PICKUP))
    assert (left("web"), left("app")) == ({"A": 6, "B": 5}, {"A": 7, "B": 10})
    with ctx.uow() as uow:
        put_locations(uow, [location("B")])  # it leaves the group: the quota for everywhere counts there now
    assert left("web") == {"A": 6, "B": 6}
    fence(active=False)
    assert left("web") == {"A": 7, "B": 10}
    fence(QuotaView(units=4))
    assert (left("web"), left("app")) == ({"A": 6, "B": 6}, {"A": 7, "B": 10})
