"""A shop that orders, in a process of its own: `python -m bench.order_load MODE ...` prints one JSON line of figures.

`rate` sends single orders at fixed moments, late or not, so that an answer that waits behind others counts its waiting;
`flat-out` sends the next order, or batch, when one is answered. It shares the processors with what it measures, so
everything is made before the clock starts and sending costs little; how late it was itself it says (`late_ms`).
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import re
import sys
import time
from collections.abc import Callable, Iterator

import uvloop

LOCATIONS, SKUS = 200, 1000
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


def order(chance: random.Random, external_id: str) -> dict[str, object]:
    """Return an order of one to three lines, to somewhere in the contiguous United States."""
    lines = [
        {"sku": f"SKU-{sku:05}", "quantity": chance.randint(1, 3), "unit_price": "9.90"}
        for sku in chance.sample(range(1, SKUS + 1), chance.randint(1, 3))
    ]
    return {
        "external_id": external_id,
        "channel": "web",
        "customer": {"id": f"C-{chance.randint(1, 50_000)}", "name": "Ada Lovelace", "tier": "gold"},
        "method": "ship",
        "ship_to": {"city": "X", "latitude": chance.uniform(30, 44), "longitude": chance.uniform(-120, -70)},
        "lines": lines,
    }


def bodies(mark: str, seed: int, *, batch: int) -> Iterator[tuple[str, bytes]]:
    """Yield an Idempotency-Key and a body, endlessly."""
    chance = random.Random(seed)
    for number in itertools.count():
        orders = [order(chance, f"{mark}-{number}-{place}") for place in range(batch)]
        document: object = {"items": orders} if batch > 1 else orders[0]
        yield f"{mark}-{number}", json.dumps(document).encode()


class Line(asyncio.Protocol):
    """One keep-alive HTTP/1.1 connection with one request at a time on its way; raw, because that costs least."""

    def __init__(self, answered: Callable[[Line, int], None]) -> None:
        self._answered = answered
        self._parts: list[bytes] = []
        self._missing = -1
        self._status = 0
        self.meant = 0.0  # when the request on its way was to be sent

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way out."""
        self._transport = transport

    def send(self, request: bytes, meant: float) -> None:
        """Send the next request."""
        self.meant = meant
        self._transport.write(request)  # type: ignore[attr-defined]  # asyncio hands a transport that writes

    def data_received(self, data: bytes) -> None:
        """Read until the answer is whole."""
        if self._missing < 0:
            self._parts.append(data)
            head, found, rest = b"".join(self._parts).partition(b"\r\n\r\n")
            if not found:
                return
            self._parts.clear()
            self._status = int(head[9:12])
            self._missing = int(_LENGTH.search(head)[1]) - len(rest)  # type: ignore[index]  # ours always says it
        else:
            self._missing -= len(data)
        if self._missing == 0:
            self._missing = -1
            self._answered(self, self._status)


class Load:
    """Shares prepared requests out among connections and notes how long answers took, in milliseconds."""

    def __init__(self, args: argparse.Namespace, requests: list[bytes]) -> None:
        self._args = args
        self._requests = requests
        self._next = 0
        self._under_way = 0
        self._began = 0.0
        self._idle: list[Line] = []
        self._done = asyncio.Event()
        self.statuses: dict[int, int] = {}
        self.took: list[float] = []
        self.late: list[float] = []

    async def run(self) -> dict[str, object]:
        """Send everything, or as much as the time allows, and return the figures."""
        loop = asyncio.get_running_loop()
        for _ in range(self._args.connections):
            _, line = await loop.create_connection(lambda: Line(self._answered), self._args.host, self._args.port)
            self._idle.append(line)
        self._began = time.perf_counter()
        if self._args.mode == "rate":
            await self._at_fixed_moments()
        else:
            while self._idle and self._more():
                self._send(self._idle.pop(), time.perf_counter())
        await self._done.wait()
        placed = sum(count for status, count in self.statuses.items() if status < 300) * self._args.batch
        seconds = time.perf_counter() - self._began
        return {
            "orders": placed,
            "seconds": seconds,
            "statuses": self.statuses,
            "ms": sorted(self.took),
            "late_ms": sorted(self.late),
        }

    async def _at_fixed_moments(self) -> None:
        """Send each at its moment, or as soon as a connection is free; `late` is how late this loader itself was."""
        while self._more():
            if self._idle:  # otherwise the next is late because no answer came
                self.late.append(max(0.0, time.perf_counter() - self._moment(self._next)) * 1000)
            self._send_due()
            await asyncio.sleep(max(0.001, self._moment(self._next) - time.perf_counter()))

    def _send_due(self) -> None:
        now = time.perf_counter()
        while self._more() and self._idle and (meant := self._moment(self._next)) <= now:
            self._send(self._idle.pop(), meant)

    def _moment(self, number: int) -> float:
        return self._began + number / float(self._args.per_second)

    def _more(self) -> bool:
        if self._next >= len(self._requests):
            return False
        return self._args.mode == "rate" or time.perf_counter() - self._began <= float(self._args.seconds)

    def _send(self, line: Line, meant: float) -> None:
        self._under_way += 1
        self._next += 1
        line.send(self._requests[self._next - 1], meant)

    def _answered(self, line: Line, status: int) -> None:
        now = time.perf_counter()
        self.took.append((now - line.meant) * 1000)
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self._under_way -= 1
        if self._args.mode == "rate":
            self._idle.append(line)
            self._send_due()
        elif self._more():
            self._send(line, now)
        if not self._under_way and not self._more():
            self._done.set()


def prepared(args: argparse.Namespace) -> list[bytes]:
    """Return whole requests, so that sending one costs nothing but writing it."""
    path = "/api/v1/orders/batch" if args.batch > 1 else "/api/v1/orders"
    count = int(args.per_second * args.seconds) if args.mode == "rate" else args.count // args.batch
    head = f"POST {path} HTTP/1.1\r\nHost: {args.host}:{args.port}\r\nAuthorization: Bearer {args.key}\r\n"
    head += "Content-Type: application/json\r\nIdempotency-Key: "
    return [
        f"{head}{key}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        for key, body in itertools.islice(bodies(args.mark, args.seed, batch=args.batch), count)
    ]


def main() -> None:
    """Parse, run, print the figures. Bodies are made before the clock starts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("mode", choices=["flat-out", "rate"])
    for name, kind, default in (
        ("--host", str, "127.0.0.1"),
        ("--port", int, 8000),
        ("--key", str, ""),
        ("--mark", str, "m"),
        ("--seed", int, 1),
        ("--batch", int, 1),
        ("--count", int, 10_000),
        ("--connections", int, 32),
        ("--seconds", float, 15.0),
        ("--per-second", float, 100.0),
    ):
        parser.add_argument(name, type=kind, default=default)
    args = parser.parse_args()
    load = Load(args, prepared(args))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        figures = runner.run(load.run())
    json.dump(figures, sys.stdout)


if __name__ == "__main__":
    main()
