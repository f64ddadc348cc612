"""A webhook receiver in a process of its own: answers 204 and prints when what arrived. `python -m bench.receiver`."""

from __future__ import annotations

import asyncio
import json
import sys
import time


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            body = await reader.readexactly(length)
            arrived = time.time()
            writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
            event = json.loads(body)
            print(json.dumps({"arrived": arrived, "id": event["id"], "time": event["time"]}), flush=True)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main() -> None:
    """Listen on a free port, print it, and receive until killed."""
    server = await asyncio.start_server(_serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], file=sys.stderr, flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
