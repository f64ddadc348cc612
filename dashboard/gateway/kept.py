"""From rows of strategies and shadow runs to what pages know of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import overload

from dashboard.views.kept import Run, Version
from models.tables import RoutingStrategy, ShadowRun


@overload
def version(row: RoutingStrategy) -> Version: ...
@overload
def version(row: RoutingStrategy | None) -> Version | None: ...
def version(row: RoutingStrategy | None) -> Version | None:
    """Return a version of a strategy; None of None."""
    if row is None:
        return None
    return Version(
        name=row.name,
        version=row.version,
        status=row.status,
        document=row.document,
        note=row.note,
        created_by=row.created_by,
        created_at=row.created_at,
        activated_at=row.activated_at,
    )


def versions(rows: Iterable[RoutingStrategy]) -> list[Version]:
    """Return versions in the order of their rows."""
    return [version(row) for row in rows]


def run(row: ShadowRun) -> Run:
    """Return a shadow run that has been written."""
    return Run(
        id=row.id or 0,
        strategy_name=row.strategy_name,
        strategy_version=row.strategy_version,
        orders=row.orders,
        done=row.done,
        status=row.status,
        result=row.result,
        created_by=row.created_by,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )
