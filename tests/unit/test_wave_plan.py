"""Plans of waves by example: what goes together, what is said of it, who is left out and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.waves.facts import Pace, PickLine, PickTask, Slot, WaveLimits
from backend.waves.planner import plan_waves
from models.enums import LeftOutReason, Method, WaveKey, WaveLines

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
SLOW = Pace(set_up_seconds=600, stop_seconds=60, unit_seconds=60)


def task(number: int, *lines: PickLine, minutes: int | None = 600, **facts: object) -> PickTask:
    due = None if minutes is None else NOW + timedelta(minutes=minutes)
    return replace(PickTask(number, lines or (PickLine(1, 1, "A-1"),), due_at=due), **facts)  # type: ignore[arg-type]


def ids(plan_wave: object) -> list[int]:
    return [planned.task_id for planned in plan_wave.tasks]  # type: ignore[attr-defined]


def test_what_is_about_to_break_goes_first_however_far_it_lies() -> None:
    near = [task(number, PickLine(1, 1, "A-1")) for number in range(4)]
    far = task(9, PickLine(2, 1, "Z-99"), minutes=10)

    first, second = plan_waves([*near, far], WaveLimits(max_shipments=3), now=NOW).waves

    assert ids(first)[0] == 9
    assert len(ids(first)) == 3
    assert len(ids(second)) == 2


def test_within_a_band_those_go_together_that_lie_together() -> None:
    tasks = [task(number, PickLine(number % 2, 1, f"{'AB'[number % 2]}-1")) for number in range(6)]

    waves = plan_waves(tasks, WaveLimits(max_shipments=3), now=NOW).waves

    assert [wave.stops for wave in waves] == [("A-1",), ("B-1",)]
    assert [ids(wave) for wave in waves] == [[0, 2, 4], [1, 3, 5]]


def test_stock_in_several_bins_is_taken_where_fewest_have_to_be_visited() -> None:
    supply = {"A-1": {1: 9}, "B-1": {1: 9, 2: 9}, "C-1": {2: 9}}

    (wave,) = plan_waves([task(1, PickLine(1, 2), PickLine(2, 3))], WaveLimits(), now=NOW, supply=supply).waves

    assert wave.stops == ("B-1",)
    assert [(pick.item, pick.units) for pick in wave.picks] == [(1, 2), (2, 3)]


def test_a_line_larger_than_any_bin_is_taken_from_several() -> None:
    supply = {"A-1": {1: 2}, "A-2": {1: 2}, "A-3": {1: 1}}

    (wave,) = plan_waves([task(1, PickLine(1, 4))], WaveLimits(), now=NOW, supply=supply).waves

    assert [(pick.stop, pick.units) for pick in wave.picks] == [("A-1", 2), ("A-2", 2)]


def test_scarce_stock_goes_to_the_more_urgent() -> None:
    plan = plan_waves([task(1, PickLine(1, 2)), task(2, PickLine(1, 2), minutes=5)], WaveLimits(), now=NOW,
                      supply={"A-1": {1: 3}})  # fmt: skip

    assert [ids(wave) for wave in plan.waves] == [[2]]
    assert [(out.task_id, out.reason, out.why) for out in plan.left_out] == [
        (1, LeftOutReason.NO_STOCK, "not enough of product 1 at the place")
    ]


def test_the_clock_of_a_wave_and_its_words() -> None:
    five = datetime(2026, 11, 27, 17, tzinfo=UTC)
    tasks = [task(number, cut_off_at=five, carrier="UPS") for number in range(12)]

    (wave,) = plan_waves(tasks, WaveLimits(pace=SLOW), now=NOW).waves

    assert wave.predicted_finish_at == NOW + timedelta(minutes=10 + 1 + 12)
    assert wave.latest_safe_start_at == five - timedelta(minutes=23)
    assert not wave.late
    assert wave.why == "12 leave at 17:00 with UPS, latest start 16:37"


def test_words_are_in_the_time_of_the_place_and_say_that_it_is_too_late() -> None:
    limits = WaveLimits(pace=SLOW, time_zone=ZoneInfo("America/Sao_Paulo"))

    (wave,) = plan_waves([task(1, minutes=2)], limits, now=NOW).waves

    assert wave.late
    assert wave.why == "1 due at 09:02, latest start 08:50, starts 10 min too late"


def test_waves_start_when_a_picker_is_free() -> None:
    tasks = [task(number) for number in range(3)]

    def starts(pickers: int) -> list[int]:
        limits = WaveLimits(max_shipments=1, pace=SLOW, pickers=pickers)
        return [round((w.start_at - NOW).total_seconds() / 60) for w in plan_waves(tasks, limits, now=NOW).waves]

    assert starts(1) == [0, 12, 24]
    assert starts(2) == [0, 0, 12]


def test_slots_fill_cart_by_cart_and_bound_the_wave() -> None:
    tasks = [task(number, PickLine(1, 1, "A-1"), PickLine(2, 1, "A-2")) for number in range(5)]

    first, second = plan_waves(tasks, WaveLimits(carts=2, slots_per_cart=2), now=NOW).waves

    assert [planned.slot for planned in first.tasks] == [Slot(1, 1), Slot(1, 2), Slot(2, 1), Slot(2, 2)]
    assert [planned.slot for planned in second.tasks] == [Slot(1, 1)]


def test_single_lines_need_no_slots() -> None:
    (wave,) = plan_waves([task(n) for n in range(5)], WaveLimits(carts=1, slots_per_cart=2), now=NOW).waves

    assert [planned.slot for planned in wave.tasks] == [None] * 5


@pytest.mark.parametrize(
    ("key", "other"),
    [
        (WaveKey.CARRIER, {"carrier": "DHL"}),
        (WaveKey.SERVICE_LEVEL, {"service_level": "express"}),
        (WaveKey.METHOD, {"method": "pickup"}),
        (WaveKey.ZONE, {"lines": (PickLine(1, 1, "A-1", "cold"),)}),
        (WaveKey.LINES, {"lines": (PickLine(1, 1, "A-1"), PickLine(2, 1, "A-1"))}),
    ],
)
def test_groups_are_kept_apart_only_when_asked(key: WaveKey, other: dict[str, object]) -> None:
    facts = {name: Method.PICKUP if name == "method" else value for name, value in other.items()}
    tasks = [task(1), task(2, **facts)]

    assert len(plan_waves(tasks, WaveLimits(), now=NOW).waves) == 1
    assert len(plan_waves(tasks, WaveLimits(group_by=frozenset({key})), now=NOW).waves) == 2


@pytest.mark.parametrize(
    ("facts", "limits", "reason", "why"),
    [
        ({"on_hold": True}, {}, LeftOutReason.ON_HOLD, "on hold"),
        ({}, {"lines": WaveLines.MULTIPLE}, LeftOutReason.OTHER_LINES, "has 1 line"),
        ({"cut_off_at": NOW}, {}, LeftOutReason.PAST_CUT_OFF, "its carrier left at 12:00"),
        ({}, {"until_cut_off_at": NOW}, LeftOutReason.LATER_CUT_OFF, "has no cut-off, the plan ends at 12:00"),
        ({"lines": (PickLine(1, 5),)}, {"max_units": 4}, LeftOutReason.TOO_LARGE, "5 units, a wave holds 4"),
        ({}, {"min_units": 4}, LeftOutReason.TOO_FEW, "fewer than 4 units to pick together"),
    ],
)
def test_who_is_left_out_is_told_why(
    facts: dict[str, object], limits: dict[str, object], reason: LeftOutReason, why: str
) -> None:
    plan = plan_waves([task(1, **facts)], WaveLimits(**limits), now=NOW)  # type: ignore[arg-type]

    assert not plan.waves
    assert [(out.task_id, out.reason, out.why) for out in plan.left_out] == [(1, reason, why)]


def test_a_minimum_never_holds_back_what_is_about_to_break() -> None:
    (wave,) = plan_waves([task(1, minutes=10)], WaveLimits(min_units=50), now=NOW).waves

    assert ids(wave) == [1]


def test_the_rest_of_a_short_plan_is_left_out() -> None:
    plan = plan_waves([task(1), task(2)], WaveLimits(max_shipments=1, max_waves=1), now=NOW)

    assert [(out.task_id, out.reason) for out in plan.left_out] == [(2, LeftOutReason.NO_ROOM)]


def test_a_shipment_given_twice_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match="twice"):
        plan_waves([task(1), task(1)], WaveLimits(), now=NOW)


@pytest.mark.parametrize("effort", [0, 300])
@pytest.mark.parametrize("minutes", [90, None])
def test_times_follow_from_the_pace_whatever_effort_was_spent(effort: int, minutes: int | None) -> None:
    pace = Pace(set_up_seconds=60, stop_seconds=30, unit_seconds=5)
    work = [task(n, PickLine(n % 7, 1 + n % 3, f"A-{n % 7}"), minutes=minutes) for n in range(60)]
    made = plan_waves(work, WaveLimits(max_shipments=20, pace=pace), now=NOW, effort=effort)
    assert len(made.waves) >= 3
    free_at = NOW
    for wave in made.waves:
        takes = timedelta(seconds=60 + 30 * len(wave.stops) + 5 * wave.units)
        assert (wave.start_at, wave.predicted_finish_at) == (free_at, free_at + takes)
        deadline = None if minutes is None else NOW + timedelta(minutes=minutes)
        assert wave.latest_safe_start_at == (None if deadline is None else deadline - takes)
        free_at = wave.predicted_finish_at
