"""Locations over HTTP."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, JsonValue, Strict

from backend.api.schemas.common import (
    MAX_ITEMS,
    Body,
    Code,
    Degrees,
    Document,
    Money,
    Name,
    Reason,
    ShownInstant,
    Word,
)
from backend.locations.queries import LocationView
from backend.locations.rules import LocationInput
from models.enums import Compliance, LoadWindow, LocationKind, Method
from models.money import show_money


class DailyLimit(Body):
    """How much may be assigned to a location per hour, day (if not stated) or week of its own clock."""

    orders: Annotated[int, Strict(), Field(ge=0, le=1_000_000)] | None = None
    items: Annotated[int, Strict(), Field(ge=0, le=100_000_000)] | None = None
    money: Money | None = None
    per: LoadWindow | None = None

    def document(self) -> dict[str, Any]:
        """Return what is stored; money as a decimal string."""
        stated = self.model_dump(exclude_none=True, mode="json")
        return stated | ({"money": show_money(self.money)} if self.money is not None else {})


def _orders(value: Any) -> Any:
    return {"orders": value} if isinstance(value, int) and not isinstance(value, bool) else value


class LocationIn(Body):
    """A location as its owner states it. `hours` empty: always open."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "Chicago Loop",
                "kind": "store",
                "latitude": 41.88,
                "longitude": -87.63,
                "time_zone": "America/Chicago",
                "methods": ["ship", "pickup"],
                "hours": {"weekly": {"mon": [["09:00", "21:00"]]}, "cutoffs": {"ship": "17:00"}},
                "groups": ["midwest"],
            }
        }
    )

    code: Code | None = None
    name: Name
    kind: LocationKind
    latitude: Annotated[Degrees, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[Degrees, Field(ge=-180, le=180)] | None = None
    time_zone: Annotated[str, Field(max_length=64)]
    methods: Annotated[list[Method], Field(min_length=1, max_length=len(Method))]
    hours: Annotated[dict[str, JsonValue], Field(max_length=10, default_factory=dict)]
    daily_limit: Annotated[DailyLimit | None, BeforeValidator(_orders)] = Field(
        default=None, description="A bare number means orders. Money is a decimal string; `per` hour, day or week."
    )
    processing: Annotated[
        dict[str, JsonValue],
        Field(max_length=10, default_factory=dict, description='Open minutes of work by method: {"ship": 120}.'),
    ]
    capacity: Annotated[
        dict[str, JsonValue],
        Field(max_length=10, default_factory=dict, description='{"shipments_per_hour": 40}, of open hours.'),
    ]
    groups: Annotated[list[Code], Field(max_length=50, default_factory=list)]
    attributes: Document = Field(default_factory=dict)

    def to_input(self, code: str) -> LocationInput:
        """Return what the service takes."""
        limit = self.daily_limit.document() if self.daily_limit else {}
        return LocationInput(
            code=code,
            name=self.name,
            kind=self.kind,
            time_zone=self.time_zone,
            methods=tuple(self.methods),
            latitude=self.latitude,
            longitude=self.longitude,
            hours=self.hours,
            daily_limit=limit,
            processing=self.processing,
            capacity=self.capacity,
            groups=tuple(self.groups),
            attributes=self.attributes,
        )


class NamedLocationIn(LocationIn):
    """A location of a batch: its code is required."""

    code: Code


class LocationBatchIn(Body):
    """At most 1,000 locations, all or none."""

    items: Annotated[list[NamedLocationIn], Field(min_length=1, max_length=MAX_ITEMS)]


class CloseIn(Body):
    """Why a location stops taking orders."""

    reason: Reason


class LocationOut(Body):
    """A location. `status` is its colour; `closed_reason` is set while it is closed by hand."""

    code: str
    name: str
    kind: LocationKind
    latitude: float | None
    longitude: float | None
    time_zone: str
    methods: list[Method]
    hours: dict[str, Any]
    daily_limit: dict[str, Any]
    processing: dict[str, Any]
    capacity: dict[str, Any]
    groups: list[str]
    attributes: dict[str, Any]
    status: Compliance
    closed: bool
    closed_reason: str | None
    version: int
    updated_at: ShownInstant


class Point(Body):
    """A GeoJSON point: longitude first."""

    type: Literal["Point"] = "Point"
    coordinates: tuple[float, float]


class Feature(Body):
    """One location on the map; a location without a place has no geometry."""

    type: Literal["Feature"] = "Feature"
    id: str
    geometry: Point | None
    properties: dict[str, Any]


class FeatureCollection(Body):
    """All visible locations as GeoJSON (RFC 7946)."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[Feature]


def show(view: LocationView) -> LocationOut:
    """Return a location as the API shows it."""
    location = view.location
    stated = location.model_dump(
        include={
            "code",
            "name",
            "kind",
            "latitude",
            "longitude",
            "time_zone",
            "methods",
            "hours",
            "daily_limit",
            "processing",
            "capacity",
            "groups",
            "attributes",
            "closed_reason",
            "version",
            "updated_at",
        }
    )
    return LocationOut(**stated, status=view.compliance, closed=location.closed_reason is not None)


def feature(view: LocationView) -> Feature:
    """Return a location as a GeoJSON feature."""
    location, health = view.location, view.health
    place = None
    if location.latitude is not None and location.longitude is not None:
        place = Point(coordinates=(location.longitude, location.latitude))
    counts = {name: getattr(health, name) if health else 0 for name in ("compliant", "at_risk", "non_compliant")}
    properties = {
        "code": location.code,
        "name": location.name,
        "kind": location.kind,
        "compliance": view.compliance.value,
        "closed": location.closed_reason is not None,
        "groups": location.groups,
        "methods": location.methods,
        "open": sum(counts.values()),
        "counts": counts,
    }
    return Feature(id=location.code, geometry=place, properties=properties)


__all__ = ["CloseIn", "FeatureCollection", "LocationBatchIn", "LocationIn", "LocationOut", "Word", "feature", "show"]
