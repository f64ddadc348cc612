"""A Redis (or Valkey) server; tests use database 15 of it."""

from __future__ import annotations

import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.ports import eventually, free_port
from tests.support.services.packages import Unavailable, install, program

FOLDERS = ("/opt/homebrew/bin", "/usr/local/bin", "/usr/sbin")


@contextmanager
def server(*, use_listening: bool) -> Iterator[str]:
    """Yield the URL of a server that lets us in without a password."""
    if use_listening and _answers(6379):
        yield "redis://127.0.0.1:6379/15"
        return
    if not _binary():
        install("Redis", apt="redis-server", brew="redis")
    binary = _binary()
    if binary is None:
        raise Unavailable("Redis is installed, but redis-server is nowhere to be found. Put it on PATH.")
    with _throw_away(binary) as url:
        yield url


def _binary() -> str | None:
    return program("redis-server", *FOLDERS) or program("valkey-server", *FOLDERS)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
    except OSError:
        return False


@contextmanager
def _throw_away(binary: str) -> Iterator[str]:
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="pickwatch-redis-", ignore_cleanup_errors=True) as folder:
        flags = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", folder]
        process = subprocess.Popen([binary, *flags], stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        try:
            eventually(lambda: _answers(port), what="redis-server")
            yield f"redis://127.0.0.1:{port}/15"
        finally:
            process.terminate()
            process.wait(10)
