"""Bodies of events, subscriptions and deliveries."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from alerts.catalogue import EventKind
from alerts.queries import AttemptView, DeliveryView
from alerts.receivers import ReceiverView
from backend.api.schemas.common import Body, Code, Instant, ShownInstant
from backend.clock import system_now
from models.alerting import ContentMode, ReceiverKind
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


class EventTypeOut(BaseModel):
    """A type of event: what it tells, and what its `data` looks like. Ignore fields that you do not know."""

    type: str = Field(examples=["sla.location.changed"])
    about: str
    data: dict[str, Any] = Field(description="A JSON Schema (draft 2020-12).")

    @classmethod
    def of(cls, kind: EventKind) -> EventTypeOut:
        """Return the body for a type."""
        return cls(type=kind.name, about=kind.about, data=dict(kind.schema))


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
    """What to push where; without `url` it is pulled. Empty `types`, `locations` and `groups` mean everything that the
    caller may see."""

    url: Annotated[str, StringConstraints(max_length=2000)] = Field(
        default="", examples=["https://example.com/pickwatch"]
    )
    title: Annotated[str, StringConstraints(max_length=200)] = ""
    types: Annotated[list[Type], Field(max_length=50), AfterValidator(_distinct)] = Field(
        default=[], examples=[["sla.location.changed", "order.*"]]
    )
    locations: Annotated[list[Code], Field(max_length=1000), AfterValidator(_distinct)] = Field(default=[])
    groups: Annotated[list[Code], Field(max_length=1000), AfterValidator(_distinct)] = Field(default=[])
    filters: Annotated[list[dict[str, Any]], Field(max_length=20)] = Field(
        default=[],
        examples=[[{"field": "data.to", "op": "is", "value": "non_compliant"}]],
        description="Conditions on an event's fields, all of which must hold; as in alert policies.",
    )
    content_mode: ContentMode = Field(
        default=ContentMode.STRUCTURED, description="binary: `ce-` headers, and `data` alone as the body."
    )
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
    title: str
    url: str
    pulled: bool
    types: list[str]
    locations: list[str]
    groups: list[str]
    filters: list[dict[str, Any]]
    content_mode: ContentMode
    enabled: bool
    disabled_reason: str | None
    paused: bool
    failing_since: ShownInstant | None = Field(description="Since when the receiver has taken nothing.")
    owed: int = Field(description="Messages that wait; pulled: events of its types after its cursor, 10,000 at most.")
    owed_since: ShownInstant | None = Field(description="When the oldest of them was owed.")
    lag_seconds: float = Field(description="How old the oldest of them is; 0 when nothing waits.")
    last_delivered_at: ShownInstant | None
    last_error: str | None
    previous_until: ShownInstant | None = Field(description="Until then messages carry two signatures.")
    since: str = Field(alias="from", description="Pulled: its cursor.")
    version: int
    created_by: str
    created_at: ShownInstant
    updated_at: ShownInstant

    @classmethod
    def of(cls, view: ReceiverView, **more: Any) -> SubscriptionOut:
        """Return the body for a view."""
        fields = {name: getattr(view, name) for name in cls.model_fields if hasattr(view, name)}
        return cls(**fields | {"since": str(view.from_seq), "lag_seconds": view.lag(system_now())} | more)


class ReplayIn(Body):
    """Everything again that was recorded from then on."""

    since: Instant = Field(alias="from", examples=["2026-11-27T15:00:00Z"])


class ReplayOut(BaseModel):
    """How many messages are owed again; 0 of one that is pulled, whose cursor went back."""

    owed: int
    since: str = Field(alias="from")

    model_config = ConfigDict(populate_by_name=True)


class CursorIn(Body):
    """How far a pulled subscription was dealt with: `next` of what was read."""

    cursor: Annotated[str, BeforeValidator(_cursor), StringConstraints(max_length=20)]


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
    """One event owed, or delivered, to one subscription or channel."""

    id: int
    subscription: str = Field(description="The code of the subscription or channel.")
    kind: ReceiverKind
    alert: int | None = Field(description="The alert that a notice tells of.")
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
