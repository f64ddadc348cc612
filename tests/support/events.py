"""Recording events and subscriptions in tests without the features that normally do."""

from __future__ import annotations

from typing import Any

from backend.clock import system_now
from backend.context import Context
from backend.events.sequencer import sequence
from models.events import EventType
from models.tables import Location, LocationGroupMember, Subscription

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def make_location(ctx: Context, code: str, *, groups: tuple[str, ...] = ()) -> int:
    """Insert a location and return its id."""
    now = system_now()
    with ctx.uow() as uow:
        row = Location(
            code=code, name=code, kind="store", time_zone="UTC", groups=list(groups), created_at=now, updated_at=now
        )
        uow.session.add(row)
        uow.session.flush()
        assert row.id is not None
        uow.session.add_all(LocationGroupMember(location_id=row.id, group_code=group) for group in groups)
        return row.id


def make_subscription(ctx: Context, code: str, **fields: Any) -> int:
    """Insert a subscription and return its id."""
    now = system_now()
    values: dict[str, Any] = {"url": "https://receiver.example/hook", "secret": SECRET, "created_by": "test"} | fields
    with ctx.uow() as uow:
        row = Subscription(code=code, created_at=now, updated_at=now, **values)
        uow.session.add(row)
        uow.session.flush()
        assert row.id is not None
        return row.id


def record(
    ctx: Context,
    count: int = 1,
    *,
    type_: EventType = EventType.SLA_LOCATION_CHANGED,
    subject: str = "location/S1",
    location_id: int | None = None,
) -> list[str]:
    """Commit `count` events in one transaction and return their uids."""
    with ctx.uow() as uow:
        return [
            uow.record(type_, subject=subject, location_id=location_id, data={"number": number})
            for number in range(count)
        ]


def relay(ctx: Context) -> int:
    """Sequence what is committed and return how many events that were."""
    with ctx.uow() as uow:
        return sequence(uow)
