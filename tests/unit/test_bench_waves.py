"""The bench of waves: it reads the challenge's files, answers in time and form, and the checker finds what is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench import waves_check, waves_sbpo

#: Two orders of item 0, one of items 1 and 2; aisles: item 0; items 1 and 2; a little of everything.
INSTANCE = """3 3 3
1 0 2
1 0 1
2 1 1 2 2
1 0 3
2 1 1 2 2
3 0 1 1 1 2 1
2 6
"""
RIGHT: dict[str, Any] = {"objective": 3.0, "orders": [0, 1], "aisles": [0], "seconds": 0.1}


def folder(tmp_path: Path) -> Path:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.txt").write_text(INSTANCE)
    (tmp_path / "best_objectives.csv").write_text("dataset,instance,best_objective\na,one.txt,3.0\n")
    return tmp_path


def test_the_bench_writes_an_answer_per_instance_that_the_checker_accepts(tmp_path: Path) -> None:
    out = tmp_path / "answers.json"
    where = folder(tmp_path)

    run = subprocess.run(
        [sys.executable, "-m", "bench.waves_sbpo", str(where), "--seconds", "0.3", "--out", str(out)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    answers = json.loads(out.read_text())
    assert list(answers) == ["a/one.txt"]
    assert answers["a/one.txt"]["objective"] == 3.0
    assert "set a: 1 instances, mean 100.00%" in run.stdout
    assert waves_check.check(where, answers) == []


def test_one_set_alone_finds_its_best_known(tmp_path: Path) -> None:
    assert waves_sbpo.best_known(folder(tmp_path) / "a") == {"one.txt": 3.0}


def test_the_checker_accepts_what_is_right() -> None:
    assert waves_check.faults(INSTANCE, RIGHT) == []


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"objective": 3.5}, "says 3.5, is 3.0"),
        ({"orders": [0, 1, 2], "objective": 6.0}, "do not have enough of 2 items"),
        ({"orders": [0, 0]}, "an order twice"),
        ({"aisles": [0, 0]}, "an aisle twice"),
        ({"aisles": [3]}, "an aisle that there is not"),
        ({"orders": [-1]}, "an order that there is not"),
        ({"aisles": []}, "visits no aisle"),
        ({"orders": [1], "objective": 1.0}, "1 units are not within 2 to 6"),
    ],
)
def test_the_checker_finds_what_is_wrong(wrong: dict[str, Any], fault: str) -> None:
    assert any(fault in found for found in waves_check.faults(INSTANCE, RIGHT | wrong))


def test_an_answer_too_few_or_too_late_is_a_fault(tmp_path: Path) -> None:
    where = folder(tmp_path)

    assert waves_check.check(where, {}) == ["a/one.txt: no answer"]
    assert waves_check.check(where, {"a/one.txt": RIGHT, "b": RIGHT}) == ["b: no such instance"]
    assert waves_check.check(where, {"a/one.txt": RIGHT | {"seconds": 21}}, 20) == ["a/one.txt: took 21 s"]


def test_the_checker_exits_with_1_on_a_fault(tmp_path: Path) -> None:
    where = folder(tmp_path)
    answers = tmp_path / "answers.json"
    for answer, code in ((RIGHT, 0), (RIGHT | {"objective": 9.0}, 1)):
        answers.write_text(json.dumps({"a/one.txt": answer}))
        done = subprocess.run(
            [sys.executable, "-m", "bench.waves_check", str(where), str(answers)], capture_output=True, check=False
        )
        assert done.returncode == code
