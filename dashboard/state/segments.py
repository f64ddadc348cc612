"""The form of a segment on the Inventory page."""

from __future__ import annotations

from typing import Annotated, Any

import reflex as rx
from pydantic import Field

from dashboard.arguments import Bounds, carries
from dashboard.guard import policy
from dashboard.present.reading import with_faults
from dashboard.present.segment_form import at_fields
from dashboard.state.asking import Trouble, ask
from dashboard.state.inventory import InventoryState
from dashboard.views.forms import Form
from models.enums import Permission
from models.errors import ErrorCode

Code = Annotated[str, Field(max_length=64)]
#: A line per quota is more than other forms hold.
_FORM = Bounds(text=20_000, values=50)
_STALE = "Somebody changed this segment first. Leave it and open it again to see what it is now."
_TAKEN = "There is a segment of this code already."


class SegmentState(rx.State):
    """Which segment is being changed, and what was typed."""

    form: Form = Form()
    code: str = ""
    said: str = ""
    _seen: int = 0

    @rx.event
    @policy(Permission.INVENTORY_WRITE)
    async def begin(self, code: Code) -> None:
        """Open the form of a segment, or of a new one when there is no code."""
        try:
            form, seen = await ask(self, lambda door, asker: door.segment(asker, code))
        except Trouble as trouble:
            self.said = str(trouble)
            return
        self.form, self._seen, self.code, self.said = form, seen, code, ""

    @rx.event
    @policy(Permission.INVENTORY_READ)
    def leave(self) -> None:
        """Close the form and change nothing."""
        self.form = Form()

    @rx.event
    @policy(Permission.INVENTORY_WRITE)
    @carries(_FORM)
    async def save(self, given: dict[str, Annotated[str, Field(max_length=20_000)]]) -> Any:
        """Write what was typed; what is wrong is said at its field and nothing changes."""
        if not self.form.action:
            return None
        code, seen = self.code, self._seen
        try:
            await ask(self, lambda door, asker: door.change_segment(asker, code, given, version=seen))
        except Trouble as trouble:
            stale = trouble.code is ErrorCode.STALE
            words = (_STALE if code else _TAKEN) if stale else str(trouble)
            self.form = with_faults(self.form, at_fields(trouble.faults), given, words)
            return None
        self.form, self.said = Form(), "Saved. Orders that are routed from now on follow it."
        return InventoryState.open
