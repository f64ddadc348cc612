"""One book, several threads: the feed writes, routing and the API read, products come and go."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable

from backend.auth.actor import LocationScope
from backend.availability.answers import EVERYTHING, Answers
from backend.availability.book import Book, Site
from backend.availability.shelf import Cell
from backend.availability.view import BatchStock
from backend.routing.facts import OrderFacts
from models.enums import Method

PLACES, PRODUCTS, CHANGES = 40, 12, 4_000
ORDER = OrderFacts("x", "web", Method.SHIP, ())


def read(book: Book, product: int) -> None:
    book.expect([(product, f"S{product}")])
    book.fill([product], [Cell(place, product, 5, 0, 0, 1) for place in range(1, PLACES + 1)])


def write(book: Book, done: threading.Event) -> None:
    luck = random.Random(1)
    for number in range(CHANGES):
        place, product = luck.randint(1, PLACES * 2), luck.randrange(PRODUCTS)
        book.apply([Cell(place, product, luck.randint(0, 9), 0, 0, number + 2)])
    done.set()


def route(book: Book, done: threading.Event) -> None:
    luck = random.Random(2)

    def load(ids: Iterable[int]) -> None:
        for product in ids:
            read(book, product)

    while not done.is_set():
        stock = BatchStock(book, load)
        wanted = luck.sample(range(PRODUCTS), 3)
        stock.ensure(wanted)
        for product in wanted:
            for place, units in stock.holders(product, ORDER).items():
                assert units > 0
                if units > 3:
                    stock.take(place, product, 1, ORDER)
                    break


def answer(book: Book, done: threading.Event) -> None:
    answers = Answers(book)
    luck = random.Random(3)
    while not done.is_set():
        answers.item(f"S{luck.randrange(PRODUCTS)}", EVERYTHING, LocationScope())


def test_readers_and_writers_do_not_disturb_each_other() -> None:
    book = Book(most_cells=PLACES * PRODUCTS // 2)  # half of it fits: shelves are dropped and read all the time
    book.put_sites([Site.of(place, f"L{place}", frozenset()) for place in range(1, PLACES + 1)])
    for product in range(PRODUCTS):
        read(book, product)
    failures: list[BaseException] = []
    done = threading.Event()

    def guarded(work: Callable[[Book, threading.Event], None]) -> None:
        try:
            work(book, done)
        except BaseException as error:
            failures.append(error)
            done.set()

    threads = [threading.Thread(target=guarded, args=(work,)) for work in (write, route, route, answer)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failures
    assert not any(thread.is_alive() for thread in threads)
    assert book.cells == len(book.every_cell())
