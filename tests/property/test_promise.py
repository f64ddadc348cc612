"""Promises never run backwards: asked later, with more work ahead or a longer way, the date is never earlier."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.promise.carriers import Schedule
from backend.promise.rules import Consignment, PromiseFacts, Reckoner, promise
from backend.sla.calendar import DAYS, NeverOpenError, OpenHours
from models.enums import Method

MINUTE = timedelta(minutes=1)
ZONES = ("America/Chicago", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "UTC")
#: Around both clock changes, and days of rest.
STARTS = st.sampled_from(
    [datetime(2026, month, day, tzinfo=UTC) for month, day in ((3, 7), (10, 24), (10, 31), (11, 25))]
)
MOMENTS = st.builds(lambda day, minutes: day + minutes * MINUTE, STARTS, st.integers(0, 4 * 1440))
TIMES = st.builds(lambda minutes: f"{minutes // 60:02d}:{minutes % 60:02d}", st.integers(0, 1439))


@st.composite
def calendars(draw: st.DrawFn) -> OpenHours:
    open_days = draw(st.lists(st.sampled_from(DAYS), unique=True, min_size=0, max_size=7))
    weekly = {day: [[draw(TIMES), draw(TIMES)]] for day in open_days}
    document: dict[str, Any] = {"weekly": weekly, "holidays": draw(st.lists(st.just("2026-11-26"), max_size=1))}
    if draw(st.booleans()):
        document["cutoffs"] = {"ship": draw(TIMES), "pickup": draw(TIMES)}
    return OpenHours.parse(document, draw(st.sampled_from(ZONES)))


@st.composite
def carriers(draw: st.DrawFn) -> Schedule:
    some_days = st.lists(st.sampled_from(DAYS), unique=True, min_size=1)
    calendar: dict[str, Any] = {"pickup_days": draw(some_days), "delivery_days": draw(some_days)}
    calendar["holidays"] = draw(st.lists(st.sampled_from(["2026-11-26", "2026-11-27"]), unique=True))
    if draw(st.booleans()):
        calendar["pickup_cutoff"] = draw(TIMES)
    if draw(st.booleans()):
        calendar["time_zone"] = draw(st.sampled_from(ZONES))
    travel = draw(st.sampled_from([{"days": 0}, {"days": 1}, {"days": 4}, {"minutes": 90}]))
    document = {"services": {"standard": travel}, "calendar": calendar}
    return Schedule.parse(draw(st.sampled_from("abc")), "Carrier", document)


def consignments(code: str, supply: st.SearchStrategy[Consignment | None]) -> st.SearchStrategy[Consignment]:
    return st.builds(
        Consignment,
        st.just(code),
        calendars(),
        processing_minutes=st.integers(0, 2000),
        ahead=st.integers(0, 300),
        per_hour=st.none() | st.floats(0.5, 200),
        transfer_minutes=st.integers(0, 3000),
        supply=supply,
    )


CONSIGNMENTS = consignments("CHI", st.none() | consignments("WEB", st.none()))
FACTS = st.builds(
    PromiseFacts,
    st.sampled_from([Method.SHIP, Method.PICKUP, Method.TRANSFER]),
    st.just("standard"),
    st.lists(CONSIGNMENTS, min_size=1, max_size=3),
    carriers=st.lists(carriers(), min_size=1, max_size=2),
    pause_minutes=st.integers(0, 120),
)
FAR = datetime(2100, 1, 1, tzinfo=UTC)


def date_of(facts: PromiseFacts, now: datetime) -> datetime:
    """Return the date; one that is not known is later than any."""
    return promise(facts, now).date or FAR


@settings(max_examples=150, deadline=None)
@given(FACTS, MOMENTS, st.integers(0, 5000))
def test_asked_later_it_is_never_promised_earlier(facts: PromiseFacts, now: datetime, minutes: int) -> None:
    assert date_of(facts, now) <= date_of(facts, now + minutes * MINUTE)


@settings(max_examples=120, deadline=None)
@given(FACTS, MOMENTS, st.integers(0, 200), st.integers(0, 500))
def test_more_work_never_makes_it_earlier(facts: PromiseFacts, now: datetime, ahead: int, minutes: int) -> None:
    def busy(place: Consignment) -> Consignment:
        return replace(
            place,
            ahead=place.ahead + ahead,
            processing_minutes=place.processing_minutes + minutes,
            transfer_minutes=(place.transfer_minutes or 0) + minutes,
            supply=place.supply and busy(place.supply),
        )

    first, *others = facts.consignments
    busier = busy(first)
    assert date_of(facts, now) <= date_of(replace(facts, consignments=[busier, *others]), now)


@settings(max_examples=120, deadline=None)
@given(FACTS, MOMENTS)
def test_the_parts_are_the_whole_time_from_now_to_the_date(facts: PromiseFacts, now: datetime) -> None:
    made = promise(facts, now)
    for shipment in made.shipments:
        instants = [now, *(part.end for part in shipment.parts)]
        assert [part.start for part in shipment.parts] == instants[:-1]
        assert instants == sorted(instants)
        assert shipment.date is None or shipment.date == instants[-1]
    if made.date is not None:
        assert made.date == max(shipment.date for shipment in made.shipments if shipment.date)
        assert made.parts[-1].end == made.date


@settings(max_examples=120, deadline=None)
@given(carriers(), calendars(), MOMENTS)
def test_a_carrier_without_a_time_of_its_own_never_finds_closed_doors(
    carrier: Schedule, hours: OpenHours, ready: datetime
) -> None:
    whenever = replace(carrier, pickup_cutoff=None)
    try:
        collected = whenever.collected(ready, hours)
    except NeverOpenError:
        return
    day = collected.astimezone(whenever.zone or hours.zone).date()
    assert hours.is_open(collected)
    assert collected >= ready
    assert day.weekday() in whenever.pickup_days
    assert day not in whenever.holidays


@settings(max_examples=100, deadline=None)
@given(FACTS, MOMENTS)
def test_another_carrier_can_only_help(facts: PromiseFacts, now: datetime) -> None:
    assert date_of(facts, now) <= date_of(replace(facts, carriers=facts.carriers[:1]), now)


@settings(max_examples=100, deadline=None)
@given(st.lists(FACTS, min_size=2, max_size=5), MOMENTS)
def test_many_promises_together_are_those_made_apart(orders: list[PromiseFacts], now: datetime) -> None:
    mixed = [replace(order, consignments=orders[0].consignments) for order in orders[1:]]
    reckoner = Reckoner(now)
    for order in [*orders, *mixed, *orders]:
        assert reckoner.promise(order) == promise(order, now)
