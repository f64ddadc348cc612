"""What the replay makes of the rows: which orders count, clocks, and São Paulo's daylight saving."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.simulation.olist.files import read_dataset
from backend.simulation.olist.mapping import ReplayOrder, instant_of, replay_orders, seller_places
from tests.support.olist_files import item, order, write


def mapped(tmp_path: Path, orders: list[list[str]], items: list[list[str]]) -> list[ReplayOrder]:
    """Return the orders taken from these rows."""
    return replay_orders(read_dataset(write(tmp_path, orders=orders, items=items, sellers=["s1", "s2"])))


@pytest.mark.parametrize(
    ("local", "instant"),
    [
        ("2017-07-01T12:00:00", "2017-07-01T15:00:00"),  # winter, three hours behind
        ("2017-11-24T12:00:00", "2017-11-24T14:00:00"),  # summer, two
        ("2017-10-14T23:59:59", "2017-10-15T02:59:59"),  # last second before the gap
        ("2017-10-15T00:00:00", "2017-10-15T03:00:00"),  # never happened: first instant after
        ("2017-10-15T00:30:00", "2017-10-15T03:00:00"),
        ("2017-10-15T00:59:59", "2017-10-15T03:00:00"),
        ("2017-10-15T01:00:00", "2017-10-15T03:00:00"),
        ("2017-10-15T01:00:01", "2017-10-15T03:00:01"),
        ("2018-02-17T22:59:59", "2018-02-18T00:59:59"),
        ("2018-02-17T23:30:00", "2018-02-18T01:30:00"),  # happened twice: the first
        ("2018-02-18T00:00:00", "2018-02-18T03:00:00"),
    ],
)
def test_local_times_become_instants(local: str, instant: str) -> None:
    """Daylight saving as in the years of the data."""
    assert instant_of(datetime.fromisoformat(local)) == datetime.fromisoformat(instant).replace(tzinfo=UTC)


def test_cancelled_unavailable_unapproved_and_empty_orders_are_not_taken(tmp_path: Path) -> None:
    """Every other status is, whatever it is."""
    orders = [
        order("1", status="canceled"),
        order("2", status="unavailable"),
        order("3", approved=""),
        order("4"),
        order("5", status="processing"),
        order("6", status="delivered"),
    ]
    taken = mapped(tmp_path, orders, [item(key) for key in ("1", "2", "3", "5", "6")])
    assert [found.row.order_id for found in taken] == ["5", "6"]


def test_a_shipment_is_an_order_and_a_seller_due_at_its_earliest_limit(tmp_path: Path) -> None:
    """Lines are its items; all shipments of an order end together."""
    (found,) = mapped(
        tmp_path,
        [order("1", collected="2017-11-25 10:00:00")],
        [
            item("1", 1, seller="s2", limit="2017-11-29 10:00:00"),
            item("1", 2, seller="s1", limit="2017-11-30 10:00:00"),
            item("1", 3, seller="s2", limit="2017-11-28 10:00:00"),
        ],
    )
    assert [(part.seller_id, part.due_at.isoformat(), len(part.items)) for part in found.shipments] == [
        ("s1", "2017-11-30T12:00:00+00:00", 1),
        ("s2", "2017-11-28T12:00:00+00:00", 2),
    ]
    assert found.collected_at == datetime(2017, 11, 25, 12, tzinfo=UTC)


def test_an_end_before_the_start_is_kept_as_the_file_says(tmp_path: Path) -> None:
    """The service decides what it means, not the mapping."""
    (found,) = mapped(tmp_path, [order("1", collected="2017-11-23 10:00:00")], [item("1")])
    assert found.collected_at is not None
    assert found.collected_at < found.approved_at


def test_a_seller_without_coordinates_is_still_a_location(tmp_path: Path) -> None:
    """Listed, not drawn."""
    directory = write(tmp_path, orders=[order("1")], items=[item("1")])
    path = directory / "olist_geolocation_dataset.csv"
    path.write_text(path.read_text().replace("01001", "99999"))
    (place,) = seller_places(read_dataset(directory))
    assert (place.code, place.state, place.latitude, place.longitude) == ("s1", "SP", None, None)
