"""A PostgreSQL server where tests may make databases."""

from __future__ import annotations

import getpass
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from tests.support.ports import free_port
from tests.support.services.packages import Unavailable, install, program, unprivileged

FOLDERS = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/opt/postgresql@*/bin")

#: Nothing here outlives the tests, so nothing needs to reach the disk.
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


@contextmanager
def server(*, use_listening: bool) -> Iterator[str]:
    """Yield the URL of the maintenance database of a server that lets us make databases."""
    if use_listening and (url := _listening()):
        yield url
        return
    if not program("initdb", *FOLDERS):
        install("PostgreSQL", apt="postgresql", brew="postgresql@17")
    with _throw_away() as url:
        yield url


def _listening() -> str | None:
    for user in dict.fromkeys((getpass.getuser(), "postgres", "root")):
        url = f"postgresql+psycopg://{user}@127.0.0.1:5432/postgres"
        if _may_create_databases(url):
            return url
    return None


def _may_create_databases(url: str) -> bool:
    engine = sa.create_engine(url, connect_args={"connect_timeout": 3}, poolclass=sa.NullPool)
    question = "SELECT rolsuper OR rolcreatedb FROM pg_roles WHERE rolname = current_user"
    try:
        with engine.connect() as connection:
            return bool(connection.scalar(sa.text(question)))
    except sa.exc.SQLAlchemyError:
        return False


@contextmanager
def _throw_away() -> Iterator[str]:
    initdb = program("initdb", *FOLDERS)
    if initdb is None:
        raise Unavailable("PostgreSQL is installed, but its initdb is nowhere to be found. Put its bin folder on PATH.")
    pg_ctl = str(Path(initdb).with_name("pg_ctl"))
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="pickwatch-postgres-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        somebody = unprivileged(folder)
        data = str(folder / "data")
        environment = {"PATH": os.environ["PATH"], "HOME": name, "LC_ALL": "C"}
        run = {"env": environment, "check": True, "stdout": subprocess.DEVNULL, "stdin": subprocess.DEVNULL} | somebody
        subprocess.run([initdb, "-D", data, "-U", "pickwatch", "-A", "trust", "-E", "UTF8", "--no-sync"], **run)
        settings = [*QUICK, f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories="]
        options = " ".join(f"-c {setting}" for setting in settings)
        try:
            subprocess.run([pg_ctl, "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start"], **run)
            yield f"postgresql+psycopg://pickwatch@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([pg_ctl, "-D", data, "-m", "immediate", "stop"], **run | {"check": False})
