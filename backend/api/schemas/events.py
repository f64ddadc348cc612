"""Bodies of events, subscriptions and deliveries."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from alerts.queries import AttemptView, DeliveryView, SubscriptionView
from backend.api.schemas.common import Body, Code, ShownInstant
from models.enums import DeliveryStatus


class CloudEventOut(BaseModel):
    """A CloudEvents 1.0 document; a webhook's body is the same."""

    specversion: Literal["1.0"]
    id: str = Field(examples=["evt_2c1743a391305fbf367df8e4f069f9f9"])
    source: str
    type: str = Field(examples=["sla.location.changed"])
    subject: str = Field(examples=["location/ATL01"])
    time: datetime
    datacontenttype: Literal["application/json"]
    data: dict[str, Any]


class FeedOut(BaseModel):
    """A stretch of the feed; `next` is where to go on, also when `items` is empty."""

    items: list[CloudEventOut]
    next: str


def _cursor(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("a cursor is `next` of GET /events, 0 for the beginning, or latest")
    return str(value)


def _distinct(values: list[str]) -> list[str]:
    if len(set(values)) != len(values):
        raise ValueError("the same entry is there twice")
    return values


Type = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class SubscriptionIn(Body):
    """What to push where. Empty `types`, `locations` and `groups` mean everything the caller may see."""

    url: Annotated[str, StringConstraints(min_length=1, max_length=2000)] = Field(
        examples=["https://example.com/pickwatch"]
    )
    types: Annotated[list[Type], Field(max_length=50), AfterValidator(_distinct)] = Field(
        default=[], examples=[["sla.location.changed", "order.*"]]
    )
    locations: Annotated[list[Code], Field(max_length=1000), AfterValidator(_distinct)] = Field(default=[])
    groups: Annotated[list[Code], Field(max_length=1000), AfterValidator(_distinct)] = Field(default=[])
    secret: Annotated[str, StringConstraints(max_length=200)] | None = Field(
        default=None, repr=False, description="whsec_ and base64 of 24 to 64 bytes; made for you when left out."
    )
    enabled: bool = True
    since: Annotated[str, BeforeValidator(_cursor), StringConstraints(max_length=20)] | None = Field(
        default=None, alias="from", description="A cursor of GET /events: events after it are owed too."
    )


class SubscriptionOut(BaseModel):
    """A subscription; its secret is never shown again."""

    model_config = ConfigDict(populate_by_name=True)

    code: str
    url: str
    types: list[str]
    locations: list[str]
    groups: list[str]
    enabled: bool
    disabled_reason: str | None
    failing_since: ShownInstant | None = Field(description="Since when the receiver has taken nothing.")
    since: str = Field(alias="from")
    version: int
    created_by: str
    created_at: ShownInstant
    updated_at: ShownInstant

    @classmethod
    def of(cls, view: SubscriptionView, **more: Any) -> SubscriptionOut:
        """Return the body for a view."""
        fields = {name: getattr(view, name) for name in cls.model_fields if hasattr(view, name)}
        return cls(**fields | {"since": str(view.from_seq)} | more)


class NewSubscriptionOut(SubscriptionOut):
    """The answer that creates a subscription: the only one with its secret."""

    secret: str


class AttemptOut(BaseModel):
    """One try of a delivery."""

    number: int
    started_at: ShownInstant
    duration_ms: int
    outcome: str = Field(examples=["delivered"])
    status_code: int | None
    error: str | None
    response: str | None = Field(description="At most 2 KB of what the receiver answered.")


class DeliveryOut(BaseModel):
    """One event owed, or delivered, to one subscription."""

    id: int
    subscription: str
    event_id: str = Field(description="The webhook-id and the id of the CloudEvent.")
    event_type: str
    subject: str
    location: str | None
    status: DeliveryStatus
    created_at: ShownInstant
    next_attempt_at: ShownInstant | None
    finished_at: ShownInstant | None
    last_status_code: int | None
    last_error: str | None
    attempts: list[AttemptOut]

    @classmethod
    def of(cls, view: DeliveryView, tries: tuple[AttemptView, ...]) -> DeliveryOut:
        """Return the body for a view and its attempts."""
        fields = {name: getattr(view, name) for name in cls.model_fields if name != "attempts"}
        shown = [AttemptOut(**{name: getattr(a, name) for name in AttemptOut.model_fields}) for a in tries]
        return cls(**fields, attempts=shown)
