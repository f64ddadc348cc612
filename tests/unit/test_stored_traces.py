"""A trace comes back from its stored form as it was, whatever locations it names and however many."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from models.codec import encode
from models.traces import squeezed, whole
from models.types import PackedTrace, pack

_DIALECT = sqlite.dialect()

#: Ids close together, far apart, and few: each is stored in another way.
ids = st.one_of(
    st.lists(st.integers(1, 300), unique=True),
    st.lists(st.integers(1, 2**62), unique=True, max_size=40),
    st.integers(1, 10_000).flatmap(lambda first: st.just(list(range(first, first + 200)))),
)
named = st.builds(lambda many, others: [*many, -others] if others and many else many, ids, st.integers(0, 9))


def ascending(listed: list[int]) -> list[int]:
    others = [one for one in listed if one < 0]
    return [*sorted(one for one in listed if one >= 0), *others]


def trace(listed: list[int]) -> dict[str, Any]:
    step = {"scenario": "Near", "ranked": [[7, 1.5]], "rest": listed, "over_limit": listed, "out": {"closed": listed}}
    return {"v": 1, "steps": [{**step, "without": [[0, *listed]], "stopped": [[1, "blocked", *listed]]}, {"as": 0}]}


@given(named)
def test_what_is_stored_is_read_again(listed: list[int]) -> None:
    told = trace(ascending(listed))
    stored = PackedTrace().process_bind_param(trace(listed), _DIALECT)
    assert sorted_lists(PackedTrace().process_result_value(stored, _DIALECT)) == told


def sorted_lists(found: Any) -> Any:
    step = found["steps"][0]
    for name in ("rest", "over_limit"):
        step[name] = ascending(step[name])
    step["out"] = {reason: ascending(listed) for reason, listed in step["out"].items()}
    step["without"] = [[0, *ascending(step["without"][0][1:])]]
    step["stopped"] = [[1, "blocked", *ascending(step["stopped"][0][2:])]]
    return found


def test_a_promise_stored_under_its_former_word_is_read_by_todays() -> None:
    former = {
        "date": "2026-12-01T02:00:00+00:00",
        "decided_by": "CHI",
        "shipments": [{"location": "CHI", "date": None}],
    }
    today = {
        "promised_at": "2026-12-01T02:00:00+00:00",
        "decided_by": "CHI",
        "shipments": [{"location": "CHI", "promised_at": None}],
    }
    for told in (former, today):
        stored = PackedTrace().process_bind_param({"v": 1, "promise": told}, _DIALECT)
        assert PackedTrace().process_result_value(stored, _DIALECT) == {"v": 1, "promise": today}


def test_hundreds_of_locations_take_little_room() -> None:
    told = trace(list(range(1, 501)))
    assert len(encode(squeezed(told))) * 8 < len(encode(told))


@pytest.mark.parametrize("document", [{}, {"v": 1, "problem": "routing_failed"}, trace([])])
def test_short_traces_stay_as_they_are(document: dict[str, Any]) -> None:
    assert squeezed(document) == document
    assert whole(document) == document


def test_traces_of_earlier_releases_are_read() -> None:
    old = trace(list(range(1, 501)))
    assert PackedTrace().process_result_value(pack(old), _DIALECT) == old
