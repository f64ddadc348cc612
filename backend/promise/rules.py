"""When an order will be there, and what that date is made of. Pure: facts and an explicit `now` in, dates out.

Every shipment is walked through, part by part: pause for second thoughts, waiting for the goods, the location's window
(open hours, cut-off), the work ahead of it, its own processing, a transfer, the carrier's collection, its travel. Each
part begins where the one before ends, so together they are the time from now to the date. The latest shipment decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from backend.promise.carriers import USUAL_SERVICE, Schedule, Travel
from backend.sla.calendar import NeverOpenError, OpenHours
from models.enums import Method

#: Methods whose customer comes to the location: their date is when it is ready.
COLLECTED_BY_CUSTOMER = frozenset({Method.PICKUP, Method.CURBSIDE})
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

    def document(self) -> dict[str, Any]:
        """Return it as `{part, from, to, minutes, words}`; minutes around the clock, rounded up."""
        return {
            "part": self.part.value,
            "from": self.start.isoformat(),
            "to": self.end.isoformat(),
            "minutes": -((self.start - self.end) // _MINUTE),
            "words": self.words,
        }


@dataclass(frozen=True, slots=True)
class Consignment:
    """What one location does for an order.

    `ahead` is the number of shipments open there, `per_hour` how many it gets done in an open hour (None: not known,
    nothing waits). `goods_at` is when the goods arrive, if they are not there. With `transfer_minutes` they then go
    on to `handed_over_at`, the calendar of the place where the customer or the carrier gets them.
    """

    location: str
    hours: OpenHours
    processing_minutes: int = 0
    ahead: int = 0
    per_hour: float | None = None
    goods_at: datetime | None = None
    transfer_minutes: int = 0
    handed_over_at: OpenHours | None = None
    distance_km: float | None = None


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


@dataclass(frozen=True, slots=True)
class ShipmentPromise:
    """One location's date and its parts; without a date, `problem` says why."""

    location: str
    date: datetime | None
    parts: tuple[Part, ...] = ()
    carrier: str | None = None
    problem: str = ""

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "location": self.location,
            "date": self.date.isoformat() if self.date else None,
            "carrier": self.carrier,
            "problem": self.problem,
            "parts": [part.document() for part in self.parts],
        }


@dataclass(frozen=True, slots=True)
class Promise:
    """The date of an order; `parts` are those of the shipment that decides it. No date while one is not known."""

    date: datetime | None
    parts: tuple[Part, ...] = ()
    shipments: tuple[ShipmentPromise, ...] = field(default=())

    def document(self) -> dict[str, Any]:
        """Return it as JSON: `{date, parts, shipments}`."""
        return {
            "date": self.date.isoformat() if self.date else None,
            "parts": [part.document() for part in self.parts],
            "shipments": [shipment.document() for shipment in self.shipments],
        }


def promise(facts: PromiseFacts, now: datetime) -> Promise:
    """Return the order's date: that of its latest shipment, None when one has none or units have no place."""
    shipments = tuple(_shipment(facts, consignment, now) for consignment in facts.consignments)
    dates = [shipment.date for shipment in shipments if shipment.date is not None]
    if not facts.whole or not shipments or len(dates) < len(shipments):
        return Promise(None, shipments=shipments)
    date = max(dates)
    decides = next(shipment for shipment in shipments if shipment.date == date)
    return Promise(date, decides.parts, shipments)


def _shipment(facts: PromiseFacts, consignment: Consignment, now: datetime) -> ShipmentPromise:
    try:
        parts = tuple(_work(facts, consignment, now))
    except (NeverOpenError, OverflowError):
        return ShipmentPromise(consignment.location, None, problem=f"{consignment.location} has no open hours ahead.")
    ready = parts[-1].end if parts else now
    if facts.method in COLLECTED_BY_CUSTOMER or facts.method is Method.TRANSFER:
        return ShipmentPromise(consignment.location, ready, parts)
    best: tuple[datetime, str, tuple[Part, Part]] | None = None
    for carrier in facts.carriers:
        leg = _carried(facts, consignment, carrier, ready)
        if leg is not None and (best is None or (leg[1].end, carrier.code) < best[:2]):
            best = leg[1].end, carrier.code, leg
    if best is None:
        words = f"No carrier says how long {facts.service_level!r} takes to this address."
        return ShipmentPromise(consignment.location, None, parts, problem=words)
    return ShipmentPromise(consignment.location, best[0], parts + best[2], best[1])


