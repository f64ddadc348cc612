"""The demo's own way of working: flagship stores look at what they ship before it is packed, and wrap gifts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from backend.fulfillment import workflows
from backend.fulfillment.defaults import EXAMPLE_FORK
from backend.fulfillment.rules import StepCommand
from backend.fulfillment.workflow import Workflow, WorkStep, following
from backend.persistence.uow import Uow
from backend.simulation.demo.course import Act
from backend.simulation.demo.network import FLAGSHIP
from models.enums import ShipmentStatus
from models.tables import Shipment

CODE = "flagship-ship"


def seed_workflow(uow: Uow) -> None:
    """Let flagship stores work by a fork."""
    workflows.put(uow, CODE, EXAMPLE_FORK | {"group": FLAGSHIP.group}, note="Gifts are checked and wrapped here")
    workflows.activate(uow, CODE)


def on_the_way(uow: Uow, acts: Sequence[Act]) -> list[StepCommand]:
    """Return the next step of their own that these shipments must do before what is planned for them."""
    due = {act.shipment_id: act for act in acts}
    columns = (col(Shipment.id), col(Shipment.workflow_id), col(Shipment.status), col(Shipment.step))
    forked = sa.select(*columns).where(col(Shipment.id).in_(sorted(due)), col(Shipment.workflow_id).is_not(None))
    rows = uow.session.execute(forked.order_by(col(Shipment.id))).all()
    ways = workflows.by_id(uow, [row.workflow_id for row in rows])
    commands = []
    for id_, workflow_id, status, step in rows:
        own = _before(ways[workflow_id], ShipmentStatus(status), step, ShipmentStatus(due[id_].to))
        if own is not None:
            commands.append(StepCommand(id_, step=own.code, at=due[id_].at, inputs=_answers(own)))
    return commands


def _before(way: Workflow, status: ShipmentStatus, step: str | None, to: ShipmentStatus) -> WorkStep | None:
    allowed = following(way, status, step)
    own = [one for one in allowed if one.reaches is None and not one.skippable]
    return own[0] if own and way.reaching(to) not in allowed else None


def _answers(step: WorkStep) -> dict[str, Any]:
    return {ask.name: ask.options[0] for ask in step.asks if ask.required and ask.options}
