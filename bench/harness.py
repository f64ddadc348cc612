"""Figures that mean something on any machine: medians with their spread, as ratios to a calibration loop.

A bench module has `run() -> Iterable[Figure]`; `python -m bench NAME` runs and prints it. Nothing here passes or
fails: a figure over its target is marked, the exit code stays 0.
"""

from __future__ import annotations

import hashlib
import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache


@dataclass(frozen=True)
class Figure:
    """Repeated measurements of one thing; `target` is the most it should be, in the same unit."""

    name: str
    values: Sequence[float]
    unit: str = "ms"
    target: float | None = None
    note: str = ""
    ratios: dict[str, float] = field(default_factory=dict)  # "× idle tick": 1.3, to put beside the figure

    @property
    def median(self) -> float:
        """Return the middle value."""
        return statistics.median(self.values)

    @property
    def met(self) -> bool | None:
        """Return whether the median is within the target, None without one."""
        return None if self.target is None else self.median <= self.target

    def percentile(self, share: float) -> float:
        """Return the value that `share` (0 to 1) of the measurements do not exceed (nearest rank)."""
        ordered = sorted(self.values)
        return ordered[min(len(ordered) - 1, max(0, math.ceil(share * len(ordered)) - 1))]


def measure(
    name: str,
    run: Callable[[], object],
    *,
    repeat: int = 11,
    warm_up: int = 2,
    target: float | None = None,
    before: Callable[[], object] | None = None,
) -> Figure:
    """Time `run` in milliseconds, `repeat` times after `warm_up` untimed ones; `before` prepares each, untimed."""
    values = []
    for round_ in range(warm_up + repeat):
        if before:
            before()
        started = time.perf_counter()
        run()
        if round_ >= warm_up:
            values.append((time.perf_counter() - started) * 1000)
    return Figure(name, values, target=target)


@lru_cache(maxsize=1)
def calibration() -> Figure:
    """Return the time of one fixed loop of pure Python and hashing: this machine's unit of work."""
    return measure("calibration loop", _loop, repeat=15, warm_up=3)


def _loop() -> str:
    digest = hashlib.sha256()
    table: dict[int, int] = {}
    for number in range(20_000):
        table[number % 997] = table.get(number % 991, 0) + number
        if number % 20 == 0:
            digest.update(str(table[number % 997]).encode())
    return digest.hexdigest()


def show(figures: Sequence[Figure]) -> str:
    """Return a table: median, the middle 80 % of the measurements, ratio to the calibration loop, target."""
    unit = calibration().median
    width = max([len(figure.name) for figure in figures], default=0)
    lines = [f"{'':{width}}  {'median':>12}  {'p10 … p90':>21}  {'× loop':>9}  target"]
    for figure in figures:
        spread = f"{figure.percentile(0.1):,.2f} … {figure.percentile(0.9):,.2f}"
        loops = f"{figure.median / unit:,.2f}" if figure.unit == "ms" else ""
        line = f"{figure.name:{width}}  {figure.median:>9,.2f} {figure.unit:<2}  {spread:>21}  {loops:>9}"
        if figure.target is not None:
            line += f"  {'within' if figure.met else 'OVER'} {figure.target:,g} {figure.unit}"
        for name, ratio in figure.ratios.items():
            line += f"  [{ratio:,.2f} {name}]"
        lines.append(f"{line}  {figure.note}".rstrip())
    return "\n".join(lines)
