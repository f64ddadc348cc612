"""When an order will be there, and what that date is made of. Pure: facts and an explicit `now` in, dates out.

Every shipment is walked through, part by part: pause for second thoughts, waiting for the goods, the location's window
(open hours, cut-off), the work ahead of it, its own processing, a transfer, the carrier's collection, its travel. Each
part begins where the one before ends, so together they are the time from now to the date. The latest shipment decides.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any

from backend.promise.carriers import Schedule, Travel
from backend.promise.words import clock, queue_words, travel_words, window_words
from backend.sla.calendar import NeverOpenError, OpenHours
from models.enums import Method

#: Methods whose customer comes to the location: their date is when it is ready.
COLLECTED_BY_CUSTOMER = frozenset({Method.PICKUP, Method.CURBSIDE})
#: Methods without a carrier.
NOT_CARRIED = COLLECTED_BY_CUSTOMER | {Method.TRANSFER}
_MINUTE = timedelta(minutes=1)


class PartName(StrEnum):
    """What a stretch of time between now and the date is spent on."""

    PAUSE = "pause"
    ARRIVAL = "arrival"
    WINDOW = "window"
    QUEUE = "queue"
    PROCESSING = "processing"
    TRANSFER = "transfer"
    OPENING = "opening"
    COLLECTION = "collection"
    TRANSIT = "transit"


@dataclass(frozen=True, slots=True)
class Part:
    """One stretch of time, in plain words; the next part begins where it ends."""

    part: PartName
    start: datetime
    end: datetime
    words: str

    @property
    def minutes(self) -> int:
        """Return how long it is around the clock, rounded up."""
        return -((self.start - self.end) // _MINUTE)

    def document(self) -> dict[str, Any]:
        """Return it as `{part, from, to, minutes, words}`."""
        return {
            "part": self.part.value,
            "from": self.start.isoformat(),
            "to": self.end.isoformat(),
            "minutes": self.minutes,
            "words": self.words,
        }


@dataclass(frozen=True, slots=True)
class Consignment:
    """What one location does for an order.

    `ahead` is the number of shipments open there, `per_hour` how many it gets done in an open hour (None: not known,
    nothing waits). `goods_at` is when the goods arrive, if they are not there. `supply` is what another location does
    first, whose goods then take `transfer_minutes` to come here (None: nobody says how long).
    """

    location: str
    hours: OpenHours
    processing_minutes: int = 0
    ahead: int = 0
    per_hour: float | None = None
    goods_at: datetime | None = None
    transfer_minutes: int | None = 0
    distance_km: float | None = None
    supply: Consignment | None = None


@dataclass(frozen=True, slots=True)
class PromiseFacts:
    """An order as far as its date goes. `carriers` are those in use; `whole`: every unit has a place."""

    method: Method
    service_level: str
    consignments: Sequence[Consignment]
    carriers: Sequence[Schedule] = ()
    pause_minutes: int = 0
    state: str = ""
    postal_code: str = ""
    whole: bool = True


@dataclass(frozen=True)
class ShipmentPromise:
    """One location's date and its parts; without a date, `problem` says why."""

    location: str
    date: datetime | None
    parts: tuple[Part, ...] = ()
    carrier: str | None = None
    problem: str = ""

    @cached_property
    def document(self) -> dict[str, Any]:
        """Return it as JSON; nobody may change it, as others hold it too."""
        return {
            "location": self.location,
            "promised_at": self.date.isoformat() if self.date else None,
            "carrier": self.carrier,
            "problem": self.problem,
            "parts": [part.document() for part in self.parts],
        }


@dataclass(frozen=True, slots=True)
class Promise:
    """The date of an order; `parts` are those of the shipment that decides it. No date while one is not known."""

    date: datetime | None
    parts: tuple[Part, ...] = ()
    shipments: tuple[ShipmentPromise, ...] = ()

    def document(self) -> dict[str, Any]:
        """Return it as JSON: `{promised_at, decided_by, shipments}`, `decided_by` being the latest one's location."""
        decides = next((shipment for shipment in self.shipments if shipment.date == self.date), None)
        return {
            "promised_at": self.date.isoformat() if self.date else None,
            "decided_by": decides.location if self.date and decides else None,
            "shipments": [shipment.document for shipment in self.shipments],
        }


def promise(facts: PromiseFacts, now: datetime) -> Promise:
    """Return the order's date: that of its latest shipment, None when one has none or units have no place."""
    return Reckoner(now).promise(facts)


