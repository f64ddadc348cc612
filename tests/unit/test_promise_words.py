"""The parts of a promise's sum as pages write them: names for codes, no zone that is said already, lengths of time."""

from __future__ import annotations

import pytest

from backend.promise.words import queue_words
from dashboard.present.why import plain

NAMES = {"DC-ATL": "Atlanta South", "DC-ATL-2": "Atlanta North"}


@pytest.mark.parametrize(
    ("words", "clock", "said"),
    [
        ("DC-ATL is open, before the day's cut-off", "", "Atlanta South is open, before the day's cut-off"),
        ("120 open minutes of work at DC-ATL-2", "", "2 h of work in open hours at Atlanta North"),
        ("Parcel collects Sat 21 Nov 14:54 (America/New_York)", "14:54", "Parcel collects 14:54"),
        ("Parcel, standard: 1 delivery day, there Mon 23 Nov 20:00 (UTC)", "", "Parcel, standard: 1 delivery day"),
        (
            "Parcel, standard: 1 delivery day, there Mon 23 Nov 20:00 (UTC)",
            "Mon 20:00",
            "Parcel, standard: 1 delivery day, there Mon 20:00",
        ),
        ("closed: DC-ATL starts Sun 22 Nov 09:00 (America/New_York)", "", "Closed: Atlanta South starts"),
    ],
)
def test_a_part_is_said_in_plain_words(words: str, clock: str, said: str) -> None:
    assert plain(words, NAMES, clock=clock) == said


@pytest.mark.parametrize(
    ("ahead", "pace", "said"),
    [
        (1, 0.5, "1 shipment comes first, about 0.5 get done in an open hour"),
        (1200, 837.2, "1,200 shipments come first, about 837 get done in an open hour"),
    ],
)
def test_a_queue_is_told_with_its_pace(ahead: int, pace: float, said: str) -> None:
    assert queue_words(ahead, pace) == said
