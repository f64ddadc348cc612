"""The most urgent shipments of a few locations, for events and summaries. SELECT only, by the queue's index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from backend.persistence.bulk import table_of
from backend.persistence.uow import Uow
from models.tables import Shipment

SHIPMENT = table_of(Shipment)

#: How many of a location's shipments an event names.
NAMED = 5


def worst_shipments(uow: Uow, location_ids: Iterable[int], *, limit: int = NAMED) -> dict[int, list[dict[str, Any]]]:
    """Return per location the running shipments with the earliest due instants, as `{shipment, due_at, status}`."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    ids = sorted(set(location_ids))
    if not ids:
        return found
    if uow.session.connection().dialect.name == "postgresql":
        wanted = (
            sa.func.unnest(sa.cast(ids, sa.ARRAY(sa.BigInteger))).table_valued("id", name="wanted").render_derived()
        )
        top = _top(limit).where(SHIPMENT.c.location_id == wanted.c.id).lateral("top")
        rows = list(uow.session.connection().execute(sa.select(top).select_from(wanted).join(top, sa.true())))
    else:  # SQLite has no lateral join, and needs none: a query there costs microseconds
        rows = [
            row
            for id_ in ids
            for row in uow.session.connection().execute(_top(limit).where(SHIPMENT.c.location_id == id_))
        ]
    for row in sorted(rows, key=lambda row: (row.sla_due_at, row.id)):
        due = row.sla_due_at.isoformat().replace("+00:00", "Z")
        found[row.location_id].append({"shipment": row.id, "due_at": due, "status": row.sla_status})
    return found


def _top(limit: int) -> sa.Select[Any]:
    columns = (SHIPMENT.c.id, SHIPMENT.c.location_id, SHIPMENT.c.sla_due_at, SHIPMENT.c.sla_status)
    urgent = SHIPMENT.c.sla_due_at, SHIPMENT.c.id
    return sa.select(*columns).where(SHIPMENT.c.sla_due_at.is_not(None)).order_by(*urgent).limit(limit)
