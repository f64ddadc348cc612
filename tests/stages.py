"""The stages of a check: each is a command; all of them run, whatever an earlier one says, and are summed up."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from tests.support.again import AGAIN

_SCRIPTS = Path(sys.executable).parent

NOTHING_COLLECTED = 5


@dataclass(frozen=True)
class Stage:
    """A command and what people call it; `tests` says that it is pytest, whose results are counted."""

    title: str
    command: tuple[str, ...]
    tests: bool = False


@dataclass
class Outcome:
    """What happened so far: stages that failed, how many tests did what, and the lines that name what did not pass."""

    failed: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)


def module(title: str, *command: str) -> Stage:
    """Return a stage that runs a module of this Python."""
    return Stage(title, (sys.executable, "-m", *command))


def pytest_stage(title: str, *arguments: str) -> Stage:
    """Return a stage that runs pytest."""
    return Stage(title, (sys.executable, "-m", "pytest", *arguments), tests=True)


CHECKS = (
    module("formatting", "ruff", "format", "--check", "."),
    module("lint", "ruff", "check", "."),
    module("types", "mypy"),
    Stage("layers", (str(_SCRIPTS / "lint-imports"),)),
    pytest_stage("house rules", "-q", "tests/house"),
)


def run(stages: Iterable[Stage], environment: Mapping[str, str], *, selection: Sequence[str] = ()) -> int:
    """Run every stage, print the summary, return 0 when all passed.

    `selection` are arguments for pytest (-k …); a stage in which it matches nothing has not failed.
    """
    started = time.monotonic()
    outcome = Outcome()
    with tempfile.TemporaryDirectory(prefix="pickwatch-results-") as folder:
        for number, stage in enumerate(stages):
            _run_one(stage, Path(folder) / f"{number}.xml", outcome, environment=environment, selection=selection)
    print(summary(outcome, seconds=time.monotonic() - started), flush=True)
    return 1 if outcome.failed else 0


def _run_one(
    stage: Stage, results: Path, outcome: Outcome, *, environment: Mapping[str, str], selection: Sequence[str]
) -> None:
    command = [*stage.command, *selection, f"--junitxml={results}"] if stage.tests else list(stage.command)
    print(f"\n── {stage.title}: {' '.join(command[1:] if stage.tests else command)}", flush=True)
    started = time.monotonic()
    code = subprocess.run(command, env=os.environ | dict(environment), check=False).returncode
    print(f"── {stage.title}: exit code {code}, {time.monotonic() - started:.0f} s", flush=True)
    if stage.tests and results.exists():
        count(results, outcome)
    if code and not (code == NOTHING_COLLECTED and selection):
        outcome.failed.append(stage.title)


def count(results: Path, outcome: Outcome) -> None:
    """Add what pytest wrote (a JUnit file) to the outcome."""
    for case in ElementTree.parse(results).iter("testcase"):
        kinds = {"failure": "failed", "error": "errors", "skipped": "skipped"}
        verdict = next((kinds[part.tag] for part in case if part.tag in kinds), "passed")
        outcome.counts[verdict] += 1
        if verdict != "passed":
            outcome.lines.append(f"{verdict.upper()} {case.get('classname')}::{case.get('name')}")
        if case.find(f"properties/property[@name='{AGAIN}']") is not None:
            outcome.counts["run again"] += 1
            outcome.lines.append(f"RUN AGAIN {case.get('classname')}::{case.get('name')}")


def summary(outcome: Outcome, *, seconds: float) -> str:
    """Return what did not pass, and a last line as pytest writes it, over all stages."""
    order = ("failed", "passed", "skipped", "errors", "run again")
    counts = ", ".join(f"{outcome.counts[verdict]} {verdict}" for verdict in order if outcome.counts[verdict])
    stages = [f"STAGE FAILED {title}" for title in outcome.failed]
    minutes = f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
    closing = f" {counts or 'no tests ran'} in {seconds:.2f}s ({minutes}) "
    return "\n".join(["", "── summary of all stages", *outcome.lines, *stages, closing.center(100, "=")])
