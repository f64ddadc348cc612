"""Bodies of channels."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints

from alerts.connectors.base import Ask, Connector
from alerts.receivers import ReceiverView, schema_of
from backend.api.schemas.common import Body, ShownInstant
from backend.channels.service import MOST_HOURS, ChannelInput
from models.alerting import ReceiverKind

Secret = Annotated[str, StringConstraints(max_length=2000)]


class ChannelIn(Body):
    """Where alerts shall go. What `config` holds depends on the kind: `GET /channels/kinds`."""

    kind: ReceiverKind = Field(examples=["pagerduty"], description="Fixed once the channel is there.")
    title: Annotated[str, StringConstraints(max_length=200)] = Field(default="", examples=["Operations, day"])
    url: Annotated[str, StringConstraints(max_length=2000)] = ""
    secret: Secret | None = Field(
        default=None, repr=False, description="Never shown again. Left out: the one there is, or one that is made."
    )
    inbound_secret: Annotated[str, StringConstraints(max_length=200)] | None = Field(
        default=None, repr=False, description="What its calls to us are signed with; empty takes it away."
    )
    config: dict[str, Any] = Field(default={}, examples=[{"region": "eu", "default": True}])
    enabled: bool = True

    def to_input(self) -> ChannelInput:
        """Return what the service takes."""
        return ChannelInput(**{name: getattr(self, name) for name in type(self).model_fields})


class RotateIn(Body):
    """Another secret. A signed webhook's is made when it is left out."""

    secret: Annotated[str, StringConstraints(min_length=1, max_length=2000)] | None = Field(default=None, repr=False)
    hours: int = Field(
        default=24, ge=0, le=MOST_HOURS, description="For so long messages are signed with the one before as well."
    )


class ChannelOut(BaseModel):
    """A channel and how it fares; its secrets are never shown."""

    code: str
    kind: ReceiverKind
    title: str
    url: str
    where: str = Field(description="Where it goes, for people.")
    config: dict[str, Any]
    enabled: bool
    disabled_reason: str | None
    paused: bool
    has_secret: bool
    calls_back: bool = Field(description="Whether its calls to us can be verified.")
    failing_since: ShownInstant | None
    failures: int = Field(description="In a row.")
    broken_until: ShownInstant | None = Field(description="Left alone until then.")
    paced_until: ShownInstant | None
    unhealthy_at: ShownInstant | None
    previous_until: ShownInstant | None = Field(description="Until then messages carry two signatures.")
    owed: int
    owed_since: ShownInstant | None
    last_delivered_at: ShownInstant | None
    last_error: str | None
    version: int
    created_by: str
    created_at: ShownInstant
    updated_at: ShownInstant

    @classmethod
    def of(cls, view: ReceiverView, **more: Any) -> ChannelOut:
        """Return the body for a view."""
        return cls(**{name: getattr(view, name) for name in cls.model_fields if hasattr(view, name)} | more)


class NewChannelOut(ChannelOut):
    """The only answer with a secret: one that was made here just now."""

    secret: str


class AskOut(BaseModel):
    """An address or a secret that a kind asks for."""

    title: str
    about: str
    required: bool
    default: str

    @classmethod
    def of(cls, ask: Ask | None) -> AskOut | None:
        """Return the body; None when there is nothing to ask."""
        return None if ask is None else cls(**{name: getattr(ask, name) for name in cls.model_fields})


class KindOut(BaseModel):
    """A kind of channel: what it asks for, and the JSON Schema of its `config`."""

    kind: ReceiverKind
    title: str
    url: AskOut | None
    secret: AskOut | None
    config: dict[str, Any]

    @classmethod
    def of(cls, connector: Connector) -> KindOut:
        """Return the body for a connector."""
        return cls(
            kind=connector.kind,
            title=connector.title,
            url=AskOut.of(connector.url),
            secret=AskOut.of(connector.secret),
            config=schema_of(connector),
        )
