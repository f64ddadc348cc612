"""Which subscription wants which event."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.matching import Interest, Place, PlaceFilter, expand_types, type_faults, type_matches
from models.events import EventType

ATLANTA = Place("ATL", frozenset({"south", "outlet"}))
CODES = st.frozensets(st.sampled_from(["ATL", "BOS", "CHI"]))
GROUPS = st.frozensets(st.sampled_from(["south", "north"]))
FILTERS = st.builds(PlaceFilter, CODES, GROUPS)
PLACES = st.none() | st.builds(Place, st.sampled_from(["ATL", "BOS", "CHI"]), GROUPS)


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("sla.location.changed", True),
        ("sla.*", True),
        ("sla.location.*", True),
        ("sla.shipment.*", False),
        ("sla", False),
        ("sla.location", False),
        ("s*", False),
        ("*", False),
        (".*", False),
    ],
)
def test_a_pattern_is_a_type_or_a_dotted_prefix(pattern: str, matches: bool) -> None:
    assert type_matches([pattern], EventType.SLA_LOCATION_CHANGED.value) is matches


def test_no_pattern_means_all() -> None:
    assert set(expand_types([])) == {type_.value for type_ in EventType}
    assert expand_types(["order.*", "order.placed"]) == tuple(
        t.value for t in EventType if t.value.startswith("order.")
    )


def test_each_pattern_that_matches_nothing_is_named() -> None:
    faults = type_faults(["sla.*", "", "*", "order.palced", "order.placed"], pointer="/types")
    assert [fault.pointer for fault in faults] == ["/types/1", "/types/2", "/types/3"]


def test_a_limited_filter_never_covers_the_whole_network() -> None:
    assert PlaceFilter().covers(None)
    assert not PlaceFilter(frozenset({"ATL"})).covers(None)
    assert PlaceFilter(frozenset(), frozenset({"south"})).covers(ATLANTA)
    assert not PlaceFilter(frozenset({"BOS"}), frozenset({"north"})).covers(ATLANTA)


@given(FILTERS, FILTERS, PLACES, st.sampled_from(EventType))
def test_nobody_gets_more_than_his_owner_may_see(
    wanted: PlaceFilter, allowed: PlaceFilter, place: Place | None, type_: EventType
) -> None:
    interest = Interest(1, (), wanted, allowed, frozenset({EventType.USER_CHANGED.value}))
    if interest.wants(type_.value, place):
        assert allowed.covers(place)
        assert wanted.covers(place)
        assert type_ is not EventType.USER_CHANGED
    elif type_ is not EventType.USER_CHANGED:
        assert not (allowed.covers(place) and wanted.covers(place))
