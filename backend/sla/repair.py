"""Recount health from shipments: what deltas should make impossible is healed here, and logged."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from backend.persistence.bulk import chunks, fetch_in, table_of
from backend.persistence.uow import Uow
from backend.sla.health import HealthLedger
from models.enums import Compliance
from models.tables import LocationHealth, Shipment

log = logging.getLogger(__name__)

HEALTH, SHIPMENT = table_of(LocationHealth), table_of(Shipment)
_BANDS = tuple(band.value for band in Compliance)
_FEW = 200  # locations locked at a time


def suspects(uow: Uow) -> Sequence[int]:
    """Return locations whose counts look wrong, without locking: commands may be under way, so look again."""
    counted = _counted(uow, None)
    rows = uow.session.connection().execute(sa.select(HEALTH)).all()
    known = {row.location_id: _numbers(row) for row in rows}
    none = dict.fromkeys(_BANDS, 0)
    return sorted(id_ for id_ in known.keys() | counted.keys() if known.get(id_, none) != counted.get(id_, none))


def heal(uow: Uow, location_ids: Iterable[int]) -> int:
    """Correct the counts of these locations and return how many were really wrong.

    A transaction that changes shipments writes their location's health before it commits. So once the health rows
    are locked, what a later statement can see of the shipments is exactly what the rows should say.
    """
    wrong = 0
    ledger = HealthLedger()
    for chunk in chunks(sorted(location_ids), _FEW):
        lock = sa.select(HEALTH).order_by(HEALTH.c.location_id).with_for_update()
        rows = {row.location_id: _numbers(row) for row in fetch_in(uow.session, lock, HEALTH.c.location_id, chunk)}
        counted = _counted(uow, chunk)
        for id_ in chunk:
            known, true = rows.get(id_, {}), counted.get(id_, {})
            drift = {band: true.get(band, 0) - known.get(band, 0) for band in _BANDS}
            if not any(drift.values()):
                continue
            wrong += 1
            log.warning("location %d: health had drifted by %s; healed", id_, drift)
            ledger.correct(id_, drift, at=uow.now)
    ledger.close(uow)
    return wrong


def _counted(uow: Uow, location_ids: Sequence[int] | None) -> dict[int, dict[str, int]]:
    query = (
        sa.select(SHIPMENT.c.location_id, SHIPMENT.c.sla_status, sa.func.count().label("number"))
        .where(SHIPMENT.c.sla_due_at.is_not(None))
        .group_by(SHIPMENT.c.location_id, SHIPMENT.c.sla_status)
    )
    if location_ids is not None:
        query = query.where(SHIPMENT.c.location_id.in_(location_ids))
    found: dict[int, dict[str, int]] = {}
    for row in uow.session.connection().execute(query):
        found.setdefault(row.location_id, dict.fromkeys(_BANDS, 0))[row.sla_status] = row.number
    return found


def _numbers(row: Any) -> dict[str, int]:
    return {band: getattr(row, band) for band in _BANDS}
