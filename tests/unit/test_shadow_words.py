"""A shadow run in words: both sides, what differs, which places get more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dashboard.present.common import Reader
from dashboard.present.routing.shadow import codes_of, opened
from dashboard.views.kept import Run
from models.enums import WorkStatus

NOW = datetime(2026, 11, 27, 22, 30, tzinfo=UTC)
READER = Reader(NOW)


def side(**changes: Any) -> dict[str, Any]:
    """Return one side of a result."""
    stated: dict[str, Any] = {
        "strategy": "main version 1",
        "assigned": 90,
        "split": 5,
        "partial": 2,
        "unassigned": 8,
        "shipments": 97,
        "units": 200,
        "units_left": 12,
        "mean_km": 120.4,
        "median_km": 80.0,
        "cost_minor": 123_456,
        "locations": 2,
        "load": [{"location": "chi", "shipments": 60}, {"location": "nyc", "shipments": 37}],
    }
    return {**stated, **changes}


def run(status: WorkStatus = WorkStatus.DONE, **changes: Any) -> Run:
    """Return a run of 100 orders."""
    result = {
        "active": side(),
        "tried": side(split=1, mean_km=100.0, cost_minor=123_400, load=[{"location": "den", "shipments": 93}]),
        "orders": 100,
        "differing": 150,
        "differ": [{"order": 7, "external_id": "A-7", "active": ["chi"], "tried": []}],
    }
    stated: dict[str, Any] = {
        "id": 3,
        "strategy_name": "main",
        "strategy_version": 2,
        "orders": 100,
        "done": 100,
        "status": status.value,
        "result": result,
        "created_by": "ann",
        "created_at": NOW - timedelta(minutes=2),
        "finished_at": NOW,
    }
    return Run(**{**stated, **changes})


def test_both_sides_stand_beside_each_other() -> None:
    view = opened(run(), {"chi": "Chicago"}, READER)
    figures = {one.label: (one.active, one.tried, one.difference) for one in view.figures}
    assert figures["Of these, split"] == ("5", "1", "−4")
    assert figures["Shipments"] == ("97", "97", "same")
    assert figures["Distance, mean"] == ("120.4 km", "100.0 km", "−20.4 km")
    assert figures["Cost"] == ("1,234.56", "1,234.00", "−0.56")
    assert [(one.name, one.active, one.tried) for one in view.loads] == [
        ("den", "0", "93"),
        ("Chicago", "60", "0"),
        ("nyc", "37", "0"),
    ]
    assert view.loads[0].tried_percent == 100
    assert (view.differs[0].active, view.differs[0].tried) == ("Chicago", "no location")
    assert "the first 1 are listed" in view.differs_word
    assert codes_of(run()) == {"chi", "nyc", "den"}


@pytest.mark.parametrize("status", [WorkStatus.WAITING, WorkStatus.RUNNING])
def test_a_running_run_says_how_far_it_is(status: WorkStatus) -> None:
    view = opened(run(status, done=40, result={}), {}, READER)
    assert (view.running, view.percent, view.done, view.figures) == (True, 40, "40 of 100 orders", [])


def test_a_run_that_ended_badly_says_so() -> None:
    failed = opened(run(WorkStatus.FAILED, result={"problem": "KeyError: x"}), {}, READER)
    assert failed.failed == "This run failed: KeyError: x. Nothing was changed."
    assert not failed.running
    assert opened(run(WorkStatus.CANCELLED, result={}), {}, READER).failed.startswith("This run was cancelled.")
    assert codes_of(run(WorkStatus.CANCELLED, result={})) == set()


def test_no_distance_is_no_difference() -> None:
    result = {**run().result, "tried": side(mean_km=None, median_km=None, load=[])}
    figures = {one.label: one for one in opened(run(result=result), {}, READER).figures}
    assert (figures["Distance, mean"].tried, figures["Distance, mean"].difference) == ("–", "")
