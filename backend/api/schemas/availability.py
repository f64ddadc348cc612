"""Availability over HTTP: what may be asked. Answers are built by hand in `backend/availability/answers.py`."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from backend.api.schemas.common import Body, Code, Instant, ShownInstant, Word
from backend.availability.answers import Question
from backend.availability.fences import Who
from models.enums import Method

MOST_SKUS = 100
MOST_LOCATIONS = 100


class AvailabilityQuery(Body):
    """Which SKUs, and for whom. Without `locations` all that you may see; without `channel`, `method` and
    `customer_segment` everything there is, ring-fenced or not; `at`: arrivals announced until then count as well."""

    skus: Annotated[list[Code], Field(min_length=1, max_length=MOST_SKUS)]
    locations: Annotated[list[Code], Field(max_length=MOST_LOCATIONS, default_factory=list)]
    channel: Word | None = None
    method: Method | None = None
    customer_segment: Word | None = None
    at: Instant | None = None

    def question(self) -> Question:
        """Return what is asked of each SKU."""
        if self.channel is None and self.method is None and self.customer_segment is None:
            return Question(tuple(sorted(set(self.locations))), None, self.at)
        customer = {"segment": self.customer_segment} if self.customer_segment is not None else {}
        who = Who.of(channel=self.channel or "", method=self.method or "", customer=customer)
        return Question(tuple(sorted(set(self.locations))), who, self.at)


class LocationAvailability(BaseModel):
    """Units of a product that may be promised at a location."""

    code: str
    atp: int


class ItemAvailability(BaseModel):
    """A product: units that may be promised in all, where, and when the next arrive that are not counted in."""

    sku: str
    atp: int
    locations: list[LocationAvailability]
    next_arrival: ShownInstant | None


class AvailabilityOut(BaseModel):
    """Everything committed before `as_of` is in the figures; `age_seconds` is how long ago that was."""

    items: list[ItemAvailability]
    as_of: ShownInstant
    age_seconds: float
