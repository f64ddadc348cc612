"""When wave rules run: open hours, closed days, and the two days on which clocks are set."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from backend.sla.calendar import OpenHours
from backend.waves.schedule import next_run
from backend.waves.settings import Schedule, WaveSettings, settings_faults, settings_of
from models.enums import Method, WaveKey, WaveLines

WEEK = {
    "weekly": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    "holidays": ["2026-11-26"],
}
CHICAGO = OpenHours.parse(WEEK, "America/Chicago")
ALWAYS = OpenHours.parse({}, "America/Chicago")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        # Friday 10:00 in Chicago: half an hour later; after closing, when it opens on Monday.
        (Schedule(every_minutes=30), "2026-11-27T16:00", "2026-11-27T16:30"),
        (Schedule(every_minutes=30), "2026-11-27T22:45", "2026-11-30T15:00"),
        # Wednesday before Thanksgiving: the next time is on Friday.
        (Schedule(at=("09:30", "13:00")), "2026-11-25T15:29", "2026-11-25T15:30"),
        (Schedule(at=("13:00", "09:30")), "2026-11-25T15:30", "2026-11-25T19:00"),
        (Schedule(at=("09:30",)), "2026-11-25T15:30", "2026-11-27T15:30"),
    ],
)
def test_rules_run_in_open_hours(schedule: Schedule, after: str, expected: str) -> None:
    assert next_run(schedule, CHICAGO, at(after)) == at(expected)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("2026-03-07T12:00", "2026-03-08T08:00"),  # 02:30 is not on the wall that night: the end of the gap
        ("2026-03-08T08:00", "2026-03-09T07:30"),
        ("2026-10-31T12:00", "2026-11-01T08:30"),
        ("2026-11-01T08:30", "2026-11-02T08:30"),
    ],
)
def test_local_times_are_true_to_the_wall(after: str, expected: str) -> None:
    assert next_run(Schedule(at=("02:30",)), ALWAYS, at(after)) == at(expected)


def test_a_place_that_opens_no_more_is_not_planned_for() -> None:
    never = OpenHours.parse({"weekly": {}, "exceptions": [], "holidays": []}, "UTC")
    assert next_run(Schedule(every_minutes=5), never, at("2026-11-27T16:00")) is not None  # always open
    shut = OpenHours.parse({"weekly": {"mon": []}}, "UTC")
    assert next_run(Schedule(every_minutes=5), shut, at("2026-11-27T16:00")) is None
    assert next_run(Schedule(at=("09:00",)), shut, at("2026-11-27T16:00")) is None


def test_settings_come_back_from_their_document() -> None:
    stated = WaveSettings(
        methods=(Method.SHIP,),
        zones=("A",),
        group_by=(WaveKey.CARRIER, WaveKey.LINES),
        lines=WaveLines.MULTIPLE,
        max_units=90,
        schedule=Schedule(at=("09:30",)),
    )
    assert settings_of(stated.document()) == stated
    assert settings_of(WaveSettings().document()) == WaveSettings()
    assert settings_of({}) == WaveSettings()


def test_every_fault_of_the_settings_is_named() -> None:
    bad = WaveSettings(
        max_shipments=0,
        fill_percent=101,
        carts=2,
        set_up_seconds=0,
        stop_seconds=0,
        unit_seconds=0,
        schedule=Schedule(every_minutes=1, at=("24:00", "9:00", "24:00")),
    )
    assert {(fault.pointer, fault.code) for fault in settings_faults(bad, at="/settings")} == {
        ("/settings/max_shipments", "out_of_range"),
        ("/settings/fill_percent", "out_of_range"),
        ("/settings/slots_per_cart", "missing"),
        ("/settings/unit_seconds", "no_time"),
        ("/settings/schedule", "ambiguous"),
        ("/settings/schedule/every_minutes", "out_of_range"),
        ("/settings/schedule/at/0", "time"),
        ("/settings/schedule/at/1", "time"),
        ("/settings/schedule/at/2", "time"),
    }
