"""Workflows: documents and their versions. What a document may say is docs/fulfillment.md."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Query, Response
from pydantic import JsonValue

from backend.api.deps import Ctx, require
from backend.api.etag import etag_of, expected_version
from backend.api.idempotency import Answer, Once, once
from backend.api.paging import After, Limit, Page, decode, encode, page
from backend.api.responses import READ, WRITE, put
from backend.api.schemas.orders import NoBody
from backend.api.schemas.workflows import ActivateWorkflowIn, WorkflowCode, WorkflowOut, show_workflow
from backend.auth.actor import Actor
from backend.fulfillment import workflows
from backend.fulfillment.documents import workflow_schema
from backend.persistence.uow import Uow
from models.enums import Permission

router = APIRouter(tags=["workflows"])

Reader = Annotated[Actor, Depends(require(Permission.ORDERS_READ))]
Writer = Annotated[Actor, Depends(require(Permission.WORKFLOWS_WRITE))]
WriterOnce = Annotated[Once, once(Permission.WORKFLOWS_WRITE)]
Version = Annotated[int | None, Depends(expected_version)]
Code = Annotated[WorkflowCode, Path(description="Its code; `ship`, `pickup` and so on are those built in.")]
Number = Annotated[int, Path(ge=0, lt=2**31, description="0 is what is built in.")]


@router.get("/workflows/schema", responses=READ)
def get_workflow_schema(actor: Reader) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a workflow document."""
    return workflow_schema()


@router.get("/workflows", responses=READ)
def list_workflows(ctx: Ctx, actor: Reader, limit: Limit = 100, after: After = None) -> Page[WorkflowOut]:
    """List workflows by code, each with its newest version, those built in included."""
    cursor = decode(after, str)
    with ctx.read(actor) as uow:
        rows = workflows.listing(uow, after=cursor[0] if cursor else None, limit=limit + 1)
        return page(rows, limit, show_workflow, lambda view: encode(view.code))


@router.get("/workflows/{code}", responses=READ)
def get_workflow(code: Code, response: Response, ctx: Ctx, actor: Reader) -> WorkflowOut:
    """Return the newest version of a workflow; its ETag is what PUT takes as If-Match."""
    with ctx.read(actor) as uow:
        shown = show_workflow(workflows.get(uow, code))
    response.headers["ETag"] = etag_of(shown.version)
    return shown


@router.put("/workflows/{code}", responses=put(WorkflowOut))
def put_workflow(
    code: Code,
    document: Annotated[JsonValue, Body(description="The document; `GET /workflows/schema` says what it may hold.")],
    response: Response,
    ctx: Ctx,
    actor: Writer,
    version: Version,
    note: Annotated[str, Query(max_length=200, description="Why it was changed.")] = "",
) -> WorkflowOut:
    """Save a new draft version: 201 when the code is new. Nothing works by it until it is activated."""
    with ctx.uow(actor) as uow:
        shown = show_workflow(workflows.put(uow, code, document, note=note, expected_version=version))
    response.status_code = 201 if shown.version == 1 else 200
    response.headers["ETag"] = etag_of(shown.version)
    return shown


@router.get("/workflows/{code}/versions", responses=READ)
def list_workflow_versions(
    code: Code, ctx: Ctx, actor: Reader, limit: Limit = 100, after: After = None
) -> Page[WorkflowOut]:
    """List the versions of a workflow that somebody wrote, newest first."""
    cursor = decode(after, int)
    with ctx.read(actor) as uow:
        rows = workflows.versions(uow, code, before=cursor[0] if cursor else None, limit=limit + 1)
        return page(rows, limit, show_workflow, lambda view: encode(view.version))


@router.get("/workflows/{code}/versions/{version}", responses=READ)
def get_workflow_version(code: Code, version: Number, ctx: Ctx, actor: Reader) -> WorkflowOut:
    """Return one version of a workflow."""
    with ctx.read(actor) as uow:
        return show_workflow(workflows.get(uow, code, version=version))


@router.post("/workflows/{code}/activate", responses=WRITE, response_model=WorkflowOut)
def activate_workflow(code: Code, call: WriterOnce, body: ActivateWorkflowIn | None = None) -> Response:
    """Let a version, the newest by default, hold for shipments that open from now on; those under way keep theirs."""

    def work(uow: Uow) -> Answer:
        shown = show_workflow(workflows.activate(uow, code, version=body.version if body else None))
        return Answer(200, shown, {"ETag": etag_of(shown.version)})

    return call.run(work)


@router.post("/workflows/{code}/retire", responses=WRITE, response_model=WorkflowOut)
def retire_workflow(code: Code, call: WriterOnce, body: NoBody | None = None) -> Response:
    """Let no version of a workflow hold any more: what is more general does; shipments under way keep theirs."""

    def work(uow: Uow) -> Answer:
        shown = show_workflow(workflows.retire(uow, code))
        return Answer(200, shown, {"ETag": etag_of(shown.version)})

    return call.run(work)
