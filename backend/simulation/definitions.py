"""Make a simulated network's promises the only ones that hold: its own are active, all others retired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from backend.persistence.uow import Uow
from backend.sla.definitions import definitions
from backend.sla.facts import DefinitionInput
from backend.sla.service import put_definition
from models.enums import ClockScope, Counting, DefinitionStatus, Method, Step, TargetKind
from models.tables import SlaDefinition


def only_definitions(uow: Uow, wanted: Mapping[str, DefinitionInput]) -> None:
    """Put these definitions and retire every other active one."""
    for row in definitions(uow):
        if row.code not in wanted and row.status == DefinitionStatus.ACTIVE.value:
            put_definition(uow, row.code, replace(_as_input(row), status=DefinitionStatus.RETIRED))
    for code, definition in wanted.items():
        put_definition(uow, code, definition)


def _as_input(row: SlaDefinition) -> DefinitionInput:
    return DefinitionInput(
        name=row.name,
        method=Method(row.method),
        start_step=Step(row.start_step),
        end_step=Step(row.end_step),
        target_kind=TargetKind(row.target_kind),
        target_seconds=row.target_seconds,
        counting=Counting(row.counting),
        scope=ClockScope(row.scope),
        status=DefinitionStatus(row.status),
        location_code=row.location_code,
        group_code=row.group_code,
        service_level=row.service_level,
        channel=row.channel,
        customer_tier=row.customer_tier,
        at_risk_percent=row.at_risk_percent,
        non_compliant_percent=row.non_compliant_percent,
    )
