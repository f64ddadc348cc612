"""The real program in a process of its own, as a user starts it: on a free port, with a folder of its own.

with Program("up", "--empty", folder=tmp_path) as program:
    program.cli("user", "add", ...)
    program.http.get("/api/v1/sla/summary")
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType

import httpx

from tests.support.ports import eventually, free_port

ROOT = Path(__file__).resolve().parent.parent.parent

#: Seconds after which an answer will not come any more: ends a test that would hang, measures nothing.
HANGS = 90
#: Seconds a start may take where everything else takes its time too: the demo network is filled before it answers.
STARTS = 400

#: Settings of the machine that runs the tests must not reach the program under test.
FOREIGN = re.compile(r"^(PICKWATCH_(?!TEST_).*|DATABASE_URL|REDIS_URL|PORT|PYTHONDONTWRITEBYTECODE)$")


class Program:
    """`pickwatch ROLE …` in a subprocess. `settings` are environment variables, `folder` its var directory."""

    def __init__(self, *arguments: str, folder: Path, port: int | None = None, **settings: str) -> None:
        self.arguments = arguments
        self.folder = folder
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_file = folder / "program.log"
        self.environment = {name: value for name, value in os.environ.items() if not FOREIGN.match(name)} | {
            "PORT": str(self.port),
            "PICKWATCH_VAR_DIR": str(folder),
            "PYTHONUNBUFFERED": "1",
            **settings,
        }
        self.http = httpx.Client(base_url=self.url, timeout=HANGS)
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Program:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self.http.close()

    def start(self, *, serves: str = "/healthz") -> Program:
        """Start and wait until it answers. AssertionError with its log when it does not."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "backend.cli", *self.arguments],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        if "worker" not in self.arguments:  # a worker serves nothing
            eventually(lambda: self._answers(serves), seconds=STARTS, what=f"{self.url}{serves}; its log:\n{self.log}")
        return self

    def _answers(self, path: str) -> bool:
        if self.process is None or self.process.poll() is not None:
            raise RuntimeError(f"the program ended with {self.process and self.process.returncode}:\n{self.log}")
        with contextlib.suppress(httpx.TransportError):
            return self.http.get(path).is_success
        return False

    @property
    def log(self) -> str:
        """Return everything it has printed so far."""
        return self.log_file.read_text(encoding="utf-8", errors="replace") if self.log_file.exists() else ""

    def kill(self) -> None:
        """End it as a power failure would (SIGKILL)."""
        self._end(signal.SIGKILL)

    def stop(self) -> int | None:
        """End it as Ctrl-C would, hard after 20 s; return its exit code."""
        return self._end(signal.SIGINT)

    def _end(self, how: signal.Signals) -> int | None:
        if self.process is None:
            return None
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(how)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
        return self.process.returncode

    def cli(self, *arguments: str, stdin: str = "") -> str:
        """Run `pickwatch …` with the same settings and return what it printed; fails the test when it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "backend.cli", *arguments],
            cwd=ROOT,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"pickwatch {' '.join(arguments)}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def key(self, *scopes: str, name: str = "test") -> str:
        """Make an API key by the command line and return its token."""
        printed = self.cli("key", "add", name, *(part for scope in scopes for part in ("--scope", scope)))
        found = re.search(r"pw_[A-Za-z0-9_.-]+", printed)
        assert found, printed
        return found[0]

    def api(self, *scopes: str) -> httpx.Client:
        """Return a client of /api/v1 with a fresh key that carries these scopes."""
        return httpx.Client(
            base_url=f"{self.url}/api/v1/", timeout=HANGS, headers={"Authorization": f"Bearer {self.key(*scopes)}"}
        )

    def sign_in(self, name: str, password: str) -> httpx.Client:
        """Sign in as a browser's form does and return a client that carries the session."""
        client = httpx.Client(base_url=self.url, timeout=HANGS, headers={"Origin": self.url}, follow_redirects=False)
        answer = client.post("/api/auth/login", data={"username": name, "password": password})
        assert answer.status_code in {200, 204, 303}, answer.text
        assert client.cookies, f"no session for {name}: {answer.headers.get('location')}"
        return client
