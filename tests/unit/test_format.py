"""What people read: durations, times at the location, numbers in the viewer's way of writing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from dashboard import format as f

NOW = datetime(2026, 11, 27, 22, 18, tzinfo=UTC)  # 16:18 in Chicago
CHICAGO = "America/Chicago"
GERMAN, FRENCH = f.locale_of("de-DE,de;q=0.9"), f.locale_of("fr")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 s"),
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (3600 * 3 + 300, "3 h 5 min"),
        (86_400, "1 d"),
        (86_400 * 2 + 3600 * 4, "2 d 4 h"),
    ],
)
def test_a_duration_has_at_most_two_units(seconds: float, text: str) -> None:
    assert f.duration(seconds) == text


def test_an_instant_is_said_relative_and_on_the_location_s_wall() -> None:
    assert f.moment(NOW + timedelta(minutes=24), CHICAGO, NOW) == "in 24 min (16:42 in Chicago)"
    assert f.moment(NOW - timedelta(minutes=18), CHICAGO, NOW) == "18 min ago (16:00 in Chicago)"
    assert f.moment(NOW, "UTC", NOW) == "now (22:18 UTC)"


def test_another_day_is_named_and_a_far_one_dated() -> None:
    assert f.wall_time(NOW + timedelta(days=1), CHICAGO, NOW) == "Sat 16:18"
    assert f.wall_time(NOW + timedelta(days=10), CHICAGO, NOW) == "Dec 7 16:18"
    assert f.wall_time(NOW + timedelta(days=10), CHICAGO, NOW, GERMAN) == "7 Dec 16:18"
    assert f.date(NOW - timedelta(days=3000), CHICAGO, NOW) == "Sep 10 2018"


def test_the_day_is_the_location_s_own_not_utc_s() -> None:
    late = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)  # still the 27th in Chicago
    assert f.wall_time(late, CHICAGO, NOW) == "21:00"


def test_what_is_left_of_a_promise() -> None:
    assert f.due(NOW + timedelta(hours=2), NOW) == "2 h left"
    assert f.due(NOW - timedelta(minutes=7), NOW) == "7 min late"


def test_numbers_are_written_the_viewer_s_way() -> None:
    assert f.count(1234567) == "1,234,567"
    assert f.count(1234567, GERMAN) == "1.234.567"
    assert f.count(1234, FRENCH) == "1\N{NARROW NO-BREAK SPACE}234"
    assert f.decimal(1234.5, GERMAN) == "1.234,5"
    assert f.plural(1, "shipment") == "1 shipment"
    assert f.plural(1200, "shipment") == "1,200 shipments"


def test_a_percentage_is_never_rounded_up_to_perfect() -> None:
    assert f.percent(9999, 10_000) == "99.9%"
    assert f.percent(10_000, 10_000) == "100%"
    assert f.percent(1, 3) == "33.3%"
    assert f.percent(0, 0) == f.NOTHING


@pytest.mark.parametrize(("value", "text"), [(0, "0.0"), (0.25, "0.25"), (3.44, "3.4"), (120.4, "120")])
def test_a_rate_has_the_decimals_it_needs(value: float, text: str) -> None:
    assert f.rate(value) == text


@pytest.mark.parametrize(
    ("header", "month_first"),
    [("en-US,en;q=0.9", True), ("en-GB", False), ("", True), ("xx-nonsense;;;", True), ("de", False)],
)
def test_dates_follow_the_viewer(header: str, month_first: bool) -> None:
    assert f.locale_of(header).month_first is month_first


def test_cities() -> None:
    assert f.city("America/Argentina/Buenos_Aires") == "Buenos Aires"
