"""How soon a built program answers, and how much memory the idle demo takes."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil

from bench.harness import Figure
from dashboard.built import ensure_built
from tests.support.ports import free_port
from tests.support.server import Program

STARTS = 7
SETTLE_SECONDS = 60


def run() -> Iterator[Figure]:
    """Yield start to first answered request (first start, then later ones), and resident memory of the demo."""
    ensure_built()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = _start(folder / "fresh", "--empty")
        yield Figure("first start (migrates), to first answer", [first], target=3000)
        later = [_start(folder / "fresh", "--empty") for _ in range(STARTS)]
        yield Figure("start, to first answer", later, target=3000)
        _start(folder / "demo", "--demo")
        demo = [_start(folder / "demo", "--demo") for _ in range(3)]
        yield Figure("start of the demo network, to first answer", demo, target=3000)
        yield Figure("memory of the idle demo", _memory(folder / "demo"), unit="MB", target=300)


def _start(folder: Path, network: str) -> float:
    program = Program("up", network, folder=folder, port=free_port())
    started = time.perf_counter()
    with program:
        assert httpx.get(f"{program.url}/", follow_redirects=True).status_code == 200
        return (time.perf_counter() - started) * 1000


def _memory(folder: Path) -> list[float]:
    # Resident memory of the process and its children, once a second after the start has settled.
    values = []
    with Program("up", "--demo", folder=folder, port=free_port()) as program:
        assert program.process is not None
        process = psutil.Process(program.process.pid)
        time.sleep(SETTLE_SECONDS)
        for _ in range(10):
            family = [process, *process.children(recursive=True)]
            values.append(sum(member.memory_info().rss for member in family) / 1e6)
            time.sleep(1)
    return values
