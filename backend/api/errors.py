"""DomainError → problem+json (RFC 9457). The only place that knows HTTP status codes of domain errors."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from backend.auth.actor import Actor
from backend.context import Context
from models.errors import DomainError, ErrorCode, Fault

log = logging.getLogger(__name__)

STATUS: dict[ErrorCode, int] = {
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.INVALID: 422,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.UNAUTHENTICATED: 401,
    ErrorCode.CONFLICT: 409,
    ErrorCode.STALE: 412,
    ErrorCode.ILLEGAL_TRANSITION: 409,
    ErrorCode.IDEMPOTENCY_MISMATCH: 409,
    ErrorCode.IDEMPOTENCY_RUNNING: 409,
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.OVERLOADED: 429,
    ErrorCode.UNAVAILABLE: 503,
    ErrorCode.TARGET_REFUSED: 422,
}


def problem(
    status: int,
    code: str,
    title: str,
    *,
    detail: str = "",
    errors: Sequence[Fault] = (),
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """Return a problem+json response."""
    body: dict[str, Any] = {
        "type": f"urn:pickwatch:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail or title,
        "code": code,
        "errors": [{"pointer": f.pointer, "code": f.code, "message": f.message} for f in errors],
    }
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def _pointer(location: Sequence[Any]) -> str:
    parts = list(location)
    if parts and parts[0] == "body":
        parts = parts[1:]
        return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)
    return "#" + "/".join(str(part) for part in parts)  # a query, path or header parameter


def schema_faults(errors: Sequence[Any]) -> list[Fault]:
    """Return pydantic's errors as faults."""
    words = "Value error, "  # pydantic's prefix to messages of our own
    return [Fault(_pointer(error["loc"]), error["type"], error["msg"].removeprefix(words)) for error in errors]


def model_faults(error: ValidationError) -> list[Fault]:
    """Return the faults of one document that was validated by itself."""
    return schema_faults([{**each, "loc": ("body", *each["loc"])} for each in error.errors()])


def merge(faults: Sequence[Fault], more: Sequence[Fault]) -> list[Fault]:
    """Return both, without what the second says of a place that the first has named already."""
    named = {fault.pointer for fault in faults}
    return [*faults, *(fault for fault in more if fault.pointer not in named)]


def _look(ctx: Context, actor: Actor, check: Callable[[Any, Any], list[Fault]], body: Any) -> list[Fault]:
    with ctx.read(actor) as uow:
        return check(uow, body)


def refusal(error: DomainError) -> JSONResponse:
    """Return the problem document of a refusal."""
    status = STATUS[error.code]
    headers = {}
    if "retry_after" in error.context:
        headers["Retry-After"] = str(error.context["retry_after"])
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    title = error.code.value.replace("_", " ").capitalize()
    return problem(status, error.code.value, title, detail=error.message, errors=error.faults, headers=headers or None)


def database_failed(method: str, path: str, error: OperationalError) -> JSONResponse:
    """Return the answer when the database could not do it; it is safe to try again."""
    log.error("%s %s: the database failed: %s", method, path, error.orig)
    words = "The database is busy or away; nothing was changed. Try again."
    return problem(503, "unavailable", "Unavailable", detail=words, headers={"Retry-After": "1"})


def install(app: FastAPI) -> None:
    """Make every error of the API a problem+json."""

    @app.exception_handler(DomainError)
    async def domain(_request: Request, error: DomainError) -> JSONResponse:
        return refusal(error)

    @app.exception_handler(RequestValidationError)
    async def validation(request: Request, error: RequestValidationError) -> JSONResponse:
        faults = schema_faults(error.errors())
        also = getattr(getattr(request.scope.get("route"), "endpoint", None), "__also__", None)
        actor = getattr(request.state, "actor", None)
        if also is not None and actor is not None and error.body is not None:
            faults = merge(faults, await run_in_threadpool(_look, request.app.state.context(), actor, also, error.body))
        detail = f"{len(faults)} fault{'s' if len(faults) != 1 else ''} in the request; nothing was changed."
        return problem(422, ErrorCode.INVALID.value, "Invalid", detail=detail, errors=faults)

    @app.exception_handler(OperationalError)
    async def database(request: Request, error: OperationalError) -> JSONResponse:
        return database_failed(request.method, request.url.path, error)

    @app.exception_handler(HTTPException)
    async def http(_request: Request, error: HTTPException) -> JSONResponse:
        code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "http_error")
        return problem(error.status_code, code, str(error.detail), headers=dict(error.headers or {}) or None)
