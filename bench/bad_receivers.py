"""Receivers that misbehave, in a process of their own: what each does is its path. `python -m bench.bad_receivers`."""

from __future__ import annotations

import asyncio
import sys

#: What stands in a path, and the status line and headers it is answered with.
ANSWERS = {
    "500": b"HTTP/1.1 500 Sorry\r\nContent-Length: 0\r\n\r\n",
    "429": b"HTTP/1.1 429 Slowly\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n",
    "410": b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n",
}
SORTS = (*ANSWERS, "hang", "reset", "flood")
_FLOOD = 100_000_000


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(length)
            await _answer(head.split(b" ", 2)[1].decode().rpartition("/")[2], writer)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def _answer(sort: str, writer: asyncio.StreamWriter) -> None:
    if sort == "hang":
        await asyncio.sleep(600)
    if sort == "reset":
        writer.transport.abort()
        raise ConnectionError
    if sort == "flood":
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {_FLOOD}\r\n\r\n".encode())
        for _ in range(_FLOOD // 65_536):
            writer.write(b"x" * 65_536)
            await writer.drain()
        return
    writer.write(ANSWERS[sort])


async def main() -> None:
    """Listen on a free port, print it, and misbehave until killed."""
    server = await asyncio.start_server(_serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], file=sys.stderr, flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
