"""What must be true before a server starts, else plain words: the port is free, nobody else serves the SQLite file."""

from __future__ import annotations

import contextlib
import fcntl
import socket
from collections.abc import Iterator

from sqlalchemy.engine import Engine

from models.errors import DomainError, ErrorCode


def check_port(host: str, port: int) -> None:
    """Raise CONFLICT when nobody can listen there: the port is taken, or the address is not this machine's."""
    try:
        with socket.create_server((host, port), family=_family(host)):
            return
    except OSError as error:
        words = error.strerror or str(error)
        raise DomainError(
            ErrorCode.CONFLICT,
            f"Nobody can listen on {host}, port {port}: {words}. Give another port with PORT or --port.",
        ) from error


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


@contextlib.contextmanager
def alone(engine: Engine) -> Iterator[None]:
    """Hold a SQLite file while this process serves it; CONFLICT when another one does. Who is killed holds nothing."""
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path or path == ":memory:":
        yield
        return
    with open(f"{path}.lock", "a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DomainError(
                ErrorCode.CONFLICT,
                f"Another Pickwatch runs on {path}. Stop it first; several processes need PostgreSQL (DATABASE_URL).",
            ) from error
        yield
