"""What waits at a counter: the code its customer shows, until when he may come, and what is asked of him. Who is
reminded, and what becomes of what nobody collects, is not here."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from backend.auth import attempts
from backend.auth.throttle import Limit
from backend.context import Context
from backend.fulfillment.rules import ShipmentFacts
from backend.fulfillment.said import Shown
from backend.fulfillment.workflow import Proof
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from backend.sla.calendar import OpenHours, calendar_of, to_instant
from models.errors import DomainError, ErrorCode, Fault
from models.tables import Location

_LOCATIONS = table_of(Location)

#: Days on which the location opens that a customer has to come; a location says otherwise by this attribute.
DAYS = 3
DAYS_ATTRIBUTE = "collect_days"
_MOST_DAYS = 60

#: Guessing the code of one shipment.
PER_SHIPMENT = Limit(5, timedelta(minutes=15), timedelta(minutes=5))
WRONG_CODE = "wrong_code"


def proof_faults(asked: Proof | None, shown: Shown, code: str | None, *, at: str) -> Iterator[Fault]:
    """Yield what is wrong with what a customer showed; a shipment that has no code cannot be shown a wrong one."""
    needs_code = asked is Proof.CODE or (asked is Proof.EITHER and not shown.name)
    if needs_code and not shown.code:
        words = "Ask for the code." if asked is Proof.CODE else "Ask for the code, or for a name."
        yield Fault(f"{at}/code", "missing", words)
    if asked is Proof.NAME and not shown.name:
        yield Fault(f"{at}/name", "missing", "Ask for the name.")
    if shown.code and code and not hmac.compare_digest(shown.code.encode(), code.encode()):
        yield Fault(f"{at}/code", WRONG_CODE, "This is not the code of this shipment.")


@contextmanager
def counting_guesses(ctx: Context, shipment_id: int) -> Iterator[None]:
    """Let a code be tried: wrong ones are counted, and after too many RATE_LIMITED says how long to wait."""
    subjects = {f"pickup:{shipment_id}": PER_SHIPMENT}
    tries = attempts.record(ctx, subjects)
    wait = attempts.wait(ctx, subjects)
    if wait is not None:
        attempts.forget(ctx, tries)
        raise DomainError(ErrorCode.RATE_LIMITED, f"Too many wrong codes. Try again in {wait} s.", retry_after=wait)
    try:
        yield
    except DomainError as refused:
        if not any(fault.code == WRONG_CODE for fault in refused.faults):
            attempts.forget(ctx, tries)
        raise
    attempts.forget(ctx, tries)


def prepare(uow: Uow, ready: Sequence[tuple[ShipmentFacts, datetime]]) -> dict[int, dict[str, Any]]:
    """Return the columns of shipments that wait for their customers from a moment on, by id."""
    columns = (_LOCATIONS.c.id, sa.cast(_LOCATIONS.c.hours, sa.Text).label("hours_text"), _LOCATIONS.c.time_zone)
    statement = sa.select(*columns, _LOCATIONS.c.attributes)
    rows = fetch_in(uow.session, statement, _LOCATIONS.c.id, {fact.location_id for fact, _ in ready})
    places = {row.id: row for row in rows}
    found: dict[int, dict[str, Any]] = {}
    for fact, at in ready:
        place = places[fact.location_id]
        calendar, zone = calendar_of(place.hours_text, place.time_zone), ZoneInfo(place.time_zone)
        until = collect_by(calendar, zone, at, days_of(place.attributes))
        code = f"{secrets.randbelow(10**6):06d}"
        found[fact.id] = {"pickup_code": code, "collect_by_at": until, "remind_at": until - timedelta(days=1)}
    return found


def days_of(attributes: Mapping[str, Any]) -> int:
    """Return the open days that a location's customers have to come."""
    stated = attributes.get(DAYS_ATTRIBUTE)
    sound = isinstance(stated, int) and not isinstance(stated, bool) and 1 <= stated <= _MOST_DAYS
    return stated if sound and isinstance(stated, int) else DAYS


def collect_by(calendar: OpenHours, zone: ZoneInfo, at: datetime, days: int) -> datetime:
    """Return the end of the last of so many days, after this one, on which the place opens."""
    day = at.astimezone(zone).date()
    left = days
    for _ in range(7 * (days + 8)):  # a place that stays shut for weeks does not keep goods for ever
        day += timedelta(days=1)
        left -= calendar.opens_on(day)
        if left == 0:
            break
    return to_instant(datetime.combine(day + timedelta(days=1), datetime.min.time()), zone)
