"""What people wrote down about alerts, and did for them, in a stretch of time. SELECT only; whose alerts the reader may
see, the caller asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from models.events import EventType
from models.tables import Event


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was written down about an alert; `action` names what was done, empty for mere words."""

    alert_id: int
    at: datetime
    by: str
    text: str
    action: str


def notes_since(session: Session, since: datetime, *, limit: int = 500) -> list[Note]:
    """Return what was written down after an instant, the newest first."""
    rows = session.execute(
        sa.select(col(Event.at), col(Event.data))
        .where(col(Event.type) == EventType.ALERT_NOTED.value, col(Event.at) > since)
        .order_by(col(Event.id).desc())
        .limit(limit)
    )
    return [
        Note(
            int(data.get("alert") or 0),
            at,
            str(data.get("by") or ""),
            str(data.get("text") or ""),
            str(data.get("action") or ""),
        )
        for at, data in rows
    ]
