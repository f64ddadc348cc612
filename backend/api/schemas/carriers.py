"""Carriers and transfer lanes over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field, JsonValue, Strict

from backend.api.schemas.common import MAX_ITEMS, Body, Code, Name, ShownInstant
from backend.promise.edits import MAX_LANE_MINUTES, CarrierInput, LaneInput
from backend.promise.queries import LaneView
from models.tables import Carrier


class CarrierIn(Body):
    """A carrier as its owner states it; only active ones are promised with."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "Parcel carrier",
                "document": {
                    "services": {
                        "standard": {
                            "days": 5,
                            "bands": [{"to_km": 300, "days": 1}, {"to_km": 900, "days": 2}],
                            "areas": [{"state": "HI", "days": 7}, {"postal_prefix": "606", "days": 1}],
                        }
                    },
                    "calendar": {
                        "pickup_days": ["mon", "tue", "wed", "thu", "fri"],
                        "delivery_days": ["mon", "tue", "wed", "thu", "fri", "sat"],
                        "holidays": ["2026-12-25"],
                        "pickup_cutoff": "18:00",
                        "delivered_by": "20:00",
                        "time_zone": "America/Chicago",
                    },
                },
            }
        }
    )

    name: Name
    document: Annotated[dict[str, JsonValue], Field(description="Its `services` and its `calendar`.")]
    active: Annotated[bool, Strict()] = True

    def to_input(self) -> CarrierInput:
        """Return what the service takes."""
        return CarrierInput(self.name, self.document, self.active)


class CarrierOut(Body):
    """A carrier."""

    code: str
    name: str
    document: dict[str, Any]
    active: bool
    version: int
    updated_at: ShownInstant


class LaneIn(Body):
    """How long goods take from one location to another; null: not at all any more."""

    model_config = ConfigDict(populate_by_name=True)

    source: Annotated[Code, Field(alias="from")]
    target: Annotated[Code, Field(alias="to")]
    minutes: Annotated[int, Strict(), Field(ge=0, le=MAX_LANE_MINUTES)] | None

    def to_input(self) -> LaneInput:
        """Return what the service takes."""
        return LaneInput(self.source, self.target, self.minutes)


class LanesIn(Body):
    """At most 1,000 lanes, all or none."""

    items: Annotated[list[LaneIn], Field(min_length=1, max_length=MAX_ITEMS)]


class LaneOut(Body):
    """A lane."""

    model_config = ConfigDict(populate_by_name=True)

    source: Annotated[str, Field(alias="from")]
    target: Annotated[str, Field(alias="to")]
    minutes: int


def show(carrier: Carrier) -> CarrierOut:
    """Return a carrier as the API shows it."""
    return CarrierOut(**carrier.model_dump())


def show_lane(lane: LaneView) -> LaneOut:
    """Return a lane as the API shows it."""
    return LaneOut(source=lane.source, target=lane.target, minutes=lane.minutes)
