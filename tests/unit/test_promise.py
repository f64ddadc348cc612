"""Golden cases of the promise date: cut-offs, weekends, holidays, clock changes, queues, transfers, carriers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from backend.promise.carriers import Schedule
from backend.promise.rules import Consignment, PartName, Promise, PromiseFacts, promise
from backend.sla.calendar import OpenHours
from models.enums import Method

CHICAGO = "America/Chicago"
WEEK = {day: [["09:00", "21:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat")}
HOURS = {"weekly": WEEK, "cutoffs": {"ship": "17:00"}}
DOCUMENT = {"services": {"standard": {"days": 3}, "overnight": {"days": 1}}}


def hours(document: dict[str, Any] | None = None, zone: str = CHICAGO) -> OpenHours:
    return OpenHours.parse(HOURS if document is None else document, zone)


def carrier(document: dict[str, Any] | None = None, code: str = "road") -> Schedule:
    return Schedule.parse(code, code.title(), document or DOCUMENT)


def at(text: str) -> datetime:
    """Read a wall-clock time of Chicago, such as "2026-11-20 16:59" (a Friday)."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(CHICAGO)).astimezone(UTC)


def ask(now: str, *, carriers: tuple[Schedule, ...] | None = None, **changes: Any) -> Promise:
    place = {name: changes.pop(name) for name in list(changes) if name in Consignment.__slots__}
    consignment = Consignment(**{"location": "CHI", "hours": hours(), **place})
    facts = {"method": Method.SHIP, "service_level": "standard", "consignments": (consignment,)}
    return promise(PromiseFacts(**{**facts, "carriers": carriers or (carrier(),), **changes}), at(now))


def part(made: Promise, name: PartName) -> tuple[datetime, datetime]:
    found = next(part for part in made.parts if part.part is name)
    return found.start, found.end


def test_before_the_cut_off_it_leaves_today_and_travels_on_weekdays_only() -> None:
    made = ask("2026-11-18 10:00", processing_minutes=120)  # a Wednesday
    assert part(made, PartName.WINDOW) == (at("2026-11-18 10:00"), at("2026-11-18 10:00"))
    assert part(made, PartName.PROCESSING)[1] == at("2026-11-18 12:00")
    assert made.date == at("2026-11-23 20:00")  # Thursday, Friday, Monday


@pytest.mark.parametrize(
    ("now", "starts"),
    [
        ("2026-11-18 16:59:59", "2026-11-18 16:59:59"),
        ("2026-11-18 17:00", "2026-11-19 09:00"),  # the cut-off's own second is too late
        ("2026-11-18 08:00", "2026-11-18 09:00"),
        ("2026-11-20 18:00", "2026-11-21 09:00"),  # Friday evening: Saturday is open
        ("2026-11-21 18:00", "2026-11-23 09:00"),  # Saturday evening: closed on Sunday
        ("2026-11-22 12:00", "2026-11-23 09:00"),
    ],
)
def test_work_starts_in_the_first_window_whose_cut_off_is_ahead(now: str, starts: str) -> None:
    assert part(ask(now), PartName.WINDOW)[1] == at(starts)


def test_without_a_cut_off_late_is_early_enough() -> None:
    made = ask("2026-11-18 20:30", hours=hours({"weekly": WEEK}), processing_minutes=60)
    assert part(made, PartName.PROCESSING) == (at("2026-11-18 20:30"), at("2026-11-19 09:30"))


def test_a_holiday_of_the_location_is_a_closed_day() -> None:
    closed = hours({**HOURS, "holidays": ["2026-11-26"]})
    assert part(ask("2026-11-25 18:00", hours=closed), PartName.WINDOW)[1] == at("2026-11-27 09:00")


def test_always_open_and_nothing_stated_takes_only_the_carrier() -> None:
    made = ask("2026-11-18 23:00", hours=hours({}))
    assert [p.part for p in made.parts] == [
        PartName.WINDOW,
        PartName.PROCESSING,
        PartName.COLLECTION,
        PartName.TRANSIT,
    ]
    assert made.date == at("2026-11-23 20:00")


def test_the_night_in_which_clocks_go_forward_is_an_hour_short() -> None:
    nights = hours({"weekly": {day: [["22:00", "06:00"]] for day in ("sat", "sun")}})
    made = ask("2026-03-07 22:00", hours=nights, processing_minutes=480, method=Method.PICKUP)
    assert part(made, PartName.PROCESSING)[1] == at("2026-03-08 23:00")  # 7 open hours, then one of the next night


def test_the_night_in_which_clocks_go_back_is_an_hour_long() -> None:
    nights = hours({"weekly": {day: [["22:00", "06:00"]] for day in ("sat", "sun")}})
    made = ask("2026-10-31 22:00", hours=nights, processing_minutes=480, method=Method.PICKUP)
    assert part(made, PartName.PROCESSING)[1] == at("2026-11-01 05:00")


