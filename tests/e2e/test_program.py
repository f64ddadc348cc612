"""The program as an operator meets it: first start, later starts, wrong settings, sudden ends."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.ports import free_port
from tests.support.server import ROOT, Program

PASSWORD = re.compile(r"with the password (\S+)")


def test_first_start_tells_the_password_once_and_later_starts_do_not(built_ui: None, tmp_path: Path) -> None:
    with Program("up", "--empty", folder=tmp_path) as program:
        found = PASSWORD.findall(program.log)
        assert len(found) == 1
        assert f"http://localhost:{program.port}" in program.log
        with closing(program.sign_in("admin", found[0])) as admin:
            assert admin.get("/api/v1/me").json()["name"] == "admin"
    first = program.log

    with Program("up", "--empty", folder=tmp_path) as again:
        assert PASSWORD.findall(again.log.removeprefix(first)) == []
        with closing(again.sign_in("admin", found[0])) as admin:
            assert admin.get("/api/v1/me").is_success


def test_one_port_serves_pages_api_health_and_metrics(empty: Program) -> None:
    stranger = empty.http.get("/")
    assert (stranger.status_code, stranger.headers["location"].split("?")[0]) == (303, "/login")
    assert "<html" in empty.http.get("/login", follow_redirects=True).text.lower()
    assert empty.http.get("/healthz").is_success
    assert empty.http.get("/readyz").is_success
    assert "# TYPE" in empty.http.get("/metrics").text
    assert empty.http.get("/api/v1/openapi.json").json()["openapi"].startswith("3.")
    missing = empty.http.get("/api/v1/no-such-thing")
    assert (missing.status_code, missing.headers["content-type"]) == (404, "application/problem+json")


def test_what_was_committed_survives_a_power_failure(built_ui: None, tmp_path: Path) -> None:
    with Program("up", "--empty", folder=tmp_path) as program:
        key = program.key("network:read")
        program.kill()
        program.start()
        answer = program.http.get("/api/v1/me", headers={"Authorization": f"Bearer {key}"})
        assert answer.json()["permissions"] == ["network:read"]


def test_it_stops_when_asked(built_ui: None, tmp_path: Path) -> None:
    program = Program("up", "--empty", folder=tmp_path)
    with program:
        pass
    assert program.process is not None
    assert program.process.returncode == 0, program.log
    assert "Traceback" not in program.log


def start(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    program = Program("up", "--empty", folder=tmp_path, **environment)
    program.http.close()
    command = [sys.executable, "-m", "backend.cli", "up", "--empty"]
    return subprocess.run(
        command, cwd=ROOT, env=program.environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "eighty"), ("PORT", "70000"), ("PICKWATCH_SESSION_HOURS", "0"), ("DATABASE_URL", "nonsense")],
)
def test_a_setting_that_cannot_be_used_is_named_in_plain_words(tmp_path: Path, name: str, value: str) -> None:
    done = start(tmp_path, **{name: value})
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert name in said
    assert "Traceback" not in said


def test_a_database_that_is_not_there_is_said_without_its_password(tmp_path: Path) -> None:
    url = f"postgresql://pickwatch:s3cret-word@127.0.0.1:{free_port()}/pickwatch"
    done = start(tmp_path, DATABASE_URL=url)
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert "cannot be reached" in said
    assert "s3cret-word" not in said
    assert "Traceback" not in said


def test_a_port_in_use_is_said(built_ui: None, tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = start(tmp_path, PORT=port)
    assert done.returncode != 0
    assert port in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
