"""The tests' own reference agrees with the published totals: so what the replay is compared with is right."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from tests.support.olist import olist_dir, reference

pytestmark = pytest.mark.needs_data


def test_reference_equals_the_published_totals_and_locations() -> None:
    """All five instants, and every location at the one that lists them."""
    directory = olist_dir()
    expected = json.loads((directory / "expected.json").read_text())
    assert len(expected) == 5
    for until, wanted in expected.items():
        got = reference(directory, datetime.fromisoformat(until))
        assert {key: got[key] for key in wanted} == wanted
