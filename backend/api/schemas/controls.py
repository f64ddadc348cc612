"""Caps and pauses over HTTP."""

from __future__ import annotations

from typing import Any

from backend.api.schemas.common import Body, Instant, Reason, ShownInstant
from backend.api.schemas.locations import DailyLimit
from backend.controls.queries import ControlView
from backend.controls.rules import NewControl
from models.enums import Method
from models.floor import ControlKind


class ControlIn(Body):
    """A cap with its `limit`, or a pause of a `method`; without `until` it ends at the location's next midnight."""

    kind: ControlKind
    reason: Reason
    limit: DailyLimit | None = None
    method: Method | None = None
    until: Instant | None = None

    def to_input(self) -> NewControl:
        """Return what the service takes."""
        limit = self.limit.document() if self.limit else {}
        return NewControl(self.kind, self.reason, limit, self.method, self.until)


class ControlOut(Body):
    """A control that runs at a location."""

    id: int
    kind: ControlKind
    limit: dict[str, Any] | None
    method: Method | None
    reason: str
    by: str
    at: ShownInstant
    until: ShownInstant


def show_control(view: ControlView) -> ControlOut:
    """Return a control as the API shows it."""
    return ControlOut(
        id=view.id,
        kind=view.kind,
        limit=dict(view.value) or None,
        method=Method(view.subject) if view.subject else None,
        reason=view.reason,
        by=view.actor,
        at=view.at,
        until=view.until,
    )
