"""All tables. Importing this package registers them on `SQLModel.metadata` (Alembic relies on it)."""

from models.tables.access import ApiKey, LoginAttempt, User, UserSession
from models.tables.catalog import Product
from models.tables.events import Event, EventSequence
from models.tables.inventory import StockBalance, StockMovement
from models.tables.locations import Location, LocationGroupMember
from models.tables.orders import Order, OrderLine
from models.tables.shipments import Shipment, ShipmentLine
from models.tables.sla import (
    GradingRule,
    HealthSample,
    LocationHealth,
    SlaClock,
    SlaDefinition,
    SlaTransition,
)
from models.tables.system import IdempotencyKey, JobLease, SystemFact
from models.tables.webhooks import Delivery, DeliveryAttempt, Subscription

__all__ = [
    "ApiKey",
    "Delivery",
    "DeliveryAttempt",
    "Event",
    "EventSequence",
    "GradingRule",
    "HealthSample",
    "IdempotencyKey",
    "JobLease",
    "Location",
    "LocationGroupMember",
    "LocationHealth",
    "LoginAttempt",
    "Order",
    "OrderLine",
    "Product",
    "Shipment",
    "ShipmentLine",
    "SlaClock",
    "SlaDefinition",
    "SlaTransition",
    "StockBalance",
    "StockMovement",
    "Subscription",
    "SystemFact",
    "User",
    "UserSession",
]