def _work(facts: PromiseFacts, place: Consignment, now: datetime) -> Iterator[Part]:
    """Yield the parts until it is ready for the carrier or the customer."""
    at, hours = now, place.hours
    if facts.pause_minutes > 0:
        end = at + facts.pause_minutes * _MINUTE
        yield Part(PartName.PAUSE, at, end, f"{facts.pause_minutes} minutes in which the order may still be changed")
        at = end
    if place.goods_at is not None and place.goods_at > at:
        yield Part(PartName.ARRIVAL, at, place.goods_at, f"the goods reach {place.location}")
        at = place.goods_at
    end = hours.work_from(at, facts.method)
    yield Part(PartName.WINDOW, at, end, _window_words(facts.method, place, at, end))
    at = end
    if place.per_hour is not None and place.ahead > 0:
        end = hours.add(at, _queue_seconds(place.ahead, place.per_hour))
        words = f"{place.ahead:,} shipments come first, {place.per_hour:g} an open hour get done"
        yield Part(PartName.QUEUE, at, end, words)
        at = end
    end = hours.add(at, place.processing_minutes * 60)
    yield Part(PartName.PROCESSING, at, end, f"{place.processing_minutes} open minutes of work at {place.location}")
    yield from _handover(facts, place, end)


def _handover(facts: PromiseFacts, place: Consignment, at: datetime) -> Iterator[Part]:
    """Yield the way to the place that hands it over, and the wait until a customer finds its door open."""
    if place.transfer_minutes > 0:
        end = at + place.transfer_minutes * _MINUTE
        yield Part(PartName.TRANSFER, at, end, f"{place.transfer_minutes} minutes on the way from {place.location}")
        at = end
    if facts.method in COLLECTED_BY_CUSTOMER:
        hours = place.handed_over_at or place.hours
        end = _door_opens(hours, at)
        if end > at:
            yield Part(PartName.OPENING, at, end, f"the doors open {_clock(end, hours.zone)}")


def _carried(facts: PromiseFacts, place: Consignment, carrier: Schedule, ready: datetime) -> tuple[Part, Part] | None:
    """Return the carrier's collection and travel; None when it does not go there."""
    service = carrier.service(facts.service_level)
    address = {"state": facts.state.strip().upper(), "postal_code": facts.postal_code.strip().upper()}
    travel = service.travel(distance_km=place.distance_km, **address) if service else None
    if travel is None:
        return None
    hours = place.handed_over_at or place.hours
    zone = carrier.zone or hours.zone
    try:
        collected = carrier.collected(ready, hours)
        if travel.days is not None:
            arrives = carrier.delivered(collected, travel.days, zone)
        else:
            arrives = collected + (travel.minutes or 0) * _MINUTE
    except (NeverOpenError, OverflowError):
        return None
    fetch = Part(PartName.COLLECTION, ready, collected, f"{carrier.name} collects {_clock(collected, zone)}")
    return fetch, Part(PartName.TRANSIT, collected, arrives, _travel_words(facts, carrier, travel, arrives, zone))


def _door_opens(hours: OpenHours, at: datetime) -> datetime:
    """Return the first open instant from `at` on; cut-offs do not matter to who only collects."""
    while not hours.is_open(at):
        change = hours.next_change(at)
        if change is None:
            raise NeverOpenError(f"no open second after {at.isoformat()}")
        at = change
    return at


def _queue_seconds(ahead: int, per_hour: float) -> int:
    if per_hour <= 0:
        raise NeverOpenError("nothing gets done")
    return -int(-ahead * 3600 // per_hour)


def _window_words(method: Method, place: Consignment, at: datetime, start: datetime) -> str:
    zone = place.hours.zone
    if start > at:
        cutoff = place.hours.cutoffs.get(method)
        local = at.astimezone(zone)
        late = cutoff is not None and local.hour * 60 + local.minute >= cutoff
        why = f"after the day's cut-off for {method.value}" if late else "closed"
        return f"{why}: {place.location} starts {_clock(start, zone)}"
    return f"{place.location} is open" + (", before the day's cut-off" if method in place.hours.cutoffs else "")


def _travel_words(facts: PromiseFacts, carrier: Schedule, travel: Travel, arrives: datetime, zone: ZoneInfo) -> str:
    level = facts.service_level if facts.service_level in carrier.services else USUAL_SERVICE
    long = f"{travel.days} delivery days" if travel.days is not None else f"{travel.minutes} minutes"
    where = f" {travel.why}" if travel.why else ""
    return f"{carrier.name}, {level}: {long}{where}, there {_clock(arrives, zone)}"


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%a %d %b %H:%M} ({zone.key})"
