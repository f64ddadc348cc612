"""Real Prometheus and Alertmanager processes for benches, as Debian packages them, each with files of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.ports import free_port

PROGRAMS = ("prometheus", "prometheus-alertmanager", "amtool")

_ALERTMANAGER = """
route: {receiver: hook, group_by: ['...'], group_wait: 0s, group_interval: 5m, repeat_interval: 4h}
receivers:
  - name: hook
    webhook_configs: [{url: "HOOK", send_resolved: true}]
"""
_PROMETHEUS = """
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules.yml]
alerting: {alertmanagers: [{static_configs: [{targets: ["127.0.0.1:ALERTMANAGER"]}]}]}
scrape_configs: [{job_name: pickwatch, static_configs: [{targets: ["127.0.0.1:EXPORTER"]}]}]
"""
_RULES = """
groups: [{name: sla, rules: [{alert: LocationNonCompliant, expr: location_non_compliant == 1}]}]
"""


def need() -> None:
    """Raise RuntimeError with what to install when a program is not there."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        raise RuntimeError(f"not here: {', '.join(missing)} (Debian: prometheus, prometheus-alertmanager)")


@contextmanager
def alertmanager(folder: Path, hook: str) -> Iterator[int]:
    """Run an Alertmanager that posts each alert to `hook` by itself, at once; yield its port."""
    port = free_port()
    (folder / "alertmanager.yml").write_text(_ALERTMANAGER.replace("HOOK", hook))
    options = [f"--config.file={folder}/alertmanager.yml", f"--storage.path={folder}/alertmanager"]
    with running("prometheus-alertmanager", [*options, "--cluster.listen-address="], folder=folder, port=port):
        yield port


@contextmanager
def prometheus(folder: Path, *, exporter: int, alertmanager: int) -> Iterator[int]:
    """Run a Prometheus that scrapes and evaluates every second; yield its port."""
    port = free_port()
    text = _PROMETHEUS.replace("ALERTMANAGER", str(alertmanager)).replace("EXPORTER", str(exporter))
    (folder / "prometheus.yml").write_text(text)
    (folder / "rules.yml").write_text(_RULES)
    options = [f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/prometheus"]
    with running("prometheus", options, folder=folder, port=port):
        yield port


@contextmanager
def running(program: str, options: Sequence[str], *, folder: Path, port: int) -> Iterator[None]:
    """Run one of them until the block ends; returns once it is ready."""
    command = [program, *options, f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"]
    with (folder / f"{program}.log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            deadline = time.monotonic() + 60
            while not _ready(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{program} does not start: {(folder / f'{program}.log').read_text()[-500:]}")
                time.sleep(0.1)
            yield
        finally:
            process.kill()


@contextmanager
def exporter(first: float, a_second: float, *, count: int) -> Iterator[int]:
    """Serve the series of `bench/exporter.py`; yield the port."""
    command = [sys.executable, "-m", "bench.exporter", str(first), str(a_second), str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def ask(port: int, path: str) -> Any:
    """Return the JSON that one of them answers."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return json.load(answer)


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:  # urllib's own errors are such
        return False
