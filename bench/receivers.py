"""Starts `bench/receiver.py` in a process of its own; what arrives is a line each in a file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Receiver:
    """Where it listens, and the file of what arrived."""

    port: int
    lines: Path


@contextmanager
def receiver(folder: Path) -> Iterator[Receiver]:
    """Run it until the block ends."""
    lines = folder / "arrived.jsonl"
    with lines.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", "bench.receiver"], stdout=out, stderr=subprocess.PIPE)
        assert process.stderr is not None
        try:
            yield Receiver(int(process.stderr.readline()), lines)
        finally:
            process.kill()
            process.wait()
