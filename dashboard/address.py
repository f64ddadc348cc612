"""What the address of a page asks for. Everything one can filter, sort or open is in the URL, so that a view can be
sent to somebody; whatever is not understood is ignored. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, Self, TypeVar
from urllib.parse import urlencode

from backend.sla.views import Direction, LocationFilter, LocationSort, QueueFilter, Shown
from models.enums import Compliance, DeliveryStatus, Method

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


@dataclass(frozen=True, slots=True)
class NetworkAddress(Address):
    """`/?status=&method=&group=&q=&sort=&page=&view=&at=&wall=1`; `at` is the chosen location, `sort=-open` is
    from many to few."""

    status: Shown | None = None
    method: Method | None = None
    group: str = ""
    q: str = ""
    sort: LocationSort = LocationSort.WORST
    direction: Direction = Direction.ASCENDING
    view: str = "map"
    at: str = ""
    wall: int = 0

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Return the address that query parameters mean."""
        sort = parameters.get("sort", "")
        return cls(
            page=_page(parameters),
            status=_word(Shown, parameters.get("status")),
            method=_word(Method, parameters.get("method")),
            group=_text(parameters.get("group")),
            q=_text(parameters.get("q")),
            sort=_word(LocationSort, sort.removeprefix("-")) or LocationSort.WORST,
            direction=Direction.DESCENDING if sort.startswith("-") else Direction.ASCENDING,
            view="list" if parameters.get("view") == "list" else "map",
            at=_text(parameters.get("at")),
            wall=int(parameters.get("wall") == "1"),
        )

    def query(self) -> dict[str, str]:
        """Return the query parameters, without those that say nothing; the direction is a sign of `sort`."""
        query = super(NetworkAddress, self).query()  # named: a dataclass with slots is not the class that super() knows
        if query.pop("direction", None):
            query["sort"] = f"-{self.sort.value}"
        return query

    @property
    def filter(self) -> LocationFilter:
        """Return which locations are asked for: the same for map, list and CSV."""
        return LocationFilter(
            status=(self.status,) if self.status else (),
            method=self.method.value if self.method else "",
            group=self.group,
            search=self.q,
        )


@dataclass(frozen=True, slots=True)
class LocationAddress(Address):
    """`/locations/{code}?method=&sla=&page=`: which part of the queue."""

    method: Method | None = None
    sla: Compliance | None = None

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Return the address that query parameters mean."""
        return cls(
            page=_page(parameters),
            method=_word(Method, parameters.get("method")),
            sla=_word(Compliance, parameters.get("sla")),
        )

    @property
    def filter(self) -> QueueFilter:
        """Return which open shipments are asked for."""
        return QueueFilter(self.method, self.sla)


@dataclass(frozen=True, slots=True)
class DeliveriesAddress(Address):
    """`/deliveries?status=&subscription=&id=&page=`; `id` is the opened message."""

    status: DeliveryStatus | None = None
    subscription: str = ""
    id: int = 0

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Return the address that query parameters mean."""
        return cls(
            page=_page(parameters),
            status=_word(DeliveryStatus, parameters.get("status")),
            subscription=_text(parameters.get("subscription")),
            id=_number(parameters.get("id"), most=2**53),
        )


def _word(words: type[Word], text: str | None) -> Word | None:
    return words(text) if text is not None and text in words.__members__.values() else None


def _text(text: str | None) -> str:
    return (text or "").strip()[:LONGEST_TEXT]


def _number(text: str | None, *, most: int) -> int:
    if text is None or len(text) > 18 or not (text.isascii() and text.isdigit()):
        return 0
    return min(most, int(text))


def _page(parameters: Mapping[str, str]) -> int:
    return max(1, _number(parameters.get("page"), most=MOST_PAGES))
