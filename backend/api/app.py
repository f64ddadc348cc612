"""The JSON API: one router per feature, problem+json everywhere, OpenAPI at /api/v1/openapi.json."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, FastAPI

from backend.api import errors
from backend.context import Context

#: Routers below /api/v1; each feature adds its own here.
ROUTERS: list[APIRouter] = []


def create_api(context: Callable[[], Context]) -> FastAPI:
    """Return the API; `context` is called per request, so that building the app touches no database."""
    app = FastAPI(title="Pickwatch", version="1", openapi_url="/api/v1/openapi.json", docs_url=None, redoc_url=None)
    app.state.context = context
    errors.install(app)
    for router in ROUTERS:
        app.include_router(router, prefix="/api/v1")
    return app
