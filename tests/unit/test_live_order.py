"""Live lists move nothing under the cursor."""

from __future__ import annotations

from dashboard.present.ordering import in_place, news


def test_rows_change_where_they_stand() -> None:
    assert in_place(["a", "b", "c"], {"c": 3, "a": 1, "b": 2}) == [1, 2, 3]


def test_a_row_that_is_gone_for_good_leaves_and_nothing_comes_uninvited() -> None:
    assert in_place(["a", "b"], {"b": 2, "new": 9}) == [2]


def test_what_waits_is_counted() -> None:
    assert news(["a", "b"], ["x", "y", "a"]) == "2 new"
    assert news(["a", "b"], ["b", "a"]) == "New order"
    assert news(["a", "b"], ["a", "b"]) == ""
