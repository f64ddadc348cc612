"""A line without axes, small enough to stand beside a figure: SVG paths in a box of 120 × 32. Pure."""

from __future__ import annotations

from collections.abc import Sequence

WIDTH, HEIGHT, MARGIN = 120, 32, 2


def spark(values: Sequence[float], *, low: float = 0.0, high: float = 1.0) -> tuple[str, str]:
    """Return the line and the area below it for values between `low` and `high`; empty for fewer than two."""
    if len(values) < 2:
        return "", ""
    step = WIDTH / (len(values) - 1)
    span = (high - low) or 1.0
    usable = HEIGHT - 2 * MARGIN

    def y(value: float) -> float:
        return MARGIN + usable * (1 - (min(high, max(low, value)) - low) / span)

    points = [f"{index * step:.1f},{y(value):.1f}" for index, value in enumerate(values)]
    line = "M" + " L".join(points)
    return line, f"{line} L{WIDTH},{HEIGHT} L0,{HEIGHT} Z"
