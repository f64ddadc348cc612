"""Everything wrong with a carrier's document is named at once, with its exact place."""

from __future__ import annotations

from typing import Any

import pytest

from backend.promise.carrier_faults import carrier_faults
from backend.promise.carriers import Schedule
from backend.promise.edits import DEFAULT_CARRIER

GOOD: dict[str, Any] = {
    "services": {
        "standard": {
            "days": 5,
            "bands": [{"to_km": 300, "days": 1}, {"to_km": 900.5, "minutes": 90}],
            "areas": [{"state": "IL", "days": 1}, {"postal_prefix": "606", "minutes": 240}],
        }
    },
    "calendar": {
        "pickup_days": ["mon"],
        "delivery_days": ["mon", "sun"],
        "holidays": ["2026-12-25"],
        "pickup_cutoff": "18:00",
        "delivered_by": "20:00",
        "time_zone": "America/Chicago",
    },
}


def test_a_good_document_has_no_faults_and_can_be_read() -> None:
    for document in (GOOD, DEFAULT_CARRIER, {"services": {"standard": {"days": 0}}}):
        assert carrier_faults(document) == []
        assert Schedule.parse("a", "A", document).service("standard")


@pytest.mark.parametrize(
    ("document", "pointers"),
    [
        ([], [""]),
        ({}, ["/services"]),
        ({"services": {"a": []}, "extra": 1}, ["/extra", "/services/a"]),
        ({"services": {"a": {}, " ": {"days": 1}}}, ["/services/a", "/services/ "]),
        ({"services": {"a": {"days": 1, "minutes": 1}}}, ["/services/a"]),
        ({"services": {"a": {"days": 91}, "b": {"minutes": True}, "c": {"days": 1.5}}},
         ["/services/a/days", "/services/b/minutes", "/services/c/days"]),
        ({"services": {"a": {"bands": {}}}}, ["/services/a/bands"]),
        ({"services": {"a": {"bands": [1, {"to_km": 0, "days": 1}, {"to_km": 5}, {"to_km": 5, "days": 1, "x": 1}]}}},
         ["/services/a/bands/0", "/services/a/bands/1/to_km", "/services/a/bands/2", "/services/a/bands/3/x",
          "/services/a/bands/3/to_km"]),
        ({"services": {"a": {"areas": [{"days": 1}, {"state": "IL", "postal_prefix": "6", "days": 1},
                                       {"state": " IL", "days": 1}, {"postal_prefix": 6, "days": 1}]}}},
         ["/services/a/areas/0", "/services/a/areas/1", "/services/a/areas/2/state",
          "/services/a/areas/3/postal_prefix"]),
        ({**GOOD, "calendar": None}, []),
        ({**GOOD, "calendar": []}, ["/calendar"]),
        ({**GOOD, "calendar": 0}, ["/calendar"]),
        ({**GOOD, "calendar": [1]}, ["/calendar"]),
        ({**GOOD, "calendar": {"pickup_days": [], "delivery_days": ["mon", "mon", "day"], "open": 1,
                               "holidays": ["2026-13-01", 5, "2026-1-1"], "pickup_cutoff": "25:00",
                               "delivered_by": 18, "time_zone": "Mars/Olympus"}},
         ["/calendar/open", "/calendar/pickup_days", "/calendar/delivery_days/1", "/calendar/delivery_days/2",
          "/calendar/pickup_cutoff", "/calendar/delivered_by", "/calendar/holidays/0", "/calendar/holidays/1",
          "/calendar/holidays/2", "/calendar/time_zone"]),
        ({**GOOD, "calendar": {"holidays": {}, "time_zone": 1}}, ["/calendar/holidays", "/calendar/time_zone"]),
        ({**GOOD, "calendar": {"holidays": False}}, ["/calendar/holidays"]),
    ],
)  # fmt: skip
def test_every_fault_is_named(document: Any, pointers: list[str]) -> None:
    assert [fault.pointer for fault in carrier_faults(document)] == pointers
