"""From rows of strategies, shadow runs and workflows to what pages know of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import overload

from backend.fulfillment.workflows import WorkflowView
from dashboard.views.kept import Run, Version, Way
from models.enums import Method
from models.tables import RoutingStrategy, ShadowRun, Workflow


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


def way(row: Workflow) -> Way:
    """Return a version of a workflow that somebody wrote."""
    return Way(
        code=row.code,
        version=row.version,
        status=row.status,
        method=Method(row.method),
        group=row.group_code,
        document=row.document,
        id=row.id,
        note=row.note,
        created_by=row.created_by,
        created_at=row.created_at,
        activated_at=row.activated_at,
    )


def way_of(view: WorkflowView) -> Way:
    """Return a version of a workflow, which may be built in."""
    if view.row is not None:
        return way(view.row)
    return Way(view.code, view.version, view.status.value, view.method, view.group, view.document)
