"""What page states that show the gateway's answers have in common. Who may run their handlers each page says itself:
no event handler is here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import reflex as rx

from dashboard.present.ordering import in_place, news
from dashboard.state.asking import Trouble
from dashboard.views.common import Column, Pager


class Shows(rx.State, mixin=True):
    """A page that loads."""

    ready: bool = False
    trouble: str = ""

    def _take(self, screen: Any, names: Iterable[str]) -> None:
        """Show these parts of an answer."""
        self.trouble, self.ready = "", True
        for name in names:
            self._put(name, getattr(screen, name))

    def _put(self, name: str, value: Any) -> None:
        if getattr(self, name) != value:  # what did not change is not sent again
            setattr(self, name, value)


class LiveRows(Shows, mixin=True):
    """A page with a list that follows the server (`components.table.live_list`) and moves nothing under the cursor."""

    columns: list[Column] = []
    pager: Pager = Pager()
    csv: str = ""
    news: str = ""
    if TYPE_CHECKING:
        rows: list[Any]  # each page says of what

    async def _screen(self, keep: Sequence[str]) -> Any:
        """Return what the address asks for, or None for nothing; `keep` are the keys on screen. Raises Trouble."""
        raise NotImplementedError

    def _show(self, screen: Any, rows: list[Any]) -> None:
        """Show an answer, with these rows in this order."""
        raise NotImplementedError

    async def _load(self) -> None:
        """Show the list in the order of now."""
        screen = await self._asked(())
        if screen is not None:
            self._show(screen, screen.rows)
            self.news = ""

    async def _reload(self) -> None:
        """Take in what changed: rows change where they stand, and a new order waits behind a button."""
        shown = [row.key for row in self.rows]
        if not self.ready or not shown:
            await self._load()
            return
        screen = await self._asked(shown)
        if screen is None:
            return
        now = [row.key for row in screen.rows]
        self._show(screen, in_place(shown, self._known(screen)))
        self.news = news(shown, now[: self._on_page(screen)])

    async def _asked(self, keep: Sequence[str]) -> Any:
        """Return the answer, or None after saying why there is none."""
        try:
            return await self._screen(keep)
        except Trouble as trouble:
            self.trouble = str(trouble)
            return None

    def _known(self, screen: Any) -> dict[str, Any]:
        """Return all rows that may stand on screen: one that the answer does not tell of stays as it was."""
        return {row.key: row for row in [*self.rows, *screen.rows]}

    def _on_page(self, screen: Any) -> int:
        """Return how many rows of the answer are the list as it stands now."""
        return len(screen.rows)


class KeptRows(LiveRows, mixin=True):
    """The same where the answer tells of every row in `keep` too, behind the page: who is not in it is gone."""

    def _known(self, screen: Any) -> dict[str, Any]:
        return {row.key: row for row in screen.rows}

    def _on_page(self, screen: Any) -> int:
        count: int = screen.on_page
        return count
