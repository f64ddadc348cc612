"""How fast this location picks, measured from the waves it closed. Pure.

One number: how long its waves took beside how long they were expected to take at the stated seconds. A few waves say
little, so it is shrunk towards 1: as if `PRIOR_SECONDS` of work had gone exactly as expected.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

#: Four hours of picking weigh as much as what was stated.
PRIOR_SECONDS = 4 * 3600.0

#: A wave that took longer or shorter by more than this was left lying, or closed without being walked: not believed.
_BOUND = 4.0


@dataclass(frozen=True, slots=True)
class Walked:
    """A closed wave: open seconds it took, and what it was expected to take at the stated seconds."""

    took_seconds: float
    expected_seconds: float


def pace_factor(waves: Iterable[Walked]) -> float:
    """Return by how much the stated seconds are to be multiplied; 1.0 when there is nothing to learn from."""
    took = expected = PRIOR_SECONDS
    for wave in waves:
        if wave.expected_seconds > 0:
            took += min(max(wave.took_seconds, wave.expected_seconds / _BOUND), wave.expected_seconds * _BOUND)
            expected += wave.expected_seconds
    return took / expected
