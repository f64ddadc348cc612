"""How long one waits after wrong passwords, and by which address one is counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from backend.auth.throttle import Limit, client_address, retry_after

NOW = datetime(2026, 11, 27, 15, tzinfo=UTC)
LIMIT = Limit(3, timedelta(minutes=15), timedelta(minutes=5))


@pytest.mark.parametrize(
    ("seconds_ago", "wait"),
    [
        ([], None),
        ([10, 20], None),
        ([0, 10, 20], 300),
        ([10, 20, 30], 290),
        ([20, 10, 30], 290),  # order does not matter
        ([10, 20, 899], 290),
        ([10, 20, 900], None),  # the third is out of the window
        ([299.5, 400, 500], 1),  # whole seconds, never zero
        ([300, 400, 500], None),  # the lock is over
        ([5, 300, 400, 500], 295),  # one more failure after the lock locks again
    ],
)
def test_waiting(seconds_ago: list[float], wait: int | None) -> None:
    assert retry_after(LIMIT, [NOW - timedelta(seconds=s) for s in seconds_ago], NOW) == wait


@pytest.mark.parametrize(
    ("peer", "forwarded", "hops", "address"),
    [
        ("192.0.2.1", [], 0, "192.0.2.1"),
        ("192.0.2.1", ["203.0.113.9"], 0, "192.0.2.1"),  # no proxy: the header is the client's own invention
        ("127.0.0.1", ["203.0.113.9"], 1, "203.0.113.9"),
        ("127.0.0.1", ["1.1.1.1, 203.0.113.9"], 1, "203.0.113.9"),  # only what our proxy added counts
        ("127.0.0.1", ["1.1.1.1", "203.0.113.9"], 1, "203.0.113.9"),
        ("127.0.0.1", ["1.1.1.1, 203.0.113.9, 10.0.0.1"], 2, "203.0.113.9"),
        ("127.0.0.1", ["203.0.113.9"], 2, "127.0.0.1"),  # shorter than the chain should be: not trusted
        ("127.0.0.1", ["evil\n"], 1, "unknown"),
        (None, [], 0, "unknown"),
        ("2001:db8:1:2:3:4:5:6", [], 0, "2001:db8:1:2::/64"),  # one subscriber has the whole /64
        ("::ffff:192.0.2.1", [], 0, "192.0.2.1"),
        ("fe80::1%eth0", [], 0, "fe80::/64"),
    ],
)
def test_address(peer: str | None, forwarded: list[str], hops: int, address: str) -> None:
    assert client_address(peer, forwarded, trusted_hops=hops) == address
