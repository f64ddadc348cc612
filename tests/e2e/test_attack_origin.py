"""Attacks by another site's page in the browser of somebody who is signed in."""

from __future__ import annotations

import httpx
import pytest
import socketio

from tests.support.attack import PASSWORD, cookie_of
from tests.support.server import Program
from tests.support.wire import Wire, run


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_another_sites_page_gets_no_websocket_even_with_the_cookie(site: Program, origin: str) -> None:
    cookie = cookie_of(site, "ann")

    async def attack() -> None:
        async with Wire(site.url, cookie=cookie, Origin=origin):
            pass

    with pytest.raises(socketio.exceptions.ConnectionError):
        run(attack())
    polling = httpx.get(f"{site.url}/_event/?EIO=4&transport=polling", headers={"Cookie": cookie, "Origin": origin})
    assert polling.status_code == 403


@pytest.mark.parametrize("call", ["/api/auth/login", "/api/auth/logout"])
def test_another_sites_form_neither_signs_in_nor_out(site: Program, call: str) -> None:
    cookie = cookie_of(site, "ann")
    headers = {"Origin": "https://evil.example", "Cookie": cookie}
    fields = {"username": "root", "password": PASSWORD}
    answer = httpx.post(site.url + call, data=fields, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert httpx.get(f"{site.url}/api/v1/me", headers={"Cookie": cookie}).json()["name"] == "ann"


def test_answers_are_not_shared_with_other_sites(site: Program) -> None:
    for path in ("/api/v1/me", "/", "/_event/?EIO=4&transport=polling", "/ping"):
        answer = httpx.get(
            site.url + path, headers={"Origin": "https://evil.example", "Cookie": cookie_of(site, "ann")}
        )
        assert "access-control-allow-origin" not in answer.headers, path
