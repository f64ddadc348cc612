"""Strategies as versions: draft → active → archived. Rows never change but for their status; one version decides.

What a document may say is `document.py`. Every process notices by its id, once a batch, that another version is active.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from backend.persistence.uow import Uow
from backend.routing.defaults import DEFAULT_NAME, DEFAULT_STRATEGY, default_strategy
from backend.routing.document import Strategy, parse_strategy, strategy_faults
from models.enums import StrategyStatus
from models.errors import DomainError, ErrorCode, Fault, invalid, not_found
from models.events import EventType
from models.tables import Location, LocationGroupMember, RoutingStrategy


@dataclass(frozen=True, slots=True)
class Active:
    """The strategy that decides; without an id it is the shipped one, as long as no other was activated."""

    id: int | None
    name: str
    version: int
    strategy: Strategy


@dataclass(frozen=True, slots=True)
class StrategyView:
    """A version of a strategy; `newest` is the newest version of its name, `active` the one of them that decides."""

    row: RoutingStrategy
    newest: int
    active: int | None


_BUILT_IN = Active(None, DEFAULT_NAME, 0, default_strategy())
_ACTIVE = sa.select(col(RoutingStrategy.id), col(RoutingStrategy.name), col(RoutingStrategy.version)).where(
    col(RoutingStrategy.status) == StrategyStatus.ACTIVE.value
)


def active(uow: Uow) -> Active:
    """Return the active strategy, read only when it is another than last time."""
    row = uow.session.connection().execute(_ACTIVE).one_or_none()
    if row is None:
        return _BUILT_IN
    database = uow.session.get_bind().engine.pool
    found = _REMEMBERED.get(database)
    if found is None or (found.id, found.name, found.version) != tuple(row):
        document = uow.session.scalars(
            sa.select(col(RoutingStrategy.document)).where(col(RoutingStrategy.id) == row[0])
        )
        found = _REMEMBERED[database] = Active(*row, parse_strategy(document.one()))
    return found


_REMEMBERED: WeakKeyDictionary[Any, Active] = WeakKeyDictionary()


def faults_of(uow: Uow, document: Any, *, at: str = "") -> list[Fault]:
    """Return everything wrong with a document, locations and groups that do not exist included."""
    codes = set(uow.session.scalars(sa.select(col(Location.code))))
    groups = set(uow.session.scalars(sa.select(col(LocationGroupMember.group_code)).distinct()))
    return strategy_faults(document, locations=codes, groups=groups, at=at)


def put(uow: Uow, name: str, document: Any, *, note: str = "", expected_version: int | None = None) -> StrategyView:
    """Save a document as the next version of a strategy, a draft; saving what its newest version says changes nothing,
    unless that one was archived.

    `expected_version` is the newest version the caller knows, 0 for none yet. Raises INVALID with every fault, STALE.
    """
    if faults := faults_of(uow, document):
        raise invalid(faults)
    newest = _newest(uow, name, lock=True)
    known = newest.version if newest else 0
    if expected_version is not None and expected_version != known:
        raise DomainError(ErrorCode.STALE, f"The strategy {name} has changed since you read it.")
    if newest is not None and newest.document == document and newest.status != StrategyStatus.ARCHIVED:
        return get(uow, name)
    row = RoutingStrategy(
        name=name,
        version=known + 1,
        status=StrategyStatus.DRAFT.value,
        document=dict(document),
        note=note,
        created_by=uow.actor.label,
        created_at=uow.now,
    )
    _insert(uow, row, name)
    data = {"strategy": name, "version": row.version, "status": row.status}
    uow.record(EventType.ROUTING_STRATEGY_CHANGED, subject=f"routing-strategy/{name}", data=data)
    return get(uow, name)


def activate(uow: Uow, name: str, *, version: int | None = None, expected_version: int | None = None) -> StrategyView:
    """Let a version (the newest by default) decide from now on; the one before is archived.

    `expected_version` is the newest version the caller knows. NOT_FOUND, STALE, INVALID.
    """
    newest = _newest(uow, name)
    _check_version(newest, name, expected_version)
    chosen = newest if version is None else _version(uow, name, version)
    if chosen is None:
        raise not_found("strategy", name)
    if faults := faults_of(uow, chosen.document):  # a location it names may be gone
        raise invalid(faults)
    before = uow.session.scalars(
        sa.select(RoutingStrategy)
        .where(col(RoutingStrategy.status) == StrategyStatus.ACTIVE.value)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if before is not None and before.id == chosen.id:
        return get(uow, name, version=chosen.version)
    if before is not None:
        before.status = StrategyStatus.ARCHIVED.value
        uow.session.flush()
    chosen.status, chosen.activated_at = StrategyStatus.ACTIVE.value, uow.now
    _insert(uow, chosen, name)
    was = {"strategy": before.name, "version": before.version} if before else None
    data = {"strategy": name, "version": chosen.version, "before": was}
    uow.record(EventType.ROUTING_STRATEGY_ACTIVATED, subject=f"routing-strategy/{name}", data=data)
    return get(uow, name, version=chosen.version)


def archive(uow: Uow, name: str, *, version: int | None = None, expected_version: int | None = None) -> StrategyView:
    """Put a draft (the newest version by default) aside; it can be activated or saved again.

    `expected_version` is the newest version the caller knows. NOT_FOUND, STALE, ILLEGAL_TRANSITION for the active one.
    """
    newest = _newest(uow, name, lock=True)
    _check_version(newest, name, expected_version)
    chosen = newest if version is None else _version(uow, name, version, lock=True)
    if newest is None or chosen is None:
        raise not_found("strategy", name if version is None else f"{name} version {version}")
    if chosen.status == StrategyStatus.ACTIVE:
        words = f"Version {chosen.version} of {name} is active; activate another instead, then it is archived."
        raise DomainError(ErrorCode.ILLEGAL_TRANSITION, words)
    if chosen.status == StrategyStatus.DRAFT:
        chosen.status = StrategyStatus.ARCHIVED.value
        uow.session.flush()
        data = {"strategy": name, "version": chosen.version, "status": chosen.status}
        uow.record(EventType.ROUTING_STRATEGY_CHANGED, subject=f"routing-strategy/{name}", data=data)
    return get(uow, name, version=chosen.version)


def _check_version(newest: RoutingStrategy | None, name: str, expected: int | None) -> None:
    if newest is not None and expected not in (None, newest.version):
        raise DomainError(ErrorCode.STALE, f"The strategy {name} has changed since you read it.")


def get(uow: Uow, name: str, *, version: int | None = None) -> StrategyView:
    """Return a version of a strategy, its newest by default, or raise NOT_FOUND."""
    newest = _newest(uow, name)
    row = newest if version is None else _version(uow, name, version)
    if newest is None or row is None:
        raise not_found("strategy", name if version is None else f"{name} version {version}")
    return StrategyView(row, newest.version, _active_of(uow).get(name))


def versions(uow: Uow, name: str, *, before: int | None = None, limit: int = 100) -> list[StrategyView]:
    """Return the versions of a strategy, newest first, those before `before`; NOT_FOUND for an unknown name."""
    newest = get(uow, name)
    statement = sa.select(RoutingStrategy).where(col(RoutingStrategy.name) == name)
    if before is not None:
        statement = statement.where(col(RoutingStrategy.version) < before)
    rows = uow.session.scalars(statement.order_by(col(RoutingStrategy.version).desc()).limit(limit))
    return [StrategyView(row, newest.newest, newest.active) for row in rows]


def listing(uow: Uow, *, after: str | None = None, limit: int = 100) -> list[StrategyView]:
    """Return the newest version of every strategy in order of name, those after `after`."""
    newest = sa.select(col(RoutingStrategy.name), sa.func.max(col(RoutingStrategy.version)).label("version"))
    if after is not None:
        newest = newest.where(col(RoutingStrategy.name) > after)
    paged = newest.group_by(col(RoutingStrategy.name)).order_by(col(RoutingStrategy.name)).limit(limit).subquery()
    same = sa.and_(col(RoutingStrategy.name) == paged.c.name, col(RoutingStrategy.version) == paged.c.version)
    rows: Sequence[RoutingStrategy] = uow.session.scalars(
        sa.select(RoutingStrategy).join(paged, same).order_by(col(RoutingStrategy.name))
    ).all()
    decides = _active_of(uow)
    return [StrategyView(row, row.version, decides.get(row.name)) for row in rows]


def ensure_defaults(uow: Uow) -> None:
    """Write the shipped strategy into a database that has none, and let it decide."""
    if uow.session.scalar(sa.select(col(RoutingStrategy.id)).limit(1)) is None:
        put(uow, DEFAULT_NAME, DEFAULT_STRATEGY, note="As shipped")
        activate(uow, DEFAULT_NAME)


def _newest(uow: Uow, name: str, *, lock: bool = False) -> RoutingStrategy | None:  # keyword only
    statement = sa.select(RoutingStrategy).where(col(RoutingStrategy.name) == name)
    return _one(uow, statement.order_by(col(RoutingStrategy.version).desc()).limit(1), lock=lock)


def _version(uow: Uow, name: str, version: int, *, lock: bool = False) -> RoutingStrategy | None:  # keyword only
    same = sa.and_(col(RoutingStrategy.name) == name, col(RoutingStrategy.version) == version)
    return _one(uow, sa.select(RoutingStrategy).where(same), lock=lock)


def _one(uow: Uow, statement: sa.Select[Any], *, lock: bool) -> RoutingStrategy | None:
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    row: RoutingStrategy | None = uow.session.scalars(statement).one_or_none()
    return row


def _active_of(uow: Uow) -> dict[str, int]:
    return {name: version for _, name, version in uow.session.execute(_ACTIVE)}


def _insert(uow: Uow, row: RoutingStrategy, name: str) -> None:
    try:
        with uow.session.begin_nested():
            uow.session.add(row)
            uow.session.flush()
    except IntegrityError:
        words = f"The strategy {name} was changed at the same moment; read it again."
        raise DomainError(ErrorCode.CONFLICT, words) from None
