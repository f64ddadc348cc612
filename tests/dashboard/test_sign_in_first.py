"""A browser without a session gets the sign-in page at once, and comes back to where it wanted to be."""

from __future__ import annotations

import httpx
import pytest
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from backend.auth.service import COOKIE
from dashboard.sign_in_first import SignInFirst


async def _page(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("the page")(scope, receive, send)


def _get(
    path: str,
    cookies: dict[str, str] | None = None,
    *,
    app: ASGIApp = _page,
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    import asyncio

    async def get() -> httpx.Response:
        transport = httpx.ASGITransport(SignInFirst(app))
        async with httpx.AsyncClient(transport=transport, base_url="http://test", cookies=cookies) as client:
            return await client.get(path, headers=headers)

    return asyncio.run(get())


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/", "/login"),
        ("/locations/ATL01", "/login?next=/locations/ATL01"),
        ("/?status=at_risk&q=a", "/login?next=/%3Fstatus%3Dat_risk%26q%3Da"),
        ("/deliveries", "/login?next=/deliveries"),
    ],
)
def test_without_a_session_the_sign_in_page_comes_first(path: str, target: str) -> None:
    answer = _get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, target)


@pytest.mark.parametrize("path", ["/login", "/assets/a.js", "/nowhere", "/healthz"])
def test_everything_else_passes(path: str) -> None:
    assert _get(path).text == "the page"


def test_with_a_session_cookie_the_page_passes() -> None:
    assert _get("/", {COOKIE: "anything"}).text == "the page"


async def _refusing(scope: Scope, receive: Receive, send: Send) -> None:
    await JSONResponse({"code": "unauthenticated"}, 401)(scope, receive, send)


PAPER = "/api/v1/shipments/7/pick-list.html"
NAVIGATES = {"sec-fetch-mode": "navigate"}


@pytest.mark.parametrize(
    ("path", "target"),
    [
        (PAPER, f"/login?next={PAPER}"),
        (
            "/api/v1/packing-slips.pdf?shipment=1&shipment=2",
            "/login?next=/api/v1/packing-slips.pdf%3Fshipment%3D1%26shipment%3D2",
        ),
    ],
)
def test_a_browser_that_was_refused_paper_signs_in_first(path: str, target: str) -> None:
    for headers in (NAVIGATES, {"accept": "text/html,*/*;q=0.8"}):
        answer = _get(path, {COOKIE: "over"}, app=_refusing, headers=headers)
        assert (answer.status_code, answer.headers["location"], answer.content) == (303, target, b"")
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (PAPER, {}),
        (PAPER, {"accept": "application/pdf"}),
        (PAPER, {"sec-fetch-mode": "cors", "accept": "text/html"}),
        (PAPER, {**NAVIGATES, "authorization": "Bearer pw_none"}),
        ("/api/v1/shipments/7", NAVIGATES),
        ("/api/v1/../../evil.html", NAVIGATES),
    ],
)
def test_programs_are_refused_as_everywhere(path: str, headers: dict[str, str]) -> None:
    answer = _get(path, app=_refusing, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


def test_paper_that_is_not_refused_passes() -> None:
    assert _get(PAPER, headers=NAVIGATES).text == "the page"
