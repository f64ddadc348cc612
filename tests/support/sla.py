"""A small network for SLA tests: locations, shipments and definitions with few words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlmodel import col

from backend.context import Context
from backend.persistence.uow import Uow
from backend.sla import service
from backend.sla.facts import DefinitionInput, StepReached
from models.enums import LocationKind, Method, OrderStatus, ShipmentStatus, Step
from models.tables import (
    Event,
    Location,
    LocationGroupMember,
    LocationHealth,
    Order,
    Shipment,
    SlaClock,
    SlaTransition,
)

R = TypeVar("R")

HOUR = timedelta(hours=1)

#: Ship within 100 minutes: At Risk after 80, Non-Compliant after 100.
SHIP_100 = DefinitionInput(
    name="Ship in 100 minutes",
    method=Method.SHIP,
    start_step=Step.PLACED,
    end_step=Step.SHIPPED,
    target_seconds=6000,
)


def add_location(uow: Uow, code: str, *, groups: Sequence[str] = (), **more: Any) -> int:
    """Add a store and return its id."""
    row = Location(
        **{
            "code": code,
            "name": f"Store {code}",
            "kind": LocationKind.STORE.value,
            "latitude": 41.9,
            "longitude": -87.6,
            "time_zone": "America/Chicago",
            "methods": ["ship", "pickup"],
            "groups": list(groups),
            "created_at": uow.now,
            "updated_at": uow.now,
            **more,
        }
    )
    uow.session.add(row)
    uow.session.flush()
    assert row.id is not None
    uow.session.add_all(LocationGroupMember(location_id=row.id, group_code=group) for group in groups)
    uow.session.flush()
    return row.id


def add_shipment(uow: Uow, location_id: int, *, placed_at: datetime | None = None, **more: Any) -> int:
    """Add an order with one shipment, without clocks, and return the shipment's id."""
    at = placed_at or uow.now
    number = uow.session.scalar(sa.select(sa.func.count()).select_from(Order)) or 0
    order = Order(
        external_id=f"T-{number + 1}",
        channel="web",
        method=more.get("method", Method.SHIP.value),
        status=OrderStatus.ROUTED.value,
        placed_at=at,
        created_at=at,
        updated_at=at,
    )
    uow.session.add(order)
    uow.session.flush()
    row = Shipment(
        **{
            "order_id": order.id,
            "location_id": location_id,
            "method": Method.SHIP.value,
            "channel": "web",
            "status": ShipmentStatus.OPEN.value,
            "units": 1,
            "placed_at": at,
            "assigned_at": at,
            "updated_at": at,
            **more,
        }
    )
    uow.session.add(row)
    uow.session.flush()
    assert row.id is not None
    return row.id


def open_shipment(uow: Uow, location_id: int, *, placed_at: datetime | None = None, **more: Any) -> int:
    """Add a shipment and start its clocks; return its id."""
    at = placed_at or uow.now
    id_ = add_shipment(uow, location_id, placed_at=at, **more)
    service.reach_steps(uow, [StepReached(id_, Step.PLACED, at), StepReached(id_, Step.ASSIGNED, at)])
    return id_


def health(ctx: Context, location_id: int) -> LocationHealth:
    """Return the committed health of a location."""
    return _rows(ctx, sa.select(LocationHealth).where(col(LocationHealth.location_id) == location_id))[0]


def numbers(row: LocationHealth) -> tuple[int, int, int, int, int]:
    """Return compliant, at risk, non-compliant, met, missed."""
    return row.compliant, row.at_risk, row.non_compliant, row.met, row.missed


def shipment(ctx: Context, shipment_id: int) -> Shipment:
    """Return a committed shipment."""
    return _rows(ctx, sa.select(Shipment).where(col(Shipment.id) == shipment_id))[0]


def clocks(ctx: Context, shipment_id: int) -> list[SlaClock]:
    """Return a shipment's clocks, oldest first."""
    mine = col(SlaClock.shipment_id) == shipment_id
    return _rows(ctx, sa.select(SlaClock).where(mine).order_by(col(SlaClock.id)))


def audit(ctx: Context, shipment_id: int) -> list[SlaTransition]:
    """Return a shipment's audited changes, oldest first."""
    mine = col(SlaTransition.shipment_id) == shipment_id
    return _rows(ctx, sa.select(SlaTransition).where(mine).order_by(col(SlaTransition.id)))


def events(ctx: Context, type_: str) -> list[Event]:
    """Return committed events of a type, oldest first."""
    return _rows(ctx, sa.select(Event).where(col(Event.type) == type_).order_by(col(Event.id)))


def _rows(ctx: Context, query: sa.Select[tuple[R]]) -> list[R]:
    with ctx.read() as uow:
        rows = list(uow.session.scalars(query))
        uow.session.expunge_all()  # so that the end of the transaction does not empty them
        return rows
