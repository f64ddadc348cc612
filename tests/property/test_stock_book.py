"""The stock book equals a naive recomputation, whatever the order and repetition in which it hears of changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.availability.book import Book, Site
from backend.availability.shelf import Arrival, Cell
from backend.availability.view import BatchStock
from backend.routing.facts import OrderFacts
from models.enums import Method

PRODUCTS = {1: "A", 2: "B", 3: "C"}
PLACES = range(1, 5)
NOW = datetime(2026, 11, 27, 15, tzinfo=UTC)
ORDER = OrderFacts("x", "web", Method.SHIP, ())

units = st.integers(0, 20)
histories = st.lists(
    st.builds(Cell, st.sampled_from(PLACES), st.sampled_from(list(PRODUCTS)), units, units, units, st.just(0)),
    max_size=30,
)


def filled(**settings: object) -> Book:
    book = Book(**settings)
    book.put_sites([Site.of(place, f"L{place}", frozenset()) for place in PLACES])
    book.expect(PRODUCTS.items())
    book.fill(PRODUCTS, [])
    return book


def numbered(history: list[Cell]) -> list[Cell]:
    """Give each change of a balance the next version, as the database does."""
    versions: dict[tuple[int, int], int] = {}
    told = []
    for cell in history:
        key = cell.location_id, cell.product_id
        versions[key] = versions.get(key, 0) + 1
        told.append(cell._replace(version=versions[key]))
    return told


def naive(told: list[Cell]) -> dict[int, dict[int, int]]:
    """Return what is available by product and location: the last word on each balance."""
    last = {(cell.product_id, cell.location_id): cell for cell in told}
    found: dict[int, dict[int, int]] = {product: {} for product in PRODUCTS}
    for (product, place), cell in last.items():
        if (net := cell.sellable - cell.kept - cell.promised) > 0:
            found[product][place] = net
    return found


@given(histories, st.data())
def test_order_and_repetition_of_events_do_no_harm(history: list[Cell], data: st.DataObject) -> None:
    told = numbered(history)
    heard = data.draw(st.permutations(told + data.draw(st.lists(st.sampled_from(told)) if told else st.just([]))))
    book = filled()
    for start in range(0, len(heard), 3):
        for product in data.draw(st.sets(st.sampled_from(list(PRODUCTS)))):
            book.free(product)  # somebody looks in between
        book.apply(heard[start : start + 3])
    expected = naive(told)
    for product, sku in PRODUCTS.items():
        assert dict(book.free(product)) == expected[product]
        shelf = book.shelf(sku)
        assert shelf is not None
        assert {at: n for at, n in shelf.nets(None, None) if n} == expected[product]
    assert book.cells == len({(cell.location_id, cell.product_id) for cell in told})


@given(histories, st.data())
def test_what_is_read_while_the_feed_goes_on_is_merged_with_it(history: list[Cell], data: st.DataObject) -> None:
    told = numbered(history)
    until = data.draw(st.integers(0, len(told)))
    since = data.draw(st.integers(0, until))
    book = Book()
    book.expect(PRODUCTS.items())
    book.apply(told[since:])  # the feed was quicker than the SELECT, and repeats some of it
    snapshot = {(cell.product_id, cell.location_id): cell for cell in told[:until]}
    book.fill(PRODUCTS, snapshot.values())
    assert {product: dict(book.free(product)) for product in PRODUCTS} == naive(told)


@given(histories)
def test_what_somebody_holds_does_not_change_under_him(history: list[Cell]) -> None:
    book = filled()
    seen: list[tuple[object, dict[int, int]]] = []
    for cell in numbered(history):
        held = book.free(cell.product_id)
        seen.append((held, dict(held)))
        book.apply([cell])
    assert all(held == then for held, then in seen)


@dataclass(frozen=True)
class Take:
    place: int
    product: int
    units: int


takes = st.lists(st.builds(Take, st.sampled_from(PLACES), st.sampled_from(list(PRODUCTS)), st.integers(1, 5)))


@given(histories, takes, histories)
def test_a_batch_sees_the_book_less_what_it_took_and_leaves_no_trace(
    history: list[Cell], wanted: list[Take], meanwhile: list[Cell]
) -> None:
    book = filled()
    told = numbered(history)
    book.apply(told)
    left = naive(told)
    stock = BatchStock(book, lambda _ids: None)
    for take in wanted:
        assert dict(stock.holders(take.product, ORDER)) == left[take.product]
        if left[take.product].get(take.place, 0) < take.units:
            continue
        stock.take(take.place, take.product, take.units, ORDER)
        left[take.product][take.place] -= take.units
        left[take.product] = {at: n for at, n in left[take.product].items() if n}
    for product in PRODUCTS:
        assert dict(stock.holders(product, ORDER)) == left[product]
        assert dict(book.free(product)) == naive(told)[product]
    later = numbered(history + meanwhile)
    book.apply(later)
    stock.refresh(PRODUCTS)
    for product in PRODUCTS:
        taken = {at: naive(told)[product][at] - left[product].get(at, 0) for at in naive(told)[product]}
        fresh = {at: n - taken.get(at, 0) for at, n in naive(later)[product].items()}
        assert dict(stock.holders(product, ORDER)) == {at: n for at, n in fresh.items() if n > 0}


@given(st.dictionaries(st.tuples(st.sampled_from(PLACES), st.sampled_from("xyz")), st.tuples(units, units)), units)
def test_atp_at_an_instant_is_available_plus_arrivals_until_then(
    coming: dict[tuple[int, str], tuple[int, int]], hours: int
) -> None:
    book = filled()
    book.apply([Cell(1, 1, sellable=5, kept=9, promised=0, version=2)])  # four short of what is kept back
    for (place, reference), (after, units_) in coming.items():
        book.put_arrival("A", place, reference, Arrival(NOW + timedelta(hours=after), units_))
    shelf = book.shelf("A")
    assert shelf is not None
    at = NOW + timedelta(hours=hours)
    due = [(place, n) for (place, _), (after, n) in coming.items() if after <= hours]
    expected = {place: max(0, (-4 if place == 1 else 0) + sum(n for p, n in due if p == place)) for place in PLACES}
    assert {place: n for place, n in shelf.nets(at, None) if n} == {place: n for place, n in expected.items() if n}
    later = [after for after, n in coming.values() if after > hours and n > 0]
    assert shelf.next_arrival(at, None) == (NOW + timedelta(hours=min(later)) if later else None)


def test_a_product_that_is_being_read_is_not_told_before_all_of_it_is_there() -> None:
    book = Book()
    book.expect([(1, "tea")])
    book.apply([Cell(1, 1, 5, 0, 0, 1)])  # the feed tells of one place; what the others have is not known yet
    assert (book.shelf("tea"), book.shelf_of(1), dict(book.free(1)), book.missing([1])) == (None, None, {}, [1])
    book.fill([1], [Cell(2, 1, 3, 0, 0, 1)])
    assert book.shelf("tea") is book.shelf_of(1) is not None
    assert (dict(book.free(1)), book.missing([1])) == ({1: 5, 2: 3}, [])


def test_the_longest_unused_product_is_dropped_first() -> None:
    book = Book(most_cells=4)

    def read(product: int, sku: str) -> None:
        book.expect([(product, sku)])
        book.fill([product], [Cell(place, product, 1, 0, 0, 1) for place in (1, 2)])

    read(1, "A")
    read(2, "B")
    assert book.shelf("A") is not None
    read(3, "C")
    assert [book.shelf(sku) is not None for sku in "ABC"] == [True, False, True]
    assert book.missing([1, 2, 3]) == [2]
    assert book.cells == 4


def test_a_batch_keeps_what_it_asked_for_although_the_book_drops_it() -> None:
    book = Book(most_cells=4)

    def load(product_ids: Iterable[int]) -> None:
        for product in product_ids:
            book.expect([(product, PRODUCTS[product])])
            book.fill([product], [Cell(place, product, 1, 0, 0, 1) for place in (1, 2)])

    stock = BatchStock(book, load)
    stock.ensure(PRODUCTS)
    assert book.missing(PRODUCTS) == [1]
    assert [dict(stock.holders(product, ORDER)) for product in PRODUCTS] == [{1: 1, 2: 1}] * 3
    assert dict(BatchStock(book, load).holders(1, ORDER)) == {1: 1, 2: 1}, "asked for without having been ensured"
