"""Free ports and waiting: what every helper that starts something needs."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def free_port() -> int:
    """Return a TCP port that nothing listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(look: Callable[[], T], *, seconds: float = 60.0, what: str = "") -> T:
    """Call `look` until it answers something truthy and return that; AssertionError after `seconds`.

    The limit only ends a test that would hang; nothing is measured by it.
    """
    deadline = time.monotonic() + seconds
    last: Exception | None = None
    while time.monotonic() < deadline:
        try:
            if found := look():
                return found
            last = None
        except (OSError, AssertionError, LookupError) as error:
            last = error
        time.sleep(0.05)
    raise AssertionError(f"gave up after {seconds:g} s waiting for {what or look}") from last
