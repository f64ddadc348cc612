"""Opening shipments: a location gets its share of an order, many at once, with lines, clocks and events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.fulfillment import workflows
from backend.persistence.bulk import allocate_ids, insert_rows
from backend.persistence.uow import Uow
from backend.sla import service as sla
from backend.sla.facts import NewOnClock
from models.enums import Method, ShipmentStatus
from models.events import EventType
from models.tables import Shipment, ShipmentLine


@dataclass(frozen=True, slots=True)
class NewShipmentLine:
    """One product of a new shipment."""

    order_line_id: int
    product_id: int
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class NewShipment:
    """One location's share of an order, about to be opened."""

    order_id: int
    order_external_id: str
    location_id: int
    location_code: str
    method: Method
    service_level: str
    channel: str
    customer_tier: str | None
    order_due_at: datetime | None
    placed_at: datetime
    assigned_at: datetime
    lines: tuple[NewShipmentLine, ...]


def allocate(uow: Uow, count: int) -> list[int]:
    """Return ids for shipments about to be opened: their stock is reserved first, to keep the order of locks."""
    return allocate_ids(uow.session, Shipment, count)


def open_shipments(uow: Uow, shipments: Sequence[NewShipment], *, ids: Sequence[int] | None = None) -> list[int]:
    """Insert shipments with their lines, start their clocks, and return their ids in order."""
    ids = list(ids) if ids is not None else allocate(uow, len(shipments))
    pairs = list(zip(ids, shipments, strict=True))
    clocks = sla.start_clocks(uow, [_on_clock(id_, shipment) for id_, shipment in pairs])
    forks = workflows.forks(uow)
    ways = {id_: forks.of(shipment.method, clocks.groups_of(id_)) for id_, shipment in pairs}
    rows = [_shipment_row(uow, id_, shipment, ways[id_]) | clocks.columns_of(id_) for id_, shipment in pairs]
    insert_rows(uow.session, Shipment, rows)
    lines = [
        {
            "shipment_id": id_,
            "order_line_id": line.order_line_id,
            "product_id": line.product_id,
            "sku": line.sku,
            "quantity": line.quantity,
            "picked": 0,
        }
        for id_, shipment in pairs
        for line in shipment.lines
    ]
    insert_rows(uow.session, ShipmentLine, lines)
    for id_, shipment in pairs:
        data = {
            "shipment": id_,
            "order": shipment.order_id,
            "external_id": shipment.order_external_id,
            "location": shipment.location_code,
            "method": shipment.method.value,
            "lines": [{"sku": line.sku, "quantity": line.quantity} for line in shipment.lines],
        }
        record(uow, EventType.SHIPMENT_OPENED, id_, shipment.location_id, data, shipment.assigned_at)
    clocks.save(uow)
    return ids


def _shipment_row(uow: Uow, id_: int, shipment: NewShipment, workflow_id: int | None) -> dict[str, Any]:
    return {
        "id": id_,
        "order_id": shipment.order_id,
        "location_id": shipment.location_id,
        "method": shipment.method.value,
        "service_level": shipment.service_level,
        "channel": shipment.channel,
        "customer_tier": shipment.customer_tier,
        "status": ShipmentStatus.OPEN.value,
        "held": False,
        "order_due_at": shipment.order_due_at,
        "units": sum(line.quantity for line in shipment.lines),
        "tracking": {},
        "workflow_id": workflow_id,
        "placed_at": shipment.placed_at,
        "assigned_at": shipment.assigned_at,
        "version": 1,
        "updated_at": uow.now,
    }


def record(
    uow: Uow, type_: EventType, shipment_id: int, location_id: int, data: Mapping[str, Any], at: datetime
) -> None:
    uow.record(type_, subject=f"shipment/{shipment_id}", data=dict(data), location_id=location_id, at=at)


def _on_clock(id_: int, shipment: NewShipment) -> NewOnClock:
    return NewOnClock(
        shipment_id=id_,
        order_id=shipment.order_id,
        location_id=shipment.location_id,
        method=shipment.method,
        service_level=shipment.service_level,
        channel=shipment.channel,
        customer_tier=shipment.customer_tier,
        order_due_at=shipment.order_due_at,
        placed_at=shipment.placed_at,
        assigned_at=shipment.assigned_at,
    )
