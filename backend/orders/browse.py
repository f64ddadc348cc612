"""The list of orders as people look through it: filtered, sorted, page by page. SELECT only. What the words of a search
may mean is `search.py`; one order whole is `queries.get`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from backend.auth.scope import visible
from backend.orders.scope import visible_order
from backend.orders.search import ANY, OrderFilter, conditions, matching, says
from backend.persistence.uow import Uow
from backend.sla.views import Direction
from models.enums import Compliance, Method, OrderStatus, ShipmentStatus
from models.tables import Location, Order, OrderLine, Shipment
from models.types import BigId

#: Counting stops here: nobody pages that far, and a list must come at once.
MOST_COUNTED = 10_000
#: How many of the newest orders are looked at for the channels there are.
_LOOKED_AT = 1_000


class OrderSort(StrEnum):
    """Columns the list can be ordered by; `URGENCY` is the earliest due instant of a running shipment."""

    PLACED = "placed"
    ORDER = "order"
    PROMISED = "promised"
    TOTAL = "total"
    URGENCY = "urgency"


@dataclass(frozen=True, slots=True)
class Part:
    """A visible shipment of an order, in short."""

    location: str
    name: str
    time_zone: str
    status: ShipmentStatus
    held: bool
    sla: Compliance | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class OrderItem:
    """An order in a list; money in minor units. `time_zone` is where it is worked on, UTC when nowhere yet."""

    id: int
    external_id: str
    channel: str
    customer: str
    status: OrderStatus
    method: Method
    placed_at: datetime
    promised_at: datetime | None
    due_at: datetime | None
    units: int
    total_minor: int
    time_zone: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One page of orders; `total` is at most `MOST_COUNTED` + 1, which means more than that."""

    items: tuple[OrderItem, ...]
    total: int


def find(
    uow: Uow,
    text: str = "",
    *,
    wanted: OrderFilter = ANY,
    sort: OrderSort = OrderSort.PLACED,
    direction: Direction = Direction.DESCENDING,
    offset: int = 0,
    limit: int = 50,
) -> OrderPage:
    """Return one page of the orders the actor may see, and how many there are in all; `text` as `search.matching`."""
    asked = _conditions(uow, text, wanted)
    counted = sa.select(col(Order.id)).where(*asked).limit(MOST_COUNTED + 1).subquery()
    total = uow.session.scalar(sa.select(sa.func.count()).select_from(counted)) or 0
    statement = sa.select(Order).where(*asked)
    statement, key = _sorted_by(statement, sort)
    ends = (key.asc().nulls_last(), col(Order.id).asc())
    if direction is Direction.DESCENDING:
        ends = (key.desc().nulls_last(), col(Order.id).desc())
    rows = uow.session.scalars(statement.order_by(*ends).offset(offset).limit(limit)).all()
    return OrderPage(tuple(_items(uow, rows)), total)


def by_ids(uow: Uow, ids: Iterable[int]) -> list[OrderItem]:
    """Return these orders as far as the actor may see them, in order of id."""
    statement = sa.select(Order).where(col(Order.id).in_(sorted(ids)), visible_order(uow.actor.scope))
    return _items(uow, uow.session.scalars(statement.order_by(col(Order.id))).all())


def newest(uow: Uow, text: str, *, limit: int) -> list[OrderItem]:
    """Return the newest visible orders that the words are about; `text` as `search.matching`."""
    ids = matching(uow, text, ANY, after=None, limit=limit)
    found = {item.id: item for item in by_ids(uow, ids)}
    return [found[id_] for id_ in ids]


def waiting(uow: Uow) -> dict[OrderStatus, int]:
    """Return how many orders stand in each state that needs something: few, so that counting them is cheap."""
    states = [
        *(OrderStatus.PLACED, OrderStatus.PARTLY_ROUTED, OrderStatus.UNASSIGNED),
        *(OrderStatus.BACKORDERED, OrderStatus.CUSTOMER_CARE, OrderStatus.HELD),
    ]
    statement = (
        sa.select(col(Order.status), sa.func.count())
        .where(col(Order.status).in_([state.value for state in states]), visible_order(uow.actor.scope))
        .group_by(col(Order.status))
    )
    found = {OrderStatus(status): int(number) for status, number in uow.session.execute(statement)}
    return {state: found.get(state, 0) for state in states}


