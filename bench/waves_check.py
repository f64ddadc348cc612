"""Checks answers of `waves_sbpo.py`: `python -m bench.waves_check DIR FILE`. Exit code 1 on a fault.

Shares no code with what it checks: it reads the instances itself, adds up what the orders want and what the aisles
have, and compares the bounds and the objective. An instance without an answer is a fault, and an answer without one.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Row = list[tuple[int, int]]


def parse(text: str) -> tuple[list[Row], list[Row], int, int]:
    """Return orders, aisles, and the bounds on units."""
    lines = [[int(word) for word in line.split()] for line in text.splitlines() if line.strip()]
    orders, _, aisles = lines[0]
    rows = []
    for line in lines[1 : 1 + orders + aisles]:
        if len(line) != 1 + 2 * line[0]:
            raise ValueError("a line that does not have as many items as it says")
        rows.append([(line[1 + 2 * k], line[2 + 2 * k]) for k in range(line[0])])
    lower, upper = lines[1 + orders + aisles]
    return rows[:orders], rows[orders:], lower, upper


def faults(text: str, answer: dict[str, Any]) -> list[str]:
    """Return everything that is wrong with the answer for an instance."""
    orders, aisles, lower, upper = parse(text)
    chosen, visited = answer["orders"], answer["aisles"]
    found = _indices("order", chosen, len(orders)) + _indices("aisle", visited, len(aisles))
    if found:
        return found
    if not visited:
        return ["visits no aisle"]
    wanted, there = Counter[int](), Counter[int]()
    for order in chosen:
        for item, units in orders[order]:
            wanted[item] += units
    for aisle in visited:
        for item, units in aisles[aisle]:
            there[item] += units
    short = sorted(item for item, units in wanted.items() if units > there[item])
    if short:
        found.append(f"the aisles do not have enough of {len(short)} items, the first is {short[0]}")
    units = sum(wanted.values())
    if not lower <= units <= upper:
        found.append(f"{units} units are not within {lower} to {upper}")
    if not math.isclose(answer["objective"], units / len(visited), rel_tol=1e-9):
        found.append(f"says {answer['objective']}, is {units / len(visited)}")
    return found


def _indices(noun: str, chosen: Sequence[Any], count: int) -> list[str]:
    found = []
    if len(set(chosen)) != len(chosen):
        found.append(f"an {noun} twice")
    if any(type(index) is not int or not 0 <= index < count for index in chosen):
        found.append(f"an {noun} that there is not")
    return found


def check(folder: Path, answers: dict[str, dict[str, Any]], seconds: float | None = None) -> list[str]:
    """Return the faults of all answers, each with its instance."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.txt")}
    found = [f"{name}: no answer" for name in sorted(files.keys() - answers.keys())]
    found += [f"{name}: no such instance" for name in sorted(answers.keys() - files.keys())]
    for name in sorted(files.keys() & answers.keys()):
        found += [f"{name}: {fault}" for fault in faults(files[name].read_text(), answers[name])]
        if seconds is not None and answers[name]["seconds"] > seconds:
            found.append(f"{name}: took {answers[name]['seconds']} s")
    return found


def main() -> int:
    """Check a file of answers, say what is wrong."""
    parser = argparse.ArgumentParser(prog="python -m bench.waves_check", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", metavar="DIR", type=Path)
    parser.add_argument("answers", metavar="FILE", type=Path)
    parser.add_argument("--seconds", type=float, help="the most that one may have taken")
    asked = parser.parse_args()
    answers = json.loads(asked.answers.read_text())
    found = check(asked.folder, answers, asked.seconds)
    print("\n".join(found) or f"{len(answers)} waves, all feasible, all objectives right")
    return 1 if found or not answers else 0


if __name__ == "__main__":
    sys.exit(main())
