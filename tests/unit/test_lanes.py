"""Who may send how much: a healthy receiver is quick, a troubled one cannot starve the others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alerts.delivery.lanes import Lane, share


def test_a_single_healthy_receiver_gets_a_quarter() -> None:
    assert share([Lane(1, 0, troubled=False)], free=32, total=32) == {1: 8}
    assert share([Lane(1, 6, troubled=False)], free=26, total=32) == {1: 2}
    assert share([Lane(1, 8, troubled=False)], free=24, total=32) == {}


def test_slots_are_dealt_in_turns() -> None:
    lanes = [Lane(number, 0, troubled=False) for number in (1, 2, 3)]
    assert share(lanes, free=7, total=32) == {1: 3, 2: 2, 3: 2}


def test_a_troubled_receiver_gets_one_slot_and_all_of_them_half() -> None:
    lanes = [Lane(number, 0, troubled=True) for number in range(100)]
    healthy = Lane(1000, 0, troubled=False)
    given_ = share([*lanes, healthy], free=8, total=8)
    assert sum(given_.values()) == 6
    assert given_[1000] == 2
    assert set(given_.values()) == {1, 2}


def test_somebody_is_always_served_even_with_one_slot() -> None:
    assert share([Lane(1, 0, troubled=True)], free=1, total=1) == {1: 1}
    assert share([Lane(1, 0, troubled=False)], free=1, total=1) == {1: 1}


lanes_ = st.lists(
    st.builds(Lane, st.integers(1, 50), st.integers(0, 10), troubled=st.booleans()),
    unique_by=lambda lane: lane.subscription_id,
    max_size=30,
)


@given(lanes_, st.integers(0, 64), st.integers(1, 64))
def test_no_share_exceeds_what_is_free_or_the_cap(lanes: list[Lane], free: int, total: int) -> None:
    given_ = share(lanes, free=free, total=total)
    assert sum(given_.values()) <= free
    for lane in lanes:
        cap = 1 if lane.troubled else max(1, total // 4)
        assert lane.subscription_id not in given_ or given_[lane.subscription_id] + lane.in_flight <= cap
    open_ = [lane for lane in lanes if not lane.troubled and lane.in_flight < max(1, total // 4)]
    assert not (open_ and free) or given_
