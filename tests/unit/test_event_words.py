"""Events in plain words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from backend.events.queries import EventView
from dashboard.present.common import Reader
from dashboard.present.events import MOST, TOLD, entries, text
from models.events import EventType

NOW = datetime(2026, 11, 27, 22, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("type_", "data", "words"),
    [
        (
            EventType.SLA_LOCATION_CHANGED,
            {"to": "non_compliant", "open": 20, "counts": {"non_compliant": 5}},
            "The location became Non-Compliant: 5 of 20 open shipments late",
        ),
        (
            EventType.SLA_SHIPMENT_CHANGED,
            {"shipment": 8, "from": "at_risk", "to": "non_compliant"},
            "Shipment 8 is late",
        ),
        (EventType.SLA_SHIPMENT_CHANGED, {"shipment": 8, "to": "at_risk"}, "Shipment 8 will soon be late"),
        (
            EventType.SLA_SHIPMENT_CHANGED,
            {"shipment": 8, "from": "at_risk", "to": "compliant"},
            "Shipment 8 is on time again",
        ),
        (EventType.SLA_SHIPMENT_CHANGED, {"shipment": 8, "to": None}, "The clocks of shipment 8 stopped"),
        (EventType.SHIPMENT_HELD, {"shipment": 8, "reason": "address"}, "Shipment 8 is on hold: address"),
        (EventType.SHIPMENT_REASSIGNED, {"shipment": 8, "location": "aus-1"}, "Shipment 8 moved to aus-1"),
        (EventType.LOCATION_CHANGED, {"action": "closed", "closed_reason": "storm"}, "The location was closed: storm"),
        (EventType.SHIPMENT_SHIPPED, {"shipment": 8}, "Shipment 8 was shipped"),
    ],
)
def test_what_happened_is_said_in_a_sentence(type_: EventType, data: dict[str, object], words: str) -> None:
    assert text(type_, "subject", data) == words


@pytest.mark.parametrize("type_", TOLD)
def test_every_told_kind_has_words_even_with_missing_data(type_: EventType) -> None:
    assert type_.value not in text(type_, "subject", {})


def test_an_unknown_kind_says_its_type() -> None:
    assert text("brand.new", "thing/1", {}) == "brand.new (thing/1)"


def test_a_timeline_goes_by_the_true_moment_not_by_when_it_was_noticed() -> None:
    def event(seq: int, minutes: int) -> EventView:
        at = NOW - timedelta(minutes=minutes)
        return EventView(seq, f"evt_{seq}", EventType.SHIPMENT_HELD, "s", 1, "system", {"shipment": seq}, at, NOW)

    told = entries([event(2, 40), event(1, 5)], "America/Chicago", Reader(NOW))
    assert [entry.when for entry in told] == ["5 min ago", "40 min ago"]
    assert told[0].title == "16:13 in Chicago"


def test_clocks_that_end_with_the_work_are_left_out_and_lines_are_limited() -> None:
    def event(seq: int, type_: EventType, data: dict[str, object]) -> EventView:
        return EventView(seq, f"evt_{seq}", type_, "s", 1, "system", data, NOW, NOW)

    done = [
        event(2, EventType.SLA_SHIPMENT_CHANGED, {"shipment": 8, "from": "compliant", "to": None}),
        event(1, EventType.SHIPMENT_SHIPPED, {"shipment": 8}),
    ]
    assert [line.text for line in entries(done, "UTC", Reader(NOW))] == ["Shipment 8 was shipped"]
    many = [event(seq, EventType.SHIPMENT_SHIPPED, {"shipment": seq}) for seq in range(MOST + 5)]
    assert len(entries(many, "UTC", Reader(NOW))) == MOST
