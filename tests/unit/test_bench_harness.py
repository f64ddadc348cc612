"""The figures of the benches are only as good as their arithmetic."""

from __future__ import annotations

from bench.harness import Figure, show


def test_percentiles_are_nearest_rank() -> None:
    figure = Figure("x", list(range(1, 101)))
    assert (figure.percentile(0.1), figure.median, figure.percentile(0.99)) == (10, 50.5, 99)
    assert Figure("one", [7.0]).percentile(0.99) == 7.0
    assert Figure("edges", [1.0, 2.0]).percentile(0) == 1.0


def test_a_missed_target_is_said() -> None:
    table = show([Figure("slow", [5.0, 5.0, 6.0], target=4), Figure("fine", [3.0], target=4), Figure("free", [1.0])])
    assert "OVER 4 ms" in table.splitlines()[1]
    assert "within 4 ms" in table.splitlines()[2]
    assert "OVER" not in table.splitlines()[3]
