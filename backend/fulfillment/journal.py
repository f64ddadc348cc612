"""Rows of the steps that were done: written when one is done, read to take it back. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from backend.fulfillment.rules import DoneStep
from backend.fulfillment.splitting import Taking
from backend.persistence.bulk import fetch_in, insert_rows, table_of
from backend.persistence.columnwise import update_columns
from backend.persistence.uow import Uow
from models.enums import ShipmentStatus
from models.tables import ShipmentLine, ShipmentStep

_STEPS, _LINES = table_of(ShipmentStep), table_of(ShipmentLine)


def write(uow: Uow, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add steps that were done."""
    insert_rows(uow.session, ShipmentStep, [{**row, "actor": uow.actor.label} for row in rows])


def last_done(uow: Uow, shipment_ids: Iterable[int]) -> dict[int, DoneStep]:
    """Return the last step of each shipment that was done and not taken back."""
    standing = sa.select(_STEPS.c.shipment_id, sa.func.max(_STEPS.c.id)).where(_STEPS.c.undone_at.is_(None))
    newest = fetch_in(uow.session, standing.group_by(_STEPS.c.shipment_id), _STEPS.c.shipment_id, shipment_ids)
    rows = fetch_in(uow.session, sa.select(_STEPS), _STEPS.c.id, [id_ for _, id_ in newest])
    return {row.shipment_id: _done(row) for row in rows}


def inherit(uow: Uow, shipment_id: int, child_id: int, heirs: Mapping[int, tuple[int, Taking]]) -> None:
    """Let a shipment that is split off have done what its parent did, so that it can be taken back there too; `heirs`
    are the child's lines, with what they took, by those of the parent."""
    standing = sa.select(_STEPS).where(_STEPS.c.shipment_id == shipment_id, _STEPS.c.undone_at.is_(None))
    rows = [dict(row) for row in uow.session.connection().execute(standing.order_by(_STEPS.c.id)).mappings()]
    for row in rows:
        del row["id"]
        row["shipment_id"] = child_id
        if (picked := row["before"].get("picked")) is not None:
            row["before"] = {"picked": _inherited(picked, heirs)}
    insert_rows(uow.session, ShipmentStep, rows)


def undone(uow: Uow, step_ids: Sequence[int]) -> None:
    """Say of steps that they were taken back."""
    rows = [{"id": id_, "undone_at": uow.now, "undone_by": uow.actor.label} for id_ in step_ids]
    update_columns(uow.session, ShipmentStep, rows)


def pick_all(uow: Uow, shipment_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Count every unit of these shipments as picked; return what was picked of each line that lacked some, as JSON."""
    lacking = sa.select(_LINES.c.id, _LINES.c.shipment_id, _LINES.c.picked, _LINES.c.quantity)
    lacking = lacking.where(_LINES.c.picked < _LINES.c.quantity).order_by(_LINES.c.id)
    before: dict[int, dict[str, int]] = {id_: {} for id_ in shipment_ids}
    rows = fetch_in(uow.session, lacking, _LINES.c.shipment_id, shipment_ids)
    for id_, shipment_id, picked, _ in rows:
        before[shipment_id][str(id_)] = picked
    update_columns(uow.session, ShipmentLine, [{"id": row.id, "picked": row.quantity} for row in rows])
    return before


def unpick(uow: Uow, before: Mapping[int, Mapping[int, int]]) -> None:
    """Set the picked units of shipments' lines back to what they were, as far as the lines still are that large.

    A line that was split off whole is another shipment's now, perhaps under the same number.
    """
    columns = sa.select(_LINES.c.id, _LINES.c.shipment_id, _LINES.c.quantity).order_by(_LINES.c.id)
    rows = fetch_in(uow.session, columns, _LINES.c.shipment_id, before)
    back = [
        {"id": id_, "picked": min(before[shipment_id][id_], quantity)}
        for id_, shipment_id, quantity in rows
        if id_ in before[shipment_id]
    ]
    update_columns(uow.session, ShipmentLine, back)


def _inherited(picked: Mapping[str, int], heirs: Mapping[int, tuple[int, Taking]]) -> dict[str, int]:
    """Return what of the child's lines was picked before; units not picked then went first."""
    shares = [(heirs[int(id_)], units) for id_, units in picked.items() if int(id_) in heirs]
    return {str(id_): max(0, taking.units - (taking.line.quantity - units)) for (id_, taking), units in shares}


def _done(row: Any) -> DoneStep:
    picked = row.before.get("picked")
    return DoneStep(
        row.id,
        row.step,
        row.from_step,
        ShipmentStatus(row.from_status),
        ShipmentStatus(row.to_status),
        row.at,
        None if picked is None else {int(id_): units for id_, units in picked.items()},
    )
