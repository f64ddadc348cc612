"""Policies, events and what came of them, for tests of the alert engine."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from backend.clock import system_now
from backend.context import Context
from backend.events.sequencer import sequence
from backend.jobs.alerts import run
from models.alerting import ReceiverKind
from models.enums import DefinitionStatus
from models.events import EventType
from models.tables import Alert, AlertPolicy, Event, Subscription

#: A location's colour: a warning at risk, critical when non-compliant.
COLOUR: dict[str, Any] = {
    "title": "SLA",
    "level": "location",
    "severity": "critical",
    "raise": [
        {
            "type": "sla.location.changed",
            "where": [{"field": "data.to", "op": "is", "value": "at_risk"}],
            "severity": "warning",
        },
        {"type": "sla.location.changed", "where": [{"field": "data.to", "op": "is", "value": "non_compliant"}]},
    ],
    "clear": [{"type": "sla.location.changed"}],
    "says": "{location} is {data.to}",
    "clears": "Late work goes out.",
}
#: A late shipment.
LATE: dict[str, Any] = {
    "title": "Late shipment",
    "level": "shipment",
    "severity": "error",
    "raise": [{"type": "sla.shipment.changed", "where": [{"field": "data.to", "op": "is", "value": "non_compliant"}]}],
    "clear": [{"type": "sla.shipment.changed"}, {"type": "shipment.shipped"}],
    "says": "Shipment {data.shipment} is late",
}


def add_policy(ctx: Context, code: str, document: dict[str, Any], **changed: Any) -> None:
    """Insert an active policy that holds from the start of the feed."""
    with ctx.uow() as uow:
        uow.session.add(
            AlertPolicy(
                code=code,
                version=1,
                status=DefinitionStatus.ACTIVE.value,
                document={**document, **changed},
                created_by="test",
                created_at=uow.now,
            )
        )


def add_channel(ctx: Context, code: str, *, default: bool = True) -> None:  # noqa: FBT001, RUF100  # as stored
    """Insert a channel of the kind webhook."""
    now = system_now()
    with ctx.uow() as uow:
        uow.session.add(
            Subscription(
                code=code,
                kind=ReceiverKind.WEBHOOK.value,
                url="https://tool.example/hook",
                secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",  # the specification's example
                config={"default": default},
                created_by="test",
                created_at=now,
                updated_at=now,
            )
        )


def turns(ctx: Context, code: str, to: str, location_id: int | None, **data: Any) -> None:
    """Commit that a location changed colour."""
    with ctx.uow() as uow:
        uow.record(
            EventType.SLA_LOCATION_CHANGED,
            subject=f"location/{code}",
            location_id=location_id,
            data={"location": code, "to": to, **data},
        )


def becomes(ctx: Context, shipment: int, to: str, location_id: int | None, **data: Any) -> None:
    """Commit that a shipment's SLA status changed."""
    with ctx.uow() as uow:
        uow.record(
            EventType.SLA_SHIPMENT_CHANGED,
            subject=f"shipment/{shipment}",
            location_id=location_id,
            data={"shipment": shipment, "to": to, **data},
        )


def number(ctx: Context) -> None:
    """Give what is committed its place in the feed."""
    with ctx.uow() as uow:
        sequence(uow)


def settle(ctx: Context) -> None:
    """Give events their places and let the engine do all there is to do now, until nothing is left."""
    for _ in range(50):
        with ctx.uow() as uow:
            numbered = sequence(uow, limit=10_000)
        run(ctx)
        if not numbered:
            return
    raise AssertionError("the engine goes round in circles")


def alerts(ctx: Context, *, policy: str | None = None) -> list[Alert]:
    """Return every alert, oldest first."""
    query = sa.select(Alert).order_by(col(Alert.id))
    if policy is not None:
        query = query.where(col(Alert.policy_code) == policy)
    with ctx.read() as uow:
        rows = list(uow.session.scalars(query))
        uow.session.expunge_all()
        return rows


def told(ctx: Context) -> list[tuple[str, str]]:
    """Return the notices that were for a channel: event type and title, in the order of the feed."""
    query = sa.select(Event).where(col(Event.type).like("alert.%")).order_by(col(Event.id))
    with ctx.read() as uow:
        return [(row.type, row.data["title"]) for row in uow.session.scalars(query) if row.data.get("notify")]
