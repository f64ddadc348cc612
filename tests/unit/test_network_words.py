"""What is said of a location that keeps a colour which its counts no longer have."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from backend.sla.grading import Counts, Thresholds
from backend.sla.views import Held, LocationView
from dashboard.address import NetworkAddress
from dashboard.present.common import Reader
from dashboard.present.network import row, why
from models.enums import Compliance

NOW = datetime(2026, 11, 27, 18, 10, tzinfo=UTC)
READER = Reader(NOW)
HELD = Held(NOW - timedelta(minutes=2), NOW + timedelta(minutes=3), Compliance.AT_RISK)
PLACE = LocationView(
    id=1,
    code="chi",
    name="Chicago",
    kind="store",
    latitude=None,
    longitude=None,
    time_zone="America/Chicago",
    groups=(),
    methods=(),
    grade=Compliance.NON_COMPLIANT,
    counts=Counts(18, 2, 0),
    met=0,
    missed=0,
    since=NOW - timedelta(minutes=30),
    rule_version=1,
    stale=False,
    closed=False,
    closed_reason=None,
    data_seen_at=NOW,
    changed_at=NOW,
    held=HELD,
)


def test_a_held_colour_says_since_when_it_is_better_and_what_it_turns_into_when() -> None:
    assert why(PLACE, Thresholds(), READER) == (
        "Recovering: 0 late and 2 at risk of 20, below the limit since 12:08. "
        "It turns At Risk at 12:13 in Chicago if it stays so."
    )
    assert row(PLACE, NetworkAddress(), READER).recovering == "recovering, until 12:13"


def test_a_colour_that_is_not_held_says_what_decided_it() -> None:
    bad = replace(PLACE, held=None, counts=Counts(8, 0, 2))
    assert why(bad, Thresholds(), READER).startswith("2 open shipments are late: 20.0% of 10.")
    assert row(bad, NetworkAddress(), READER).recovering == ""


def test_grey_is_grey_even_while_recovering() -> None:
    silent = replace(PLACE, stale=True)
    assert why(silent, Thresholds(), READER).startswith("Nothing was heard from here")
    assert row(silent, NetworkAddress(), READER).recovering == ""
