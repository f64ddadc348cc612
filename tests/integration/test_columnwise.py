"""Many rows at once store what one at a time stores, whatever the words in them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DataError
from sqlmodel import col

from backend.clock import ManualClock
from backend.context import Context
from backend.persistence.bulk import fetch_in, insert_rows, table_of
from backend.persistence.columnwise import update_columns
from models.tables import Event, SystemFact

HARD = ['"', "\\", "{a,b}", "NULL", "null", "", " ", "a\nb", "%s :x", "'", '\\"', "Zoë ☂"]


def event(number: int, word: str, ctx: Context) -> dict[str, Any]:
    return {
        "uid": f"evt_{number}",
        "type": "order.placed",
        "subject": word,
        "location_id": None if number % 2 else number,
        "actor": word,
        "data": {"word": word, "deep": [word, None, 1.5, {word: True}]},
        "at": ctx.clock.now() + timedelta(microseconds=number),
        "recorded_at": ctx.clock.now(),
    }


def test_rows_are_stored_as_they_were_given(ctx: Context) -> None:
    given = [event(number, word, ctx) for number, word in enumerate(HARD)]
    with ctx.uow() as uow:
        insert_rows(uow.session, Event, given)
    with ctx.read() as uow:
        stored = uow.session.scalars(sa.select(Event).order_by(col(Event.id))).all()
        assert [{name: getattr(row, name) for name in given[0]} for row in stored] == given


def test_rows_are_found_by_their_words(ctx: Context) -> None:
    with ctx.uow() as uow:
        insert_rows(uow.session, Event, [event(number, word, ctx) for number, word in enumerate(HARD)])
    table = table_of(Event)
    with ctx.read() as uow:
        for word in HARD:
            assert [row.subject for row in fetch_in(uow.session, sa.select(table), table.c.subject, [word])] == [word]


def test_only_what_still_holds_the_expected_value_is_changed(ctx: Context, clock: ManualClock) -> None:
    with ctx.uow() as uow:
        insert_rows(
            uow.session,
            SystemFact,
            [{"name": name, "value": {"n": name}, "updated_at": clock.now()} for name in ("a", "b")],
        )
    later = clock.now() + timedelta(hours=1)
    rows = [
        {"name": "a", "value": {"n": '"'}, "updated_at": later, "was_updated_at": clock.now()},
        {"name": "b", "value": {"n": "lost"}, "updated_at": later, "was_updated_at": later},
    ]
    with ctx.uow() as uow:
        assert update_columns(uow.session, SystemFact, rows, key="name") == 1
    with ctx.read() as uow:
        kept = {row.name: (row.value, row.updated_at) for row in uow.session.scalars(sa.select(SystemFact))}
    assert kept == {"a": ({"n": '"'}, later), "b": ({"n": "b"}, clock.now())}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_text_that_is_too_long_is_refused_and_not_cut(ctx: Context) -> None:
    with pytest.raises(DataError), ctx.uow() as uow:
        insert_rows(uow.session, Event, [event(1, "x" * 300, ctx)])
