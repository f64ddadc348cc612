"""Versions of strategies as lists and rows for people. SELECT only; making and activating them is `strategies.py`."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import col

from backend.persistence.uow import Uow
from models.enums import StrategyStatus
from models.tables import RoutingStrategy

_S = RoutingStrategy


def list_versions(
    uow: Uow, *, status: StrategyStatus | None = None, offset: int = 0, limit: int = 50
) -> Sequence[RoutingStrategy]:
    """Return versions of all strategies, newest first."""
    query = sa.select(_S).order_by(col(_S.created_at).desc(), col(_S.id).desc()).offset(offset).limit(limit)
    if status is not None:
        query = query.where(col(_S.status) == status.value)
    return uow.session.scalars(query).all()


def count_versions(uow: Uow) -> dict[StrategyStatus, int]:
    """Return how many versions there are, by state."""
    query = sa.select(col(_S.status), sa.func.count()).group_by(col(_S.status))
    found = {StrategyStatus(word): number for word, number in uow.session.execute(query).all()}
    return {status: found.get(status, 0) for status in StrategyStatus}


def find_version(uow: Uow, name: str, version: int) -> RoutingStrategy | None:
    """Return one version, None when there is none."""
    query = sa.select(_S).where(col(_S.name) == name, col(_S.version) == version)
    return uow.session.scalars(query).one_or_none()


def newest_version(uow: Uow, name: str) -> RoutingStrategy | None:
    """Return the newest version of a strategy, whatever its state."""
    query = sa.select(_S).where(col(_S.name) == name).order_by(col(_S.version).desc()).limit(1)
    return uow.session.scalars(query).one_or_none()


def active_version(uow: Uow) -> RoutingStrategy | None:
    """Return the version that decides; None: the built-in strategy does."""
    return uow.session.scalars(sa.select(_S).where(col(_S.status) == StrategyStatus.ACTIVE.value)).one_or_none()
