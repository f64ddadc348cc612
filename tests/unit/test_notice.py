"""What an alert is known by: the same for the same, other for others, and never too long."""

from __future__ import annotations

import pytest

from alerts.notice import key_of, subject_of


@pytest.mark.parametrize(("make", "most"), [(key_of, 255), (subject_of, 200)])
def test_two_that_begin_alike_stay_two(make: object, most: int) -> None:
    assert callable(make)
    policy, group = "p" * 64, "g" * 199
    names = {make(policy, group + "1"), make(policy, group + "2"), make(policy, "g")}
    assert len(names) == 3
    assert max(len(name) for name in names) == most
    assert make(policy, group + "1") in names


def test_what_fits_stays_as_it_is() -> None:
    assert key_of("late", "location/ATL") == "pickwatch:late:location/ATL"
    assert subject_of("late", "location/ATL") == "alert/late/location/ATL"
