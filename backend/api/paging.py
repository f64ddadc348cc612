"""Lists: `{"items": [...], "next": cursor | null}`. A cursor is opaque; one that we did not make is refused."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from models.errors import Fault, invalid

Item = TypeVar("Item")
Row = TypeVar("Row")

Limit = Annotated[int, Query(ge=1, le=500, description="At most so many items.")]
After = Annotated[str | None, Query(max_length=500, description="`next` of the page before.")]


class Page(BaseModel, Generic[Item]):
    """One page of a list; `next` is null on the last."""

    items: list[Item]
    next: str | None = None


def encode(*parts: Any) -> str:
    """Return the cursor of a position."""
    text = json.dumps(parts, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str | None, *kinds: type | tuple[type, ...]) -> list[Any] | None:
    """Return the parts of a cursor, one of each kind, or raise INVALID; None for no cursor."""
    if cursor is None:
        return None
    try:
        parts = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        parts = None
    if not isinstance(parts, list) or len(parts) != len(kinds):
        raise _bad_cursor()
    for part, kind in zip(parts, kinds, strict=True):
        if not isinstance(part, kind) or isinstance(part, bool):
            raise _bad_cursor()
        if isinstance(part, int) and not 0 <= part < 2**63:
            raise _bad_cursor()
        if isinstance(part, str) and "\x00" in part:
            raise _bad_cursor()
    return parts


def page(rows: Sequence[Row], limit: int, show: Callable[[Row], Item], cursor: Callable[[Row], str]) -> Page[Item]:
    """Return a page from `limit + 1` rows asked for: the one too many only says that there is more."""
    shown = rows[:limit]
    return Page(items=[show(row) for row in shown], next=cursor(shown[-1]) if len(rows) > limit else None)


def page_of_all(
    rows: Iterable[Row],
    limit: int,
    after: str | None,
    show: Callable[[Row], Item],
    place: Callable[[Row], tuple[str | int, ...]],
    *kinds: type,
) -> Page[Item]:
    """Return a page of a short list that is read whole; `place`, of these kinds, is what the rows are in order of."""
    start = decode(after, *kinds)
    later = [row for row in rows if start is None or place(row) > tuple(start)]
    return page(later[: limit + 1], limit, show, lambda row: encode(*place(row)))


def _bad_cursor() -> Exception:
    return invalid([Fault("#query/after", "bad_cursor", "after is the `next` of the page before, unchanged.")])
