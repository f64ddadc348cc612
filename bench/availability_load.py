"""Asks for availability, in a process of its own: `python -m bench.availability_load` prints one JSON line of figures.

With `--per-second` questions are asked at fixed moments, late or not, so that an answer that waits behind others counts
its waiting; without it each connection asks again when it is answered. Raw sockets: the asker must cost less than
the answer.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import json
import random
import sys
import time

SKUS = 1000


class Asker(asyncio.Protocol):
    """One keep-alive connection with one question at a time on its way."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._parts: list[bytes] = []
        self._missing = -1

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Be ready."""
        self._transport = transport
        self._load.free(self)

    def ask(self, meant: float) -> None:
        """Send the next question; it was meant to be sent at `meant`."""
        self._meant = meant
        self._transport.write(self._load.question())

    def data_received(self, data: bytes) -> None:
        """Read until the answer is whole."""
        if self._missing < 0:
            self._parts.append(data)
            head, found, rest = b"".join(self._parts).partition(b"\r\n\r\n")
            if not found:
                return
            self._parts.clear()
            self._status = head[9:12]
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            self._missing = int(length[15:]) - len(rest)
        else:
            self._missing -= len(data)
        if self._missing == 0:
            self._missing = -1
            self._load.answered(self, self._status, self._meant)


class Load:
    """Shares questions out among connections and notes how long answers took, in milliseconds."""

    def __init__(self, args: argparse.Namespace) -> None:
        self._args = args
        self._chance = random.Random(args.seed)
        self._idle: collections.deque[Asker] = collections.deque()
        self._due: collections.deque[float] = collections.deque()
        self.took: list[float] = []
        self.refused = 0
        self._ends = 0.0
        head = f"Host: {args.host}\r\nAuthorization: Bearer {args.key}\r\n\r\n"
        self._questions = [
            f"GET /api/v1/availability?sku=SKU-{sku:05} HTTP/1.1\r\n{head}".encode() for sku in range(1, SKUS + 1)
        ]

    def question(self) -> bytes:
        """Return a question about any product."""
        return self._chance.choice(self._questions)

    def answered(self, asker: Asker, status: bytes, meant: float) -> None:
        """Note an answer and go on."""
        self.took.append((time.perf_counter() - meant) * 1000)
        self.refused += status != b"200"
        self.free(asker)

    def free(self, asker: Asker) -> None:
        """Ask the next question by this connection, if there is one."""
        if self._due:
            asker.ask(self._due.popleft())
        elif self._args.per_second or not self._ends:
            self._idle.append(asker)
        elif time.perf_counter() < self._ends:
            asker.ask(time.perf_counter())

    async def run(self) -> None:
        """Ask for so many seconds."""
        loop = asyncio.get_running_loop()
        for _ in range(self._args.connections):
            await loop.create_connection(lambda: Asker(self), self._args.host, self._args.port)
        began = time.perf_counter()
        self._ends = began + self._args.seconds
        if not self._args.per_second:
            while self._idle:
                self._idle.popleft().ask(time.perf_counter())
            await asyncio.sleep(self._args.seconds + 0.2)
            return
        asked = 0
        while (now := time.perf_counter()) < self._ends:
            for number in range(asked, int((now - began) * self._args.per_second)):
                self._due.append(began + number / self._args.per_second)
                asked += 1
            while self._due and self._idle:
                self._idle.popleft().ask(self._due.popleft())
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.5)


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
    asyncio.run(load.run())
    json.dump({"seconds": args.seconds, "refused": load.refused, "ms": sorted(load.took)}, sys.stdout)


if __name__ == "__main__":
    main()
