"""The commands that the documents name are there: make's targets, and the script that decides about a change."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SCRIPTS = [".ci/run", ".ci/lock.sh", ".ci/venv.sh"]


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    # What an outer make tells an inner one would change what it prints.
    environment = {
        name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
    }
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def test_make_alone_lists_every_command_with_what_it_does() -> None:
    help_ = make()
    assert help_.returncode == 0, help_.stderr
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    listed = dict(re.findall(r"^  make (\S+) +(\S.+)$", help_.stdout, re.MULTILINE))
    assert set(listed) == set(phony[1].split()) - {"dev"} >= {"help", "setup", "run", "test", "check"}


@pytest.mark.parametrize("target", ["setup", "run", "test", "check", "format", "bench", "lock", "screenshots", "clean"])
def test_every_target_can_be_made(target: str) -> None:
    """A dry run finds every file and target that it depends on."""
    dry = make("--dry-run", target)
    assert dry.returncode == 0, dry.stderr


def test_a_target_that_is_not_there_would_be_found() -> None:
    assert make("--dry-run", "no-such-target").returncode != 0


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_scripts_are_valid_shell(script: str) -> None:
    checked = subprocess.run(["bash", "-n", ROOT / script], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_what_a_change_must_pass_can_be_executed_and_runs_all_tests() -> None:
    assert os.access(ROOT / ".ci/run", os.X_OK)
    assert "make test" in (ROOT / ".ci/run").read_text()
    assert "-m tests" in make("--dry-run", "test").stdout
