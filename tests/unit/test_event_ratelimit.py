"""A token bucket per browser tab."""

from __future__ import annotations

from dashboard.ratelimit import RateLimit


class Hands:
    """A clock one turns by hand."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def test_a_burst_then_a_steady_rate_and_tabs_do_not_share() -> None:
    clock = Hands()
    limit = RateLimit(per_second=2, burst=3, now=clock)
    assert [limit.allows("a") for _ in range(4)] == [True, True, True, False]
    assert limit.allows("b")
    clock.at = 0.5
    assert [limit.allows("a") for _ in range(2)] == [True, False]
    clock.at = 100
    assert [limit.allows("a") for _ in range(4)] == [True, True, True, False]


def test_endless_new_tabs_do_not_fill_the_memory() -> None:
    limit = RateLimit(per_second=1, burst=1, now=Hands(), tabs=10)
    for number in range(1000):
        limit.allows(str(number))
    assert len(limit._buckets) == 10
