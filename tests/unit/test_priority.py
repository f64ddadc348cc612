"""A worker lets go first whoever answers; what it cannot do it leaves."""

from __future__ import annotations

import subprocess
import sys

import pytest

from backend import priority

SAY = "import os; from backend.priority import step_back; step_back({by}); print(os.nice(0))"


def _nice_after(by: int, *, own_session: bool) -> int:
    words = [sys.executable, "-c", SAY.format(by=by)]
    return int(subprocess.run(words, capture_output=True, check=True, start_new_session=own_session).stdout)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no nice values")
@pytest.mark.parametrize("own_session", [True, False])
def test_it_steps_back_by_what_is_said(own_session: bool) -> None:
    before = _nice_after(0, own_session=own_session)
    assert _nice_after(3, own_session=own_session) == min(19, before + 3)


def test_where_it_is_not_allowed_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_by: int) -> int:
        raise PermissionError

    monkeypatch.setattr(priority.os, "nice", refuse)
    priority.step_back(5)
