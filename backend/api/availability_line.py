"""A connection of the availability process: the plain question is answered as it is read, by the thread that reads.

Each thread a question passes through waits once more for a processor and for the interpreter, and on a busy machine
that is what its time is made of. So there is one thread, and a question costs little more than its answer.

Whatever is not plain (other paths, a header that changes how a message is read, a second question behind the first, a
key or a SKU that is not known) goes the long way, by uvicorn and the application, which also say what is wrong; nothing
is decided here but that nothing needs to be.
"""

from __future__ import annotations

import re
import time
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from backend.api.availability import ALWAYS, PLAIN, Desk
from backend.metrics.registry import HTTP_REQUESTS, HTTP_SECONDS

PATH = "/api/v1/availability"
_QUESTION = re.compile(rf"GET {PATH}\?{PLAIN} HTTP/1\.1\r\n".encode())
#: Header lines, each of one word and printable text, and the empty line at the end of it all.
_HEAD = re.compile(rb"(?:[A-Za-z0-9_-]+:[\t\x20-\x7e]*\r\n)+\r\n")
_LONGEST_HEAD = 4_096
#: Headers that say how a message is to be read, or that somebody else must look at.
_NOT_PLAIN = frozenset(
    (b"content-length", b"cookie", b"expect", b"http2-settings", b"te", b"trailer", b"transfer-encoding", b"upgrade")
)
_START = b"HTTP/1.1 200 OK\r\n" + b"".join(b"%b: %b\r\n" % line for line in ALWAYS)
_ANSWERED, _SECONDS = HTTP_REQUESTS.labels("GET", PATH, "200"), HTTP_SECONDS.labels("GET", PATH)


class Line(HttpToolsProtocol):
    """One connection; `desk` knows the answers."""

    def __init__(self, desk: Desk, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._desk = desk
        self._head = b""  # what was last said beside the question: it is the same every time
        self._token: str | None = None
        self._reading = False  # whether a message that goes the long way has begun and not ended
        self._owed = 0  # answers that the long way has still to give: none may overtake them
        self._asked_at = 0.0

    def data_received(self, data: bytes) -> None:
        """Answer what was asked, or pass it on."""
        if not self._answer(data):
            super().data_received(data)

    def _answer(self, data: bytes) -> bool:
        found = _QUESTION.match(data)
        if found is None or self._reading or self._owed or self.flow.write_paused or self.transport.is_closing():
            return False
        began = time.perf_counter()
        head = data[found.end() :]
        if head != self._head:
            self._head, self._token = head, bearer(head)
        answer = self._desk.at_once(self._token, found[1].decode()) if self._token is not None else None
        if answer is None:
            return False
        body, age = answer
        usual = b"".join(b"%b: %b\r\n" % line for line in self.server_state.default_headers)
        self.transport.write(b"%bage: %b\r\ncontent-length: %d\r\n%b\r\n%b" % (_START, age, len(body), usual, body))
        self._note(began)
        return True

    def _note(self, began: float) -> None:
        now = time.perf_counter()
        self._asked_at = now
        if self.timeout_keep_alive_task is None:
            self._close_after(self.timeout_keep_alive)
        _ANSWERED.inc()
        _SECONDS.observe(now - began)

    def _close_after(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection, unless something was asked meanwhile: a timer per answer would cost as much as it."""
        left = self._asked_at + self.timeout_keep_alive - time.perf_counter()
        if left > 0:
            self._close_after(left)
        else:
            super().timeout_keep_alive_handler()

    def on_message_begin(self) -> None:
        """Note that the long way is taken."""
        self._reading = True
        self._owed += 1
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """Note that what comes now is not part of a body."""
        self._reading = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Note that an answer was given the long way."""
        self._owed -= 1
        super().on_response_complete()


def bearer(head: bytes) -> str | None:
    """Return the token among these header lines, None when there is anything in them that is not plain."""
    if len(head) > _LONGEST_HEAD or _HEAD.fullmatch(head) is None:
        return None
    said: dict[bytes, bytes] = {}
    for line in head.split(b"\r\n")[:-2]:
        name, _, value = line.partition(b":")
        name = name.lower()
        if name in _NOT_PLAIN or name in said:
            return None
        said[name] = value.strip()
    if b"host" not in said or said.get(b"connection", b"keep-alive").lower() != b"keep-alive":
        return None
    scheme, _, token = said.get(b"authorization", b"").decode("ascii").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
