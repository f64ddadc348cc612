"""What the Orders page says: each order in a row, the filters, the addresses. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.orders.browse import MOST_COUNTED, OrderItem, OrderPage, OrderSort, Part
from backend.sla.views import Direction
from dashboard import format as say
from dashboard.address import PAGE_SIZE, OrdersAddress
from dashboard.address.orders import Since
from dashboard.present import common
from dashboard.present.common import METHOD_WORDS, Reader
from dashboard.present.money import money
from dashboard.present.shipments import SLA_WORDS
from dashboard.views.common import Choice, Column, Hit, Pager, StatusKey
from dashboard.views.orders import OrderRow, OrdersScreen
from models.enums import Method, OrderStatus

PATH = "/orders"

#: What each state of an order is called.
ORDER_WORDS: dict[OrderStatus, str] = {
    OrderStatus.PLACED: "Placed",
    OrderStatus.ROUTED: "In work",
    OrderStatus.PARTLY_ROUTED: "Partly in work",
    OrderStatus.UNASSIGNED: "No location",
    OrderStatus.BACKORDERED: "Waits for stock",
    OrderStatus.CUSTOMER_CARE: "Customer care",
    OrderStatus.HELD: "On hold",
    OrderStatus.FULFILLED: "Fulfilled",
    OrderStatus.CANCELLED: "Cancelled",
}
SINCE_WORDS = {
    Since.HOUR: "Last hour",
    Since.DAY: "Last 24 hours",
    Since.WEEK: "Last 7 days",
    Since.MONTH: "Last 30 days",
}
#: key, label, what it sorts by, and which way first.
_COLUMNS: tuple[tuple[str, str, OrderSort | None, Direction], ...] = (
    ("order", "Order", OrderSort.ORDER, Direction.ASCENDING),
    ("customer", "Customer", None, Direction.ASCENDING),
    ("placed", "Placed", OrderSort.PLACED, Direction.DESCENDING),
    ("promised", "Due by", OrderSort.PROMISED, Direction.ASCENDING),
    ("method", "Method", None, Direction.ASCENDING),
    ("units", "Units", None, Direction.ASCENDING),
    ("total", "Total", OrderSort.TOTAL, Direction.DESCENDING),
    ("state", "State", None, Direction.ASCENDING),
    ("sla", "SLA", OrderSort.URGENCY, Direction.ASCENDING),
)
_NUMERIC = ("units", "total")


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the page is made from; `kept` are orders on screen that no longer belong on this page."""

    page: OrderPage
    kept: Sequence[OrderItem]
    waiting: Mapping[OrderStatus, int]
    channels: Sequence[str]


def screen(facts: Facts, address: OrdersAddress, reader: Reader) -> OrdersScreen:
    """Return the whole page."""
    query = address.href("", page=1).removeprefix("?")
    channels = sorted({*facts.channels, *([address.channel] if address.channel else [])})
    return OrdersScreen(
        on_page=len(facts.page.items),
        statuses=statuses(facts.waiting, address, reader),
        methods=[("", "All methods"), *((method.value, METHOD_WORDS[method]) for method in Method)],
        channels=[("", "All channels"), *((code, code) for code in channels)],
        columns=columns(address),
        rows=[row(item, reader) for item in (*facts.page.items, *facts.kept)],
        pager=pager(facts.page, address, reader),
        csv=f"/ui/export/orders.csv?{query}",
    )


def statuses(waiting: Mapping[OrderStatus, int], address: OrdersAddress, reader: Reader) -> list[Choice]:
    """Return the filter by state; those that wait for something say how many they are."""

    def one(status: OrderStatus | None, label: str, count: str) -> Choice:
        href = address.href(PATH, status=status)
        return Choice(status.value if status else "", label, href, active=address.status is status, count=count)

    counted = {status: say.count(number, reader.locale) for status, number in waiting.items() if number}
    return [one(None, "All", ""), *(one(each, word, counted.get(each, "")) for each, word in ORDER_WORDS.items())]


