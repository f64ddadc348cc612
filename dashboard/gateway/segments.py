"""What is done to segments."""

from __future__ import annotations

from collections.abc import Mapping

from backend.inventory import ringfences
from dashboard.gateway.base import Asker, Door
from dashboard.present import segment_form
from dashboard.views.forms import Form
from models.enums import Permission


class SegmentDoor(Door):
    """Segments, for those who may change stock everywhere."""

    def segment(self, asker: Asker, code: str) -> tuple[Form, int]:
        """Return the form of a segment and the version it was filled from; without a code that of a new one, 0."""
        asker.actor.require(Permission.INVENTORY_WRITE)
        if not code:
            return segment_form.blank(), 0
        with self._context().read(asker.actor) as uow:
            view = ringfences.get(uow, code)
        return segment_form.filled(view), view.version

    def change_segment(self, asker: Asker, code: str, given: Mapping[str, str], *, version: int) -> None:
        """Write what was typed over the version that was seen; INVALID with faults, NOT_FOUND, STALE or FORBIDDEN."""
        asker.actor.require(Permission.INVENTORY_WRITE)
        meant = segment_form.read(given, code)
        with self._context().uow(asker.actor) as uow:
            ringfences.put(uow, meant.code, meant.segment, expected_version=version)
