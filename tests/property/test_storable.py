"""What is told to be plain at a glance is what a closer look finds no fault in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.api.intake import MAX_DEPTH, _faults, _is_plain, storage_faults

TEXTS = st.text(alphabet=st.sampled_from("aé\0\ud800\udc00\U0001f600"), max_size=4)
NUMBERS = st.integers() | st.integers(2**63 - 2, 2**63 + 2) | st.integers(-(2**63) - 2, -(2**63) + 2) | st.floats()
DOCUMENTS: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(document=DOCUMENTS)
def test_a_document_is_plain_exactly_when_no_database_could_refuse_it(document: Any) -> None:
    faults = list(_faults(document, "", 0))
    assert _is_plain(document) == (not faults)
    assert storage_faults(document) == faults


@pytest.mark.parametrize("leaf", ["1", "[]", "[1]", "{}"])
@pytest.mark.parametrize("depth", range(MAX_DEPTH - 2, MAX_DEPTH + 3))
def test_what_is_nested_as_deep_as_may_be_is_no_fault_and_one_deeper_is(depth: int, leaf: str) -> None:
    document = json.loads("[" * depth + leaf + "]" * depth)
    deepest = depth + leaf.count("[") + leaf.count("{")
    assert bool(storage_faults(document)) == (deepest > MAX_DEPTH)
