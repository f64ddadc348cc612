"""São Paulo's local times become instants as the tests' own slow search says, on any second of those years."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.simulation.olist.mapping import instant_of
from tests.support.olist import utc

#: The days on which São Paulo's clocks changed in the years of the data, and their neighbours.
CHANGES = [datetime(2016, 10, 15), datetime(2017, 2, 18), datetime(2017, 10, 14), datetime(2018, 2, 17)]  # noqa: DTZ001

near_a_change = st.builds(
    lambda day, seconds: day + timedelta(seconds=seconds), st.sampled_from(CHANGES), st.integers(0, 2 * 86_400)
)
any_second = st.datetimes(datetime(2016, 1, 1), datetime(2019, 12, 31)).map(  # noqa: DTZ001
    lambda local: local.replace(microsecond=0)
)


@given(near_a_change | any_second)
def test_instant_equals_the_slow_search(local: datetime) -> None:
    """The first of two, or the first after the gap."""
    assert instant_of(local) == utc(local)


@given(near_a_change, st.integers(0, 7200))
def test_order_is_kept(local: datetime, seconds: int) -> None:
    """A later local time is never an earlier instant."""
    assert instant_of(local) <= instant_of(local + timedelta(seconds=seconds))
