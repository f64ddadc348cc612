"""Who goes first on a machine that several processes share: those that answer, then those that work.

An answer takes a few milliseconds of processor time, a batch of routing a hundred: when both are ready to run, whoever
waits for the answer should not wait for the batch. Linux only; elsewhere, and where it is not allowed, nothing happens.
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from pathlib import Path

log = logging.getLogger(__name__)

#: Where Linux shares processors out by session first (`sched_autogroup_enabled`), the nice value of a process counts
#: only within its session; this file holds the session's own.
_SESSION = Path("/proc/self/autogroup")


def step_back(by: int) -> None:
    """Let other processes of this machine go first: a nice value, for the session too if it is this process's own."""
    if by <= 0 or not hasattr(os, "nice"):
        return
    try:
        os.nice(by)
    except OSError as error:
        log.warning("the priority of this process stays as it is: %s", error)
        return
    if os.getsid(0) == os.getpid():  # otherwise others, a shell for one, would step back with it
        with suppress(OSError):
            _SESSION.write_text(str(by), encoding="ascii")
