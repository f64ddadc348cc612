"""A shop that orders, in a process of its own: `python -m bench.order_load MODE ...` prints one JSON line of figures.

`batches` sends the next batch when one of its connections is free; `rate` sends single orders at fixed moments, late
or not, so that an answer that waits behind others counts its waiting; `flat out` sends the next when one is answered.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import sys
import time
from collections.abc import Iterator

LOCATIONS, SKUS = 200, 1000


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


class Connection:
    """One keep-alive HTTP/1.1 connection that posts prepared bodies."""

    def __init__(self, host: str, port: int, key: str) -> None:
        self._to = (host, port)
        self._head = f"Host: {host}:{port}\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: bytes, *, key: str) -> int:
        """Send and return the status; the answer is read to its end."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self._to, limit=2**24)
        reader, writer = self._streams
        head = f"POST {path} HTTP/1.1\r\n{self._head}Idempotency-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in answer.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(length)
        return int(answer[9:12])


def bodies(mark: str, seed: int, *, batch: int) -> Iterator[tuple[str, bytes, int]]:
    """Yield an Idempotency-Key, a body and how many orders it holds, endlessly."""
    chance = random.Random(seed)
    for number in itertools.count():
        orders = [order(chance, f"{mark}-{number}-{place}") for place in range(batch)]
        document: object = {"items": orders} if batch > 1 else orders[0]
        yield f"{mark}-{number}", json.dumps(document).encode(), batch


async def flat_out(args: argparse.Namespace) -> dict[str, object]:
    """Keep `connections` busy for `seconds`, or until `count` orders were sent."""
    path = "/api/v1/orders/batch" if args.batch > 1 else "/api/v1/orders"
    prepared = iter(list(itertools.islice(bodies(args.mark, args.seed, batch=args.batch), args.count // args.batch)))
    sent, statuses, took = 0, {}, []
    began = time.perf_counter()

    async def one() -> None:
        nonlocal sent
        connection = Connection(args.host, args.port, args.key)
        for key, body, orders in prepared:
            if time.perf_counter() - began > args.seconds:
                return
            started = time.perf_counter()
            status = await connection.post(path, body, key=key)
            took.append((time.perf_counter() - started) * 1000)
            statuses[status] = statuses.get(status, 0) + 1
            sent += orders if status < 300 else 0

    await asyncio.gather(*(one() for _ in range(args.connections)))
    return {"orders": sent, "seconds": time.perf_counter() - began, "statuses": statuses, "ms": sorted(took)}


async def rate(args: argparse.Namespace) -> dict[str, object]:
    """Send `per_second` single orders a second for `seconds`; time runs from the moment each was meant to be sent."""
    total = int(args.per_second * args.seconds)
    prepared = list(itertools.islice(bodies(args.mark, args.seed, batch=1), total))
    idle: asyncio.LifoQueue[Connection] = asyncio.LifoQueue()
    for _ in range(args.connections):
        idle.put_nowait(Connection(args.host, args.port, args.key))
    statuses: dict[int, int] = {}
    took: list[float] = []
    began = time.perf_counter() + 0.2

    async def one(number: int) -> None:
        meant = began + number / args.per_second
        await asyncio.sleep(max(0.0, meant - time.perf_counter()))
        connection = await idle.get()
        key, body, _ = prepared[number]
        status = await connection.post("/api/v1/orders", body, key=key)
        idle.put_nowait(connection)
        took.append((time.perf_counter() - meant) * 1000)
        statuses[status] = statuses.get(status, 0) + 1

    await asyncio.gather(*(one(number) for number in range(total)))
    return {"orders": total, "seconds": time.perf_counter() - began, "statuses": statuses, "ms": sorted(took)}


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
    figures = asyncio.run(flat_out(args) if args.mode == "flat-out" else rate(args))
    json.dump(figures, sys.stdout)


if __name__ == "__main__":
    main()