class Reckoner:
    """Promises made at one instant. What orders have in common (the work at a location, a carrier's way) is worked
    out once."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._worked: dict[Hashable, tuple[Consignment, tuple[Part, ...], str]] = {}
        self._sent: dict[Hashable, ShipmentPromise] = {}

    def promise(self, facts: PromiseFacts) -> Promise:
        """Return the promise of an order."""
        shipments = tuple(self._shipment(facts, consignment) for consignment in facts.consignments)
        dates = [shipment.date for shipment in shipments if shipment.date is not None]
        if not facts.whole or not shipments or len(dates) < len(shipments):
            return Promise(None, shipments=shipments)
        date = max(dates)
        decides = next(shipment for shipment in shipments if shipment.date == date)
        return Promise(date, decides.parts, shipments)

    def _shipment(self, facts: PromiseFacts, place: Consignment) -> ShipmentPromise:
        work = _work_key(facts, place)
        travels = () if facts.method in NOT_CARRIED else _travels(facts, place)
        key = (work, facts.service_level, tuple(travels))
        known = self._sent.get(key)
        if known is None:
            known = self._sent[key] = self._send(facts, place, work, travels)
        return known

    def _send(
        self, facts: PromiseFacts, place: Consignment, work: Hashable, travels: Sequence[tuple[Schedule, Travel]]
    ) -> ShipmentPromise:
        if work not in self._worked:
            self._worked[work] = (place, *_worked(facts, place, self._now))  # kept: its calendars are named by identity
        _, parts, problem = self._worked[work]
        if problem or facts.method in NOT_CARRIED:
            return ShipmentPromise(place.location, None if problem else parts[-1].end, parts, problem=problem)
        legs = [
            (leg, carrier.code)
            for carrier, travel in travels
            if (leg := _carried(facts, place, carrier, travel, parts))
        ]
        if not legs:
            words = f"No carrier says how long {facts.service_level!r} takes to this address."
            return ShipmentPromise(place.location, None, parts, problem=words)
        leg, code = min(legs, key=lambda pair: (pair[0][1].end, pair[1]))
        return ShipmentPromise(place.location, leg[1].end, parts + leg, code)


def _work_key(facts: PromiseFacts, place: Consignment) -> Hashable:
    numbers = place.processing_minutes, place.ahead, place.per_hour, place.goods_at, place.transfer_minutes
    first = _work_key(facts, place.supply) if place.supply else None
    return facts.method, facts.pause_minutes, place.location, id(place.hours), numbers, first


def _travels(facts: PromiseFacts, place: Consignment) -> list[tuple[Schedule, Travel]]:
    """Return the carriers that go there, with how long each takes."""
    state, postal_code = facts.state.strip().upper(), facts.postal_code.strip().upper()
    found = []
    for carrier in facts.carriers:
        service = carrier.service(facts.service_level)
        travel = service and service.travel(distance_km=place.distance_km, state=state, postal_code=postal_code)
        if travel:
            found.append((carrier, travel))
    return found


def _worked(facts: PromiseFacts, place: Consignment, now: datetime) -> tuple[tuple[Part, ...], str]:
    """Return the parts until it is ready, and what is in the way."""
    if place.supply is not None and place.supply.transfer_minutes is None:
        return (), f"No lane says how long it takes from {place.supply.location} to {place.location}."
    try:
        return tuple(_work(facts, place, now)), ""
    except (NeverOpenError, OverflowError):
        where = " or ".join(one.location for one in (place.supply, place) if one is not None)
        return (), f"{where} has no open hours ahead."


def _work(facts: PromiseFacts, place: Consignment, now: datetime) -> Iterator[Part]:
    """Yield the parts until it is ready for the carrier or the customer."""
    at = now
    if facts.pause_minutes > 0:
        end = at + facts.pause_minutes * _MINUTE
        yield Part(PartName.PAUSE, at, end, f"{facts.pause_minutes} minutes in which the order may still be changed")
        at = end
    if place.supply is not None:
        for part in _done(Method.TRANSFER, place.supply, at):
            yield part
            at = part.end
    for part in _done(facts.method, place, at):
        yield part
        at = part.end
    if facts.method in COLLECTED_BY_CUSTOMER:
        end = place.hours.open_from(at)  # cut-offs do not matter to who only collects
        if end > at:
            yield Part(PartName.OPENING, at, end, f"the doors open {clock(end, place.hours.zone)}")


def _done(method: Method, place: Consignment, now: datetime) -> Iterator[Part]:
    """Yield what one location does, and the way of what it sends to another."""
    at, hours = now, place.hours
    if place.goods_at is not None and place.goods_at > at:
        yield Part(PartName.ARRIVAL, at, place.goods_at, f"the goods reach {place.location}")
        at = place.goods_at
    end = hours.work_from(at, method)
    yield Part(PartName.WINDOW, at, end, window_words(method, place.location, hours, (at, end)))
    at = end
    if place.per_hour is not None and place.ahead > 0:
        end = hours.add(at, _queue_seconds(place.ahead, place.per_hour))
        words = queue_words(place.ahead, place.per_hour)
        yield Part(PartName.QUEUE, at, end, words)
        at = end
    end = hours.add(at, place.processing_minutes * 60)
    yield Part(PartName.PROCESSING, at, end, f"{place.processing_minutes} open minutes of work at {place.location}")
    if place.transfer_minutes:
        words = f"{place.transfer_minutes} minutes on the way from {place.location}"
        yield Part(PartName.TRANSFER, end, end + place.transfer_minutes * _MINUTE, words)


def _carried(
    facts: PromiseFacts, place: Consignment, carrier: Schedule, travel: Travel, parts: Sequence[Part]
) -> tuple[Part, Part] | None:
    """Return the carrier's collection and way; None when it never comes."""
    hours, ready = place.hours, parts[-1].end
    zone = carrier.zone or hours.zone
    try:
        collected = carrier.collected(ready, hours)
        if travel.days is not None:
            arrives = carrier.delivered(collected, travel.days, zone)
        else:
            arrives = collected + (travel.minutes or 0) * _MINUTE
    except (NeverOpenError, OverflowError):
        return None
    fetch = Part(PartName.COLLECTION, ready, collected, f"{carrier.name} collects {clock(collected, zone)}")
    return fetch, Part(
        PartName.TRANSIT, collected, arrives, travel_words(carrier, facts.service_level, travel, clock(arrives, zone))
    )


def _queue_seconds(ahead: int, per_hour: float) -> int:
    if per_hour <= 0:
        raise NeverOpenError("nothing gets done")
    return -int(-ahead * 3600 // per_hour)
