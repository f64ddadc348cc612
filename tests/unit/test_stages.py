"""A check goes on after a failure, names it at the end, and says so by its exit code."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.stages import Outcome, Stage, count, run, summary

GOOD = Stage("good", (sys.executable, "-c", ""))
BAD = Stage("bad", (sys.executable, "-c", "raise SystemExit(3)"))

RESULTS = """<testsuites><testsuite>
<testcase classname="tests.a" name="test_one"/>
<testcase classname="tests.a" name="test_two"><failure message="no"/></testcase>
<testcase classname="tests.b" name="test_three"><skipped message="because"/></testcase>
</testsuite></testsuites>"""


def test_a_failing_stage_does_not_stop_the_next_but_the_whole(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    mark = tmp_path / "mark"
    after = Stage("after", (sys.executable, "-c", f"open({str(mark)!r}, 'w')"))
    assert run([GOOD, BAD, after], {}) == 1
    assert mark.exists()
    assert "STAGE FAILED bad" in capfd.readouterr().out
    assert run([GOOD, after], {}) == 0


def test_the_last_line_counts_the_tests_of_all_stages(tmp_path: Path) -> None:
    results = tmp_path / "results.xml"
    results.write_text(RESULTS)
    outcome = Outcome()
    count(results, outcome)
    count(results, outcome)
    lines = summary(outcome, seconds=61.5).splitlines()
    assert lines[-1].strip("= ") == "2 failed, 2 passed, 2 skipped in 61.50s (1:01)"
    assert "FAILED tests.a::test_two" in lines
    assert "SKIPPED tests.b::test_three" in lines
