"""Small files through the whole replay, on both databases: edges, daylight saving, running on, refusals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col

from backend.context import Context
from backend.locations.rules import LocationInput
from backend.locations.service import put_locations
from backend.simulation.olist import database
from backend.simulation.olist.database import Holds, Wanted
from backend.simulation.olist.feed import Feed
from backend.simulation.olist.files import read_dataset
from backend.simulation.olist.live import FollowingClock, feed_job
from backend.simulation.olist.mapping import instant_of
from backend.simulation.olist.replay import load, report
from models.enums import LocationKind, Method, ShipmentStatus
from models.errors import DomainError
from models.tables import Event, Location, Order, Shipment, SlaClock
from tests.support.olist import reference
from tests.support.olist_files import item, order, write

BASE = datetime(2017, 10, 14, 22)  # noqa: DTZ001  # the evening before São Paulo's clocks went forward

Row = tuple[datetime, datetime, datetime | None, str]

moments = st.integers(0, 6 * 3600).map(lambda seconds: BASE + timedelta(seconds=seconds))
orders_in_files = st.lists(
    st.tuples(moments, moments, st.none() | moments, st.sampled_from(["s1", "s2", "s3"])), min_size=1, max_size=8
)


def replayed(ctx: Context, directory: Path, until: datetime) -> dict[str, object]:
    """Load the files into the (emptied) database and return the report."""
    database.clear(ctx, allowed=frozenset({Holds.REPLAY}))
    dataset = read_dataset(directory)
    at = instant_of(until)
    load(ctx, dataset, Feed(dataset), Wanted(str(directory), at), done=lambda _: None)
    with ctx.read() as uow:
        return report(uow, as_of=at)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=orders_in_files, moment=moments, pick=st.integers(0, 100))
def test_any_files_at_any_instant_equal_the_reference(
    ctx: Context,
    tmp_path: Path,
    rows: list[tuple[datetime, datetime, datetime | None, str]],
    moment: datetime,
    pick: int,
) -> None:
    """Also at exactly a start, a due instant, an end, in the hour that never was, with ends before starts."""
    edges = [edge for start, due, end, _ in rows for edge in (start, due, end) if edge is not None]
    until = moment if pick > 70 else edges[pick % len(edges)]
    directory = write(
        tmp_path / "files",
        orders=[
            order(str(n), approved=str(start), collected=str(end or ""), purchased=str(start))
            for n, (start, _, end, _) in enumerate(rows)
        ],
        items=[item(str(n), seller=seller, limit=str(due)) for n, (_, due, _, seller) in enumerate(rows)],
        sellers=["s1", "s2", "s3"],
    )
    reference.__globals__["clocks"].cache_clear()
    assert replayed(ctx, directory, until) == reference(directory, until)


def two_orders(tmp_path: Path) -> Path:
    """Write an order collected in time and one of two sellers that never is."""
    return write(
        tmp_path / "files",
        orders=[order("a", collected="2017-11-24 12:00:00"), order("b")],
        items=[item("a"), item("b", 1), item("b", 2, seller="s2", limit="2017-11-24 20:00:00")],
        sellers=["s1", "s2"],
    )


def test_orders_shipments_clocks_and_events_are_there(ctx: Context, tmp_path: Path) -> None:
    """Not a side calculation: what the rest of the program shows is what was replayed."""
    replayed(ctx, two_orders(tmp_path), datetime(2017, 11, 25, 12))  # noqa: DTZ001
    with ctx.read() as uow:
        assert sorted(uow.session.scalars(sa.select(col(Order.external_id)))) == ["a", "b", "b-2"]
        shipped = uow.session.scalars(sa.select(Shipment).where(col(Shipment.status) == ShipmentStatus.SHIPPED)).one()
        assert shipped.shipped_at == datetime(2017, 11, 24, 14, tzinfo=UTC)
        states = sorted(uow.session.execute(sa.select(col(SlaClock.state), col(SlaClock.status))).all())
        assert [tuple(row) for row in states] == [
            ("met", "compliant"),
            ("running", "compliant"),
            ("running", "non_compliant"),
        ]
        told = set(uow.session.scalars(sa.select(col(Event.type))))
        assert {"order.placed", "shipment.opened", "shipment.shipped", "sla.location.changed"} <= told


def test_running_on_gives_what_a_longer_replay_gives(ctx: Context, tmp_path: Path) -> None:
    """And nobody sees a clock ahead of what was applied."""
    directory = two_orders(tmp_path)
    replayed(ctx, directory, datetime(2017, 11, 24, 11))  # noqa: DTZ001
    clock = FollowingClock(instant_of(datetime(2017, 11, 24, 11)), speed=1_000_000)  # noqa: DTZ001
    job = feed_job(Feed(read_dataset(directory)), clock)
    while clock.now() < instant_of(datetime(2017, 11, 24, 13)):  # noqa: DTZ001
        before = clock.now()
        job.run(ctx)
        assert clock.now() >= before
    with ctx.read() as uow:
        done = uow.session.scalars(sa.select(col(SlaClock.state)).where(col(SlaClock.state) == "met")).all()
        assert len(done) == 1


def test_a_network_of_ones_own_is_never_replaced(ctx: Context) -> None:
    """Not even when asked to start over."""
    with ctx.uow() as uow:
        put_locations(uow, [LocationInput("ATL", "Atlanta", LocationKind.STORE, "America/New_York", (Method.PICKUP,))])
    with pytest.raises(DomainError, match="network of its own"):
        database.clear(ctx, allowed=frozenset({Holds.REPLAY, Holds.DEMO}))
    with ctx.read() as uow:
        assert uow.session.scalar(sa.select(sa.func.count()).select_from(Location)) == 1
