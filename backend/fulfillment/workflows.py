"""Workflows as versions: draft → active → retired. Rows never change but for their status; shipments keep theirs.

At most one version is active per method and group. The newest choice holds for shipments that open from then on. What
a document may say is `documents.py`; where nobody wrote one, what is built in holds as version 0 (`defaults.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from backend.fulfillment.defaults import BUILT_IN, DEFAULT_DOCUMENTS
from backend.fulfillment.documents import parse_workflow, workflow_faults
from backend.fulfillment.workflow import Workflow
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from models.enums import DefinitionStatus, Method
from models.errors import DomainError, ErrorCode, Fault, invalid, not_found
from models.events import EventType
from models.tables import LocationGroupMember
from models.tables import Workflow as WorkflowRow

#: A code stands in addresses.
CODE = r"^[a-z0-9][a-z0-9._-]{0,63}$"

_ROWS = table_of(WorkflowRow)
_ACTIVE = sa.select(_ROWS.c.method, _ROWS.c.group_code, _ROWS.c.id).where(
    _ROWS.c.status == DefinitionStatus.ACTIVE.value
)


@dataclass(frozen=True, slots=True)
class Forks:
    """The active workflows by (method, group); the group "" is every location."""

    active: Mapping[tuple[str, str], int]

    def of(self, method: Method, groups: Iterable[str]) -> int | None:
        """Return the workflow of a location's new shipments: its first group's that has one, None: as built in."""
        if not self.active:
            return None
        keys = ((method.value, group) for group in (*sorted(groups), ""))
        return next((found for key in keys if (found := self.active.get(key)) is not None), None)


def forks(uow: Uow) -> Forks:
    """Return which workflows hold for new shipments."""
    rows = uow.session.connection().execute(_ACTIVE)
    return Forks({(method, group): id_ for method, group, id_ in rows})


#: Workflows by database and id: a version that shipments have never changes.
_READ: WeakKeyDictionary[Any, dict[int, Workflow]] = WeakKeyDictionary()


def by_id(uow: Uow, ids: Iterable[int]) -> Mapping[int, Workflow]:
    """Return workflows by id, read once per process."""
    wanted = set(ids)
    known = _READ.setdefault(uow.session.get_bind().engine.pool, {}) if wanted else {}
    missing = wanted - known.keys()
    if missing:
        columns = sa.select(_ROWS.c.id, _ROWS.c.code, _ROWS.c.version, _ROWS.c.document)
        for id_, code, version, document in fetch_in(uow.session, columns, _ROWS.c.id, missing):
            known[id_] = parse_workflow(document, id_=id_, code=code, version=version)
    return known


def of_shipments(uow: Uow, kept: Iterable[tuple[Method, int | None]]) -> list[Workflow]:
    """Return the workflow that each (method, workflow id) of shipments means."""
    pairs = list(kept)
    known = by_id(uow, (id_ for _, id_ in pairs if id_ is not None))
    return [BUILT_IN[method] if id_ is None else known[id_] for method, id_ in pairs]


@dataclass(frozen=True, slots=True)
class WorkflowView:
    """A version of a workflow; `newest` is the newest of its code, `active` the one of them that holds, if any."""

    code: str
    version: int
    status: DefinitionStatus
    method: Method
    group: str
    document: Mapping[str, Any]
    newest: int
    active: int | None
    row: WorkflowRow | None = None


def faults_of(uow: Uow, document: Any) -> list[Fault]:
    """Return everything wrong with a document, a group that has no location included."""
    groups = set(uow.session.scalars(sa.select(col(LocationGroupMember.group_code)).distinct()))
    return workflow_faults(document, groups=groups)


def begin(uow: Uow, code: str, document: Any, *, note: str = "") -> WorkflowView:
    """Save a document as the first version of a new code. INVALID with every fault, CONFLICT when the code is taken."""
    faults = faults_of(uow, document)
    if not re.fullmatch(CODE, code):
        faults.insert(0, Fault("/code", "bad_code", "A code has small letters, digits, - _ and ., at most 64."))
    if faults:
        raise invalid(faults)
    if code in list(Method) or _newest(uow, code) is not None:
        raise DomainError(ErrorCode.CONFLICT, f"The code {code} is taken; choose another.")
    return put(uow, code, document, note=note, expected_version=0)


def put(uow: Uow, code: str, document: Any, *, note: str = "", expected_version: int | None = None) -> WorkflowView:
    """Save a document as the next version, a draft; saving what the newest says changes nothing.

    `expected_version` is the newest version the caller knows, 0 for none yet. Raises INVALID with every fault, STALE.
    """
    if faults := faults_of(uow, document):
        raise invalid(faults)
    newest = _newest(uow, code, lock=True)
    known = newest.version if newest else 0
    if expected_version is not None and expected_version != known:
        raise DomainError(ErrorCode.STALE, f"The workflow {code} has changed since you read it.")
    if newest is not None and newest.document == document:
        return get(uow, code)
    row = WorkflowRow(
        code=code,
        version=known + 1,
        method=document["method"],
        group_code=document.get("group", ""),
        status=DefinitionStatus.DRAFT.value,
        document=dict(document),
        note=note,
        created_by=uow.actor.label,
        created_at=uow.now,
    )
    _write(uow, row)
    _tell(uow, row, "saved")
    return get(uow, code)


def activate(uow: Uow, code: str, *, version: int | None = None) -> WorkflowView:
    """Let a version (the newest by default) hold for shipments that open from now on. NOT_FOUND, INVALID.

    What held for its method and group before, and another version of the same code, is retired.
    """
    chosen = _newest(uow, code) if version is None else _version(uow, code, version)
    if chosen is None:
        raise not_found("workflow", code if version is None else f"{code} version {version}")
    if faults := faults_of(uow, chosen.document):  # a group it names may be gone
        raise invalid(faults)
    same = sa.and_(col(WorkflowRow.method) == chosen.method, col(WorkflowRow.group_code) == chosen.group_code)
    for row in _active(uow, sa.or_(same, col(WorkflowRow.code) == code)):
        if row.id == chosen.id:
            return get(uow, code, version=chosen.version)
        row.status = DefinitionStatus.RETIRED.value
        uow.session.flush()
    chosen.status, chosen.activated_at = DefinitionStatus.ACTIVE.value, uow.now
    _write(uow, chosen)
    _tell(uow, chosen, "activated")
    return get(uow, code, version=chosen.version)


def retire(uow: Uow, code: str, *, known: int | None = None) -> WorkflowView:
    """Let no version of this code hold any more; shipments under way keep it.

    `known` is the version that the caller knows to hold. NOT_FOUND, CONFLICT when none holds, STALE when another does.
    """
    view = get(uow, code)
    rows = _active(uow, col(WorkflowRow.code) == code)
    if not rows:
        raise DomainError(ErrorCode.CONFLICT, f"No version of {code} is active.")
    if known is not None and known not in {row.version for row in rows}:
        raise DomainError(ErrorCode.STALE, f"Version {rows[0].version} of {code} holds now; look at it first.")
    for row in rows:
        row.status = DefinitionStatus.RETIRED.value
        uow.session.flush()
        _tell(uow, row, "retired")
    return get(uow, code, version=view.version or None)


def get(uow: Uow, code: str, *, version: int | None = None) -> WorkflowView:
    """Return a version of a workflow, its newest by default, or raise NOT_FOUND."""
    newest = _newest(uow, code)
    row = newest if version is None else _version(uow, code, version)
    built_in = BUILT_IN.get(Method(code)) if code in list(Method) else None
    if row is not None and newest is not None:
        return _view(uow, row, newest.version)
    if built_in is None or version:
        raise not_found("workflow", code if version is None else f"{code} version {version}")
    return _shipped(uow, built_in, newest.version if newest else 0)


def versions(uow: Uow, code: str, *, before: int | None = None, limit: int = 100) -> list[WorkflowView]:
    """Return the written versions of a workflow, newest first, those before `before`; NOT_FOUND for an unknown code."""
    newest = get(uow, code).newest
    statement = sa.select(WorkflowRow).where(col(WorkflowRow.code) == code)
    if before is not None:
        statement = statement.where(col(WorkflowRow.version) < before)
    rows = uow.session.scalars(statement.order_by(col(WorkflowRow.version).desc()).limit(limit)).all()
    return [_view(uow, row, newest) for row in rows]


def listing(uow: Uow, *, after: str | None = None, limit: int = 100) -> list[WorkflowView]:
    """Return the newest version of every workflow in order of code, those built in included, those after `after`."""
    newest = sa.select(col(WorkflowRow.code), sa.func.max(col(WorkflowRow.version)).label("version"))
    if after is not None:
        newest = newest.where(col(WorkflowRow.code) > after)
    paged = newest.group_by(col(WorkflowRow.code)).order_by(col(WorkflowRow.code)).limit(limit).subquery()
    same = sa.and_(col(WorkflowRow.code) == paged.c.code, col(WorkflowRow.version) == paged.c.version)
    rows: Sequence[WorkflowRow] = uow.session.scalars(sa.select(WorkflowRow).join(paged, same)).all()
    found = {row.code: _view(uow, row, row.version) for row in rows}
    for method, workflow in BUILT_IN.items():
        if method.value not in found and method.value > (after or ""):
            found[method.value] = _shipped(uow, workflow, 0)
    return [found[code] for code in sorted(found)][:limit]


def _view(uow: Uow, row: WorkflowRow, newest: int) -> WorkflowView:
    active = _active(uow, col(WorkflowRow.code) == row.code)
    return WorkflowView(
        row.code,
        row.version,
        DefinitionStatus(row.status),
        Method(row.method),
        row.group_code,
        row.document,
        newest,
        active[0].version if active else None,
        row,
    )


def _shipped(uow: Uow, workflow: Workflow, newest: int) -> WorkflowView:
    overruled = (workflow.method.value, "") in forks(uow).active
    status = DefinitionStatus.RETIRED if overruled else DefinitionStatus.ACTIVE
    document = DEFAULT_DOCUMENTS[workflow.method]
    return WorkflowView(workflow.code, 0, status, workflow.method, "", document, newest, None if overruled else 0)


def _newest(uow: Uow, code: str, *, lock: bool = False) -> WorkflowRow | None:  # keyword only
    statement = sa.select(WorkflowRow).where(col(WorkflowRow.code) == code)
    statement = statement.order_by(col(WorkflowRow.version).desc()).limit(1)
    return uow.session.scalars(statement.with_for_update() if lock else statement).one_or_none()


def _version(uow: Uow, code: str, version: int) -> WorkflowRow | None:
    same = sa.and_(col(WorkflowRow.code) == code, col(WorkflowRow.version) == version)
    return uow.session.scalars(sa.select(WorkflowRow).where(same)).one_or_none()


def _active(uow: Uow, condition: sa.ColumnElement[bool]) -> Sequence[WorkflowRow]:
    statement = sa.select(WorkflowRow).where(condition, col(WorkflowRow.status) == DefinitionStatus.ACTIVE.value)
    return uow.session.scalars(statement.order_by(col(WorkflowRow.id))).all()


def _write(uow: Uow, row: WorkflowRow) -> None:
    try:
        with uow.session.begin_nested():
            uow.session.add(row)
            uow.session.flush()
    except IntegrityError:
        words = f"The workflow {row.code} was changed at the same moment; read it again."
        raise DomainError(ErrorCode.CONFLICT, words) from None


def _tell(uow: Uow, row: WorkflowRow, change: str) -> None:
    data = {
        "workflow": row.code,
        "version": row.version,
        "method": row.method,
        "group": row.group_code or None,
        "change": change,
    }
    uow.record(EventType.WORKFLOW_CHANGED, subject=f"workflow/{row.code}", data=data)
