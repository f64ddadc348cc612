"""Two documents side by side, line by line, what is equal and far from any change folded away. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from dashboard.views.editing import SideLine

CONTEXT = 3
#: More lines than this are compared by block only: the page must answer at once.
MOST_SHOWN = 1500


def side_by_side(old: str, new: str) -> list[SideLine]:
    """Return the lines of both texts: equal ones beside each other, changed ones too where they pair up."""
    left, right = old.splitlines(), new.splitlines()
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    shown: list[SideLine] = []
    for group in matcher.get_grouped_opcodes(CONTEXT):
        shown.append(_fold(group[0][1], shown))
        for word, a, b, c, d in group:
            shown += _equal(left, a, b, c) if word == "equal" else _changed(left, right, (a, b), (c, d))
    return [line for line in shown if line.kind != "none"][:MOST_SHOWN]


def _fold(before: int, shown: Sequence[SideLine]) -> SideLine:
    """Return the line that stands for what is folded away above a group, nothing for nothing."""
    last = next((int(line.old) for line in reversed(shown) if line.old), 0)
    folded = before - last
    if folded <= 0:
        return SideLine("none")
    return SideLine("fold", text=f"{folded} equal {'line' if folded == 1 else 'lines'}")


def _equal(left: Sequence[str], a: int, b: int, c: int) -> Iterator[SideLine]:
    for at in range(b - a):
        line = left[a + at]
        yield SideLine("equal", str(a + at + 1), line, str(c + at + 1), line)


def _changed(
    left: Sequence[str], right: Sequence[str], old: tuple[int, int], new: tuple[int, int]
) -> Iterator[SideLine]:
    for at in range(max(old[1] - old[0], new[1] - new[0])):
        was, is_ = old[0] + at, new[0] + at
        before, after = was < old[1], is_ < new[1]
        yield SideLine(
            "changed" if before and after else "removed" if before else "added",
            str(was + 1) if before else "",
            left[was] if before else "",
            str(is_ + 1) if after else "",
            right[is_] if after else "",
        )
