"""The replay of the real files says at every instant what the files say: through the real services and tables."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from backend.config import Settings
from backend.context import Context
from backend.runtime import build
from backend.simulation.olist.database import Wanted
from backend.simulation.olist.feed import Feed
from backend.simulation.olist.files import read_dataset
from backend.simulation.olist.mapping import instant_of
from backend.simulation.olist.replay import go_on, load, report
from models.enums import ClockState, Compliance
from models.tables import SlaClock, SlaTransition
from tests.support.olist import clocks, olist_dir, reference, utc

pytestmark = pytest.mark.needs_data


@pytest.fixture
def replay_ctx(sqlite_template: Path, tmp_path: Path) -> Context:
    """Return a context on an empty SQLite database; both databases are compared on smaller files elsewhere."""
    path = tmp_path / "replay.db"
    path.write_bytes(sqlite_template.read_bytes())
    return build(Settings(database_url=f"sqlite:///{path}", var_dir=tmp_path))


_MET_BUT_CALLED_LATE = (
    sa.select(sa.func.count())
    .select_from(SlaClock)
    .join(SlaTransition, col(SlaTransition.clock_id) == col(SlaClock.id))
    .where(
        col(SlaClock.state) == ClockState.MET.value,
        col(SlaTransition.to_word) == Compliance.NON_COMPLIANT.value,
        col(SlaClock.finished_at) >= col(SlaClock.started_at),  # the files have ends before starts: late from the start
    )
)


def instants_to_try(directory: Path, expected: dict[str, Any]) -> list[datetime]:
    """Return local instants: the published ones, days on which the clocks changed, exact boundaries, random ones."""
    chance = random.Random(20171124)
    found = [datetime.fromisoformat(text) for text in expected]
    found += [datetime(2017, 10, 15, 0, 30), datetime(2018, 2, 17, 23, 30), datetime(2017, 2, 18, 23, 59, 59)]  # noqa: DTZ001
    for _, start, due, end in chance.sample(clocks(directory), 12):
        edge = chance.choice([start, due, start + (due - start) * 0.8, end or due])
        local = (edge - timedelta(hours=3)).replace(tzinfo=None, microsecond=0)
        found += [local, local + timedelta(hours=1)]  # winter and summer: one of them is the edge exactly
    first = datetime(2016, 12, 1)  # noqa: DTZ001
    found += [first + timedelta(seconds=chance.randrange(86_400 * 440)) for _ in range(8)]
    return sorted((at for at in found if at <= datetime(2018, 3, 1, 12)), key=utc)  # noqa: DTZ001


@pytest.mark.timeout(900)  # the whole of the files, once
def test_replay_equals_the_files_at_every_instant(replay_ctx: Context) -> None:
    """The five published instants and forty others, on the way through a year and a half."""
    directory = olist_dir()
    expected = json.loads((directory / "expected.json").read_text())
    dataset = read_dataset(directory)
    feed = Feed(dataset)
    instants = instants_to_try(directory, expected)
    reached = instant_of(instants[0])
    load(replay_ctx, dataset, feed, Wanted(str(directory), reached), done=lambda _: None)
    for local in instants:
        at = instant_of(local)
        if at > reached:
            go_on(replay_ctx, feed, start=reached, until=at, done=lambda _: None)
        reached = at
        with replay_ctx.read() as uow:
            got = report(uow, as_of=at)
        assert got == reference(directory, local), local
        published = expected.get(local.isoformat())
        if published is not None:
            assert {key: got[key] for key in published} == published
    with replay_ctx.read() as uow:  # and what was met was never called late on the way
        assert uow.session.scalar(_MET_BUT_CALLED_LATE) == 0
    replay_ctx.engine.dispose()
