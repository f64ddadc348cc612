"""Open hours as arithmetic on instants: the golden cases of the domain notes (G1), daylight saving days included."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from backend.sla.calendar import NeverOpenError, OpenHours, to_instant
from backend.sla.hours import hours_faults
from models.enums import Method

CHICAGO = "America/Chicago"
HOUR = 3600
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


def at(text: str, zone: str = CHICAGO) -> datetime:
    """Return the instant of a local time."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def calendar(hours: dict[str, Any], zone: str = CHICAGO) -> OpenHours:
    assert hours_faults(hours) == []
    return OpenHours.parse(hours, zone)


def weekdays(opens: str, closes: str, **more: Any) -> OpenHours:
    return calendar({"weekly": {day: [[opens, closes]] for day in WEEKDAYS}, **more})


def daily(opens: str, closes: str, zone: str = CHICAGO) -> OpenHours:
    return calendar({"weekly": {day: [[opens, closes]] for day in (*WEEKDAYS, "sat", "sun")}}, zone)


def test_golden_a_the_clock_stands_still_overnight() -> None:
    open_hours, monday = weekdays("09:00", "17:00"), at("2026-11-16T14:00")
    assert open_hours.between(monday, at("2026-11-17T09:00")) == 3 * HOUR
    assert OpenHours.parse({}, CHICAGO).between(monday, at("2026-11-17T09:00")) == 19 * HOUR


def test_golden_b_a_weekend_counts_nothing() -> None:
    friday, monday = at("2026-11-13T21:00"), at("2026-11-16T09:30")
    business = weekdays("08:00", "17:00").between(friday, monday)
    actual = OpenHours.parse({}, CHICAGO).between(friday, monday)
    assert (business, actual) == (5400, int(60.5 * HOUR))
    assert round(100 * business / (8 * HOUR)) == 19
    assert 100 * actual / (8 * HOUR) > 750


@pytest.mark.parametrize(
    ("day", "whole_day"),
    [("2026-03-08", 23), ("2026-11-01", 25), ("2026-11-02", 24)],
    ids=["spring", "autumn", "plain"],
)
def test_golden_d_daylight_saving_days(day: str, whole_day: int) -> None:
    start = at(f"{day}T00:00")
    end = at((datetime.fromisoformat(day) + timedelta(days=1)).isoformat())
    assert daily("09:00", "17:00").between(start, end) == 8 * HOUR
    assert daily("00:00", "24:00").between(start, end) == whole_day * HOUR


def test_golden_e_instants_stay_when_a_location_gets_another_zone() -> None:
    start = at("2026-11-16T14:00")
    due = weekdays("09:00", "17:00").add(start, 2 * HOUR)
    moved = calendar({"weekly": {"mon": [["09:00", "17:00"]]}}, "Europe/Berlin")
    assert due == datetime(2026, 11, 16, 22, 0, tzinfo=UTC)
    assert not moved.is_open(due)  # what was computed stays; only what is computed next uses the new zone


def test_hours_across_midnight_belong_to_the_day_they_start_on() -> None:
    late = calendar({"weekly": {"fri": ["22:00-02:00"]}})
    assert late.is_open(at("2026-11-21T01:59:59"))
    assert not late.is_open(at("2026-11-21T02:00"))
    assert not late.is_open(at("2026-11-20T01:00"))
    assert late.add(at("2026-11-20T12:00"), 3 * HOUR) == at("2026-11-21T01:00")


def test_exceptions_and_holidays_replace_a_day() -> None:
    open_hours = weekdays(
        "09:00",
        "17:00",
        exceptions=[
            {"date": "2026-11-26", "closed": True, "label": "Thanksgiving"},
            {"date": "2026-11-27", "intervals": [["06:00", "23:00"]]},
        ],
        holidays=["2026-12-25", {"date": "2027-01-01", "label": "New Year"}],
    )
    assert open_hours.add(at("2026-11-25T16:00"), 2 * HOUR) == at("2026-11-27T07:00")
    assert open_hours.between(at("2026-12-25T00:00"), at("2026-12-26T00:00")) == 0
    assert open_hours.between(at("2027-01-01T00:00"), at("2027-01-02T00:00")) == 0


def test_time_lands_on_the_closing_second_and_the_next_opens_the_next_day() -> None:
    open_hours = weekdays("09:00", "17:00")
    assert open_hours.add(at("2026-11-16T16:00"), HOUR) == at("2026-11-16T17:00")
    assert open_hours.add(at("2026-11-16T16:00"), HOUR + 1) == at("2026-11-17T09:00:01")


