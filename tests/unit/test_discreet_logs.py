"""What browsers send stays out of the log."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import connect

from backend.auth.service import COOKIE
from dashboard.logs import Discreet, clean, install


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("all is well", "all is well"),
        (f"{{'cookie': 'a=b; {COOKIE}=s3cret-_x; c=d'}}", f"{{'cookie': 'a=b; {COOKIE}=…; c=d'}}"),
        ("Bearer pw_1e19dfacb608_2VPyZH9-_Z!", "Bearer pw_1e19dfacb608_…!"),
        ("one\n2026-11-27 INFO forged", "one\\n2026-11-27 INFO forged"),
        ("\x1b[31mred", "\\x1b[31mred"),
    ],
)
def test_secrets_and_line_breaks_are_taken_out(message: str, kept: str) -> None:
    assert clean(message) == kept


def test_a_long_message_is_cut() -> None:
    assert len(clean("x" * 100_000)) < 400


def test_the_trace_of_an_unknown_event_is_dropped_and_that_of_a_bug_kept() -> None:
    for error, kept in ((KeyError("No registered handler found"), False), (ValueError("bug"), True)):
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "failed: %s", ("why",), (type(error), error, None))
        assert Discreet().filter(record)
        assert record.getMessage() == "failed: why"
        assert bool(record.exc_info) is kept


async def _accept(scope: Any, _receive: Any, send: Any) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close"})


async def _one_websocket(address: str) -> None:
    config = uvicorn.Config(_accept, port=0, log_level="info", log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  # uvicorn offers no event to wait for
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with connect(f"ws://127.0.0.1:{port}{address}"):
        pass
    server.should_exit = True
    await serving


def test_the_web_server_logs_no_token_of_a_websocket(caplog: pytest.LogCaptureFixture) -> None:
    install()
    with caplog.at_level(logging.INFO, logger="uvicorn.error"):
        asyncio.run(_one_websocket("/_event/?transport=websocket&token=s3cret"))
    assert '"WebSocket /_event/"' in caplog.text
    assert "s3cret" not in caplog.text
