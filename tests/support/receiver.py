"""A real HTTP server on a free port that plays any kind of webhook receiver, by path."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

#: Bytes that the `/huge` path would send if anybody read them.
HUGE = 100 * 1024 * 1024


@dataclass(slots=True)
class Received:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float


@dataclass(slots=True)
class Receiver:
    """What came in, and how to answer: `status` maps a path to statuses given one after another, the last for ever."""

    port: int = 0
    requests: list[Received] = field(default_factory=list)
    status: dict[str, list[int]] = field(default_factory=dict)
    sent_bytes: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "/ok", *, host: str = "127.0.0.1") -> str:
        """Return the address of a behaviour."""
        return f"http://{host}:{self.port}{path}"

    def at(self, path: str) -> list[Received]:
        """Return what came to one path."""
        return [request for request in self.requests if request.path == path]

    def ids(self, path: str = "/ok") -> list[str]:
        """Return the webhook-ids that came to one path, in order."""
        return [request.headers["webhook-id"] for request in self.at(path)]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Any

    def do_POST(self) -> None:
        receiver: Receiver = self.server.receiver
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        receiver.requests.append(Received(self.path, headers, body, time.time()))
        getattr(self, f"answer_{self.path.strip('/').replace('-', '_')}", self.answer_status)(receiver)

    do_GET = do_POST

    def answer_status(self, receiver: Receiver) -> None:
        codes = receiver.status.get(self.path, [200])
        self._reply(codes.pop(0) if len(codes) > 1 else codes[0], b"thank you")

    def answer_redirect(self, receiver: Receiver) -> None:
        self._reply(302, b"", {"location": receiver.url("/elsewhere")})

    def answer_slow_down(self, _receiver: Receiver) -> None:
        self._reply(429, b"later", {"retry-after": "7200"})

    def answer_hang(self, receiver: Receiver) -> None:
        receiver.released.wait(30)
        self.close_connection = True

    def answer_drop(self, _receiver: Receiver) -> None:
        self.close_connection = True  # without a word

    def answer_garbage(self, _receiver: Receiver) -> None:
        self.wfile.write(b"\x00\x01 this is not HTTP\r\n\r\n")
        self.close_connection = True

    def answer_huge(self, receiver: Receiver) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("content-length", str(HUGE))
        self.end_headers()
        try:
            for _ in range(HUGE // 65536):
                receiver.sent_bytes += self.wfile.write(b"x" * 65536)
        except OSError:
            return

    def _reply(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay silent: clients hang up on purpose here."""


@contextmanager
def running_receiver() -> Iterator[Receiver]:
    """Yield a receiver that listens on 127.0.0.1 until the block ends."""
    receiver = Receiver()
    server = _Server(("127.0.0.1", 0), _Handler)
    server.receiver = receiver  # type: ignore[attr-defined]
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.released.set()
        server.shutdown()
        server.server_close()


def eventually(condition: Callable[[], object], *, seconds: float = 15) -> None:
    """Wait until the condition holds; fail when it never does. The limit is for broken code, not for slow machines."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)
