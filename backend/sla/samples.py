"""Health over time: one row for the network every few seconds, one per location that changed. Charts read them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backend.persistence.bulk import table_of
from backend.persistence.uow import Uow
from models.tables import HealthSample, LocationHealth, Order, SystemFact

SAMPLE, HEALTH, FACT = table_of(HealthSample), table_of(LocationHealth), table_of(SystemFact)
ORDER = table_of(Order)

_NUMBERS = ("compliant", "at_risk", "non_compliant", "met", "missed")
_LOCATIONS_EVERY = timedelta(seconds=60)
_KEPT = timedelta(days=14)
_FACT = "sla.locations_sampled"


def sample_network(uow: Uow) -> None:
    """Add a row for the whole network, unless business time stands still."""
    if _last(uow, SAMPLE.c.location_id.is_(None)) == uow.now:
        return
    sums = [sa.func.coalesce(sa.func.sum(HEALTH.c[name]), 0) for name in _NUMBERS]
    # The last order's number, not a count: one step down an index, however many millions there are.
    orders = sa.select(sa.func.coalesce(sa.func.max(ORDER.c.id), 0)).scalar_subquery()
    columns = sa.select(sa.literal(uow.now, SAMPLE.c.at.type), *sums, orders).select_from(HEALTH)
    uow.session.connection().execute(sa.insert(SAMPLE).from_select(["at", *_NUMBERS, "orders"], columns))


def sample_locations(uow: Uow) -> None:
    """Add a row for each location that changed since this was last done, at most once a minute."""
    fact = uow.session.get(SystemFact, _FACT)
    since = datetime.fromisoformat(fact.value["at"]) if fact else None
    if since is not None and uow.now - since < _LOCATIONS_EVERY:
        return
    columns = sa.select(
        HEALTH.c.location_id,
        sa.literal(uow.now, SAMPLE.c.at.type),
        *(HEALTH.c[name] for name in _NUMBERS),
        sa.literal(0),
    )
    if since is not None:
        columns = columns.where(HEALTH.c.changed_at >= since)
    uow.session.connection().execute(sa.insert(SAMPLE).from_select(["location_id", "at", *_NUMBERS, "orders"], columns))
    value: dict[str, Any] = {"at": uow.now.isoformat()}
    uow.session.merge(SystemFact(name=_FACT, value=value, updated_at=uow.now))


def prune(uow: Uow) -> int:
    """Delete samples older than 14 days and return how many."""
    old = sa.delete(SAMPLE).where(SAMPLE.c.at < uow.now - _KEPT)
    return uow.session.connection().execute(old).rowcount


def _last(uow: Uow, where: sa.ColumnElement[bool]) -> datetime | None:
    newest = sa.select(SAMPLE.c.at).where(where).order_by(SAMPLE.c.at.desc()).limit(1)
    at: datetime | None = uow.session.connection().scalar(newest)
    return at
