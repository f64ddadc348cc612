"""Versioned SLA definitions and colour rules: put, list, defaults. Rows never change but for a definition's status.

Running clocks keep the version they started with. What makes an input faulty is `faults.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from backend.persistence.uow import Uow
from backend.sla.defaults import DEFAULT_DEFINITIONS
from backend.sla.facts import DefinitionInput
from backend.sla.faults import code_faults, definition_faults, thresholds_faults
from backend.sla.grading import Thresholds
from backend.sla.health import HealthLedger
from backend.sla.rulebook import DEFAULT
from models.enums import DefinitionStatus
from models.errors import DomainError, ErrorCode, Fault, invalid, not_found
from models.events import EventType
from models.tables import GradingRule, Location, LocationGroupMember, SlaDefinition


def put_definition(
    uow: Uow, code: str, definition: DefinitionInput, *, expected_version: int | None = None
) -> SlaDefinition:
    """Add a version of a definition and return it; an active one replaces the active version before it.

    `expected_version` is the newest version the caller knows, 0 for none yet, None for whatever there is.
    Raises INVALID with every fault, STALE when somebody else was quicker.
    """
    _whole_network(uow)
    _refuse(code_faults(code) + definition_faults(definition) + _missing(uow, definition))
    newest = uow.session.scalar(
        sa.select(SlaDefinition)
        .where(col(SlaDefinition.code) == code)
        .order_by(col(SlaDefinition.version).desc())
        .limit(1)
        .with_for_update()
    )
    known = newest.version if newest else 0
    _expect(expected_version, known)
    row = SlaDefinition(
        **asdict(definition), code=code, version=known + 1, created_by=uow.actor.label, created_at=uow.now
    )
    if definition.status is not DefinitionStatus.DRAFT:
        uow.session.execute(
            sa.update(SlaDefinition)
            .where(col(SlaDefinition.code) == code, col(SlaDefinition.status) == DefinitionStatus.ACTIVE.value)
            .values(status=DefinitionStatus.RETIRED.value)
        )
    _insert(uow, row)
    uow.record(
        EventType.SLA_DEFINITION_CHANGED,
        subject=f"sla-definition/{code}",
        data={"code": code, "version": row.version, "status": row.status, "definition": asdict(definition)},
    )
    return row


def definition(uow: Uow, code: str, *, version: int | None = None) -> SlaDefinition:
    """Return one version of a definition, the newest by default; NOT_FOUND when there is none."""
    query = sa.select(SlaDefinition).where(col(SlaDefinition.code) == code)
    if version is not None:
        query = query.where(col(SlaDefinition.version) == version)
    row = uow.session.scalar(query.order_by(col(SlaDefinition.version).desc()).limit(1))
    if row is None:
        raise not_found("SLA definition", code)
    return row


def definitions(uow: Uow) -> Sequence[SlaDefinition]:
    """Return the newest version of every definition, by code."""
    newest = (
        sa.select(col(SlaDefinition.code), sa.func.max(SlaDefinition.version).label("version"))
        .group_by(col(SlaDefinition.code))
        .subquery()
    )
    query = sa.select(SlaDefinition).join(
        newest,
        sa.and_(col(SlaDefinition.code) == newest.c.code, col(SlaDefinition.version) == newest.c.version),
    )
    return uow.session.scalars(query.order_by(col(SlaDefinition.code))).all()


def put_grading(
    uow: Uow, group_code: str, thresholds: Thresholds, *, expected_version: int | None = None
) -> GradingRule:
    """Add a version of the colour rule for a group ("" for everyone) and grade its locations anew with the commit.

    Raises INVALID with every fault, STALE when somebody else was quicker.
    """
    _whole_network(uow)
    faults = thresholds_faults(thresholds)
    if group_code != DEFAULT and not _group_exists(uow, group_code):
        faults.append(Fault("/group", "unknown_group", f"No location is in a group {group_code}."))
    _refuse(faults)
    newest = grading_rule(uow, group_code)
    known = newest.version if newest else 0
    _expect(expected_version, known)
    row = GradingRule(
        group_code=group_code,
        version=known + 1,
        thresholds=asdict(thresholds),
        created_by=uow.actor.label,
        created_at=uow.now,
    )
    _insert(uow, row)
    uow.record(
        EventType.SLA_GRADING_CHANGED,
        subject=f"sla-grading/{group_code or 'default'}",
        data={"group": group_code or "default", "version": row.version, "thresholds": asdict(thresholds)},
    )
    ledger = uow.ending(HealthLedger)
    for location_id in uow.session.scalars(_members(group_code)):
        ledger.look_again(location_id)
    return row


def grading_rule(uow: Uow, group_code: str) -> GradingRule | None:
    """Return the newest colour rule of a group ("" for everyone), None when it has none of its own."""
    return uow.session.scalar(
        sa.select(GradingRule)
        .where(col(GradingRule.group_code) == group_code)
        .order_by(col(GradingRule.version).desc())
        .limit(1)
    )


def ensure_defaults(uow: Uow) -> None:
    """Write the default colour rule and definitions into a database that has none."""
    if grading_rule(uow, DEFAULT) is None:
        put_grading(uow, DEFAULT, Thresholds())
    if uow.session.scalar(sa.select(col(SlaDefinition.id)).limit(1)) is None:
        for code, given in DEFAULT_DEFINITIONS.items():
            put_definition(uow, code, given)


def _members(group_code: str) -> sa.Select[Any]:
    if group_code == DEFAULT:
        return sa.select(col(Location.id))
    return sa.select(col(LocationGroupMember.location_id)).where(col(LocationGroupMember.group_code) == group_code)


def _group_exists(uow: Uow, group_code: str) -> bool:
    return uow.session.scalar(_members(group_code).limit(1)) is not None


def unknown_places(uow: Uow, *, location_code: str | None, group_code: str | None) -> list[Fault]:
    """Return which of the two there is not."""
    faults = []
    if location_code is not None:
        place = sa.select(col(Location.id)).where(col(Location.code) == location_code)
        if uow.session.scalar(place) is None:
            faults.append(Fault("/location", "unknown_location", f"There is no location {location_code}."))
    if group_code is not None and not _group_exists(uow, group_code):
        faults.append(Fault("/group", "unknown_group", f"No location is in a group {group_code}."))
    return faults


def _missing(uow: Uow, given: DefinitionInput) -> list[Fault]:
    return unknown_places(uow, location_code=given.location_code, group_code=given.group_code)


def _whole_network(uow: Uow) -> None:
    """Refuse those who see only a part: these rules colour everyone's map."""
    if not uow.actor.scope.everything:
        raise DomainError(ErrorCode.FORBIDDEN, "SLA rules are for those who see the whole network.")


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise invalid(faults)


def _expect(expected: int | None, known: int) -> None:
    if expected is not None and expected != known:
        raise DomainError(ErrorCode.STALE, f"The newest version is {known}, not {expected}.", version=known)


def _insert(uow: Uow, row: Any) -> None:
    """Insert a version; the unique key tells when somebody else wrote the same one meanwhile."""
    try:
        with uow.session.begin_nested():
            uow.session.add(row)
            uow.session.flush()
    except IntegrityError as error:
        raise DomainError(ErrorCode.STALE, "Somebody else changed this rule meanwhile; load it again.") from error


__all__ = [
    "definition",
    "definitions",
    "ensure_defaults",
    "grading_rule",
    "put_definition",
    "put_grading",
    "unknown_places",
]