def test_a_queue_waits_its_turn_in_open_hours() -> None:
    made = ask("2026-11-18 10:00", ahead=130, per_hour=20, processing_minutes=30)
    assert part(made, PartName.QUEUE) == (at("2026-11-18 10:00"), at("2026-11-18 16:30"))
    assert part(made, PartName.PROCESSING)[1] == at("2026-11-18 17:00")
    without = ask("2026-11-18 10:00", ahead=130, processing_minutes=30)
    assert PartName.QUEUE not in [p.part for p in without.parts]


def test_the_pause_comes_before_the_cut_off_is_looked_at() -> None:
    made = ask("2026-11-18 16:45", pause_minutes=30)
    assert part(made, PartName.PAUSE) == (at("2026-11-18 16:45"), at("2026-11-18 17:15"))
    assert part(made, PartName.WINDOW)[1] == at("2026-11-19 09:00")


def test_pickup_is_promised_for_when_it_is_ready_and_the_doors_are_open() -> None:
    made = ask("2026-11-20 16:00", method=Method.PICKUP, processing_minutes=60)
    assert made.date == at("2026-11-20 17:00")
    late = ask("2026-11-21 20:00", method=Method.PICKUP, processing_minutes=60)  # ready at the closing second
    assert late.date == at("2026-11-23 09:00")
    assert [p.part for p in late.parts][-1] is PartName.OPENING


def test_goods_from_elsewhere_are_sent_there_then_they_travel_then_the_place_of_the_order_works() -> None:
    opens = {"fri": [["08:00", "18:00"]], "sat": [["08:00", "12:00"]]}
    web = Consignment(
        "WEB",
        hours({"weekly": opens, "cutoffs": {"transfer": "09:30"}}),
        processing_minutes=60,
        transfer_minutes=14 * 60,
    )
    made = ask("2026-11-20 10:00", method=Method.PICKUP, processing_minutes=45, supply=web)  # too late for WEB's Friday
    told = [(one.part, one.end) for one in made.parts]
    assert told == [
        (PartName.WINDOW, at("2026-11-21 08:00")),
        (PartName.PROCESSING, at("2026-11-21 09:00")),
        (PartName.TRANSFER, at("2026-11-21 23:00")),
        (PartName.WINDOW, at("2026-11-23 09:00")),
        (PartName.PROCESSING, at("2026-11-23 09:45")),
    ]
    assert made.date == at("2026-11-23 09:45")
    assert [one.words for one in made.parts][2] == "840 minutes on the way from WEB"


def test_without_a_lane_nobody_says_how_long_goods_take() -> None:
    web = Consignment("WEB", hours({"weekly": {"fri": [["08:00", "18:00"]]}}), transfer_minutes=None)
    made = ask("2026-11-20 10:00", method=Method.PICKUP, supply=web)
    assert made.date is None
    assert made.shipments[0].problem == "No lane says how long it takes from WEB to CHI."


def test_goods_that_arrive_later_are_waited_for() -> None:
    made = ask("2026-11-18 10:00", goods_at=at("2026-11-20 18:00"), method=Method.PICKUP)
    assert part(made, PartName.ARRIVAL)[1] == at("2026-11-20 18:00")


def test_what_misses_the_carrier_is_collected_on_its_next_day() -> None:
    daily = carrier({**DOCUMENT, "calendar": {"pickup_cutoff": "18:00", "time_zone": CHICAGO}})
    at_the_second = ask("2026-11-19 16:00", carriers=(daily,), processing_minutes=120)
    assert part(at_the_second, PartName.COLLECTION)[1] == at("2026-11-20 18:00")  # a Friday
    just_before = ask("2026-11-19 15:59", carriers=(daily,), processing_minutes=120)
    assert part(just_before, PartName.COLLECTION)[1] == at("2026-11-19 18:00")
    on_friday = ask("2026-11-20 16:30", carriers=(daily,), processing_minutes=120)
    assert part(on_friday, PartName.COLLECTION)[1] == at("2026-11-23 18:00")
    assert on_friday.date == at("2026-11-26 20:00")


def test_the_carrier_rests_on_its_holidays() -> None:
    resting = carrier({**DOCUMENT, "calendar": {"holidays": ["2026-11-26", "2026-11-27"], "delivered_by": "18:30"}})
    assert ask("2026-11-24 10:00", carriers=(resting,)).date == at("2026-12-01 18:30")


def test_a_carrier_collects_only_where_somebody_is_there() -> None:
    saturdays = carrier(
        {**DOCUMENT, "calendar": {"pickup_days": ["fri", "sat", "sun", "mon"], "pickup_cutoff": "12:00"}}
    )
    made = ask("2026-11-21 11:30", carriers=(saturdays,), processing_minutes=60)
    assert part(made, PartName.COLLECTION)[1] == at("2026-11-23 12:00")  # not on Sunday: closed


