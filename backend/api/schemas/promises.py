"""Promise dates over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from backend.api.schemas.common import Body, Code, Document, ShownInstant, Units, Word
from backend.api.schemas.orders import AddressIn, CustomerIn
from backend.orders.rules import NewLine, NewOrder
from backend.promise.rules import Part, PartName, ShipmentPromise
from backend.routing.suggestions import Suggestion
from models.enums import Method

#: (line id, units) of one location.
LineUnits = tuple[tuple[int, int], ...]


class WantedLine(Body):
    """One product in a basket."""

    sku: Code
    quantity: Units


class PromiseIn(Body):
    """A basket and where it is to go: what a shop knows before there is an order."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "method": "ship",
                "ship_to": {"state": "IL", "postal_code": "60601", "latitude": 41.88, "longitude": -87.63},
                "lines": [{"sku": "TEA-250", "quantity": 2}],
            }
        }
    )

    method: Method
    service_level: Word = "standard"
    channel: Word = "web"
    customer: CustomerIn = CustomerIn()
    ship_to: AddressIn = AddressIn()
    pickup_location: Code | None = None
    lines: Annotated[list[WantedLine], Field(min_length=1, max_length=500)]
    attributes: Document = Field(default_factory=dict)

    def to_input(self) -> NewOrder:
        """Return the order that it would be."""
        return NewOrder(
            external_id="promise",
            channel=self.channel,
            method=self.method,
            lines=tuple(NewLine(line.sku, line.quantity) for line in self.lines),
            customer=self.customer.model_dump(exclude_none=True),
            service_level=self.service_level,
            ship_to=self.ship_to.model_dump(exclude_none=True),
            pickup_location=self.pickup_location,
            attributes=self.attributes,
        )


class PartOut(Body):
    """A stretch of the time from now to the date; the next part begins where it ends."""

    model_config = ConfigDict(populate_by_name=True)

    part: PartName
    start: Annotated[ShownInstant, Field(alias="from")]
    end: Annotated[ShownInstant, Field(alias="to")]
    minutes: int
    words: str


class PromisedShipment(Body):
    """What one location would send, and when it is there; without a date, `problem` says why.

    `from` is who sends it what it lacks first, by transfer."""

    model_config = ConfigDict(populate_by_name=True)

    location: str
    source: Annotated[str | None, Field(alias="from")]
    lines: list[WantedLine]
    promised_at: ShownInstant | None
    carrier: str | None
    problem: str
    parts: list[PartOut]


class PromiseOut(Body):
    """When an order would be there: the latest shipment decides. What is backordered is promised on arrivals; no date
    while units are `missing`: neither there nor announced."""

    promised_at: ShownInstant | None
    decided_by: str | None
    as_of: ShownInstant
    shipments: list[PromisedShipment]
    missing: list[WantedLine]


def show(found: Suggestion, *, as_of: datetime) -> PromiseOut:
    """Return a suggestion's promise as the API shows it."""
    skus = {line.line_id: line.sku for line in found.order.lines}
    promise = found.promise
    sources = {one.place.code: one.supply.source.code for one in found.decision.assignments if one.supply}
    decides = next((shipment.location for shipment in promise.shipments if shipment.date == promise.date), None)
    return PromiseOut(
        promised_at=promise.date,
        decided_by=decides if promise.date else None,
        as_of=as_of,
        shipments=[
            _shipment(shipment, units, skus, source=sources.get(shipment.location))
            for shipment, units in zip(promise.shipments, [*_sent(found), *_awaited(found)], strict=True)
        ],
        missing=[WantedLine(sku=skus[line_id], quantity=units) for line_id, units in _missing(found)],
    )


def _sent(found: Suggestion) -> list[LineUnits]:
    return [given.units for given in found.decision.assignments]


def _awaited(found: Suggestion) -> list[LineUnits]:
    """Return what goes on from each location at which something arrives, in the order of the promise."""
    units: dict[int, dict[int, int]] = {}
    for line_id, arrivals in found.awaited.items():
        for item in arrivals:
            here = units.setdefault(item.location_id, {})
            here[line_id] = here.get(line_id, 0) + item.units
    return [tuple(lines.items()) for _, lines in sorted(units.items())]


def _missing(found: Suggestion) -> LineUnits:
    """Return the units that are neither there nor announced."""
    announced = {line_id: sum(item.units for item in items) for line_id, items in found.awaited.items()}
    short = ((left.line_id, left.units - announced.get(left.line_id, 0)) for left in found.decision.leftovers)
    return tuple((line_id, units) for line_id, units in short if units > 0)


def _shipment(
    promise: ShipmentPromise, given: LineUnits, skus: dict[int, str], *, source: str | None
) -> PromisedShipment:
    return PromisedShipment(
        location=promise.location,
        source=source,
        lines=[WantedLine(sku=skus[line_id], quantity=units) for line_id, units in given],
        promised_at=promise.date,
        carrier=promise.carrier,
        problem=promise.problem,
        parts=[_part(part) for part in promise.parts],
    )


def _part(part: Part) -> PartOut:
    return PartOut(part=part.part, start=part.start, end=part.end, minutes=part.minutes, words=part.words)
