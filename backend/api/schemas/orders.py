"""Orders over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field, Strict, StringConstraints

from backend.api.schemas.common import (
    MAX_ITEMS,
    Body,
    Code,
    Degrees,
    Document,
    Instant,
    Money,
    Problem,
    Reason,
    ShownInstant,
    Units,
    Word,
)
from backend.orders.queries import OrderView
from backend.orders.rules import NewLine, NewOrder
from backend.orders.service import AcceptedOrder
from backend.orders.story import Entry, Kind
from models.enums import Method, OrderStatus, ShipmentStatus
from models.money import show_money
from models.tables import Event

Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
ExternalId = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class LineIn(Body):
    """One product asked for."""

    sku: Code
    quantity: Units
    unit_price: Money = 0


class CustomerIn(Body):
    """Who ordered."""

    id: ExternalId | None = None
    name: Text | None = None
    email: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=254)] | None = None
    tier: Word | None = None
    type: Word | None = None
    segment: Word | None = None
    attributes: Document | None = None


class AddressIn(Body):
    """Where it goes: any address fields, and the coordinates that routing measures from."""

    model_config = ConfigDict(extra="allow", allow_inf_nan=False)

    latitude: Annotated[Degrees, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[Degrees, Field(ge=-180, le=180)] | None = None


class OrderIn(Body):
    """An order as it comes in."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "external_id": "W-10001",
                "channel": "web",
                "customer": {"id": "C-7", "name": "Ada", "tier": "gold", "segment": "retail"},
                "method": "ship",
                "ship_to": {"city": "Chicago", "latitude": 41.88, "longitude": -87.63},
                "lines": [{"sku": "TEA-250", "quantity": 2, "unit_price": "19.99"}],
            }
        }
    )

    external_id: ExternalId
    channel: Word
    customer: CustomerIn = CustomerIn()
    method: Method
    service_level: Word = "standard"
    ship_to: AddressIn = AddressIn()
    pickup_location: Code | None = None
    placed_at: Instant | None = None
    due_at: Instant | None = None
    lines: Annotated[list[LineIn], Field(min_length=1, max_length=500)]
    attributes: Document = Field(default_factory=dict)

    def to_input(self) -> NewOrder:
        """Return what the service takes."""
        return NewOrder(
            external_id=self.external_id,
            channel=self.channel,
            method=self.method,
            lines=tuple(NewLine(line.sku, line.quantity, line.unit_price) for line in self.lines),
            customer=self.customer.model_dump(exclude_none=True),
            service_level=self.service_level,
            ship_to=self.ship_to.model_dump(exclude_none=True),
            pickup_location=self.pickup_location,
            placed_at=self.placed_at,
            due_at=self.due_at,
            attributes=self.attributes,
        )


class OrderBatchIn(Body):
    """At most 1,000 orders; each is judged by itself."""

    items: Annotated[
        list[Any],  # each is judged by itself, as an OrderIn
        Field(
            min_length=1,
            max_length=MAX_ITEMS,
            json_schema_extra={"items": {"$ref": "#/components/schemas/OrderIn"}},
        ),
    ]


class ReasonIn(Body):
    """Why; it stands in the history."""

    reason: Reason = "not stated"


class NoBody(Body):
    """Nothing needs to be said."""


class OrderLineOut(Body):
    """One product asked for; `unit_price` as a decimal string."""

    line: int
    sku: str
    quantity: int
    unit_price: str


class OrderShipmentOut(Body):
    """A shipment of an order, in short."""

    id: int
    location: str
    status: ShipmentStatus
    held: bool


class OrderOut(Body):
    """An order with its lines and shipments. `promised_at` is our own estimate, null until it is routed as a whole."""

    id: int
    external_id: str
    channel: str
    status: OrderStatus
    method: Method
    service_level: str
    customer: dict[str, Any]
    ship_to: dict[str, Any]
    pickup_location: str | None
    placed_at: ShownInstant
    due_at: ShownInstant | None
    promised_at: ShownInstant | None
    attributes: dict[str, Any]
    lines: list[OrderLineOut]
    shipments: list[OrderShipmentOut]
    version: Annotated[int, Strict()]


class OrderResult(Body):
    """What became of one order of a batch: `order` on 201, else `error`."""

    index: int
    status: int
    order: OrderOut | None = None
    error: Problem | None = None


class OrderBatchOut(Body):
    """One result per order, in order."""

    placed: int
    refused: int
    items: list[OrderResult]


class TimelineEntry(Body):
    """One thing that happened to an order or one of its shipments."""

    id: str
    type: str
    subject: str
    time: ShownInstant
    actor: str
    data: dict[str, Any]


class StoryEntry(Body):
    """One line of the story, in plain words; `detail` says more, `actor` who did it."""

    at: ShownInstant
    words: str
    kind: Kind
    location: str | None
    shipment: int | None
    detail: str | None
    actor: str


class TimelineOut(Body):
    """What happened, oldest first: as events, and as a story in plain words of the same events."""

    items: list[TimelineEntry]
    story: list[StoryEntry]
    next: str | None = None


_STATED = (
    "id",
    "external_id",
    "channel",
    "status",
    "method",
    "service_level",
    "customer",
    "ship_to",
    "pickup_location",
    "placed_at",
    "due_at",
    "promised_at",
    "attributes",
    "version",
)


def show(view: OrderView) -> OrderOut:
    """Return an order as the API shows it."""
    lines = [
        OrderLineOut(
            line=line.line_number,
            sku=line.sku,
            quantity=line.quantity,
            unit_price=show_money(line.unit_price_minor),
        )
        for line in view.lines
    ]
    shipments = [
        OrderShipmentOut(id=item.id or 0, location=code, status=ShipmentStatus(item.status), held=item.held)
        for item, code in view.shipments
    ]
    return OrderOut(**{name: getattr(view.order, name) for name in _STATED}, lines=lines, shipments=shipments)


def show_accepted(accepted: AcceptedOrder) -> OrderOut:
    """Return an order that was just taken in as the API shows it: what reading it back would say."""
    order = accepted.order
    lines = [
        {"line": number, "sku": line.sku, "quantity": line.quantity, "unit_price": show_money(line.unit_price_minor)}
        for number, line in enumerate(order.lines, 1)
    ]
    shown = {
        "id": accepted.id,
        "external_id": order.external_id,
        "channel": order.channel,
        "status": accepted.status,
        "method": order.method,
        "service_level": order.service_level,
        "customer": order.customer,
        "ship_to": order.ship_to,
        "pickup_location": order.pickup_location,
        "placed_at": accepted.placed_at,
        "due_at": order.due_at,
        "promised_at": None,  # routing follows
        "attributes": order.attributes,
        "lines": lines,
        "shipments": [],
        "version": accepted.version,
    }
    return OrderOut.model_validate(shown)  # at once: making each model by hand takes three times as long


def show_entry(entry: Entry) -> StoryEntry:
    """Return a line of the story as the API shows it."""
    return StoryEntry(**{name: getattr(entry, name) for name in StoryEntry.model_fields})


def show_event(event: Event) -> TimelineEntry:
    """Return an event as a timeline shows it."""
    return TimelineEntry(
        id=event.uid, type=event.type, subject=event.subject, time=event.at, actor=event.actor, data=event.data
    )
