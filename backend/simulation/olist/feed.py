"""The replayed orders as commands to the services, in the order they happened: what comes next after an instant.

Where it stands is one instant, kept in the database in the same transaction as what was applied; so it goes on after a
restart without doing anything twice. Reading files is `files.py`; when it is called is `replay.py` and `live.py`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import sqlalchemy as sa
from sqlmodel import col

from backend.fulfillment import service as fulfillment
from backend.fulfillment.rules import StepCommand
from backend.orders import service as orders
from backend.orders.rules import NewLine, NewOrder, StockMode
from backend.persistence.uow import Uow
from backend.simulation import facts
from backend.simulation.olist.files import Dataset
from backend.simulation.olist.mapping import ReplayOrder, SellerShipment, replay_orders
from models.enums import Method, ShipmentStatus
from models.errors import DomainError, ErrorCode
from models.tables import Order, Shipment

CHANNEL = "olist"
FACT = "replay"

#: Where the replay's promise turns amber.
AT_RISK_PERCENT = 80
_MOMENT = timedelta(microseconds=1)

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Arrival:
    """An order that comes to a seller at an instant. `judged_at` is when its clock would change band were it not
    collected in time before that; None when it is not."""

    at: datetime
    order: NewOrder
    judged_at: datetime | None


@dataclass(frozen=True, slots=True)
class Collection:
    """The carrier's collection of an order at a seller. `at` is when it takes effect: never before the arrival;
    `true_at` is what the file says."""

    at: datetime
    true_at: datetime
    external_id: str


class Feed:
    """Everything that happens in the files, in order of time."""

    def __init__(self, dataset: Dataset) -> None:
        """Map the files (see `mapping.py`); INVALID when no order in them is taken."""
        self._arrivals: list[Arrival] = []
        self._collections: list[Collection] = []
        for found in replay_orders(dataset):
            for index, part in enumerate(found.shipments):
                self._add(dataset, found, part, index)
        self._collections.sort(key=lambda item: (item.at, item.external_id))
        self._arrival_times = [item.at for item in self._arrivals]
        self._collection_times = [item.at for item in self._collections]
        if not self._arrivals:
            raise DomainError(ErrorCode.INVALID, "The files hold no order that a replay would take.")

    def _add(self, dataset: Dataset, found: ReplayOrder, part: SellerShipment, index: int) -> None:
        order = _new_order(dataset, found, part, index)
        self._arrivals.append(Arrival(found.approved_at, order, _judged_at(found, part.due_at)))
        if found.collected_at is not None:
            effective = max(found.approved_at, found.collected_at)
            self._collections.append(Collection(effective, found.collected_at, order.external_id))

    def count(self, *, until: datetime) -> int:
        """Return how many things happen until an instant, that included."""
        return bisect_right(self._arrival_times, until) + bisect_right(self._collection_times, until)

    @property
    def first_at(self) -> datetime:
        """Return the instant of the first thing that happens."""
        return self._arrival_times[0]

    @property
    def last_at(self) -> datetime:
        """Return the instant of the last thing that happens."""
        return max(self._arrival_times[-1:] + self._collection_times[-1:])

    def whole_until(self, after: datetime, until: datetime) -> datetime:
        """Return how far one batch after `after` may go, at most `until`.

        An order is placed before its collection is told. Were both in one batch that ends after the order's clock has
        turned, placing it would find it late that never was.
        """
        arrivals = _between(self._arrivals, self._arrival_times, after, until)
        turns = (item.judged_at for item in arrivals if item.judged_at is not None)
        return min(until, min(turns, default=until + _MOMENT) - _MOMENT)

    def apply(self, uow: Uow, *, after: datetime, until: datetime) -> int:
        """Do everything in (after, until] through the services, note how far it got, and return how many things."""
        arrivals = _between(self._arrivals, self._arrival_times, after, until)
        collections = _between(self._collections, self._collection_times, after, until)
        placed = orders.place(uow, [item.order for item in arrivals], reserve_stock=StockMode.UNTRACKED)
        ids = {done.external_id: part.id for done in placed for part in done.shipments}
        ids |= _open_shipments(uow, {item.external_id for item in collections} - set(ids))
        steps = [
            StepCommand(ids[item.external_id], ShipmentStatus.SHIPPED, at=item.true_at)
            for item in collections
            if item.external_id in ids  # else somebody cancelled or shipped it by hand: his word stands
        ]
        fulfillment.advance(uow, steps)
        facts.update(uow, FACT, {"reached": until.isoformat()})
        return len(arrivals) + len(collections)


def _judged_at(found: ReplayOrder, due_at: datetime) -> datetime | None:
    start, end = found.approved_at, found.collected_at
    if end is None or end >= due_at or due_at <= start:
        return None
    at_risk_at = start + (due_at - start) * AT_RISK_PERCENT / 100
    return max(at_risk_at if end < at_risk_at else due_at, start + 2 * _MOMENT)


def _between(items: Sequence[Item], times: Sequence[datetime], after: datetime, until: datetime) -> Sequence[Item]:
    return items[bisect_right(times, after) : bisect_right(times, until)]


def _open_shipments(uow: Uow, external_ids: Iterable[str]) -> dict[str, int]:
    """Return the ids of the replay's shipments that wait for the carrier, by external id."""
    waiting = (ShipmentStatus.OPEN, ShipmentStatus.ACCEPTED, ShipmentStatus.PICKED, ShipmentStatus.PACKED)
    query = (
        sa.select(col(Order.external_id), col(Shipment.id))
        .join(Shipment, col(Shipment.order_id) == col(Order.id))
        .where(col(Order.channel) == CHANNEL, col(Shipment.status).in_(waiting), col(Shipment.held).is_(False))
    )
    found: dict[str, int] = {}
    wanted = sorted(external_ids)
    for start in range(0, len(wanted), 5000):
        rows = uow.session.execute(query.where(col(Order.external_id).in_(wanted[start : start + 5000])))
        found.update({external_id: shipment_id for external_id, shipment_id in rows if shipment_id is not None})
    return found


def _new_order(dataset: Dataset, found: ReplayOrder, part: SellerShipment, index: int) -> NewOrder:
    """Return the order that a seller gets. An order with several sellers comes as one order each, numbered from the
    second on, for each part has a due instant of its own."""
    external_id = found.row.order_id if index == 0 else f"{found.row.order_id}-{index + 1}"
    customer = dataset.customers.get(found.row.customer_id)
    latitude, longitude = dataset.places.get(customer.zip_prefix, (None, None)) if customer else (None, None)
    ship_to = {"country": "BR"}
    if customer is not None:
        ship_to |= {"city": customer.city.title(), "state": customer.state, "postal_code": customer.zip_prefix}
    place = {} if latitude is None else {"latitude": latitude, "longitude": longitude}
    return NewOrder(
        external_id=external_id,
        channel=CHANNEL,
        method=Method.SHIP,
        lines=tuple(NewLine(item.product_id, 1, item.price_minor) for item in part.items),
        customer={"id": found.row.customer_id} if found.row.customer_id else {},
        ship_to={**ship_to, **place},
        location=part.seller_id,
        placed_at=min(found.placed_at, found.approved_at),
        assigned_at=found.approved_at,
        due_at=part.due_at,
        attributes={"olist_order_id": found.row.order_id, "olist_status": found.row.status},
    )
