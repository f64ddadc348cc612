"""From the files' rows to a network, orders and shipments: the rules of the replay, pure.

A location is a seller. A shipment is one (order, seller); its lines are its items. Not taken: orders `canceled` or
`unavailable`, without approval, or without items. Its clock starts at the order's approval, is due at the earliest
shipping limit of its items, and ends when the carrier collected the order. File times are local to São Paulo.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from backend.simulation.olist.files import Dataset, ItemRow, OrderRow, PartyRow

TIME_ZONE = "America/Sao_Paulo"
_ZONE = ZoneInfo(TIME_ZONE)
_NOT_TAKEN = frozenset({"canceled", "unavailable"})


@dataclass(frozen=True, slots=True)
class SellerShipment:
    """What one seller sends of an order. Instants are aware UTC; `due_at` may lie before the start of the clock."""

    seller_id: str
    due_at: datetime
    items: tuple[ItemRow, ...]


@dataclass(frozen=True, slots=True)
class ReplayOrder:
    """One order that is taken. `collected_at` may lie before `approved_at`, or be None for ever."""

    row: OrderRow
    placed_at: datetime
    approved_at: datetime
    collected_at: datetime | None
    shipments: tuple[SellerShipment, ...]


@dataclass(frozen=True, slots=True)
class SellerPlace:
    """A seller as a location: readable name, state as its group, coordinates when the files have them."""

    code: str
    name: str
    city: str
    state: str
    latitude: float | None
    longitude: float | None


def instant_of(local: datetime) -> datetime:
    """Return the UTC instant of a São Paulo local time.

    A local time that happened twice (autumn) is its first; one that never happened (spring) is the first instant after
    the gap.
    """
    first = local.replace(tzinfo=_ZONE, fold=0)
    instant = first.astimezone(UTC)
    if instant.astimezone(_ZONE).replace(tzinfo=None) == local:
        return instant
    return _end_of_gap(local.replace(tzinfo=_ZONE, fold=1).astimezone(UTC), instant)


def _end_of_gap(before: datetime, after: datetime) -> datetime:
    """Return the first second in (before, after] with the UTC offset that `after` has."""
    offset = after.astimezone(_ZONE).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    start = before.replace(microsecond=0)
    while high - low > 1:
        middle = (low + high) // 2
        if (start + timedelta(seconds=middle)).astimezone(_ZONE).utcoffset() == offset:
            high = middle
        else:
            low = middle
    return start + timedelta(seconds=high)


def seller_places(dataset: Dataset) -> list[SellerPlace]:
    """Return every seller as a location, in order of code."""
    return [_place(dataset, seller) for _, seller in sorted(dataset.sellers.items())]


def _place(dataset: Dataset, seller: PartyRow) -> SellerPlace:
    latitude, longitude = dataset.places.get(seller.zip_prefix, (None, None))
    city = seller.city.title() or "Seller"
    return SellerPlace(seller.party_id, f"{city} {seller.party_id[:6]}", city, seller.state, latitude, longitude)


def replay_orders(dataset: Dataset) -> list[ReplayOrder]:
    """Return the orders that are taken, in order of approval (then id)."""
    orders = [
        _order(dataset.orders[order_id], tuple(items))
        for order_id, items in groupby(_sorted_items(dataset), key=lambda item: item.order_id)
        if order_id in dataset.orders
    ]
    taken = [order for order in orders if order is not None]
    return sorted(taken, key=lambda order: (order.approved_at, order.row.order_id))


def _sorted_items(dataset: Dataset) -> Iterator[ItemRow]:
    return (item for _, item in sorted(dataset.items.items()))


def _order(row: OrderRow, items: Sequence[ItemRow]) -> ReplayOrder | None:
    if row.status in _NOT_TAKEN or row.approved is None:
        return None
    by_seller: dict[str, list[ItemRow]] = {}
    for item in items:
        by_seller.setdefault(item.seller_id, []).append(item)
    shipments = tuple(
        SellerShipment(seller_id, min(instant_of(item.limit) for item in part), tuple(part))
        for seller_id, part in sorted(by_seller.items())
    )
    collected_at = None if row.collected is None else instant_of(row.collected)
    return ReplayOrder(row, instant_of(row.purchased), instant_of(row.approved), collected_at, shipments)