def test_next_change_finds_opening_and_closing_over_touching_intervals() -> None:
    open_hours = calendar({"weekly": {"mon": [["09:00", "12:00"], ["12:00", "24:00"]], "tue": [["00:00", "02:00"]]}})
    assert open_hours.next_change(at("2026-11-16T08:00")) == at("2026-11-16T09:00")
    assert open_hours.next_change(at("2026-11-16T09:00")) == at("2026-11-17T02:00")
    assert open_hours.next_change(at("2026-11-17T02:00")) == at("2026-11-23T09:00")
    assert OpenHours.parse({}, CHICAGO).next_change(at("2026-11-16T08:00")) is None
    assert daily("00:00", "24:00").next_change(at("2026-11-16T08:00")) is None


def test_carrier_cut_offs_are_on_open_days_only() -> None:
    open_hours = weekdays("09:00", "18:00", cutoffs={"ship": "17:00"})
    assert open_hours.cutoff_after(at("2026-11-20T16:59"), Method.SHIP) == at("2026-11-20T17:00")
    assert open_hours.cutoff_after(at("2026-11-20T17:00"), Method.SHIP) == at("2026-11-23T17:00")
    assert open_hours.cutoff_after(at("2026-11-20T17:00"), Method.DELIVERY) is None


def test_an_ambiguous_time_is_its_first_and_one_that_never_was_the_end_of_the_gap() -> None:
    zone = ZoneInfo(CHICAGO)
    assert to_instant(datetime(2026, 11, 1, 1, 30), zone) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)  # noqa: DTZ001
    for minute in (0, 1, 30, 59):
        assert to_instant(datetime(2026, 3, 8, 2, minute), zone) == datetime(2026, 3, 8, 8, tzinfo=UTC)  # noqa: DTZ001


def test_a_gap_at_midnight_and_a_half_hour_gap() -> None:
    assert to_instant(datetime(2017, 10, 15, 0, 20), ZoneInfo("America/Sao_Paulo")) == datetime(  # noqa: DTZ001
        2017, 10, 15, 3, tzinfo=UTC
    )
    assert to_instant(datetime(2026, 10, 4, 2, 10), ZoneInfo("Australia/Lord_Howe")) == datetime(  # noqa: DTZ001
        2026, 10, 3, 15, 30, tzinfo=UTC
    )


def test_running_out_of_open_time_is_said() -> None:
    with pytest.raises(NeverOpenError):
        OpenHours.parse({"weekly": {"mon": []}}, CHICAGO).add(at("2026-11-16T08:00"), 1)


@pytest.mark.parametrize(
    ("hours", "faults"),
    [
        ([], [("/hours", "type")]),
        ({"weekly": {"monday": []}}, [("/hours/weekly/monday", "unknown"), ("/hours/weekly", "never_open")]),
        ({"weekly": {"mon": [["9:00", "17:00"]]}}, [("/hours/weekly/mon/0", "interval")]),
        ({"weekly": {"mon": [["09:00"]]}}, [("/hours/weekly/mon/0", "interval")]),
        ({"weekly": {"mon": [7]}}, [("/hours/weekly/mon/0", "interval")]),
        ({"weekly": {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}}, [("/hours/weekly/mon/1", "overlap")]),
        ({"weekly": {"mon": []}}, [("/hours/weekly", "never_open")]),
        ({"exceptions": [{"date": "2026-02-30", "closed": True}]}, [("/hours/exceptions/0/date", "date")]),
        ({"exceptions": [{"date": "2026-02-03"}]}, [("/hours/exceptions/0", "ambiguous")]),
        (
            {"exceptions": [{"date": "2026-02-03", "closed": True}, {"date": "2026-02-03", "closed": True}]},
            [("/hours/exceptions/1/date", "duplicate")],
        ),
        (
            {"weekly": 0, "exceptions": "", "holidays": False, "cutoffs": []},
            [(f"/hours/{part}", "type") for part in ("weekly", "exceptions", "holidays", "cutoffs")],
        ),
        ({"weekly": None, "exceptions": None}, []),
        (
            {"exceptions": [{"date": "2026-02-03", "closed": True, "intervals": 0}]},
            [("/hours/exceptions/0/intervals", "type")],
        ),
        ({"holidays": [1]}, [("/hours/holidays/0", "date")]),
        (
            {"cutoffs": {"drone": "17:00", "ship": "25:00"}, "weekley": {}},
            [("/hours/weekley", "unknown"), ("/hours/cutoffs/drone", "unknown"), ("/hours/cutoffs/ship", "time")],
        ),
    ],
)
def test_every_fault_of_an_hours_document_is_named(hours: object, faults: list[tuple[str, str]]) -> None:
    assert [(fault.pointer, fault.code) for fault in hours_faults(hours)] == faults
