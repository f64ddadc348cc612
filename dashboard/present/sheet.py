"""Lists as CSV, safe to open in a spreadsheet: text that it would take for a formula is quoted. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from alerts.queries import DeliveryView
from backend.sla.views import LocationView, QueueItem

Cell = str | int | datetime | None

#: A cell that begins with one of these is run as a formula by spreadsheets.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

LOCATIONS = (
    *("code", "name", "kind", "groups", "status", "open", "compliant", "at_risk", "non_compliant", "met", "missed"),
    *("since", "time_zone", "closed"),
)
QUEUE = ("order", "shipment", "method", "service_level", "step", "on_hold", "status", "due_at", "placed_at", "units")
DELIVERIES = (
    *("id", "webhook_id", "type", "subject", "location", "subscription", "state", "attempts", "created_at"),
    *("finished_at", "next_attempt_at", "last_status_code", "last_error"),
)


def lines(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Return the lines of the file, with a byte order mark, so that spreadsheets read it as UTF-8."""
    yield "\ufeff" + _line(head)
    for row in rows:
        yield _line(row)


def location(view: LocationView) -> tuple[Cell, ...]:
    """Return a location as a row of `LOCATIONS`."""
    counts = view.counts
    return (
        view.code,
        view.name,
        view.kind,
        " ".join(view.groups),
        view.shown.value,
        counts.open,
        counts.compliant,
        counts.at_risk,
        counts.non_compliant,
        view.met,
        view.missed,
        view.since,
        view.time_zone,
        "yes" if view.closed else "no",
    )


def shipment(item: QueueItem) -> tuple[Cell, ...]:
    """Return an open shipment as a row of `QUEUE`."""
    return (
        item.external_id,
        item.shipment_id,
        item.method,
        item.service_level,
        item.status,
        "yes" if item.held else "no",
        item.sla_status.value if item.sla_status else None,
        item.due_at,
        item.placed_at,
        item.units,
    )


def delivery(one: DeliveryView) -> tuple[Cell, ...]:
    """Return a webhook message as a row of `DELIVERIES`."""
    return (
        one.id,
        one.event_id,
        one.event_type,
        one.subject,
        one.location,
        one.subscription,
        one.status.value,
        one.attempts,
        one.created_at,
        one.finished_at,
        one.next_attempt_at,
        one.last_status_code,
        one.last_error,
    )


def _line(cells: Sequence[Cell]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([_safe(cell) for cell in cells])
    return out.getvalue()


def _safe(cell: Cell) -> str | int:
    if isinstance(cell, int):
        return cell
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%dT%H:%M:%SZ")
    text = cell or ""
    return f"'{text}" if text.startswith(_FORMULA) else text
