"""A browser test has a second chance and says that it took it; another test has none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.stages import Outcome, count

CONFTEST = """
import pytest
from tests.support.again import pytest_report_teststatus, pytest_runtest_protocol, pytest_terminal_summary

@pytest.fixture
def browser():
    return []
"""
TESTS = """
tried = []

def unsteady(name, tries):
    tried.append(name)
    assert tried.count(name) > tries, f"{name} was late"

def test_once(browser):
    assert browser == []
    browser.append("used")
    unsteady("once", 1)

def test_always(browser):
    unsteady("always", 9)

def test_without_a_browser():
    unsteady("race", 1)

def test_good(browser):
    unsteady("good", 0)

def test_how_often_each_was_tried():
    assert [tried.count(name) for name in ("once", "always", "race", "good")] == [2, 2, 1, 1]
"""


@pytest.mark.parametrize("workers", ["0", "1"])
def test_only_what_uses_a_browser_is_run_again_once_and_is_named(tmp_path: Path, workers: str) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_it.py").write_text(TESTS)
    results = tmp_path / "results.xml"
    command = (
        "-m",
        "pytest",
        "-n",
        workers,
        "-p",
        "no:cacheprovider",
        f"--junitxml={results}",
        f"--rootdir={tmp_path}",
    )
    done = subprocess.run([sys.executable, *command, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "2 failed, 3 passed, 2 again" in done.stdout
    assert "run again: test_it.py::test_once" in done.stdout
    assert "once was late" in done.stdout
    outcome = Outcome()
    count(results, outcome)
    assert outcome.counts == {"passed": 3, "failed": 2, "run again": 2}
    assert sorted(outcome.lines) == [
        "FAILED test_it::test_always",
        "FAILED test_it::test_without_a_browser",
        "RUN AGAIN test_it::test_always",
        "RUN AGAIN test_it::test_once",
    ]
