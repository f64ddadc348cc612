"""The connection of the availability process: what it answers itself, and what it leaves to the long way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from backend.api.availability_line import Line, bearer

GOOD = b"Host: shop\r\nAuthorization: Bearer pw_good\r\n"
TEA = b"GET /api/v1/availability?sku=tea HTTP/1.1\r\n"
PLAIN = TEA + GOOD + b"\r\n"


class Desk:
    """Knows tea, and one key."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def at_once(self, token: str, sku: str) -> tuple[bytes, bytes] | None:
        """Answer as `backend.api.availability.Desk` does."""
        self.asked.append(sku)
        return (b'{"atp":4}', b"0") if (token, sku) == ("pw_good", "tea") else None


class Wire(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False

    def write(self, data: Any) -> None:
        self.written += bytes(data)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        """Nothing comes by itself."""

    def resume_reading(self) -> None:
        """Nothing comes by itself."""


class Way:
    """A connection with a long way behind it that answers `long`, when it may."""

    def __init__(self) -> None:
        self.desk, self.wire = Desk(), Wire()
        self.seen: list[str] = []
        self.may = asyncio.Event()
        self.may.set()
        config = uvicorn.Config(self._long, interface="asgi3", log_config=None, lifespan="off", server_header=False)
        self.state = ServerState()
        self.line = Line(self.desk, config, self.state, {})  # type: ignore[arg-type]  # the one method it calls
        self.line.connection_made(self.wire)

    async def _long(self, scope: Any, _receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
        self.seen.append(f"{scope['method']} {scope['path']}")
        await self.may.wait()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
        await send({"type": "http.response.body", "body": b"long"})

    async def settle(self) -> None:
        """Let the long way come to its end."""
        while self.state.tasks:
            await asyncio.wait(self.state.tasks)
            await asyncio.sleep(0)


def on_a_line(check: Callable[[Way], Awaitable[None]]) -> None:
    async def run() -> None:
        way = Way()
        await check(way)
        await way.settle()
        way.line.connection_lost(None)

    asyncio.run(run())


def test_the_plain_question_is_answered_as_it_is_read() -> None:
    async def check(way: Way) -> None:
        way.state.default_headers = [(b"date", b"today")]
        way.line.data_received(PLAIN)
        head, _, body = way.wire.written.partition(b"\r\n\r\n")
        assert body == b'{"atp":4}'
        assert head.split(b"\r\n") == [
            b"HTTP/1.1 200 OK",
            b"content-type: application/json",
            b"cache-control: no-store",
            b"age: 0",
            b"content-length: 9",
            b"date: today",
        ]
        way.line.data_received(PLAIN)
        assert way.wire.written.count(b'{"atp":4}') == 2
        assert not way.seen

    on_a_line(check)


@pytest.mark.parametrize(
    "said",
    [
        b"GET /healthz HTTP/1.1\r\n" + GOOD + b"\r\n",
        b"HEAD" + PLAIN[3:],
        PLAIN.replace(b"sku=tea", b"sku=tea&location=A"),
        PLAIN.replace(b"sku=tea", b"sku=pot"),
        PLAIN.replace(b"pw_good", b"pw_else"),
        PLAIN.replace(b"Bearer", b"Basic"),
        PLAIN + PLAIN,
        TEA + GOOD + b"Connection: close\r\n\r\n",
        TEA + GOOD + b"Cookie: a=b\r\n\r\n",
        TEA + GOOD + b"Expect: 100-continue\r\n\r\n",
        TEA + GOOD + b"Content-Length: 0\r\n\r\n",
        TEA + GOOD + GOOD + b"\r\n",
        TEA + b"Authorization: Bearer pw_good\r\n\r\n",
        TEA + b"Host: shop\r\n\r\n",
        TEA + GOOD + b"X-Long: " + b"x" * 5_000 + b"\r\n\r\n",
    ],
)
def test_whatever_is_not_plain_goes_the_long_way(said: bytes) -> None:
    async def check(way: Way) -> None:
        way.line.data_received(said)
        await way.settle()
        assert way.seen
        assert b'{"atp":4}' not in way.wire.written

    on_a_line(check)


@pytest.mark.parametrize(
    "head", [b"", b"\r\n", GOOD, b"Host: shop\r\n Authorization: Bearer x\r\n\r\n", b"Host : s\r\n\r\n"]
)
def test_a_head_that_is_not_as_it_should_be_is_not_read(head: bytes) -> None:
    assert bearer(head) is None


def test_a_head_as_clients_send_it_is_read() -> None:
    usual = (
        b"host: shop\r\nconnection: keep-alive\r\naccept: */*\r\nauthorization: bearer pw_good\r\nuser-agent: x\r\n\r\n"
    )
    assert bearer(usual) == "pw_good"


def test_no_answer_overtakes_one_that_is_owed() -> None:
    async def check(way: Way) -> None:
        way.may.clear()
        way.line.data_received(b"GET /metrics HTTP/1.1\r\n" + GOOD + b"\r\n")
        way.line.data_received(PLAIN)
        assert way.wire.written == b""
        way.may.set()
        await way.settle()
        assert way.seen == ["GET /metrics", "GET /api/v1/availability"]
        way.line.data_received(PLAIN)
        assert way.wire.written.endswith(b'{"atp":4}')

    on_a_line(check)


def test_a_body_that_reads_like_a_question_is_not_answered() -> None:
    async def check(way: Way) -> None:
        way.line.data_received(b"POST /x HTTP/1.1\r\n" + GOOD + b"Content-Length: %d\r\n\r\n" % len(PLAIN))
        await way.settle()  # the answer is there before the body
        way.line.data_received(PLAIN)
        assert not way.desk.asked
        way.line.data_received(PLAIN)
        assert way.desk.asked == ["tea"]

    on_a_line(check)


def test_a_question_in_two_pieces_goes_the_long_way() -> None:
    async def check(way: Way) -> None:
        way.line.data_received(PLAIN[:50])
        way.line.data_received(PLAIN[50:])
        await way.settle()
        assert way.seen == ["GET /api/v1/availability"]
        way.line.data_received(PLAIN)
        assert way.wire.written.endswith(b'{"atp":4}')

    on_a_line(check)


def test_a_connection_is_closed_when_it_has_been_idle_for_long_and_not_before() -> None:
    async def check(way: Way) -> None:
        way.line.data_received(PLAIN)
        assert way.line.timeout_keep_alive_task is not None
        way.line.timeout_keep_alive_handler()
        assert not way.wire.closed
        way.line.timeout_keep_alive = 0
        way.line.timeout_keep_alive_handler()
        assert way.wire.closed

    on_a_line(check)
