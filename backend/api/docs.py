"""The API's description to read and try: Swagger UI with files of our own, nothing from elsewhere."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse

from backend.api.deps import public

router = APIRouter(include_in_schema=False, dependencies=[Depends(public)])

_FILES = "/vendor/swagger-ui-dist"


@router.get("/api/docs")
def swagger() -> HTMLResponse:
    """Return the page; the UI build puts its files under /vendor."""
    return get_swagger_ui_html(
        openapi_url="/api/v1/openapi.json",
        title="Pickwatch API",
        swagger_js_url=f"{_FILES}/swagger-ui-bundle.js",
        swagger_css_url=f"{_FILES}/swagger-ui.css",
        swagger_favicon_url="/favicon.ico",
    )
