"""Workflows over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, Strict, StringConstraints

from backend.api.schemas.common import Body, ShownInstant
from backend.fulfillment.workflows import CODE, WorkflowView
from models.enums import DefinitionStatus, Method

WorkflowCode = Annotated[str, StringConstraints(pattern=CODE)]


class WorkflowOut(Body):
    """A version of a workflow; `document` is what may be put back. `newest` is the newest version of its code, `active`
    the one of them that holds for new shipments, null when none does. Version 0 is built in."""

    code: str
    version: int
    status: DefinitionStatus
    method: Method
    group: str | None
    title: str
    document: dict[str, Any]
    note: str
    created_by: str | None
    created_at: ShownInstant | None
    activated_at: ShownInstant | None
    newest: int
    active: int | None


class ActivateWorkflowIn(Body):
    """Which version is to hold; the newest when it is not stated."""

    version: Annotated[int, Strict(), Field(ge=1, lt=2**31)] | None = None


def show_workflow(view: WorkflowView) -> WorkflowOut:
    """Return a version as the API shows it."""
    row = view.row
    return WorkflowOut(
        code=view.code,
        version=view.version,
        status=view.status,
        method=view.method,
        group=view.group or None,
        title=str(view.document.get("title", "")),
        document=dict(view.document),
        note=row.note if row else "",
        created_by=row.created_by if row else None,
        created_at=row.created_at if row else None,
        activated_at=row.activated_at if row else None,
        newest=view.newest,
        active=view.active,
    )
