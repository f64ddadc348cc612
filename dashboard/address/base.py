"""What every page's address shares: a page number, the way from one address to the next, reading parameters. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, Self, TypeVar
from urllib.parse import urlencode

PAGE_SIZE = 50
MOST_PAGES = 10_000
LONGEST_TEXT = 200

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Address:
    """Common part of all pages' addresses: a page number, and how to get from one address to the next."""

    page: int = 1

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Return the address that query parameters mean."""
        raise NotImplementedError

    @property
    def offset(self) -> int:
        """Return how many rows come before this page."""
        return (self.page - 1) * PAGE_SIZE

    def query(self) -> dict[str, str]:
        """Return the query parameters, without those that say nothing."""
        default = type(self)()
        return {
            field.name: str(getattr(self, field.name))
            for field in fields(self)
            if getattr(self, field.name) != getattr(default, field.name)
        }

    def href(self, path: str, **changes: Any) -> str:
        """Return the link to this address with changes; any change but of the page goes back to page 1."""
        changed = replace(self, **({"page": 1} | changes))
        query = urlencode(changed.query())
        return f"{path}?{query}" if query else path


def word(words: type[Word], text: str | None) -> Word | None:
    """Return the word, None for any other text."""
    return words(text) if text is not None and text in words.__members__.values() else None


def text(given: str | None) -> str:
    """Return the text without space around it, cut at its longest."""
    return (given or "").strip()[:LONGEST_TEXT]


def number(text: str | None, *, most: int) -> int:
    """Return the number, 0 for anything that is none, at most `most`."""
    if text is None or len(text) > 18 or not (text.isascii() and text.isdigit()):
        return 0
    return min(most, int(text))


def page(parameters: Mapping[str, str]) -> int:
    """Return which page is asked for."""
    return max(1, number(parameters.get("page"), most=MOST_PAGES))
