"""What a webhook's `runbook_url` opens: a page that is there for every colour, and says what to do."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from backend.api import errors
from dashboard import runbooks
from models.enums import Compliance


@pytest.fixture
def pages() -> TestClient:
    app = FastAPI()
    app.include_router(runbooks.router)
    errors.install(app)
    return TestClient(app)


@pytest.mark.parametrize("grade", list(Compliance))
def test_the_link_of_every_colour_opens_its_runbook(grade: Compliance, pages: TestClient) -> None:
    page = pages.get(f"/runbooks/location-{grade.value.replace('_', '-')}")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.text.count("<h1>A location turned ") == 1
    assert re.search(r"<ol>\s*<li>", page.text)


def test_markdown_becomes_safe_html(pages: TestClient) -> None:
    page = pages.get("/runbooks/location-non-compliant").text
    assert "<code>POST /api/v1/locations/{code}/close</code>" in page
    assert "<em>At least one shipment is late" in page
    assert "**" not in page
    assert "`" not in page


def test_what_is_not_there_is_not_found(pages: TestClient) -> None:
    assert pages.get("/runbooks/nothing").status_code == 404
    assert "location-at-risk" in pages.get("/runbooks").text
