"""A webhook receiver as others would write one: a real HTTP server that remembers what it got and can misbehave.

with Receiver() as receiver:
    receiver.plan(Answer(500), Answer(429, headers={"Retry-After": "1"}))   # then 204 for all the rest
    ...
    request = receiver.wait_for(1)[0]
"""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

from tests.support.ports import eventually


@dataclass(frozen=True)
class Received:
    """One request as it arrived: header names in lower case, `at` is `time.time()` when the body was complete."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float
    method: str = "POST"

    @property
    def json(self) -> Any:
        """Return the parsed body."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """How to answer one request. `hang` sleeps before answering; `text` is the body, or `body_bytes` of it."""

    status: int = 204
    headers: Mapping[str, str] = field(default_factory=dict)
    hang: float = 0.0
    body_bytes: int = 0
    text: str = ""
    drop: str = ""  # "before" closes without an answer, "inside" after half of the promised body


REFUSES = Answer(drop="before")
HANGS = Answer(hang=60)
GONE = Answer(410)
FAILS = Answer(500)


def throttles(seconds: int) -> Answer:
    """Return 429 with Retry-After."""
    return Answer(429, headers={"Retry-After": str(seconds)})


def redirects(to: str) -> Answer:
    """Return 302 to another address."""
    return Answer(302, headers={"Location": to})


def floods(size: int = 100_000_000) -> Answer:
    """Return 200 with a body of `size` bytes."""
    return Answer(200, body_bytes=size)


class Receiver:
    """Listens on 127.0.0.1 (a port of its own) in a thread; `url` is where to send."""

    def __init__(self, port: int = 0) -> None:
        self._received: list[Received] = []
        self._planned: deque[Answer] = deque()
        self._always = Answer()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self.streamed = 0  # bytes of answers that went out
        self._server = ThreadingHTTPServer(("127.0.0.1", port), type("Handler", (_Handler,), {"receiver": self}))
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}/hook"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Receiver:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening: from now on connections are refused."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    def plan(self, *answers: Answer) -> None:
        """Answer the next requests with these, one each, before going back to `always`."""
        with self._lock:
            self._planned.extend(answers)

    def always(self, answer: Answer) -> None:
        """Answer every request that nothing is planned for with this."""
        with self._lock:
            self._always = answer

    @property
    def received(self) -> list[Received]:
        """Return what has arrived until now, in order."""
        with self._lock:
            return list(self._received)

    def wait_for(self, count: int, *, seconds: float = 60.0) -> list[Received]:
        """Return what has arrived once there are at least `count`; AssertionError when that does not happen."""
        return eventually(
            lambda: self.received if len(self.received) >= count else None,
            seconds=seconds,
            what=f"{count} webhooks (have {len(self.received)})",
        )  # type: ignore[return-value]

    def _take(self, request: Received) -> Answer:
        with self._lock:
            self._received.append(request)
            return self._planned.popleft() if self._planned else self._always


class _Handler(BaseHTTPRequestHandler):
    """One connection; what to answer is the receiver's to say."""

    protocol_version = "HTTP/1.1"
    receiver: Receiver  # set on a subclass per receiver

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", 0))
        body = self.rfile.read(length)
        if len(body) < length:  # the sender was killed half-way: nobody could call that a message
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.receiver._take(Received(self.path, headers, body, time.time(), self.command))
        try:
            self._answer(answer)
        except OSError:
            self.close_connection = True  # the sender gave up first, as it should

    do_GET = do_POST  # a redirect that is followed arrives as GET
    do_PUT = do_PATCH = do_DELETE = do_POST

    def _answer(self, answer: Answer) -> None:
        if answer.hang:
            self.receiver._closing.wait(answer.hang)
        if answer.drop == "before":
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        text = answer.text.encode()
        self.send_header("Content-Length", str(len(text) + answer.body_bytes))
        self.end_headers()
        self.wfile.write(text)
        self._stream(answer.body_bytes // 2 if answer.drop == "inside" else answer.body_bytes)
        if answer.drop == "inside":
            self.close_connection = True

    def _stream(self, size: int) -> None:
        block = b"x" * 65_536
        while size > 0:
            self.receiver.streamed += self.wfile.write(block[:size])
            size -= len(block)

    def log_message(self, format: str, *args: Any) -> None:
        pass