def channels(uow: Uow) -> list[str]:
    """Return the channels of the newest orders the actor may see, in order of their names."""
    newest = (
        sa.select(col(Order.channel))
        .where(visible_order(uow.actor.scope))
        .order_by(col(Order.id).desc())
        .limit(_LOOKED_AT)
        .subquery()
    )
    return sorted(uow.session.scalars(sa.select(newest.c.channel).distinct()))


def _conditions(uow: Uow, text: str, wanted: OrderFilter) -> list[sa.ColumnElement[bool]]:
    words = text.strip()
    return [visible_order(uow.actor.scope), *conditions(wanted), *([says(uow, words)] if words else [])]


_KEYS: dict[OrderSort, Any] = {
    OrderSort.PLACED: col(Order.placed_at),
    OrderSort.ORDER: col(Order.external_id),
    OrderSort.PROMISED: sa.func.coalesce(col(Order.promised_at), col(Order.due_at)),
    OrderSort.TOTAL: col(Order.total_minor),
}


def _sorted_by(statement: sa.Select[Any], sort: OrderSort) -> tuple[sa.Select[Any], Any]:
    if sort in _KEYS:
        return statement, _KEYS[sort]
    running = (
        sa.select(col(Shipment.order_id), sa.func.min(col(Shipment.sla_due_at)).label("due"))
        .where(col(Shipment.sla_due_at).is_not(None))
        .group_by(col(Shipment.order_id))
        .subquery()
    )
    return statement.outerjoin(running, running.c.order_id == col(Order.id)), running.c.due


def _items(uow: Uow, orders: Sequence[Order]) -> list[OrderItem]:
    ids = [order.id or 0 for order in orders]
    parts, sums, zones = _parts(uow, ids), _sums(uow, ids), _pickup_zones(uow, orders)
    return [_item(order, parts.get(order.id or 0, []), sums.get(order.id or 0, (0, 0)), zones) for order in orders]


def _item(order: Order, parts: Sequence[Part], sums: tuple[int, int], zones: dict[str, str]) -> OrderItem:
    return OrderItem(
        id=order.id or 0,
        external_id=order.external_id,
        channel=order.channel,
        customer=str(order.customer.get("name") or order.customer.get("email") or order.customer_id or ""),
        status=OrderStatus(order.status),
        method=Method(order.method),
        placed_at=order.placed_at,
        promised_at=order.promised_at,
        due_at=order.due_at,
        units=sums[0],
        total_minor=order.total_minor or sums[1],
        time_zone=parts[0].time_zone if parts else zones.get(order.pickup_location or "", "UTC"),
        parts=tuple(parts),
    )


def _parts(uow: Uow, ids: Sequence[int]) -> dict[int, list[Part]]:
    rows = uow.session.execute(
        sa.select(
            col(Shipment.order_id),
            *(col(Location.code), col(Location.name), col(Location.time_zone)),
            *(col(Shipment.status), col(Shipment.held), col(Shipment.sla_status), col(Shipment.sla_due_at)),
        )
        .join(Location, col(Location.id) == col(Shipment.location_id))
        .where(col(Shipment.order_id).in_(ids), visible(uow.actor.scope, col(Shipment.location_id)))
        .order_by(col(Shipment.id))
    )
    found: dict[int, list[Part]] = {}
    for order_id, code, name, zone, status, held, sla, due_at in rows:
        part = Part(code, name, zone, ShipmentStatus(status), held, Compliance(sla) if sla else None, due_at)
        found.setdefault(order_id, []).append(part)
    return found


def _sums(uow: Uow, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return (units, money) that each order asks for, what was cancelled left out."""
    left = col(OrderLine.quantity) - col(OrderLine.cancelled)
    worth = sa.cast(left, BigId) * col(OrderLine.unit_price_minor)
    rows = uow.session.execute(
        sa.select(col(OrderLine.order_id), sa.func.sum(left), sa.func.sum(worth))
        .where(col(OrderLine.order_id).in_(ids))
        .group_by(col(OrderLine.order_id))
    )
    return {order_id: (int(units), int(money)) for order_id, units, money in rows}


def _pickup_zones(uow: Uow, orders: Sequence[Order]) -> dict[str, str]:
    codes = {order.pickup_location for order in orders if order.pickup_location}
    rows = uow.session.execute(
        sa.select(col(Location.code), col(Location.time_zone)).where(col(Location.code).in_(sorted(codes)))
    )
    return {code: str(zone) for code, zone in rows}
