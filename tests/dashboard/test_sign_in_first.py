"""A browser without a session gets the sign-in page at once, and comes back to where it wanted to be."""

from __future__ import annotations

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from backend.auth.service import COOKIE
from dashboard.sign_in_first import SignInFirst


async def _page(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("the page")(scope, receive, send)


def _get(path: str, cookies: dict[str, str] | None = None) -> httpx.Response:
    import asyncio

    async def get() -> httpx.Response:
        transport = httpx.ASGITransport(SignInFirst(_page))
        async with httpx.AsyncClient(transport=transport, base_url="http://test", cookies=cookies) as client:
            return await client.get(path)

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
