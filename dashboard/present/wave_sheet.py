"""Waves as rows of a CSV file. Pure; how cells are made safe is `sheet.py`."""

from __future__ import annotations

from backend.waves.queries import WaveView
from dashboard.present.sheet import Cell

WAVES = (
    *("id", "number", "location", "status", "rule", "parent_id", "shipments", "units", "lines", "stops", "picked"),
    *("due_at", "cutoff_at", "latest_safe_start_at", "finish_at", "created_by", "created_at", "released_at"),
    *("started_at", "closed_at", "why"),
)


def wave(view: WaveView) -> tuple[Cell, ...]:
    """Return a wave as a row of `WAVES`."""
    one = view.wave
    counts = (one.shipments, one.units, one.lines, one.stops, view.picked)
    return (
        *(one.id, one.number, view.location, one.status, one.rule_code, one.parent_id, *counts),
        *(one.due_at, one.cutoff_at, one.latest_safe_start_at, view.finish_at, one.created_by, one.created_at),
        *(one.released_at, one.started_at, one.closed_at, str(one.plan.get("why", ""))),
    )
