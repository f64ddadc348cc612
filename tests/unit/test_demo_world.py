"""The demo network is believable, and the same for the same seed."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from backend.fulfillment.workflow import WAY
from backend.locations.rules import check_location
from backend.simulation.demo.course import Opened, Pause, course
from backend.simulation.demo.incidents import IncidentKind, incidents
from backend.simulation.demo.network import demo_sites, location_inputs, stock_counts, thanksgiving
from backend.simulation.demo.planner import Planner
from backend.simulation.demo.products import barcode, demo_products
from backend.simulation.demo.world import World, is_staffed, next_staffed
from models.enums import LocationKind, Method, ShipmentStatus

NOW = datetime(2026, 11, 27, 10, 0, tzinfo=UTC)  # 04:00 in Chicago
WORLD = World(7)


def test_about_150_valid_locations_of_every_kind() -> None:
    """Each with a place of its own; about two in five never close."""
    sites = demo_sites(7)
    inputs = location_inputs(sites, year=2026)
    assert 140 <= len(sites) <= 160
    assert [fault for item in inputs for fault in check_location(item)] == []
    assert (
        len({item.code for item in inputs}) == len({(item.latitude, item.longitude) for item in inputs}) == len(sites)
    )
    assert {item.kind for item in inputs} == set(LocationKind)
    assert 0.33 <= sum(site.format.round_the_clock for site in sites) / len(sites) <= 0.45


def test_every_location_says_how_long_its_work_takes_and_how_much_it_gets_done() -> None:
    for one in location_inputs(demo_sites(7), year=2026):
        assert set(one.processing) == set(one.methods)
        assert one.capacity["shipments_per_hour"] > 0


def test_products_have_unique_skus_and_valid_barcodes() -> None:
    """A handheld's scanner checks the last digit."""
    products = demo_products()
    assert len({item.sku for item in products}) == len({item.barcode for item in products}) == len(products) > 250
    assert barcode(1) == "2000000000015"
    for item in products:
        assert sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(item.barcode)) % 10 == 0


def test_every_location_stocks_something_once() -> None:
    """Opening stock names a location and product once."""
    counts = Counter((count.location, count.sku) for count in stock_counts(demo_sites(7), 7))
    assert set(counts.values()) == {1}
    assert {code for code, _ in counts} == {site.code for site in demo_sites(7)}


def test_thanksgiving_is_the_fourth_thursday() -> None:
    """Those that close at night close all that day."""
    assert thanksgiving(2026) == date(2026, 11, 26)
    city = next(site for site in WORLD.sites.values() if not site.format.round_the_clock)
    assert not is_staffed(city, datetime(2026, 11, 26, 18, tzinfo=UTC))
    assert next_staffed(city, datetime(2026, 11, 26, 18, tzinfo=UTC)).date() == date(2026, 11, 27)


def test_orders_are_the_same_however_long_the_steps() -> None:
    """A restart, or a slow machine, changes nothing."""
    whole = Planner(WORLD).plan(NOW, NOW + timedelta(minutes=3)).arrivals
    planner = Planner(World(7))
    parts = [
        order
        for second in range(0, 180, 7)
        for order in planner.plan(
            NOW + timedelta(seconds=second), NOW + timedelta(seconds=min(180, second + 7))
        ).arrivals
    ]
    assert parts == list(whole)
    assert [order.external_id for order in Planner(World(8)).plan(NOW, NOW + timedelta(minutes=3)).arrivals] != [
        order.external_id for order in whole
    ]


def test_no_hour_is_quiet_and_every_method_is_ordered() -> None:
    """Also at four in the morning in Chicago."""
    for hour in range(0, 24, 3):
        start = NOW + timedelta(hours=hour)
        orders = Planner(WORLD).plan(start, start + timedelta(minutes=5)).arrivals
        assert 0.5 <= len(orders) / 300 <= 3
        assert len({order.external_id for order in orders}) == len(orders)
    assert {order.method for order in Planner(WORLD).plan(NOW, NOW + timedelta(minutes=20)).arrivals} == set(Method)


def test_all_troubles_come_and_say_why() -> None:
    """A store closes, a truck is late, a sale hits: in every day."""
    day = incidents(WORLD, NOW, NOW + timedelta(days=1))
    assert {item.kind for item in day} == set(IncidentKind)
    assert all(item.words and item.codes and item.start < item.end for item in day)


def test_a_course_goes_the_whole_way_in_order_and_never_before_the_shipment() -> None:
    """Each step once, forward, with a hold only if a release follows."""
    planner = Planner(WORLD)
    for number in range(300):
        site = list(WORLD.sites.values())[number % len(WORLD.sites)]
        method = site.format.methods[number % len(site.format.methods)]
        opened = Opened(
            number, f"N{number}", site.code, method, NOW, NOW + timedelta(minutes=96), NOW + timedelta(hours=2)
        )
        acts = course(WORLD, opened, planner.troubles(NOW))
        steps = [act.to for act in acts if isinstance(act.to, ShipmentStatus)]
        assert steps == list(WAY[method][1:])
        assert [act.at for act in acts] == sorted(act.at for act in acts)
        assert acts[0].at >= NOW
        assert [act.to for act in acts if isinstance(act.to, Pause)] in ([], [Pause.HOLD, Pause.RELEASE])
