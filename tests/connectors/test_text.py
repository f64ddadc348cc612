"""Text that fits: never longer than asked for, never torn within what people see as one character."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.connectors.text import (
    ELLIPSIS,
    Measure,
    bounded,
    characters,
    clean,
    cut,
    encode,
    fitting,
    identity,
    line,
    utf8,
)

PIECES = ["a", "é", "e\u0301", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇺🇸", "👍🏽", "한", "\u202e", " ", "\n", "שלום", "&", "😀"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text(max_size=80)


@given(TEXTS, st.integers(0, 90), st.sampled_from([characters, utf8]))
def test_a_cut_text_is_never_too_long_and_begins_as_the_whole(text: str, most: int, measure: Measure) -> None:
    text = clean(text)
    found = cut(text, most, measure=measure)
    assert measure(found) <= most
    if measure(text) <= most:
        assert found == text
    elif found:
        assert found.endswith(ELLIPSIS)
        assert text.startswith(found.removesuffix(ELLIPSIS))
    found.encode("utf-8")


@given(st.lists(st.sampled_from(PIECES), max_size=30), st.integers(0, 90), st.sampled_from([characters, utf8]))
def test_what_is_seen_as_one_character_is_kept_or_left_out(pieces: list[str], most: int, measure: Measure) -> None:
    """Every piece but the last that is kept is whole; flags stand alone, so that pairs are not ambiguous."""
    found = cut("x".join(pieces), most, measure=measure).removesuffix(ELLIPSIS)
    for kept, piece in zip(found.split("x"), pieces, strict=False):
        assert kept.strip() in (piece.strip(), "") or piece == "שלום"


@pytest.mark.parametrize(
    ("text", "most", "found"),
    [
        ("Atlanta", 7, "Atlanta"),
        ("Atlanta", 6, "Atlan…"),
        ("Atlanta", 1, "…"),
        ("Atlanta", 0, ""),
        ("ab 👩‍👩‍👧‍👦 cd", 6, "ab…"),
        ("cafe\u0301s", 5, "caf…"),
        ("🇺🇸🇩🇪", 4, "🇺🇸🇩🇪"),
        ("🇺🇸🇩🇪!", 4, "🇺🇸…"),
        ("", 0, ""),
    ],
)
def test_examples(text: str, most: int, found: str) -> None:
    assert cut(text, most) == found


def test_marks_without_end_are_cut_all_the_same() -> None:
    assert len(cut("e" + "\u0301" * 100_000, 50)) == 50


@given(st.text())
def test_a_clean_text_can_be_stored_and_encoded(text: str) -> None:
    found = clean(text)
    found.encode("utf-8")
    assert not {"\x00", "\r", "\x1b"} & set(found)
    assert "\n" not in line(text)


@given(st.text(max_size=400), st.text(max_size=400), st.integers(40, 300))
def test_identities_are_as_distinct_as_their_keys(one: str, other: str, most: int) -> None:
    assert 0 < len(identity(one, most)) <= max(most, 1) or one == ""
    assert (identity(one, most) == identity(other, most)) == (one == other)


def test_a_key_that_fits_stays_as_it_is() -> None:
    assert identity("pickwatch:late:location/ATL01", 255) == "pickwatch:late:location/ATL01"


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=30,
)


@given(JSONS)
def test_any_value_becomes_json_that_others_read(value: object) -> None:
    json.loads(encode(bounded(value)))


@given(st.dictionaries(st.text(max_size=20), JSONS, max_size=8), st.integers(40, 400))
def test_fields_that_fit(fields: dict[str, object], room: int) -> None:
    clean_fields = bounded(fields)
    kept = fitting(clean_fields, room)
    assert len(encode(kept)) <= room
    assert kept.get("left_out", 0) == len(clean_fields) - len(
        {k for k in kept if k in clean_fields and k != "left_out"}
    )
