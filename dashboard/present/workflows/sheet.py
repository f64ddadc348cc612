"""The list of versions of workflows as rows of a CSV file. Pure."""

from __future__ import annotations

from backend.fulfillment.versions import UnderWay
from dashboard.present.sheet import Cell
from dashboard.present.workflows.ways import title
from dashboard.views.kept import Way

VERSIONS = (
    *("code", "version", "method", "group", "state", "title", "steps", "under_way", "note", "saved_by", "saved_at"),
    "activated_at",
)


def version(one: Way, found: UnderWay) -> tuple[Cell, ...]:
    """Return a version as a row of `VERSIONS`."""
    steps = " ".join(step["code"] for step in one.document["steps"])
    what: tuple[Cell, ...] = (one.code, one.version, one.method.value, one.group, one.status, title(one), steps)
    return (*what, found.of(one.method, one.id), one.note, one.created_by, one.created_at, one.activated_at)