def test_a_carrier_without_a_cut_off_comes_when_the_doors_open() -> None:
    days = {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    daily = hours({"weekly": days, "cutoffs": {"ship": "12:00"}})
    courier = carrier({"services": {"same_day": {"minutes": 240}}})
    made = ask("2026-11-21 15:18", hours=daily, carriers=(courier,), service_level="same_day")  # a Saturday
    assert part(made, PartName.COLLECTION) == (at("2026-11-22 09:00"), at("2026-11-23 09:00"))
    assert made.date == at("2026-11-23 13:00")
    at_closing = ask(
        "2026-11-23 11:00", hours=daily, carriers=(courier,), service_level="same_day", processing_minutes=7 * 60
    )
    assert part(at_closing, PartName.COLLECTION) == (at("2026-11-23 18:00"), at("2026-11-24 09:00"))


@pytest.mark.parametrize(
    ("address", "arrives"),
    [
        ({"state": "il", "postal_code": "60601"}, "2026-11-18 20:00"),  # the longer prefix: the same day
        ({"state": "IL", "postal_code": "60901"}, "2026-11-19 20:00"),  # the shorter
        ({"state": "IL", "postal_code": "50000"}, "2026-11-20 20:00"),  # the state
        ({"distance_km": 500.0}, "2026-11-23 20:00"),  # the band, its end included
        ({"distance_km": 500.1}, "2026-11-24 20:00"),
        ({"distance_km": 9000.0}, "2026-11-25 20:00"),  # beyond every band
        ({}, "2026-11-25 20:00"),
    ],
)
def test_the_most_particular_entry_of_the_table_counts(address: dict[str, Any], arrives: str) -> None:
    table = {
        "days": 5,
        "bands": [{"to_km": 1500, "days": 4}, {"to_km": 500, "days": 3}],
        "areas": [
            {"postal_prefix": "60", "days": 1},
            {"postal_prefix": "606", "days": 0},
            {"state": "IL", "days": 2},
        ],
    }
    assert ask("2026-11-18 10:00", carriers=(carrier({"services": {"standard": table}}),), **address).date == at(
        arrives
    )


def test_a_courier_counts_minutes() -> None:
    courier = carrier({"services": {"same_day": {"minutes": 90}}})
    made = ask("2026-11-18 10:00", carriers=(courier,), service_level="same_day", method=Method.DELIVERY)
    assert made.date == at("2026-11-18 11:30")


def test_the_quickest_carrier_is_promised_and_an_unknown_service_is_the_usual_one() -> None:
    slow, quick = carrier({"services": {"standard": {"days": 5}}}, "a"), carrier(code="b")
    made = ask("2026-11-18 10:00", carriers=(slow, quick), service_level="gift")
    assert (made.shipments[0].carrier, made.date) == ("b", at("2026-11-23 20:00"))
    assert "standard" in made.parts[-1].words


def test_without_a_carrier_there_is_no_date_and_it_is_said_why() -> None:
    made = ask("2026-11-18 10:00", carriers=(carrier({"services": {"express": {"days": 1}}}),))
    assert made.date is None
    assert "No carrier" in made.shipments[0].problem
    assert made.shipments[0].parts


def test_a_place_that_never_opens_gives_no_date() -> None:
    days = (date(2026, 11, 1) + timedelta(days=i) for i in range(1000))
    shut = {"weekly": {"mon": [["09:00", "10:00"]]}, "holidays": [day.isoformat() for day in days]}
    made = ask("2026-11-18 10:00", hours=hours(shut))
    assert made.date is None
    assert "no open hours" in made.shipments[0].problem


def test_the_latest_shipment_decides_and_units_without_a_place_leave_it_open() -> None:
    soon, late = (Consignment(code, hours(), processing_minutes=m) for code, m in (("A", 0), ("B", 3000)))
    both = PromiseFacts(Method.PICKUP, "standard", (soon, late))
    made = promise(both, at("2026-11-18 10:00"))
    assert made.date == made.shipments[1].date
    assert made.parts == made.shipments[1].parts
    assert made.date is not None
    assert made.shipments[0].date == at("2026-11-18 10:00")
    assert promise(PromiseFacts(Method.PICKUP, "standard", (soon,), whole=False), at("2026-11-18 10:00")).date is None
    assert promise(PromiseFacts(Method.PICKUP, "standard", ()), at("2026-11-18 10:00")).date is None


def test_the_parts_are_told_in_words_with_the_minutes_they_take() -> None:
    told = ask("2026-11-18 17:00:30", processing_minutes=60).document()
    window = told["shipments"][0]["parts"][0]
    assert (window["part"], window["minutes"]) == ("window", 960)
    assert window["words"] == "after the day's cut-off for ship: CHI starts Thu 19 Nov 09:00 (America/Chicago)"
    assert told["promised_at"] == told["shipments"][0]["promised_at"] == told["shipments"][0]["parts"][-1]["to"]
    assert told["decided_by"] == "CHI"
