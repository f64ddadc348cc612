"""How waves of a location are planned: what a rule's document says, or somebody who plans by hand. Pure.

Not here: when a rule runs (`schedule.py`), how the shipments are loaded (`work.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from backend.sla.calendar import minutes_of
from backend.waves.facts import Pace, WaveLimits
from models.enums import Method, WaveKey, WaveLines
from models.errors import Fault

#: What each number may be; those that may be null are without limit then.
BOUNDS: Mapping[str, tuple[int, int]] = {
    "max_shipments": (1, 500),
    "max_units": (1, 100_000),
    "max_lines": (1, 10_000),
    "carts": (1, 50),
    "slots_per_cart": (1, 200),
    "min_units": (0, 100_000),
    "max_waves": (1, 500),
    "fill_percent": (1, 100),
    "pickers": (1, 200),
    "cut_off_within_minutes": (1, 10_080),
    "set_up_seconds": (0, 3_600),
    "stop_seconds": (0, 600),
    "unit_seconds": (0, 600),
}
EVERY_MINUTES = (5, 1_440)
MOST_TIMES = 24


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a rule runs by itself: every so many minutes of open hours, or at local times on days that have any."""

    every_minutes: int | None = None
    at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WaveSettings:
    """Which shipments (empty: all), how they are kept apart, how much a wave holds, how fast it is picked.

    `measured_pace` scales the stated seconds by what the location's closed waves took. `release`: waves that the
    schedule plans go to the floor at once.
    """

    methods: tuple[Method, ...] = ()
    service_levels: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    group_by: tuple[WaveKey, ...] = ()
    lines: WaveLines = WaveLines.ANY
    max_shipments: int = 40
    max_units: int | None = None
    max_lines: int | None = None
    carts: int = 1
    slots_per_cart: int | None = None
    min_units: int = 0
    max_waves: int | None = None
    fill_percent: int = 80
    cut_off_within_minutes: int | None = None
    pickers: int = 1
    set_up_seconds: int = 120
    stop_seconds: int = 20
    unit_seconds: int = 6
    measured_pace: bool = True
    release: bool = False
    schedule: Schedule | None = None

    def document(self) -> dict[str, Any]:
        """Return it as a rule keeps it."""
        stated = asdict(self)
        if self.schedule is not None:
            stated["schedule"] = {**asdict(self.schedule), "at": list(self.schedule.at)}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in stated.items()}

    def pace(self, factor: float = 1.0) -> Pace:
        """Return the pace, scaled by how long this location's waves took (`pace.py`)."""
        scale = factor if self.measured_pace else 1.0
        return Pace(self.set_up_seconds * scale, self.stop_seconds * scale, self.unit_seconds * scale)

    def limits(self, now: datetime, *, pace: Pace, time_zone: tzinfo) -> WaveLimits:
        """Return what the planner takes."""
        within = self.cut_off_within_minutes
        return WaveLimits(
            max_shipments=self.max_shipments,
            max_units=self.max_units,
            max_lines=self.max_lines,
            carts=self.carts,
            slots_per_cart=self.slots_per_cart,
            min_units=self.min_units,
            max_waves=self.max_waves,
            fill_percent=self.fill_percent,
            group_by=frozenset(self.group_by),
            lines=self.lines,
            until_cut_off_at=None if within is None else now + timedelta(minutes=within),
            pickers=self.pickers,
            pace=pace,
            time_zone=time_zone,
        )


def settings_of(document: Mapping[str, Any]) -> WaveSettings:
    """Return the settings of a stored document; what it does not say is as usual."""
    known = {name: document[name] for name in WaveSettings.__dataclass_fields__ if name in document}
    when = known.get("schedule")
    read: dict[str, Any] = {
        **{name: tuple(known[name]) for name in ("service_levels", "carriers", "zones") if name in known},
        "methods": tuple(map(Method, known.get("methods") or ())),
        "group_by": tuple(map(WaveKey, known.get("group_by") or ())),
        "lines": WaveLines(known.get("lines") or WaveLines.ANY),
        "schedule": Schedule(when.get("every_minutes"), tuple(when.get("at") or ())) if when else None,
    }
    return WaveSettings(**{**known, **read})


def pace_of(plan: Mapping[str, Any], document: Mapping[str, Any]) -> Pace:
    """Return the pace that a wave was planned with; of one that does not say, what its settings state."""
    return Pace(**plan["pace"]) if "pace" in plan else settings_of(document).pace()


def settings_faults(settings: WaveSettings, *, at: str = "") -> list[Fault]:
    """Return everything wrong with the settings, pointers below `at`."""
    faults = []
    for name, (least, most) in BOUNDS.items():
        value = getattr(settings, name)
        if value is not None and not least <= value <= most:
            faults.append(Fault(f"{at}/{name}", "out_of_range", f"{name} lies between {least:,} and {most:,}."))
    if settings.set_up_seconds == settings.stop_seconds == settings.unit_seconds == 0:
        faults.append(Fault(f"{at}/unit_seconds", "no_time", "Picking takes time: state the seconds for something."))
    slots = settings.slots_per_cart
    if slots is None and settings.carts > 1:
        words = "Several carts need slots_per_cart: how many shipments go on each."
        faults.append(Fault(f"{at}/slots_per_cart", "missing", words))
    if settings.schedule is not None:
        faults += _schedule_faults(settings.schedule, f"{at}/schedule")
    return faults


def _schedule_faults(schedule: Schedule, at: str) -> list[Fault]:
    faults = []
    if (schedule.every_minutes is None) == (not schedule.at):
        faults.append(Fault(at, "ambiguous", "State either every_minutes or the local times `at`."))
    least, most = EVERY_MINUTES
    if schedule.every_minutes is not None and not least <= schedule.every_minutes <= most:
        faults.append(Fault(f"{at}/every_minutes", "out_of_range", f"every_minutes lies between {least} and {most:,}."))
    if len(schedule.at) > MOST_TIMES:
        faults.append(Fault(f"{at}/at", "too_many", f"At most {MOST_TIMES} times a day."))
    for index, time in enumerate(schedule.at):
        if not _is_time(time):
            faults.append(Fault(f"{at}/at/{index}", "time", "A time of day is written 09:30."))
        elif time in schedule.at[:index]:
            faults.append(Fault(f"{at}/at/{index}", "duplicate", f"{time} is stated twice."))
    return faults


def _is_time(text: str) -> bool:
    try:
        return minutes_of(text) < 1_440
    except ValueError:
        return False
