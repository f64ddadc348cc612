"""Whatever the work, stock and limits: waves keep the limits, lose nothing, and let the most urgent go first."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.waves.facts import PickLine, PickTask, Plan, PlannedWave, Supply, WaveLimits
from backend.waves.planner import group_of, plan_waves
from backend.waves.urgency import urgency
from models.enums import LeftOutReason, WaveKey, WaveLines

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
STOPS = ["A-1", "A-2", "B-1", "B-2", "C-1"]

minutes = st.none() | st.integers(-120, 6000).map(lambda minutes: NOW + timedelta(minutes=minutes))
lines = st.builds(
    PickLine,
    item=st.integers(1, 5),
    units=st.integers(1, 4),
    stop=st.none() | st.sampled_from(STOPS),
    zone=st.sampled_from(["", "cold"]),
)
supplies = st.none() | st.dictionaries(
    st.sampled_from(STOPS), st.dictionaries(st.integers(1, 5), st.integers(0, 30), max_size=4)
)
limit = st.builds(
    WaveLimits,
    max_shipments=st.integers(1, 6),
    max_units=st.none() | st.integers(1, 20),
    max_lines=st.none() | st.integers(1, 10),
    carts=st.integers(1, 2),
    slots_per_cart=st.none() | st.integers(1, 3),
    min_units=st.sampled_from([0, 0, 3]),
    max_waves=st.none() | st.integers(1, 3),
    fill_percent=st.sampled_from([0, 80, 100]),
    group_by=st.frozensets(st.sampled_from(WaveKey)),
    lines=st.sampled_from(WaveLines),
    until_cut_off_at=st.none() | st.just(NOW + timedelta(hours=4)),
    pickers=st.integers(1, 2),
)


@st.composite
def work(draw: st.DrawFn) -> list[PickTask]:
    task = st.builds(
        PickTask,
        task_id=st.just(0),
        lines=st.lists(lines, min_size=1, max_size=3).map(tuple),
        due_at=minutes,
        cut_off_at=minutes,
        placed_at=minutes,
        carrier=st.sampled_from(["", "UPS", "DHL"]),
        on_hold=st.sampled_from([False, False, False, True]),
    )
    tasks: list[PickTask] = draw(st.lists(task, max_size=14))
    return [
        PickTask(number, t.lines, t.due_at, t.cut_off_at, t.placed_at, t.carrier, on_hold=t.on_hold)
        for number, t in enumerate(tasks)
    ]


def members(wave: PlannedWave, tasks: list[PickTask]) -> list[PickTask]:
    return [tasks[planned.task_id] for planned in wave.tasks]


def fits(tasks: list[PickTask], limits: WaveLimits) -> bool:
    walled = limits.slots_per_cart is not None and any(task.line_count > 1 for task in tasks)
    return (
        len(tasks) <= limits.max_shipments
        and sum(task.units for task in tasks) <= (limits.max_units or 10**9)
        and sum(task.line_count for task in tasks) <= (limits.max_lines or 10**9)
        and (not walled or len(tasks) <= limits.carts * (limits.slots_per_cart or 0))
    )


@settings(deadline=None)
@given(work(), limit, supplies)
def test_every_shipment_is_in_one_wave_or_left_out_with_a_reason(
    tasks: list[PickTask], limits: WaveLimits, supply: Supply | None
) -> None:
    plan = plan_waves(tasks, limits, now=NOW, supply=supply)

    found = [planned.task_id for wave in plan.waves for planned in wave.tasks] + [out.task_id for out in plan.left_out]
    assert sorted(found) == [task.task_id for task in tasks]
    assert all(out.why for out in plan.left_out)
    if limits.max_waves is None:
        assert all(out.reason is not LeftOutReason.NO_ROOM for out in plan.left_out)
    else:
        assert len(plan.waves) <= limits.max_waves


@settings(deadline=None)
@given(work(), limit, supplies, st.sampled_from([0, 40]))
def test_every_wave_keeps_the_limits_and_its_group(
    tasks: list[PickTask], limits: WaveLimits, supply: Supply | None, effort: int
) -> None:
    for wave in plan_waves(tasks, limits, now=NOW, supply=supply, effort=effort).waves:
        inside = members(wave, tasks)
        assert fits(inside, limits)
        assert wave.units == sum(task.units for task in inside)
        assert wave.lines == sum(task.line_count for task in inside)
        assert {group_of(task, limits) for task in inside} == {tuple(wave.group.items())}
        slots = [planned.slot for planned in wave.tasks]
        if all(task.line_count == 1 for task in inside):
            assert set(slots) == {None}
        else:
            assert None not in slots
            assert len(set(slots)) == len(slots)
            assert all(slot and slot.cart <= limits.carts for slot in slots)
            assert all(slot and slot.number <= (limits.slots_per_cart or len(slots)) for slot in slots)


@settings(deadline=None)
@given(work(), limit, supplies)
def test_picks_are_the_lines_and_take_no_more_than_lies_there(
    tasks: list[PickTask], limits: WaveLimits, supply: Supply | None
) -> None:
    waves = plan_waves(tasks, limits, now=NOW, supply=supply).waves
    shared: Counter[tuple[str, int]] = Counter()
    for wave in waves:
        picked: Counter[tuple[int, int]] = Counter()
        for pick in wave.picks:
            line = tasks[pick.task_id].lines[pick.line]
            assert pick.item == line.item
            assert pick.units > 0
            assert line.stop in (None, pick.stop)
            picked[pick.task_id, pick.line] += pick.units
            if supply is not None and line.stop is None:
                shared[pick.stop, pick.item] += pick.units
        wanted = {(task.task_id, n): line.units for task in members(wave, tasks) for n, line in enumerate(task.lines)}
        assert picked == wanted
        assert list(dict.fromkeys(pick.stop for pick in wave.picks)) == list(wave.stops)
    for (stop, item), units in shared.items():
        assert units <= (supply or {})[stop][item]


@settings(deadline=None)
@given(work(), limit, supplies, st.sampled_from([0, 40]))
def test_nobody_takes_the_place_of_one_of_an_earlier_band_that_would_fit(
    tasks: list[PickTask], limits: WaveLimits, supply: Supply | None, effort: int
) -> None:
    plan = plan_waves(tasks, limits, now=NOW, supply=supply, effort=effort)
    band = {task.task_id: urgency(task, limits.pace, NOW)[0] for task in tasks}

    for number, wave in enumerate(plan.waves):
        inside = members(wave, tasks)
        for later in plan.waves[number + 1 :]:
            if later.group != wave.group:
                continue
            for waiting in members(later, tasks):
                ahead = [task for task in inside if band[task.task_id] <= band[waiting.task_id]]
                if len(ahead) < len(inside):  # a less urgent one is in
                    assert not fits([*ahead, waiting], limits)


@settings(deadline=None)
@given(work(), limit, supplies, st.randoms(use_true_random=False))
def test_the_plan_does_not_depend_on_the_order_of_the_work(
    tasks: list[PickTask], limits: WaveLimits, supply: Supply | None, random: object
) -> None:
    shuffled = list(tasks)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    def plan(work: list[PickTask]) -> Plan:
        return plan_waves(work, limits, now=NOW, supply=supply, effort=40)

    assert plan(tasks) == plan(shuffled)


@settings(deadline=None)
@given(work(), limit, supplies)
def test_the_clock_of_a_wave_adds_up(tasks: list[PickTask], limits: WaveLimits, supply: Supply | None) -> None:
    busy: list[datetime] = []
    for wave in plan_waves(tasks, limits, now=NOW, supply=supply).waves:
        takes = limits.pace.duration(wave.units, len(wave.stops))
        assert wave.predicted_finish_at == wave.start_at + takes
        deadlines = [task.deadline_at for task in members(wave, tasks) if task.deadline_at]
        if deadlines:
            assert wave.latest_safe_start_at == min(deadlines) - takes
        else:
            assert wave.latest_safe_start_at is None
        assert sum(at > wave.start_at for at in busy) < limits.pickers
        busy.append(wave.predicted_finish_at)
