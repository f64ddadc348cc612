"""What stops a start, in plain words: settings, ports, files and databases that cannot be used."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from backend.clock import ManualClock
from backend.commands.serve import prepare, serving
from backend.commands.start_checks import alone, check_port
from backend.config import Settings
from backend.context import Context
from backend.persistence.engine import make_engine
from backend.persistence.uow import UowFactory
from backend.wakeups import Wakeups
from models.errors import DomainError
from tests.support.databases import TestDatabase
from tests.support.ports import free_port
from tests.support.server import Program


def run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = Program(folder=folder, **settings).environment
    command = [sys.executable, "-m", "backend.cli", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_one_server_at_a_time_serves_a_sqlite_file(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'pickwatch.db'}")
    with alone(engine), pytest.raises(DomainError, match="Another Pickwatch runs"), alone(engine):
        pass
    with alone(engine):  # free again
        pass


def test_processes_that_start_at_once_on_a_new_database_all_start(
    postgres_database: TestDatabase, clock: ManualClock, tmp_path: Path
) -> None:
    settings = Settings(database_url=postgres_database.empty(), var_dir=tmp_path)
    engines = [make_engine(settings.database_url or "") for _ in range(4)]
    processes = [
        Context(settings, engine, clock, wakeups := Wakeups(), UowFactory(engine, clock, wakeups)) for engine in engines
    ]
    with ThreadPoolExecutor(len(processes)) as pool:
        assert list(pool.map(prepare, processes)) == processes
    for engine in engines:
        engine.dispose()


def test_a_port_in_use_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(DomainError, match=f"port {port}"):
            check_port("127.0.0.1", port)
    check_port("127.0.0.1", port)


def test_the_port_option_stands_in_the_links(tmp_path: Path) -> None:
    port = free_port()
    with serving(Settings(var_dir=tmp_path, port=8000), port=port) as ctx:
        assert ctx.settings.public_url == f"http://localhost:{port}"
        with ctx.read() as uow:
            assert uow.public_url == f"http://localhost:{port}"


@pytest.mark.parametrize(
    ("arguments", "settings", "words"),
    [
        (("up", "--port", "99999"), {}, "--port"),
        (("user", "list"), {"PICKWATCH_VAR_DIR": "/proc/nowhere"}, "/proc/nowhere"),
        (("check",), {"DATABASE_URL": "sqlite:////proc/pickwatch.db"}, "unable to open database file"),
        (("check",), {"DATABASE_URL": "sqlite:///{folder}/fresh.db"}, "pickwatch migrate"),
        (("check",), {"DATABASE_URL": "sqlite:///{folder}/junk.db"}, "not a database"),
        (("check",), {"DATABASE_URL": "mysql://host/db"}, "DATABASE_URL cannot be used: it must begin with"),
    ],
)
def test_what_cannot_be_used_is_said_in_plain_words(
    tmp_path: Path, arguments: tuple[str, ...], settings: dict[str, str], words: str
) -> None:
    (tmp_path / "junk.db").write_text("this is not a database " * 100)
    done = run(tmp_path, *arguments, **{name: value.format(folder=tmp_path) for name, value in settings.items()})
    said = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)  # Typer colours its messages in CI
    assert done.returncode in (1, 2)
    assert words in said
    assert "Traceback" not in said
