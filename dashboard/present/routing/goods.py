"""Goods as somebody types them: "TEA-1 2, MUG × 3". Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from models.errors import DomainError, ErrorCode, Fault

MOST_LINES = 20
_LINE = re.compile(r"^(?P<sku>\S+?)(?:\s*[x×*:]\s*(?P<times>\d{1,6})|\s+(?P<units>\d{1,6}))?$")


def lines_of(text: str) -> list[tuple[str, int]]:
    """Return (SKU, units) of text with one line per row or comma; units are 1 where none are given.

    Raises INVALID with every part that cannot be read."""
    parts = [part.strip() for part in re.split(r"[,;\n]", text) if part.strip()]
    lines: list[tuple[str, int]] = []
    faults: list[Fault] = []
    for number, part in enumerate(parts):
        match = _LINE.match(part)
        units = int((match["times"] or match["units"] or 1) if match else 0)
        if match is None or units < 1:
            faults.append(Fault(f"/lines/{number}", "unreadable", f"“{part}” is not a SKU with a number, as TEA-1 2."))
        else:
            lines.append((match["sku"], units))
    if len(parts) > MOST_LINES:
        faults.append(Fault("/lines", "too_many", f"Try at most {MOST_LINES} lines."))
    if not parts:
        faults.append(Fault("/lines", "missing", "Say what is ordered: a SKU and a number."))
    if faults:
        raise unreadable(faults)
    return lines


def unreadable(faults: Sequence[Fault]) -> DomainError:
    """Return the error that says all that is wrong with a form."""
    return DomainError(ErrorCode.INVALID, " ".join(fault.message for fault in faults), faults=faults)


def degrees(text: str, *, most: float, name: str) -> float | None:
    """Return a latitude or longitude, None for nothing; raises INVALID for what is none."""
    if not text:
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = most + 1
    if not -most <= value <= most:
        raise unreadable([Fault(f"/{name}", "out_of_range", f"The {name} is a number from {-most:g} to {most:g}.")])
    return value
