"""When a location's limit starts afresh: at its own clock, also where that is moved."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from backend.routing.facts import Limit, Load
from backend.routing.limits import Given, fits, limit_of, window_start
from models.enums import LoadWindow

CHICAGO = ZoneInfo("America/Chicago")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "window", "now", "start"),
    [
        (CHICAGO, LoadWindow.DAY, "2026-11-27T15:00", "2026-11-27T06:00"),
        (CHICAGO, LoadWindow.DAY, "2026-11-27T05:59", "2026-11-26T06:00"),
        (CHICAGO, LoadWindow.WEEK, "2026-11-29T23:00", "2026-11-23T06:00"),
        (CHICAGO, LoadWindow.WEEK, "2026-11-30T06:00", "2026-11-30T06:00"),
        (CHICAGO, LoadWindow.HOUR, "2026-11-27T15:59:59", "2026-11-27T15:00"),
        (ZoneInfo("Asia/Kolkata"), LoadWindow.HOUR, "2026-11-27T15:10", "2026-11-27T14:30"),
        # a day of 23 and one of 25 hours
        (CHICAGO, LoadWindow.DAY, "2026-03-08T12:00", "2026-03-08T06:00"),
        (CHICAGO, LoadWindow.DAY, "2026-03-09T04:59", "2026-03-08T06:00"),
        (CHICAGO, LoadWindow.DAY, "2026-11-02T05:59", "2026-11-01T05:00"),
        # 01:30 comes twice: two windows of an hour each
        (CHICAGO, LoadWindow.HOUR, "2026-11-01T06:30", "2026-11-01T06:00"),
        (CHICAGO, LoadWindow.HOUR, "2026-11-01T07:30", "2026-11-01T07:00"),
        # midnight itself is skipped: the day starts at one
        (ZoneInfo("America/Santiago"), LoadWindow.DAY, "2026-09-06T12:00", "2026-09-06T04:00"),
    ],
)
def test_a_window_starts_at_the_locations_own_clock(zone: ZoneInfo, window: LoadWindow, now: str, start: str) -> None:
    assert window_start(at(now), window, zone) == at(start)


def test_limits_are_read_from_their_documents() -> None:
    assert limit_of({}) is None
    assert limit_of({"orders": 200}) == Limit(LoadWindow.DAY, orders=200)
    assert limit_of({"money": "2500.50", "per": "week"}) == Limit(LoadWindow.WEEK, money_minor=250_050)


def test_what_fits() -> None:
    limit = Limit(orders=3, items=10, money_minor=1_000)
    assert fits(limit, Load(2, 8, 900), Given(1, 2, 100))
    assert not fits(limit, Load(3, 0, 0), Given(1, 1, 0))
    assert not fits(limit, Load(0, 9, 0), Given(1, 2, 0))
    assert not fits(limit, Load(0, 0, 950), Given(1, 1, 51))
