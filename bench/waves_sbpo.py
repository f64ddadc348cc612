"""The wave of the product's planner on instances of the SBPO 2025 challenge: `python -m bench.waves_sbpo DIR`.

DIR and its subfolders hold instances, one per `.txt`: orders, items, aisles; a line per order, a line per aisle; the
bounds on the units of the wave. `--out FILE` gets `{path relative to DIR: {objective, orders, aisles, seconds}}`, all
indices from 0, written again after each instance. `--seconds` bounds the wall time of one, reading included. Where DIR
or the folder above has `best_objectives.csv`, the table shows ratios. `python -m bench.waves_check DIR FILE` checks.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from backend.waves.best import best_wave
from backend.waves.problem import WaveProblem

RESERVE = 0.03  # of the time, for what comes after the last step


class Deadline:
    """A budget of wall time: it ends while there is still time for a step as long as the longest of late."""

    def __init__(self, at: float) -> None:
        self.at, self.last = at, time.monotonic()
        self.step: float | None = None

    def __call__(self) -> bool:
        """Return whether there is time for another step."""
        now = time.monotonic()
        if self.step is not None:
            self.step = max(now - self.last, 0.9 * self.step)
        else:
            self.step = 0.0  # what came before the first step was no step
        self.last = now
        return now + 3 * self.step < self.at


def instances(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield every instance below the folder with its path relative to it."""
    for path in sorted(folder.rglob("*.txt")):
        yield path.relative_to(folder).as_posix(), path


def read(path: Path) -> WaveProblem:
    """Return the instance as the planner's problem."""
    numbers = list(map(int, path.read_bytes().split()))
    orders, _, aisles = numbers[:3]
    rows: list[dict[int, int]] = []
    at = 3
    for _ in range(orders + aisles):
        end = at + 1 + 2 * numbers[at]
        rows.append(dict(zip(numbers[at + 1 : end : 2], numbers[at + 2 : end : 2], strict=True)))
        at = end
    lower, upper = numbers[at : at + 2]
    return WaveProblem(rows[:orders], rows[orders:], lower, upper)


def solve(path: Path, seconds: float, *, seed: int = 0) -> dict[str, Any]:
    """Return the answer for one instance, found within so many seconds of wall time."""
    started = time.monotonic()
    problem = read(path)
    wave = best_wave(problem, Deadline(started + seconds * (1 - RESERVE)), seed=seed)
    return {
        "objective": wave.units_per_stop,
        "orders": list(wave.orders),
        "aisles": list(wave.stops),
        "seconds": round(time.monotonic() - started, 3),
    }


def best_known(folder: Path) -> dict[str, float]:
    """Return the best known objectives by path relative to the folder, as far as there is a file of them."""
    known: dict[str, float] = {}
    for place, prefix in ((folder, ""), (folder.parent, f"{folder.name}/")):
        if (place / "best_objectives.csv").exists():
            with (place / "best_objectives.csv").open(newline="") as file:
                for row in csv.DictReader(file):
                    name = f"{row['dataset']}/{row['instance']}"
                    if name.startswith(prefix):
                        known.setdefault(name.removeprefix(prefix), float(row["best_objective"]))
    return known


def report(answers: Mapping[str, Mapping[str, Any]], known: Mapping[str, float]) -> str:
    """Return mean and least ratio to the best known, per folder."""
    folders: dict[str, dict[str, float]] = {}
    for name, answer in answers.items():
        if name in known:
            folders.setdefault(name.rpartition("/")[0], {})[name] = answer["objective"] / known[name]
    lines = []
    for folder, ratios in sorted(folders.items()):
        worst = min(ratios, key=lambda name: ratios[name])
        mean = statistics.fmean(ratios.values())
        lines.append(
            f"set {folder or '.'}: {len(ratios)} instances, mean {mean:.2%}, least {ratios[worst]:.2%} ({worst})"
        )
    return "\n".join(lines)


def main() -> None:
    """Solve every instance of a folder, print a table, write the answers."""
    parser = argparse.ArgumentParser(prog="python -m bench.waves_sbpo", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", metavar="DIR", type=Path)
    parser.add_argument("--seconds", type=float, default=20.0, help="wall time per instance, reading included (20)")
    parser.add_argument("--out", metavar="FILE", type=Path, help="where the answers go, as JSON")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    known = best_known(asked.folder)
    answers: dict[str, dict[str, Any]] = {}
    for name, path in instances(asked.folder):
        answer = answers[name] = solve(path, asked.seconds, seed=asked.seed)
        ratio = f"{answer['objective'] / known[name]:8.2%}" if name in known else " " * 8
        stops, seconds = len(answer["aisles"]), answer["seconds"]
        print(f"{name:32} {answer['objective']:10.3f} {ratio} {stops:4} aisles {seconds:7.2f} s", flush=True)
        if asked.out:
            asked.out.write_text(json.dumps(answers))
    print(report(answers, known))


if __name__ == "__main__":
    main()
