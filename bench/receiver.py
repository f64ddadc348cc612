"""A webhook receiver in a process of its own: answers 204 and prints what arrived when. `python -m bench.receiver`."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any


def told_by(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what a message tells: a CloudEvent one thing, Alertmanager's own webhook one per alert."""
    if "alerts" not in document:
        data = document["data"]
        return [{"id": document["id"], "time": document["time"], "place": data.get("location")}]
    return [
        {
            "id": f"{alert['fingerprint']} {alert['startsAt']}",
            "time": alert["startsAt"],
            "place": alert["labels"].get("location"),
        }
        for alert in document["alerts"]
    ]


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            body = await reader.readexactly(length)
            arrived = time.time()
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
            for told in told_by(json.loads(body)):
                print(json.dumps({"arrived": arrived, **told}), flush=True)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main() -> None:
    """Listen on a free port, print it, and receive until killed."""
    server = await asyncio.start_server(_serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], file=sys.stderr, flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
