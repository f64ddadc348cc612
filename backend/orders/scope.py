"""Which orders an actor sees: those with a shipment, or a pickup location, in his part of the network."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import col, select

from backend.auth.actor import LocationScope
from backend.auth.scope import visible
from models.tables import Location, Order, Shipment


def visible_order(scope: LocationScope) -> sa.ColumnElement[bool]:
    """Return the condition on orders that the scope sees."""
    if scope.everything:
        return sa.true()
    inside = select(Shipment.order_id).where(visible(scope, col(Shipment.location_id)))
    chosen = select(Location.code).where(visible(scope, col(Location.id)))
    return sa.or_(col(Order.id).in_(inside), col(Order.pickup_location).in_(chosen))
