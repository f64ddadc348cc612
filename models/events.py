"""Names of the events that outside programs rely on. Their rows are `models/tables/events.py`."""

from __future__ import annotations

from enum import StrEnum


class EventType(StrEnum):
    """Dotted CloudEvents types; every one is documented in `docs/events.md` (a test says so)."""

    ORDER_PLACED = "order.placed"
    ORDER_ROUTED = "order.routed"
    ORDER_UNASSIGNED = "order.unassigned"
    ORDER_HELD = "order.held"
    ORDER_RELEASED = "order.released"
    ORDER_CANCELLED = "order.cancelled"
    ORDER_FULFILLED = "order.fulfilled"
    SHIPMENT_OPENED = "shipment.opened"
    SHIPMENT_ACCEPTED = "shipment.accepted"
    SHIPMENT_PICKED = "shipment.picked"
    SHIPMENT_PACKED = "shipment.packed"
    SHIPMENT_READY = "shipment.ready"
    SHIPMENT_SHIPPED = "shipment.shipped"
    SHIPMENT_HANDED_OVER = "shipment.handed_over"
    SHIPMENT_HELD = "shipment.held"
    SHIPMENT_RELEASED = "shipment.released"
    SHIPMENT_REASSIGNED = "shipment.reassigned"
    SHIPMENT_CANCELLED = "shipment.cancelled"
    SLA_SHIPMENT_CHANGED = "sla.shipment.changed"
    SLA_LOCATION_CHANGED = "sla.location.changed"
    SLA_DEFINITION_CHANGED = "sla.definition.changed"
    SLA_GRADING_CHANGED = "sla.grading.changed"
    INVENTORY_CHANGED = "inventory.changed"
    LOCATION_CHANGED = "location.changed"
    LOCATION_NOTED = "location.noted"
    PRODUCT_CHANGED = "product.changed"
    SUBSCRIPTION_CHANGED = "subscription.changed"
    USER_CHANGED = "user.changed"
    API_KEY_CHANGED = "api_key.changed"
