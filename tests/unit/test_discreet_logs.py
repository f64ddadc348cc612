"""What browsers send stays out of the log."""

from __future__ import annotations

import logging

import pytest

from backend.auth.service import COOKIE
from dashboard.logs import Discreet, clean


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("all is well", "all is well"),
        (f"{{'cookie': 'a=b; {COOKIE}=s3cret-_x; c=d'}}", f"{{'cookie': 'a=b; {COOKIE}=…; c=d'}}"),
        ("Bearer pw_1e19dfacb608_2VPyZH9-_Z!", "Bearer pw_1e19dfacb608_…!"),
        ("one\n2026-11-27 INFO forged", "one\\n2026-11-27 INFO forged"),
        ("\x1b[31mred", "\\x1b[31mred"),
    ],
)
def test_secrets_and_line_breaks_are_taken_out(message: str, kept: str) -> None:
    assert clean(message) == kept


def test_a_long_message_is_cut() -> None:
    assert len(clean("x" * 100_000)) < 400


def test_the_trace_of_an_unknown_event_is_dropped_and_that_of_a_bug_kept() -> None:
    for error, kept in ((KeyError("No registered handler found"), False), (ValueError("bug"), True)):
        record = logging.LogRecord("x", logging.ERROR, "f", 1, "failed: %s", ("why",), (type(error), error, None))
        assert Discreet().filter(record)
        assert record.getMessage() == "failed: why"
        assert bool(record.exc_info) is kept
