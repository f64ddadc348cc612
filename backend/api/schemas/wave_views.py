"""Waves, bins and wave rules as the API shows them; what they look like is `waves.py` beside this."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from backend.api.schemas.wave_rules import BinOut, WaveRuleOut
from backend.api.schemas.waves import (
    LeftOutOut,
    MemberLineOut,
    MemberOut,
    PlannedShipmentOut,
    PlannedWaveOut,
    PlanOut,
    WaveOut,
    WavesOut,
    WholeWaveOut,
)
from backend.waves.bins import BinView
from backend.waves.facts import LeftOut, PickTask, PlannedWave
from backend.waves.planning import Preview, slot_numbers
from backend.waves.queries import MemberView, WaveView, WholeWave
from backend.waves.rules import commands
from backend.waves.wave_rules import WaveRuleView
from models.enums import LeftOutReason
from models.floor import WaveStatus

#: Of a long plan, so many shipments that are left out are named; all are counted.
_NAMED = 1_000

_RULE = ("code", "name", "active", "next_run_at", "last_run_at", "version", "updated_at")
_DERIVED = {"location", "status", "next", "rule", "picked", "why", "finish_at", "late"}
_OF_WAVE = [name for name in WaveOut.model_fields if name not in _DERIVED]
_OF_MEMBER = [name for name in MemberOut.model_fields if name not in {"id", "lines"}]


def show_bin(view: BinView) -> BinOut:
    """Return a product in a place."""
    return BinOut(bin=view.bin, zone=view.zone, sku=view.sku, units=view.units)


def show_rule(view: WaveRuleView) -> WaveRuleOut:
    """Return a rule."""
    stated = {name: getattr(view.row, name) for name in _RULE}
    return WaveRuleOut(location=view.location, settings=view.settings.document(), **stated)


def show_plan(made: Preview) -> PlanOut:
    """Return a plan that was not kept."""
    tasks = made.tasks
    return PlanOut(
        location=made.place.code,
        waves=[_planned(wave, tasks) for wave in made.plan.waves],
        left_out=_left_out(made.plan.left_out),
        left_out_counts=_counts(made.plan.left_out),
    )


def show_waves(views: Sequence[WaveView], left_out: Sequence[LeftOut]) -> WavesOut:
    """Return waves that were made."""
    return WavesOut(
        items=[show(view) for view in views], left_out=_left_out(left_out), left_out_counts=_counts(left_out)
    )


def show(view: WaveView) -> WaveOut:
    """Return a wave."""
    return WaveOut(**_shown(view))


def show_whole(whole: WholeWave) -> WholeWaveOut:
    """Return a wave with its stops and shipments."""
    wave = whole.view.wave
    return WholeWaveOut(
        **_shown(whole.view),
        walk=wave.plan.get("stops", []),
        members=[_member(member) for member in whole.members],
        settings=wave.limits,
        recovery=[id_ for id_, _ in whole.recovery],
    )


def _shown(view: WaveView) -> dict[str, Any]:
    wave, status = view.wave, WaveStatus(view.wave.status)
    return {
        **{name: getattr(wave, name) for name in _OF_WAVE},
        "location": view.location,
        "status": status,
        "next": list(commands(status)),
        "rule": wave.rule_code,
        "picked": view.picked,
        "why": wave.plan.get("why", ""),
        "finish_at": view.finish_at,
        "late": view.late,
    }


def _member(member: MemberView) -> MemberOut:
    lines = [MemberLineOut(sku=line.sku, quantity=line.quantity, picked=line.picked) for line in member.lines]
    return MemberOut(id=member.shipment_id, lines=lines, **{name: getattr(member, name) for name in _OF_MEMBER})


def _planned(wave: PlannedWave, tasks: Mapping[int, PickTask]) -> PlannedWaveOut:
    names = ("why", "units", "lines", "start_at", "predicted_finish_at", "latest_safe_start_at", "late")
    return PlannedWaveOut(
        group={key.value: value for key, value in wave.group.items()},
        shipments=[
            PlannedShipmentOut(
                id=task.task_id,
                slot=slot,
                due_at=tasks[task.task_id].due_at,
                cutoff_at=tasks[task.task_id].cut_off_at,
            )
            for task, slot in zip(wave.tasks, slot_numbers(wave), strict=True)
        ],
        stops=list(wave.stops),
        due_at=wave.deadline_at,
        **{name: getattr(wave, name) for name in names},
    )


def _left_out(left_out: Sequence[LeftOut]) -> list[LeftOutOut]:
    return [LeftOutOut(shipment=out.task_id, reason=out.reason, why=out.why) for out in left_out[:_NAMED]]


def _counts(left_out: Sequence[LeftOut]) -> dict[LeftOutReason, int]:
    return dict(Counter(out.reason for out in left_out))
