"""An order's life is told in plain words, in the location's own time; what is unknown is told by its name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from backend.orders.story import Happened, Kind, PlaceWords, codes, skus, tell, with_names

NOON = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)
PLACES = {"AUS": PlaceWords("Austin Store", "America/Chicago"), "DAL": PlaceWords("Dallas", "America/Chicago")}


def happened(type_: str, **data: Any) -> Happened:
    return Happened(type_, "order/1", NOON, "key:shop", data)


def words(*events: Happened) -> list[str]:
    return [entry.words for entry in tell(events, PLACES)]


def test_from_the_shop_to_the_customer() -> None:
    story = tell(
        [
            happened("order.placed", channel="web", lines=[{"sku": "tea", "quantity": 2}]),
            happened("order.routed", reason="ranked_first", locations=["AUS"], distance_km=8.2, shipments=[7]),
            happened("shipment.opened", shipment=7, location="AUS"),
            happened("shipment.accepted", shipment=7, location="AUS"),
            happened("sla.shipment.changed", shipment=7, location="AUS", to="at_risk", due_at="2026-11-27T22:40:00Z"),
            happened("shipment.shipped", shipment=7, location="AUS", tracking_number="1Z9"),
            happened("order.fulfilled"),
        ],
        PLACES,
        [
            {"steps": [{"then": "next"}]},
            {
                "steps": [{"sorted_by": ["distance"], "ranked": [[1, 8.2], [2, 300]], "did": "whole", "chose": [[1]]}],
                "chosen": [[1, 8.2, [1, 2]]],
            },
        ],
    )
    assert [entry.words for entry in story] == [
        "Placed on web, 2 units",
        "Given to Austin Store, 8 km: the nearest of 2 with all of it",
        "Austin Store took it on",
        "May be late: due by Fri 27 Nov 16:40 (Chicago)",
        "Left Austin Store",
        "Everything is done",
    ]
    assert [entry.kind for entry in story][:2] == [Kind.PLACED, Kind.ROUTED]
    assert (story[0].detail, story[4].detail) == ("2 × tea", "Tracking 1Z9")
    assert (story[2].location, story[2].shipment, story[2].actor) == ("AUS", 7, "key:shop")


def test_a_shipment_that_comes_back_and_goes_elsewhere() -> None:
    assert words(
        happened("shipment.rejected", shipment=7, location="AUS", reason="not found"),
        happened("shipment.opened", shipment=8, location="DAL"),
        happened("shipment.reassigned", **{"from": "DAL", "to": "AUS", "location": "AUS", "reason": "closing early"}),
    ) == [
        "Austin Store gave it back: not found",
        "Given to Dallas",
        "Moved from Dallas to Austin Store: closing early",
    ]


def test_a_split_names_every_location_and_what_is_left() -> None:
    left = [{"sku": "cup", "quantity": 2, "action": "backordered"}]
    event = happened("order.routed", reason="split", locations=["AUS", "DAL"], shipments=[7, 8], left=left)
    trace = {"chosen": [[1, 8.0, [1, 1]], [2, 300.4, [2, 1]]], "steps": [{"chose": [[1]], "did": "split_by_line"}]}
    story = tell([event, happened("shipment.opened", shipment=8, location="DAL")], PLACES, [trace])
    assert [entry.words for entry in story] == [
        "Split over 2 locations: Austin Store, 8 km and Dallas, 300 km; without a location: 2 × cup"
    ]
    assert codes([event]) == {"AUS", "DAL"}


def test_a_location_one_may_not_see_is_not_named() -> None:
    (entry,) = tell([happened("shipment.opened", shipment=7, location="SECRET")], PLACES)
    assert (entry.words, entry.location) == ("Given to another location", None)


def test_what_is_not_known_is_told_by_its_name() -> None:
    (entry,) = tell([happened("parcel.weighed", reason="too_small")], PLACES)
    assert (entry.words, entry.kind, entry.detail) == ("Parcel weighed", Kind.NOTE, "too small")


def test_odd_data_is_survived() -> None:
    odd = {
        "lines": [None, {"sku": 1}],
        "locations": [1],
        "left": ["x"],
        "shipments": None,
        "due_at": "soon",
        "to": 5,
        "from": {},
    }
    types = ("order.placed", "order.routed", "shipment.reassigned", "sla.shipment.changed", "order.backordered")
    assert len(tell([happened(type_, **odd) for type_ in types], PLACES)) == 4


def test_products_are_told_as_people_call_them_with_the_sku_beside() -> None:
    said = {"lines": [{"sku": "tea", "quantity": 2}, {"sku": "mug", "quantity": 1}], "channel": "web"}
    swapped = {"sku": "tea", "by": "mate", "quantity": 1, "location": "atx"}
    events = [happened("order.placed", **said), happened("shipment.substituted", **swapped)]
    assert skus(events) == {"tea", "mug", "mate"}
    story = tell(with_names(events, {"tea": "Green tea (tea)", "mate": "Mate (mate)"}), {})
    assert story[0].detail == "2 × Green tea (tea), 1 × mug"
    assert story[1].words.startswith("1 × Mate (mate) instead of Green tea (tea)")
