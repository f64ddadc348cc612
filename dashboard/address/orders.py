"""The address of the Orders page. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from backend.orders.browse import OrderSort
from backend.orders.search import OrderFilter
from backend.sla.views import Direction
from dashboard.address.base import Address, page, text, word
from models.enums import Method, OrderStatus


class Since(StrEnum):
    """How long ago an order was placed at most."""

    HOUR = "1h"
    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"

    @property
    def span(self) -> timedelta:
        """Return how long it is."""
        return _SPANS[self]


_SPANS = {
    Since.HOUR: timedelta(hours=1),
    Since.DAY: timedelta(hours=24),
    Since.WEEK: timedelta(days=7),
    Since.MONTH: timedelta(days=30),
}


@dataclass(frozen=True, slots=True)
class OrdersAddress(Address):
    """`/orders?q=&status=&method=&channel=&placed=24h&sort=&page=`; newest first unless `sort` says otherwise, a minus
    before it turns it round."""

    q: str = ""
    status: OrderStatus | None = None
    method: Method | None = None
    channel: str = ""
    placed: Since | None = None
    sort: OrderSort = OrderSort.PLACED
    direction: Direction = Direction.DESCENDING

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Return the address that query parameters mean."""
        given = parameters.get("sort", "")
        sort = word(OrderSort, given.removeprefix("-"))
        return cls(
            page=page(parameters),
            q=text(parameters.get("q")),
            status=word(OrderStatus, parameters.get("status")),
            method=word(Method, parameters.get("method")),
            channel=text(parameters.get("channel")),
            placed=word(Since, parameters.get("placed")),
            sort=sort or OrderSort.PLACED,
            direction=Direction.DESCENDING if sort is None or given.startswith("-") else Direction.ASCENDING,
        )

    def query(self) -> dict[str, str]:
        """Return the query parameters, without those that say nothing."""
        query = super(OrdersAddress, self).query()  # named: a dataclass with slots is not the class that super() knows
        query.pop("direction", None)
        query.pop("sort", None)
        if (self.sort, self.direction) != (OrderSort.PLACED, Direction.DESCENDING):
            query["sort"] = f"{'-' if self.direction is Direction.DESCENDING else ''}{self.sort.value}"
        return query

    def filter(self, now: datetime) -> OrderFilter:
        """Return which orders are asked for: the same for list and CSV."""
        return OrderFilter(
            status=self.status,
            method=self.method,
            channel=self.channel or None,
            placed_from=now - self.placed.span if self.placed else None,
        )

    @property
    def filtered(self) -> bool:
        """Return whether some orders are left out."""
        return bool(self.q or self.status or self.method or self.channel or self.placed)
