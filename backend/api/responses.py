"""Which errors a route can answer, for the OpenAPI description."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from backend.api.schemas.common import Problem

_WORDS = {
    400: "Malformed: not JSON, not UTF-8, or an address that cannot be",
    401: "No valid API key or session",
    403: "The permission is missing",
    404: "Not there, or outside your part of the network",
    409: "Not possible in this state, or in conflict with another call",
    412: "Changed since you read it",
    413: "Too large",
    415: "Not application/json",
    429: "Too many orders wait already; try again after Retry-After seconds",
    422: "At least one fault in the input; every one is named",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route that can answer these, besides 401 and 403, which every route can."""
    return {
        status: {
            "description": _WORDS[status],
            "model": Problem,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in (401, 403, *statuses)
    }


READ = problems(400, 404, 422)
INTAKE = problems(400, 404, 409, 412, 413, 415, 422, 429)
WRITE = problems(400, 404, 409, 412, 413, 415, 422)


def put(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a PUT: it answers 201 when that made something new."""
    return WRITE | {201: {"model": model, "description": "Created"}}
