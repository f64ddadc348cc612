"""Alert policies: documents and their versions. What a document may say is docs/alerts.md."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Query, Response
from pydantic import JsonValue

from alerts.document import policy_schema
from backend.alerting import policies
from backend.api.deps import Ctx, require
from backend.api.etag import etag_of, expected_version
from backend.api.paging import After, Limit, Page, decode, encode, page
from backend.api.responses import READ, WRITE, put
from backend.api.schemas.alert_policies import AlertPolicyOut, CheckedOut, PolicyCode, show_checked, show_policy
from backend.auth.actor import Actor
from models.enums import Permission

router = APIRouter(prefix="/alert-policies", tags=["alerts"])

Reader = Annotated[Actor, Depends(require(Permission.ALERTS_READ))]
Writer = Annotated[Actor, Depends(require(Permission.POLICIES_WRITE))]
Version = Annotated[int | None, Depends(expected_version)]
Code = Annotated[PolicyCode, Path(description="Its code.")]
Number = Annotated[int, Path(ge=1, lt=2**31)]
Document = Annotated[JsonValue, Body(description="The document; `GET /alert-policies/schema` says what it may hold.")]


@router.get("", responses=READ)
def list_alert_policies(ctx: Ctx, actor: Reader, limit: Limit = 100, after: After = None) -> Page[AlertPolicyOut]:
    """List policies by code, each with its newest version, those that were retired included."""
    cursor = decode(after, str)
    with ctx.read(actor) as uow:
        rows = policies.listing(uow, after=cursor[0] if cursor else None, limit=limit + 1)
        return page(rows, limit, show_policy, lambda view: encode(view.code))


@router.get("/schema", responses=READ)
def get_alert_policy_schema(actor: Reader) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a policy document."""
    return policy_schema()


@router.post("/check", responses=WRITE)
def check_alert_policy(document: Document, ctx: Ctx, actor: Writer) -> CheckedOut:
    """Return everything wrong with a document, or what it would raise right now; nothing is written."""
    with ctx.read(actor) as uow:
        return show_checked(policies.check(uow, document))


@router.get("/{code}", responses=READ)
def get_alert_policy(code: Code, response: Response, ctx: Ctx, actor: Reader) -> AlertPolicyOut:
    """Return the newest version of a policy; its ETag is what PUT takes as If-Match."""
    with ctx.read(actor) as uow:
        shown = show_policy(policies.get(uow, code))
    response.headers["ETag"] = etag_of(shown.version)
    return shown


@router.put("/{code}", responses=put(AlertPolicyOut))
def put_alert_policy(
    code: Code,
    document: Document,
    response: Response,
    ctx: Ctx,
    actor: Writer,
    version: Version,
    note: Annotated[str, Query(max_length=500, description="Why it was changed.")] = "",
) -> AlertPolicyOut:
    """Save a new version, which holds at once: 201 when the code is new. What holds already is listed, not told."""
    with ctx.uow(actor) as uow:
        stored = policies.put(uow, code, document, note=note, expected_version=version)
        shown = show_policy(stored)
    response.status_code = 201 if stored.made else 200
    response.headers["ETag"] = etag_of(shown.version)
    return shown


@router.delete("/{code}", responses=WRITE, status_code=204)
def retire_alert_policy(code: Code, ctx: Ctx, actor: Writer, version: Version) -> None:
    """Let a policy watch no more: its open alerts end, its versions stay to be read."""
    with ctx.uow(actor) as uow:
        policies.retire(uow, code, expected_version=version)


@router.get("/{code}/versions", responses=READ)
def list_alert_policy_versions(
    code: Code, ctx: Ctx, actor: Reader, limit: Limit = 100, after: After = None
) -> Page[AlertPolicyOut]:
    """List the versions of a policy, newest first."""
    cursor = decode(after, int)
    with ctx.read(actor) as uow:
        rows = policies.versions(uow, code, before=cursor[0] if cursor else None, limit=limit + 1)
        return page(rows, limit, show_policy, lambda view: encode(view.version))


@router.get("/{code}/versions/{version}", responses=READ)
def get_alert_policy_version(code: Code, version: Number, ctx: Ctx, actor: Reader) -> AlertPolicyOut:
    """Return one version of a policy."""
    with ctx.read(actor) as uow:
        return show_policy(policies.get(uow, code, version=version))
