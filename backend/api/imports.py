"""Files of rows: send one, see how far it is and what was wrong with it, stop it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from backend.api.deps import Ctx, authenticate, require
from backend.api.errors import problem
from backend.api.idempotency import Answer, GivenKey, Once, route_of
from backend.api.paging import After, Limit, Page, decode, encode, page
from backend.api.responses import READ, WRITE
from backend.api.schemas.imports import ImportOut, RefusedRowOut, show, show_fault
from backend.auth.actor import Actor
from backend.context import Context
from backend.imports import queries, service
from backend.imports.files import TooLargeError, UnreadableError
from backend.imports.intake import Upload
from backend.imports.kinds import KINDS
from backend.imports.service import Again, NewFile
from backend.persistence.uow import Uow
from models.enums import FileFormat, ImportKind, WorkStatus

router = APIRouter(tags=["imports"])

#: What each kind of file needs is asked per kind; these calls show only what the actor may bring himself.
Reader = Annotated[Actor, Depends(authenticate)]
ImportId = Annotated[int, Path(ge=1, lt=2**63)]

_FORMATS = {
    "text/csv": FileFormat.CSV,
    "application/x-ndjson": FileFormat.NDJSON,
    "application/ndjson": FileFormat.NDJSON,
    "application/jsonl": FileFormat.NDJSON,
}
#: Bytes gathered before they are handed to a thread that writes them down.
_TOGETHER = 1024 * 1024
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}} for kind in ("text/csv", *list(_FORMATS)[1:2])
        },
        "description": "The file as it is, gzipped or not.",
    }
}


def _taking(kind: ImportKind) -> None:
    """Add the route that takes files of one kind."""
    policy = require(KINDS[kind].permission)

    async def send(
        request: Request,
        ctx: Ctx,
        key: GivenKey,
        actor: Actor = Depends(policy),  # a default, as annotations cannot name the `policy` of this call
        name: Annotated[str, Query(max_length=200, description="What the file is called.")] = "",
        again: Annotated[bool, Query(description="Read it anew although it was sent before.")] = False,
    ) -> Response:
        once = Once(ctx, actor, route_of(request), key, "")
        return await _receive(request, once, kind=kind, name=name, again=Again.ANEW if again else Again.KNOWN)

    send.__doc__ = (
        f"Take a file of {kind.value}: 202 with the job that reads it in, 200 with the one that already does."
    )
    router.post(
        f"/imports/{kind.value}",
        responses=WRITE | {200: {"model": ImportOut, "description": "The same file was sent before"}},
        response_model=ImportOut,
        status_code=202,
        name=f"import_{kind.value}",
        openapi_extra=_BODY,
    )(send)


for _kind in ImportKind:
    _taking(_kind)


@router.get("/imports", responses=READ)
def list_imports(
    ctx: Ctx,
    actor: Reader,
    limit: Limit = 100,
    after: After = None,
    kind: ImportKind | None = None,
    status: WorkStatus | None = None,
) -> Page[ImportOut]:
    """List the files of the kinds that the key may send, the newest first; a limited key sees its own."""
    cursor = decode(after, int)
    with ctx.read(actor) as uow:
        rows = queries.listing(uow, kind=kind, status=status, before=cursor[0] if cursor else None, limit=limit + 1)
    return page(rows, limit, show, lambda job: encode(job.id))


@router.get("/imports/{import_id}", responses=READ)
def get_import(import_id: ImportId, ctx: Ctx, actor: Reader) -> ImportOut:
    """Return how far a file is."""
    with ctx.read(actor) as uow:
        return show(queries.get(uow, import_id))


@router.get("/imports/{import_id}/faults", responses=READ)
def list_faults(
    import_id: ImportId, ctx: Ctx, actor: Reader, limit: Limit = 100, after: After = None
) -> Page[RefusedRowOut]:
    """List the rows that were refused, in the order of the file."""
    cursor = decode(after, int)
    with ctx.read(actor) as uow:
        queries.get(uow, import_id)
        rows = queries.faults(uow, import_id, after=cursor[0] if cursor else None, limit=limit + 1)
    return page(rows, limit, show_fault, lambda fault: encode(fault.id))


@router.get("/imports/{import_id}/report.csv", responses=READ, response_class=Response)
def report(import_id: ImportId, ctx: Ctx, actor: Reader) -> Response:
    """Return the refused rows as a CSV file: line, message."""
    with ctx.read(actor) as uow:
        queries.get(uow, import_id)
    headers = {"Content-Disposition": f'attachment; filename="import-{import_id}.csv"'}
    return StreamingResponse(_csv(ctx, import_id), media_type="text/csv", headers=headers)


@router.post("/imports/{import_id}/cancel", responses=WRITE)
def cancel(import_id: ImportId, ctx: Ctx, actor: Reader) -> ImportOut:
    """Stop a file that is not at its end; the rows it brought so far stay."""
    with ctx.uow(actor) as uow:
        queries.get(uow, import_id)
        service.cancel(uow, import_id)
        return show(queries.get(uow, import_id))


async def _receive(request: Request, once: Once, *, kind: ImportKind, name: str, again: Again) -> Response:
    format_ = _FORMATS.get(request.headers.get("content-type", "").split(";")[0].strip().lower())
    if format_ is None:
        detail = "Send text/csv or application/x-ndjson."
        return problem(415, "unsupported_media_type", "Unsupported media type", detail=detail)
    upload = await run_in_threadpool(Upload, once.ctx, once.actor, NewFile(kind, format_, name))
    try:
        await _feed(request, upload)
        return await run_in_threadpool(_seal, upload, once, again)
    except (TooLargeError, UnreadableError, ClientDisconnect) as error:
        await run_in_threadpool(upload.abandon)
        return _refusal(once.ctx, error)
    except BaseException:
        await run_in_threadpool(upload.abandon)
        raise


def _seal(upload: Upload, once: Once, again: Again) -> Response:
    """Answer with the job that stands for the file; what the key was answered before stands, and nothing is kept."""
    whole = upload.close()
    sealed: list[int] = []

    def work(uow: Uow) -> Answer:
        job_id, is_new = service.seal(uow, upload.job_id, whole, again)
        sealed.append(job_id)
        shown = show(queries.get(uow, job_id))
        return Answer(202 if is_new else 200, shown, {"Location": f"/api/v1/imports/{job_id}"})

    answer = replace(once, body_hash=whole.sha256).run(work)
    if not sealed:
        upload.abandon()
    return answer


async def _feed(request: Request, upload: Upload) -> None:
    waiting = bytearray()
    async for chunk in request.stream():
        waiting += chunk
        if len(waiting) >= _TOGETHER:
            await run_in_threadpool(upload.feed, bytes(waiting))
            waiting.clear()
    await run_in_threadpool(upload.feed, bytes(waiting))


def _refusal(ctx: Context, error: Exception) -> Response:
    if isinstance(error, TooLargeError):
        words = f"The file, unpacked, is larger than {ctx.settings.import_max_mb:,} MiB."
        return problem(413, "too_large", "Too large", detail=words)
    words = str(error) if isinstance(error, UnreadableError) else "The file did not come in whole."
    return problem(400, "unreadable_file", "Unreadable file", detail=words)


def _csv(ctx: Context, job_id: int) -> Iterator[str]:
    out = io.StringIO()
    rows: Any = csv.writer(out)
    rows.writerow(("line", "message"))
    for fault in queries.all_faults(ctx, job_id):
        rows.writerow((fault.line, fault.message))
        if out.tell() > _TOGETHER // 16:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()
