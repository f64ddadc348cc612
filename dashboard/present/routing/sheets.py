"""Lists about routing as rows of CSV files. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.routing.figures import EmptyView
from dashboard.present.routing.reasons import reason_words
from dashboard.present.sheet import Cell
from dashboard.views.kept import Version

VERSIONS = ("name", "version", "state", "note", "saved_by", "saved_at", "activated_at", "title")
EMPTY = (
    *("order", "channel", "method", "lines", "units", "outcome", "reason", "in_words", "attempt", "state", "at"),
    "routed_again_at",
)


DIFFERENCES = ("order", "order_id", "active", "tried")


def difference(one: Mapping[str, Any]) -> tuple[Cell, ...]:
    """Return an order that two strategies send to different places as a row of `DIFFERENCES`."""
    return (one["external_id"], one["order"], " ".join(one["active"]), " ".join(one["tried"]))


def version(one: Version) -> tuple[Cell, ...]:
    """Return a version as a row of `VERSIONS`."""
    title = str(one.document.get("title", ""))
    return (one.name, one.version, one.status, one.note, one.created_by, one.created_at, one.activated_at, title)


def empty(one: EmptyView) -> tuple[Cell, ...]:
    """Return an empty suggestion as a row of `EMPTY`."""
    what: tuple[Cell, ...] = (one.external_id, one.channel, one.method, one.lines, one.units)
    why: tuple[Cell, ...] = (one.outcome.value, one.reason, reason_words(one.reason), one.attempt)
    return (*what, *why, one.status.value, one.at, one.again_at)
