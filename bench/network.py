"""A throw-away network to look at: locations all over the contiguous United States, and ways to change their colours.
It writes the tables directly, because what it prepares is not what is measured."""

from __future__ import annotations

import random
import time
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from backend.context import Context
from models.enums import Compliance, LocationKind
from models.events import EventType
from models.tables import Location, LocationGroupMember, LocationHealth

#: Counts by band that a grade stands for.
COUNTS = {
    Compliance.COMPLIANT: (40, 1, 0),
    Compliance.AT_RISK: (30, 6, 0),
    Compliance.NON_COMPLIANT: (20, 6, 5),
}


def seed(ctx: Context, count: int) -> None:
    """Put `count` locations on the map, eight in ten compliant."""
    chance = random.Random(7)
    with ctx.uow() as uow:
        places = [_place(number, uow.now, chance) for number in range(1, count + 1)]
        members = [{"location_id": place["id"], "group_code": place["groups"][0]} for place in places]
        health = [_health(place["id"], uow.now, chance) for place in places]
        for table, rows in ((Location, places), (LocationGroupMember, members), (LocationHealth, health)):
            uow.session.execute(sa.insert(table), rows)


def _place(number: int, now: datetime, chance: random.Random) -> dict[str, Any]:
    return {
        "id": number,
        "code": f"L{number:05}",
        "name": f"Store {number}",
        "kind": (LocationKind.STORE if number % 9 else LocationKind.WAREHOUSE).value,
        "latitude": chance.uniform(26, 48.5),
        "longitude": chance.uniform(-123, -72),
        "time_zone": "America/Chicago",
        "methods": ["ship", "pickup"],
        "hours": {},
        "daily_limit": {},
        "groups": ["west" if number % 2 else "east"],
        "attributes": {},
        "data_seen_at": now,
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }


def _health(location_id: int, now: datetime, chance: random.Random) -> dict[str, Any]:
    grade = chance.choices(list(Compliance), [80, 13, 7])[0]
    return {"location_id": location_id, "since": now, "changed_at": now, **_looks(grade)}


def _looks(grade: Compliance) -> dict[str, Any]:
    return dict(zip(("compliant", "at_risk", "non_compliant"), COUNTS[grade], strict=True)) | {"grade": grade.value}


def recolour(ctx: Context, count: int) -> float:
    """Give the first `count` locations by code the next colour in one transaction; return when it was committed,
    in epoch seconds."""
    joined = sa.select(col(Location.id), col(Location.code), col(LocationHealth.grade)).join(
        LocationHealth, col(LocationHealth.location_id) == col(Location.id)
    )
    with ctx.uow() as uow:
        for location_id, code, was in uow.session.execute(joined.order_by(col(Location.code)).limit(count)).all():
            grade = list(Compliance)[(Compliance(was).severity + 1) % 3]
            uow.session.execute(
                sa.update(LocationHealth)
                .where(col(LocationHealth.location_id) == location_id)
                .values(since=uow.now, changed_at=uow.now, **_looks(grade))
            )
            uow.record(
                EventType.SLA_LOCATION_CHANGED,
                subject=f"location/{code}",
                data={"location": code, "from": was, "to": grade.value},
                location_id=location_id,
            )
    return time.time()