def columns(address: OrdersAddress) -> list[Column]:
    """Return the heads; a click on the one that sorts already turns it round."""
    return [
        Column(key, label, *_sorting(address, sort, first), numeric=key in _NUMERIC)
        for key, label, sort, first in _COLUMNS
    ]


def _sorting(address: OrdersAddress, sort: OrderSort | None, first: Direction) -> tuple[str, str]:
    if sort is None:
        return "", "none"
    if sort is not address.sort:
        return address.href(PATH, sort=sort, direction=first), "none"
    up = address.direction is Direction.ASCENDING
    turned = Direction.DESCENDING if up else Direction.ASCENDING
    return address.href(PATH, sort=sort, direction=turned), "ascending" if up else "descending"


def pager(page: OrderPage, address: OrdersAddress, reader: Reader) -> Pager:
    """Return "51–100 of 150 orders"; beyond what is counted it says "more than"."""
    if page.total <= MOST_COUNTED:
        return common.pager(address, PATH, shown=len(page.items), total=page.total, noun="order", locale=reader.locale)
    first, last = (say.count(address.offset + n, reader.locale) for n in (1, len(page.items)))
    text = f"{first}–{last} of more than {say.plural(MOST_COUNTED, 'order', reader.locale)}"
    return Pager(
        text if page.items else "Nothing on this page",
        previous=address.href(PATH, page=address.page - 1) if address.page > 1 else "",
        next=address.href(PATH, page=address.page + 1) if len(page.items) == PAGE_SIZE else "",
    )


def href(order_id: int) -> str:
    """Return the address of an order's page."""
    return f"{PATH}/{order_id}"


def row(item: OrderItem, reader: Reader) -> OrderRow:
    """Return an order as a row of the list."""
    urgent = urgent_part(item.parts)
    due = item.promised_at or item.due_at or (urgent.due_at if urgent else None)
    return OrderRow(
        key=str(item.id),
        number=item.external_id,
        channel=item.channel,
        customer=item.customer or say.NOTHING,
        placed=say.relative(item.placed_at, reader.now),
        placed_title=_at(item.placed_at, item, reader),
        promised=say.wall_time(due, item.time_zone, reader.now, reader.locale) if due else say.NOTHING,
        promised_title=_at(due, item, reader) if due else "",
        method=METHOD_WORDS[item.method],
        place=_place(item.parts),
        units=say.count(item.units, reader.locale),
        total=money(item.total_minor, reader.locale) if item.total_minor else say.NOTHING,
        state=item.status.value,
        state_word=ORDER_WORDS[item.status],
        sla=urgent.sla.value if urgent and urgent.sla else "",
        sla_word=SLA_WORDS[urgent.sla] if urgent and urgent.sla else "",
        due=say.due(urgent.due_at, reader.now) if urgent and urgent.due_at else "",
        due_title=_at(urgent.due_at, item, reader) if urgent and urgent.due_at else "",
        href=href(item.id),
    )


def hit(found: OrderItem) -> Hit:
    """Return an order as the search shows it."""
    urgent = urgent_part(found.parts)
    key = StatusKey(urgent.sla.value) if urgent and urgent.sla else StatusKey.IDLE
    word = SLA_WORDS[urgent.sla] if urgent and urgent.sla else ORDER_WORDS[found.status]
    about = " · ".join(part for part in ("Order", found.channel, found.customer) if part)
    return Hit(found.external_id, about, key, word, href(found.id))


def urgent_part(parts: Sequence[Part]) -> Part | None:
    """Return the shipment whose promise breaks first, None when no clock runs."""
    running = [part for part in parts if part.sla is not None]
    return min(running, key=lambda part: (-_severity(part), part.due_at is None, part.due_at), default=None)


def _severity(part: Part) -> int:
    return part.sla.severity if part.sla else -1


def _place(parts: Sequence[Part]) -> str:
    names = list(dict.fromkeys(part.name for part in parts))
    if len(names) > 1:
        return f"{names[0]} and {len(names) - 1} more"
    return names[0] if names else ""


def _at(instant: datetime, item: OrderItem, reader: Reader) -> str:
    return say.at_place(instant, item.time_zone, reader.now, reader.locale)
