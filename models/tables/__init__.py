"""All tables. Importing this package registers them on `SQLModel.metadata` (Alembic relies on it)."""

from models.tables.access import ApiKey, LoginAttempt, User, UserSession
from models.tables.alerts import Alert, AlertLinkUse, AlertPolicy, AlertProblem, AlertStep, FeedCursor, Silence
from models.tables.catalog import Product
from models.tables.controls import LocationControl
from models.tables.events import Event, EventSequence
from models.tables.imports import ImportFault, ImportJob, ImportPiece
from models.tables.inventory import LotAllocation, StockBalance, StockLot, StockMovement
from models.tables.locations import Location, LocationGroupMember
from models.tables.orders import Order, OrderLine
from models.tables.picking import Parcel, Scan, StockBin
from models.tables.promise import Carrier, TransferLane
from models.tables.reasons import RejectReason
from models.tables.returns import Return, ReturnLine
from models.tables.routing import LocationLoad, RoutingDecision, RoutingExclusion, RoutingStrategy, ShadowRun
from models.tables.shipments import Shipment, ShipmentLine
from models.tables.sla import (
    GradingRule,
    HealthSample,
    LocationHealth,
    SlaClock,
    SlaDefinition,
    SlaTransition,
)
from models.tables.stock_rules import (
    FutureAllocation,
    FutureStock,
    SegmentUsage,
    StockBlock,
    StockSegment,
    StockSegmentQuota,
)
from models.tables.system import IdempotencyKey, JobLease, SystemFact
from models.tables.waves import PickWave, WaveRule, WaveShipment
from models.tables.webhooks import Delivery, DeliveryAttempt, Subscription
from models.tables.workflows import ShipmentStep, Workflow

__all__ = [
    "Alert",
    "AlertLinkUse",
    "AlertPolicy",
    "AlertProblem",
    "AlertStep",
    "ApiKey",
    "Carrier",
    "Delivery",
    "DeliveryAttempt",
    "Event",
    "EventSequence",
    "FeedCursor",
    "FutureAllocation",
    "FutureStock",
    "GradingRule",
    "HealthSample",
    "IdempotencyKey",
    "ImportFault",
    "ImportJob",
    "ImportPiece",
    "JobLease",
    "Location",
    "LocationControl",
    "LocationGroupMember",
    "LocationHealth",
    "LocationLoad",
    "LoginAttempt",
    "LotAllocation",
    "Order",
    "OrderLine",
    "Parcel",
    "PickWave",
    "Product",
    "RejectReason",
    "Return",
    "ReturnLine",
    "RoutingDecision",
    "RoutingExclusion",
    "RoutingStrategy",
    "Scan",
    "SegmentUsage",
    "ShadowRun",
    "Shipment",
    "ShipmentLine",
    "ShipmentStep",
    "Silence",
    "SlaClock",
    "SlaDefinition",
    "SlaTransition",
    "StockBalance",
    "StockBin",
    "StockBlock",
    "StockLot",
    "StockMovement",
    "StockSegment",
    "StockSegmentQuota",
    "Subscription",
    "SystemFact",
    "TransferLane",
    "User",
    "UserSession",
    "WaveRule",
    "WaveShipment",
    "Workflow",
]
