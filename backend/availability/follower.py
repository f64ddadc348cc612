"""Keeps a book up to date while the program runs, and outlives the database: the last book stays, and goes on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from backend.availability import feed, store
from backend.availability.book import Book
from backend.availability.view import BatchStock
from backend.context import Context
from backend.wakeups import Topic

log = logging.getLogger(__name__)

#: How often the feed is looked at when no signal comes: what another process did is seen within that.
POLL_SECONDS = 0.1
_RETRY_SECONDS = 0.5


class Follower:
    """A service (`backend/jobs/job.py`) that follows the feed with one thread.

    `before` runs ahead of each look, `after` hears the types of the events it told of, and `instead` runs while
    the database is away and nothing is known yet.
    """

    def __init__(
        self,
        ctx: Context,
        book: Book,
        *,
        before: Callable[[], None] = lambda: None,
        after: Callable[[set[str]], None] = lambda _types: None,
        instead: Callable[[], None] = lambda: None,
    ) -> None:
        self._ctx = ctx
        self._book = book
        self._before = before
        self._after = after
        self._instead = instead
        self.away = False  # whether the database did not answer when it was last asked
        self._news = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="stock-follower", daemon=True)
        self._deaf: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Begin; returns at once."""
        self._deaf = self._ctx.wakeups.listen(Topic.SEQUENCED, self._signalled)
        self._book.followed = True
        self._thread.start()

    def stop(self) -> None:
        """End; returns when the thread has ended."""
        self._deaf()
        self._stopped.set()
        self._news.set()
        if self._thread.is_alive():
            self._thread.join(10)
        self._book.followed = False

    def _signalled(self, _at: datetime | None) -> None:
        self._news.set()

    def _follow(self) -> None:
        while not self._stopped.is_set():
            self._news.clear()
            try:
                self.look()
            except SQLAlchemyError as error:
                if not self.away:
                    log.warning("the stock book stays as it is, the database is away: %s", error)
                self.away = True
                if self._book.cursor is None:
                    self._instead()
                self._stopped.wait(_RETRY_SECONDS)
            except Exception:  # a bug must not end it silently: what it knows gets old, and it says so
                log.exception("the stock book could not take over the feed; it begins anew")
                self._book.begin_anew()
                self._stopped.wait(_RETRY_SECONDS)
            self._news.wait(POLL_SECONDS)

    def look(self) -> None:
        """Take over what there is to know by now, in this thread."""
        if not self._book.whole and self._book.cursor is None:
            return  # on demand it begins when it is first asked
        self._before()
        self._after(feed.catch_up(self._ctx, self._book))
        if self.away:
            log.warning("the stock book follows the database again")
            self.away = False


def up_to_date(ctx: Context) -> Book:
    """Return the program's book, begun; brought up to date here and now when no follower does it."""
    book = ctx.stock
    if book.cursor is None or not book.followed:
        feed.catch_up(ctx, book)
    return book


def batch_stock(ctx: Context) -> BatchStock:
    """Return stock for one batch of routing decisions: `ensure` its products first, one SELECT for those not held."""
    book = ctx.stock
    return BatchStock(
        book,
        lambda product_ids: store.load(ctx, book, product_ids),
        catch_up=lambda: feed.catch_up(ctx, book),
    )
