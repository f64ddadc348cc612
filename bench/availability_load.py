"""Asks for availability, in a process of its own: `python -m bench.availability_load` prints one JSON line of figures.

With `--per-second` questions are asked at fixed moments, late or not; without it each connection asks again when it is
answered. Raw sockets: the asker must cost less than the answer. It shares the processors with what it measures, and
shops do not, so what is its own is told apart, in milliseconds and ascending:

`ms`      from the moment a question was meant to be asked until its answer was read: all waiting counts, whoever's.
`late`    of that, how late the asker itself was to send while a connection was free.
`answer`  from the moment it was meant to be asked, less `late`, until the kernel had the answer at the asker's socket
          (it stamps what arrives): waiting for a free connection counts, the asker's wait for a processor does not.
`service` from the moment the question was written until then: the server, and its own wait for a processor.
"""

from __future__ import annotations

import argparse
import collections
import json
import random
import re
import select
import socket
import struct
import sys
import time

SKUS = 1000
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
#: Linux: have the kernel say when it received what is read. Python has no name for it.
_SO_TIMESTAMPNS = 35
_STAMP = struct.Struct("@qq")
#: Seconds after which an answer will not come any more.
_LONGEST_WAIT = 5.0


class Asker:
    """One keep-alive connection with one question at a time on its way."""

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if sys.platform == "linux":
            self.socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._parts: list[bytes] = []
        self._missing = -1
        self.status = b""
        self.meant = self.late = self.sent = self.delivered = 0.0

    def ask(self, question: bytes, *, meant: float, late: float) -> None:
        """Send a question; it was meant to be sent at `meant`, and the asker itself is `late` by so much."""
        self.meant, self.late = meant, late
        self.sent = time.time()
        self.socket.sendall(question)

    def read(self) -> bool:
        """Read what there is; return whether the answer is whole."""
        data, extra, _, _ = self.socket.recvmsg(65_536, 64)
        if not data:
            raise ConnectionError("the server hung up")
        self.delivered = time.time()
        for level, kind, stamp in extra:
            if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS):
                seconds, nanoseconds = _STAMP.unpack(stamp[: _STAMP.size])
                self.delivered = seconds + nanoseconds / 1e9
        if self._missing < 0:
            self._parts.append(data)
            head, found, rest = b"".join(self._parts).partition(b"\r\n\r\n")
            if not found:
                return False
            self._parts.clear()
            self.status = head[9:12]
            self._missing = int(_LENGTH.search(head)[1]) - len(rest)  # type: ignore[index]  # ours always says it
        else:
            self._missing -= len(data)
        if self._missing == 0:
            self._missing = -1
            return True
        return False


class Load:
    """Shares questions out among connections and notes how long answers took."""

    def __init__(self, args: argparse.Namespace) -> None:
        self._args = args
        self._chance = random.Random(args.seed)
        self._askers = {asker.socket: asker for asker in (Asker(args.host, args.port) for _ in range(args.connections))}
        self._idle = collections.deque(self._askers.values())
        self._free_since = 0.0
        self._asked = 0
        self.figures: dict[str, list[float]] = {"ms": [], "late": [], "answer": [], "service": []}
        self.refused = 0
        head = f"Host: {args.host}\r\nAuthorization: Bearer {args.key}\r\n\r\n"
        self._questions = [
            f"GET /api/v1/availability?sku=SKU-{sku:05} HTTP/1.1\r\n{head}".encode() for sku in range(1, SKUS + 1)
        ]

    def run(self) -> None:
        """Ask for so many seconds, and read what is still to come."""
        began = time.time()
        ends = began + self._args.seconds
        while True:
            now = time.time()
            if now >= ends and (len(self._idle) == len(self._askers) or now > ends + _LONGEST_WAIT):
                return
            due = self._ask(began, now) if now < ends else now + 0.1
            ready, _, _ = select.select(list(self._askers), (), (), max(0.0, due - time.time()))
            for each in ready:
                asker = self._askers[each]
                if asker.read():
                    self._note(asker)

    def _ask(self, began: float, now: float) -> float:
        """Ask what is due at `now` as far as connections are free; return when to look again at the latest."""
        rate = self._args.per_second
        while self._idle:
            meant = began + self._asked / rate if rate else now
            if meant > now:
                return meant
            late = time.time() - max(meant, self._free_since) if rate else 0.0
            self._asked += 1
            self._idle.popleft().ask(self._chance.choice(self._questions), meant=meant, late=late)
        return now + 0.1

    def _note(self, asker: Asker) -> None:
        took = {
            "ms": time.time() - asker.meant,
            "late": asker.late,
            "answer": asker.delivered - asker.meant - asker.late,
            "service": asker.delivered - asker.sent,
        }
        for name, seconds in took.items():
            self.figures[name].append(seconds * 1000)
        self.refused += asker.status != b"200"
        if not self._idle:
            self._free_since = asker.delivered
        self._idle.append(asker)


def main() -> None:
    """Parse, run, print the figures."""
    parser = argparse.ArgumentParser()
    for name, kind, default in (
        ("--host", str, "127.0.0.1"),
        ("--port", int, 8000),
        ("--key", str, ""),
        ("--seed", int, 1),
        ("--connections", int, 16),
        ("--seconds", float, 8.0),
        ("--per-second", float, 0.0),
    ):
        parser.add_argument(name, type=kind, default=default)
    args = parser.parse_args()
    load = Load(args)
    load.run()
    figures = {name: sorted(values) for name, values in load.figures.items()}
    json.dump({"seconds": args.seconds, "refused": load.refused, **figures}, sys.stdout)


if __name__ == "__main__":
    main()
