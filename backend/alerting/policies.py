"""Alert policies as versions: a saved one holds at once, the one before is retired. What a document may say is
`alerts/document.py`; what becomes of alerts that are open is `adopting.py`; what ships is `defaults.py`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from alerts.document import policy_faults
from alerts.grouping import title_of_group
from alerts.policy import parse_policy
from backend.alerting.adopting import adopt, let_go
from backend.alerting.defaults import DEFAULT_POLICIES
from backend.alerting.feed import advance, lock_cursor
from backend.alerting.replay import GLANCE, groups_of, replay
from backend.events.queries import latest_seq
from backend.persistence.uow import Uow
from models.alerting import ReceiverKind, Severity
from models.enums import DefinitionStatus
from models.errors import DomainError, ErrorCode, Fault, invalid, not_found
from models.events import EventType
from models.tables import AlertPolicy, Subscription

#: A code stands in addresses and in the keys of alerts.
CODE = r"^[a-z0-9][a-z0-9._-]{0,63}$"
#: Addresses of their own below /alert-policies: a policy of that name could never be read.
RESERVED = ("schema", "check")
#: So many of the alerts that a document would raise are named.
NAMED = 100


@dataclass(frozen=True, slots=True)
class PolicyView:
    """A version of a policy; `newest` is the newest of its code. `made`: this call wrote the first of its code."""

    code: str
    version: int
    status: DefinitionStatus
    document: Mapping[str, Any]
    note: str
    created_by: str
    created_at: datetime
    newest: int
    made: bool = False

    @property
    def enabled(self) -> bool:
        """Whether it watches."""
        return self.status is DefinitionStatus.ACTIVE and self.document.get("enabled", True)


@dataclass(frozen=True, slots=True)
class WouldRaise:
    """An alert that a document would raise right now."""

    group_key: str
    severity: Severity
    title: str
    since: datetime
    problems: int


@dataclass(frozen=True, slots=True)
class Checked:
    """What is wrong with a document, and, when nothing is, what it would raise: how many, and the first of them. That
    is told from the newest `looked` events; `whole` says that there are no older ones."""

    faults: tuple[Fault, ...] = ()
    count: int = 0
    raises: tuple[WouldRaise, ...] = ()
    looked: int = 0
    whole: bool = True


def faults_of(uow: Uow, document: Any) -> list[Fault]:
    """Return everything wrong with a document, channels that are not there included."""
    kinds = col(Subscription.kind) != ReceiverKind.SUBSCRIPTION.value
    return policy_faults(document, channels=set(uow.session.scalars(sa.select(col(Subscription.code)).where(kinds))))


def check(uow: Uow, document: Any) -> Checked:
    """Return the faults of a document, or what it would raise right now; writes nothing."""
    if faults := faults_of(uow, document):
        return Checked(tuple(faults))
    policy = parse_policy(document, code="check")
    replayed = replay(uow, policy, until=latest_seq(uow.session), reach=GLANCE)
    groups = groups_of(policy, replayed)
    first = [
        WouldRaise(key, group.severity, title_of_group(policy, group), group.since, len(group.problems))
        for key, group in list(groups.items())[:NAMED]
    ]
    return Checked((), len(groups), tuple(first), replayed.looked, replayed.whole)


def put(uow: Uow, code: str, document: Any, *, note: str = "", expected_version: int | None = None) -> PolicyView:
    """Save a document as the next version, which holds at once; saving what holds already changes nothing.

    What holds when it is saved is listed, and nobody is called for it. `expected_version` is the newest version the
    caller knows, 0 for none yet. Raises INVALID with every fault, STALE.
    """
    faults = faults_of(uow, document)
    if not re.fullmatch(CODE, code):
        faults.insert(0, Fault("/code", "bad_code", "A code has small letters, digits, - _ and ., at most 64."))
    if code in RESERVED:
        faults.insert(0, Fault("/code", "reserved", f"{code} is an address of its own; use another code."))
    if faults:
        raise invalid(faults)
    reached = lock_cursor(uow)  # the engine waits: what it has taken so far, it took by the version before
    newest = _newest(uow, code)
    known = newest.version if newest is not None else 0
    _check_version(code, known, expected_version)
    if newest is not None and newest.status == DefinitionStatus.ACTIVE.value and newest.document == document:
        return _view(newest, known)
    row = AlertPolicy(
        code=code,
        version=known + 1,
        status=DefinitionStatus.ACTIVE.value,
        document=dict(document),
        note=note,
        from_seq=latest_seq(uow.session),
        created_by=uow.actor.label,
        created_at=uow.now,
    )
    _retire(uow, newest)
    _write(uow, row)
    adopt(uow, parse_policy(document, code=code, version=row.version, from_seq=row.from_seq), reached=reached)
    _tell(uow, row)
    return replace(_view(row, row.version), made=newest is None)


def retire(uow: Uow, code: str, *, expected_version: int | None = None) -> PolicyView:
    """Let a policy watch no more; its open alerts end. NOT_FOUND, STALE, CONFLICT when it is retired already."""
    lock_cursor(uow)
    newest = _newest(uow, code)
    if newest is None:
        raise not_found("alert policy", code)
    _check_version(code, newest.version, expected_version)
    if newest.status != DefinitionStatus.ACTIVE.value:
        raise DomainError(ErrorCode.CONFLICT, f"The policy {code} is retired already.")
    _retire(uow, newest)
    let_go(uow, code)
    _tell(uow, newest)
    return _view(newest, newest.version)


def get(uow: Uow, code: str, *, version: int | None = None) -> PolicyView:
    """Return a version of a policy, its newest by default, or raise NOT_FOUND."""
    newest = _newest(uow, code)
    if newest is None:
        raise not_found("alert policy", code)
    if version is None or version == newest.version:
        return _view(newest, newest.version)
    same = sa.and_(col(AlertPolicy.code) == code, col(AlertPolicy.version) == version)
    row = uow.session.scalars(sa.select(AlertPolicy).where(same)).one_or_none()
    if row is None:
        raise not_found("alert policy", f"{code} version {version}")
    return _view(row, newest.version)


def versions(uow: Uow, code: str, *, before: int | None = None, limit: int = 100) -> list[PolicyView]:
    """Return the versions of a policy, newest first, those before `before`; NOT_FOUND for an unknown code."""
    newest = get(uow, code).newest
    statement = sa.select(AlertPolicy).where(col(AlertPolicy.code) == code)
    if before is not None:
        statement = statement.where(col(AlertPolicy.version) < before)
    rows = uow.session.scalars(statement.order_by(col(AlertPolicy.version).desc()).limit(limit))
    return [_view(row, newest) for row in rows]


def listing(uow: Uow, *, after: str | None = None, limit: int = 100) -> list[PolicyView]:
    """Return the newest version of every policy in order of code, those after `after`."""
    newest = sa.select(col(AlertPolicy.code), sa.func.max(col(AlertPolicy.version)).label("version"))
    if after is not None:
        newest = newest.where(col(AlertPolicy.code) > after)
    paged = newest.group_by(col(AlertPolicy.code)).order_by(col(AlertPolicy.code)).limit(limit).subquery()
    same = sa.and_(col(AlertPolicy.code) == paged.c.code, col(AlertPolicy.version) == paged.c.version)
    rows = uow.session.scalars(sa.select(AlertPolicy).join(paged, same))
    return sorted((_view(row, row.version) for row in rows), key=lambda view: view.code)


def ensure_defaults(uow: Uow) -> None:
    """Write the policies that ship, those whose codes nobody ever used; what is so already is listed, not told."""
    known = set(uow.session.scalars(sa.select(col(AlertPolicy.code)).distinct()))
    reached, end = lock_cursor(uow), latest_seq(uow.session)
    if not known and reached == 0:  # a program from before alerts: what came and went is no news
        advance(uow, end)
        reached = end
    for code, document in DEFAULT_POLICIES.items():
        if code not in known:
            row = AlertPolicy(
                code=code,
                version=1,
                status=DefinitionStatus.ACTIVE.value,
                document=dict(document),
                from_seq=end,
                created_by=uow.actor.label,
                created_at=uow.now,
            )
            _write(uow, row)
            adopt(uow, parse_policy(document, code=code, version=1, from_seq=end), reached=reached)


def _check_version(code: str, known: int, expected: int | None) -> None:
    if expected is not None and expected != known:
        raise DomainError(ErrorCode.STALE, f"The policy {code} has changed since you read it.")


def _view(row: AlertPolicy, newest: int) -> PolicyView:
    status = DefinitionStatus(row.status)
    return PolicyView(row.code, row.version, status, row.document, row.note, row.created_by, row.created_at, newest)


def _newest(uow: Uow, code: str) -> AlertPolicy | None:
    mine = sa.select(AlertPolicy).where(col(AlertPolicy.code) == code).order_by(col(AlertPolicy.version).desc())
    return uow.session.scalars(mine.limit(1)).one_or_none()


def _retire(uow: Uow, row: AlertPolicy | None) -> None:
    if row is not None:
        row.status = DefinitionStatus.RETIRED.value
        uow.session.flush()


def _write(uow: Uow, row: AlertPolicy) -> None:
    try:
        with uow.session.begin_nested():
            uow.session.add(row)
            uow.session.flush()
    except IntegrityError:
        words = f"The policy {row.code} was changed at the same moment; read it again."
        raise DomainError(ErrorCode.CONFLICT, words) from None


def _tell(uow: Uow, row: AlertPolicy) -> None:
    data = {"policy": row.code, "version": row.version, "status": row.status}
    uow.record(EventType.ALERT_POLICY_CHANGED, subject=f"alert_policy/{row.code}", data=data)
