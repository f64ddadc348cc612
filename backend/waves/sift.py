"""Which shipments can be in a wave at all, and why the others cannot, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from backend.waves.facts import LeftOut, PickTask, WaveLimits
from backend.waves.stock import Stock
from backend.waves.words import at
from models.enums import LeftOutReason, WaveLines


def sift(
    tasks: Sequence[PickTask], limits: WaveLimits, stock: Stock, now: datetime
) -> tuple[list[PickTask], list[LeftOut]]:
    """Return who can be planned, and who is left out. Tasks come by urgency: who comes first gets scarce stock."""
    kept: list[PickTask] = []
    out: list[LeftOut] = []
    for task in tasks:
        found = unfit(task, limits, now) or _without_stock(task, stock)
        if found is None:
            kept.append(task)
        else:
            out.append(found)
    return kept, out


def unfit(task: PickTask, limits: WaveLimits, now: datetime) -> LeftOut | None:
    """Return why the task is in no wave of this kind, None when it can be."""

    def out(reason: LeftOutReason, why: str) -> LeftOut:
        return LeftOut(task.task_id, reason, why)

    single = task.line_count == 1
    if task.on_hold:
        return out(LeftOutReason.ON_HOLD, "on hold")
    if limits.lines is not WaveLines.ANY and single != (limits.lines is WaveLines.SINGLE):
        return out(LeftOutReason.OTHER_LINES, f"has {_some(task.line_count, 'line')}")
    if task.cut_off_at is not None and task.cut_off_at <= now:
        return out(LeftOutReason.PAST_CUT_OFF, f"its carrier left at {at(task.cut_off_at, limits, now)}")
    if limits.until_cut_off_at is not None and (task.cut_off_at is None or task.cut_off_at > limits.until_cut_off_at):
        leaves = "has no cut-off" if task.cut_off_at is None else f"leaves at {at(task.cut_off_at, limits, now)}"
        return out(
            LeftOutReason.LATER_CUT_OFF, f"{leaves}, the plan ends at {at(limits.until_cut_off_at, limits, now)}"
        )
    if limits.max_units is not None and task.units > limits.max_units:
        return out(LeftOutReason.TOO_LARGE, f"{_some(task.units, 'unit')}, a wave holds {limits.max_units}")
    if limits.max_lines is not None and task.line_count > limits.max_lines:
        return out(LeftOutReason.TOO_LARGE, f"{_some(task.line_count, 'line')}, a wave holds {limits.max_lines}")
    return None


def _without_stock(task: PickTask, stock: Stock) -> LeftOut | None:
    short = stock.promise(task)
    if short is None:
        return None
    return LeftOut(task.task_id, LeftOutReason.NO_STOCK, f"not enough of product {short.item} at the place")


def _some(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
