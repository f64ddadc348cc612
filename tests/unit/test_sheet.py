"""CSV files: readable by spreadsheets, and harmless in them."""

from __future__ import annotations

import csv
from datetime import UTC, datetime

import pytest

from dashboard.present.sheet import lines


@pytest.mark.parametrize("evil", ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_never_becomes_a_formula(evil: str) -> None:
    _, row = csv.reader("".join(lines(["name"], [[evil]])).splitlines(keepends=True))
    assert row[0].startswith("'")


def test_numbers_times_and_nothing() -> None:
    at = datetime(2026, 11, 27, 16, 42, tzinfo=UTC)
    assert list(lines(["a", "b", "c"], [[-3, at, None]])) == ["\ufeffa,b,c\r\n", "-3,2026-11-27T16:42:00Z,\r\n"]


def test_quotes_and_commas_stay_in_their_cell() -> None:
    text = "".join(lines(["name"], [['Smith, "Jo"']]))
    assert list(csv.reader(text.removeprefix("\ufeff").splitlines())) == [["name"], ['Smith, "Jo"']]
