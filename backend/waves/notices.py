"""What the event log is told of waves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from backend.persistence.uow import Uow
from models.events import EventType
from models.tables import Location, PickWave

_INSTANTS = ("due_at", "cutoff_at", "latest_safe_start_at", "predicted_finish_at")
_COUNTS = ("shipments", "units", "lines", "stops")


def tell(uow: Uow, type_: EventType, wave: PickWave, more: Mapping[str, Any] | None = None) -> None:
    """Record an event of a wave: what it is, and `more`."""
    location = uow.session.get(Location, wave.location_id)
    data = {
        "wave": wave.id,
        "number": wave.number,
        "location": location.code if location else "",
        "status": wave.status,
        "rule": wave.rule_code,
        "parent": wave.parent_id,
        **{name: getattr(wave, name) for name in _COUNTS},
        **{name: _shown(getattr(wave, name)) for name in _INSTANTS},
        **(more or {}),
    }
    uow.record(type_, subject=f"wave/{wave.id}", data=data, location_id=wave.location_id)


def _shown(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
