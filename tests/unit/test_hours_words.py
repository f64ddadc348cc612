"""Open hours as a store manager reads them."""

from __future__ import annotations

from datetime import UTC, datetime

from dashboard.present import hours
from dashboard.present.common import Reader

ZONE = "America/Chicago"
WEEK = {day: [["09:00", "21:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat")}
HOURS = {
    "weekly": WEEK,
    "exceptions": [
        {"date": "2026-11-27", "intervals": [["06:00", "23:00"]], "label": "Black Friday"},
        {"date": "2026-12-25", "closed": True, "label": "Christmas"},
        {"date": "2020-01-01", "closed": True, "label": "long past"},
    ],
}
BLACK_FRIDAY = Reader(datetime(2026, 11, 27, 22, 30, tzinfo=UTC))  # Friday 16:30 in Chicago


def test_today_s_own_hours_win() -> None:
    assert hours.now(HOURS, ZONE, None, BLACK_FRIDAY) == "Open until 23:00"


def test_a_closed_place_says_when_it_opens() -> None:
    sunday = Reader(datetime(2026, 11, 29, 18, 0, tzinfo=UTC))
    assert hours.now(HOURS, ZONE, None, sunday) == "Closed, opens Mon 09:00"


def test_a_place_closed_by_hand_says_why() -> None:
    assert hours.now(HOURS, ZONE, "water damage", BLACK_FRIDAY) == "Closed: water damage"


def test_no_hours_is_always_open() -> None:
    assert hours.now({}, ZONE, None, BLACK_FRIDAY) == "Always open"


def test_the_week_marks_today_and_names_closed_days() -> None:
    week = hours.week(HOURS, ZONE, BLACK_FRIDAY)
    assert [row.day for row in week if row.today] == ["Friday"]
    assert week[-1].text == "Closed"


def test_only_coming_exceptions_are_listed_soonest_first() -> None:
    rows = hours.exceptions(HOURS, ZONE, BLACK_FRIDAY)
    assert [(row.day, row.text, row.note) for row in rows] == [
        ("Today", "06:00–23:00", "Black Friday"),
        ("Fri Dec 25", "Closed", "Christmas"),
    ]
