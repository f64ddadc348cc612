"""Every closed set of words in Pickwatch, as StrEnum. Open sets (group codes, reasons) are plain text."""

from __future__ import annotations

from enum import StrEnum


class Compliance(StrEnum):
    """SLA band of a shipment, and colour of a location (product §1)."""

    COMPLIANT = "compliant"
    AT_RISK = "at_risk"
    NON_COMPLIANT = "non_compliant"

    @property
    def severity(self) -> int:
        """0 (best) to 2 (worst); orders bands without relying on spelling."""
        return _SEVERITY[self]


_SEVERITY = {band: index for index, band in enumerate(Compliance)}


class Method(StrEnum):
    """Fulfilment method."""

    SHIP = "ship"
    PICKUP = "pickup"
    CURBSIDE = "curbside"
    DELIVERY = "delivery"
    TRANSFER = "transfer"


class LocationKind(StrEnum):
    """What a location is."""

    STORE = "store"
    WAREHOUSE = "warehouse"
    DROPSHIP = "dropship"
    THIRD_PARTY = "3pl"


class Step(StrEnum):
    """Moments in a shipment's life that an SLA can start or end at (product §1)."""

    PLACED = "placed"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    PICKED = "picked"
    PACKED = "packed"
    READY = "ready"
    SHIPPED = "shipped"
    HANDED_OVER = "handed_over"


class OrderStatus(StrEnum):
    """State of an order; `backend/orders/rules.py` says which may follow which.

    `placed` waits for routing. `partly_routed` has shipments and a remainder that waits. The others that wait are
    `unassigned` (no location can fill it), `backordered` (for stock) and `customer_care` (for a person).
    """

    PLACED = "placed"
    ROUTED = "routed"
    PARTLY_ROUTED = "partly_routed"
    UNASSIGNED = "unassigned"
    BACKORDERED = "backordered"
    CUSTOMER_CARE = "customer_care"
    HELD = "held"
    FULFILLED = "fulfilled"
    CANCELLED = "cancelled"


class ShipmentStatus(StrEnum):
    """State of a shipment; `backend/fulfillment/workflow.py` says which may follow which."""

    OPEN = "open"
    ACCEPTED = "accepted"
    PICKED = "picked"
    PACKED = "packed"
    READY = "ready"
    SHIPPED = "shipped"
    HANDED_OVER = "handed_over"
    CANCELLED = "cancelled"


class Remainder(StrEnum):
    """What the units of an order line that have no location wait for."""

    UNASSIGNED = "unassigned"
    BACKORDERED = "backordered"
    CUSTOMER_CARE = "customer_care"


class StrategyStatus(StrEnum):
    """Life of a version of a routing strategy; at most one version of all strategies is active."""

    DRAFT = "draft"
    ACTIVE = "active"
    ARCHIVED = "archived"


class RoutingOutcome(StrEnum):
    """What a routing decision came to."""

    ASSIGNED = "assigned"  # one location takes all of it
    SPLIT = "split"  # several locations together take all of it
    PARTIAL = "partial"  # something has a location, something has none
    NONE = "none"  # an empty suggestion: nothing has a location


class LoadWindow(StrEnum):
    """How long a location's assignment limit counts before it starts afresh, at the location's own clock."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"


class WorkStatus(StrEnum):
    """State of a long job somebody asked for: an import, a shadow run."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ImportKind(StrEnum):
    """What a file holds."""

    LOCATIONS = "locations"
    PRODUCTS = "products"
    STOCK = "stock"
    ORDERS = "orders"


class FileFormat(StrEnum):
    """How rows stand in a file."""

    CSV = "csv"
    NDJSON = "ndjson"


class ClockScope(StrEnum):
    """Whose promise a clock measures: the network's to the customer, or one location's own."""

    NETWORK = "network"
    LOCATION = "location"


class ClockState(StrEnum):
    """Running and paused clocks are open; the others are finished and never change again."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    CANCELLED = "cancelled"
    REASSIGNED = "reassigned"


class TargetKind(StrEnum):
    """What a clock runs up to."""

    DURATION = "duration"
    ORDER_DUE = "order_due"
    CARRIER_CUTOFF = "carrier_cutoff"


class Counting(StrEnum):
    """Which seconds count."""

    AROUND_THE_CLOCK = "around_the_clock"
    OPEN_HOURS = "open_hours"


class DefinitionStatus(StrEnum):
    """Life of a versioned rule row."""

    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


class Role(StrEnum):
    """What a person is; `backend/auth/permissions.py` says what each may do."""

    ADMIN = "admin"
    MANAGER = "manager"
    FULFILLER = "fulfiller"
    VIEWER = "viewer"


class Permission(StrEnum):
    """What an actor may do. API keys carry these as scopes; roles are sets of these."""

    NETWORK_READ = "network:read"
    LOCATIONS_WRITE = "locations:write"
    PRODUCTS_WRITE = "products:write"
    INVENTORY_READ = "inventory:read"
    INVENTORY_WRITE = "inventory:write"
    ROUTING_READ = "routing:read"
    ROUTING_WRITE = "routing:write"
    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"
    SHIPMENTS_WRITE = "shipments:write"
    WAVES_WRITE = "waves:write"
    RETURNS_WRITE = "returns:write"
    WORKFLOWS_WRITE = "workflows:write"
    SLA_WRITE = "sla:write"
    EVENTS_READ = "events:read"
    SUBSCRIPTIONS_READ = "subscriptions:read"
    SUBSCRIPTIONS_WRITE = "subscriptions:write"
    ALERTS_READ = "alerts:read"
    ALERTS_WRITE = "alerts:write"
    POLICIES_WRITE = "policies:write"
    CHANNELS_READ = "channels:read"
    CHANNELS_WRITE = "channels:write"
    ADMIN = "admin"


class DeliveryStatus(StrEnum):
    """State of one webhook message to one subscriber."""

    PENDING = "pending"
    SENDING = "sending"
    DELIVERED = "delivered"
    DEAD = "dead"
    SUPERSEDED = "superseded"  # what it told was over before it could be sent


class ActorKind(StrEnum):
    """Who did it."""

    USER = "user"
    API_KEY = "api_key"
    SYSTEM = "system"


class WaveKey(StrEnum):
    """What keeps shipments out of one another's pick waves; `lines`: those of one line apart from those of several."""

    CARRIER = "carrier"
    SERVICE_LEVEL = "service_level"
    ZONE = "zone"
    METHOD = "method"
    LINES = "lines"


class WaveLines(StrEnum):
    """Which shipments a plan of waves takes: of one line only, of several only, or any."""

    ANY = "any"
    SINGLE = "single"
    MULTIPLE = "multiple"


class LeftOutReason(StrEnum):
    """Why a shipment is in no wave of a plan."""

    ON_HOLD = "on_hold"
    OTHER_LINES = "other_lines"
    PAST_CUT_OFF = "past_cut_off"
    LATER_CUT_OFF = "later_cut_off"
    TOO_LARGE = "too_large"
    NO_STOCK = "no_stock"
    TOO_FEW = "too_few"
    NO_ROOM = "no_room"
    CLAIMED = "claimed"
    WAITING = "waiting"
