"""A tab's state is named after the session, too: a token alone opens nothing."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qs

import pytest

from backend.auth.service import COOKIE
from dashboard.tabs import FRAMES_AT_ONCE, TabTokens, tab_name

MINE = f"a=b; {COOKIE}=secret; c=d"


def passed_on(path: str, query: str, cookie: str = "", kind: str = "websocket") -> dict[str, list[str]]:
    """Return the query as the program behind the layer sees it."""
    seen: dict[str, Any] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.update(scope)

    headers = [(b"cookie", cookie.encode())] if cookie else []
    scope = {"type": kind, "path": path, "query_string": query.encode(), "headers": headers}
    asyncio.run(TabTokens(app)(scope, None, None))  # type: ignore[arg-type]
    return parse_qs(seen["query_string"].decode(), keep_blank_values=True)


@pytest.mark.parametrize("kind", ["websocket", "http"])
def test_only_the_token_is_renamed(kind: str) -> None:
    assert passed_on("/_event/", "EIO=4&token=tab&transport=websocket", MINE, kind) == {
        "EIO": ["4"],
        "token": [tab_name("tab", "secret")],
        "transport": ["websocket"],
    }


def test_the_same_token_is_another_tab_in_another_session() -> None:
    names = {tab_name(token, session) for token in ("a", "b") for session in ("", "x", "y")}
    assert len(names) == 6
    assert tab_name("b", "a") != tab_name("", "ab")


def test_a_thief_cannot_name_a_state_directly() -> None:
    stolen = tab_name("tab", "secret")
    assert passed_on("/_event", f"token={stolen}") != {"token": [stolen]}
    assert passed_on("/_event", f"token=x&token={stolen}")["token"][0] != stolen


def test_other_addresses_are_left_alone() -> None:
    assert passed_on("/api/v1/me", "token=tab", kind="http") == {"token": ["tab"]}


def test_a_flooding_websocket_is_hung_up() -> None:
    heard: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        while (message := await receive())["type"] == "websocket.receive":
            heard.append(message["text"])

    async def flood() -> dict[str, str]:
        return {"type": "websocket.receive", "text": "x"}

    scope = {"type": "websocket", "path": "/_event", "query_string": b"", "headers": []}
    asyncio.run(TabTokens(app)(scope, flood, None))  # type: ignore[arg-type]
    assert FRAMES_AT_ONCE <= len(heard) < 10 * FRAMES_AT_ONCE
