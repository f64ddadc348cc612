"""The difference of two documents leads from one to the other, whatever they hold; and positions in text are true."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dashboard.present.editing import text
from dashboard.present.editing.diff import Kind, apply, diff, same

WORDS = st.sampled_from(["name", "routes", "filters", "a", "b/c", "~", "", "attribute"])
LEAVES = st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=4) | st.sampled_from(["near", "far"])
DOCUMENTS = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(WORDS, inner, max_size=4), max_leaves=25
)
NAMED = st.lists(
    st.fixed_dictionaries({"name": st.sampled_from("abcde"), "filters": st.lists(st.integers(0, 3), max_size=3)}),
    max_size=6,
)


@given(DOCUMENTS | NAMED, DOCUMENTS | NAMED)
def test_applying_the_difference_gives_the_other_document(old: Any, new: Any) -> None:
    before = deepcopy(old)
    assert same(apply(old, diff(old, new)), new)
    assert same(old, before)


@given(NAMED, NAMED)
def test_members_that_moved_and_changed_at_once_end_up_right(old: Any, new: Any) -> None:
    assert same(apply({"routes": old}, diff({"routes": old}, {"routes": new})), {"routes": new})


@given(DOCUMENTS)
def test_nothing_differs_from_itself(document: Any) -> None:
    assert diff(document, deepcopy(document)) == []


@given(DOCUMENTS, DOCUMENTS)
def test_every_place_that_is_named_is_there(old: Any, new: Any) -> None:
    for edit in diff(old, new):
        if edit.old is not None and edit.kind in (Kind.REMOVED, Kind.CHANGED):
            assert same(_at(old, edit.old), edit.before)
        if edit.new is not None and edit.kind in (Kind.ADDED, Kind.CHANGED):
            assert same(_at(new, edit.new), edit.after)


@given(DOCUMENTS)
def test_each_part_of_written_text_is_found_on_its_line(document: Any) -> None:
    typed = text.read(text.write(document))
    assert same(typed.document, document)
    assert typed.lines.keys() == set(_pointers(document, ""))
    lines = text.write(document).split("\n")  # as editors count: splitlines would also break at U+0085
    for pointer, line in typed.lines.items():
        value = _at(document, tuple(_steps(pointer, document)))
        if isinstance(value, bool):
            assert str(value).lower() in lines[line - 1]


@given(st.text(max_size=40) | st.text('{}[],:"01ae\\ \n', max_size=30))
def test_any_text_is_read_or_refused_with_its_line(anything: str) -> None:
    typed = text.read(anything)
    assert typed.findings or typed.lines
    for finding in typed.findings:
        assert 1 <= finding.line <= anything.count("\n") + 1


def _at(document: Any, path: Any) -> Any:
    for part in path:
        document = document[part]
    return document


def _pointers(value: Any, pointer: str) -> list[str]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [pointer, *[below for key, one in inner for below in _pointers(one, pointer + text.step(key))]]


def _steps(pointer: str, document: Any) -> list[Any]:
    steps: list[Any] = []
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        steps.append(int(name) if isinstance(document, list) else name)
        document = document[steps[-1]]
    return steps
