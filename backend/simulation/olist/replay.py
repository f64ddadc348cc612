"""Load a replay up to an instant through the real services, and report what the tables then say.

History is loaded in batches with the clock moved to the end of each, and the SLA tick after it: every change carries
its true moment, and the last two days look as if the program had been running. Running on from there is `live.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from backend.catalog.service import ProductInput, put_products
from backend.context import Context
from backend.locations.rules import LocationInput
from backend.locations.service import put_locations
from backend.persistence.uow import Uow
from backend.simulation import facts
from backend.simulation.definitions import only_definitions
from backend.simulation.olist.database import Holds, Wanted
from backend.simulation.olist.feed import AT_RISK_PERCENT, FACT, Feed
from backend.simulation.olist.files import Dataset
from backend.simulation.olist.mapping import TIME_ZONE, seller_places
from backend.simulation.past import at_instant, tick_until
from backend.sla import samples
from backend.sla.facts import DefinitionInput
from backend.sla.grading import Counts, Thresholds, grade_now
from models.enums import LocationKind, Method, Step, TargetKind
from models.tables import Location, LocationHealth

#: The one promise of a replay: its clock starts at the approval and is due at the seller's shipping limit.
DEFINITIONS = {
    "carrier-by-shipping-limit": DefinitionInput(
        name="With the carrier before the shipping limit",
        method=Method.SHIP,
        start_step=Step.ASSIGNED,
        end_step=Step.SHIPPED,
        target_kind=TargetKind.ORDER_DUE,
        at_risk_percent=AT_RISK_PERCENT,
    )
}
_BATCH = 1500
_CLOSE_LOOK = timedelta(hours=48)
_WORDS = ("compliant", "at_risk", "non_compliant", "met", "missed")


def load(ctx: Context, dataset: Dataset, feed: Feed, wanted: Wanted, *, done: Callable[[int], None]) -> None:
    """Fill an empty database with the network and its history up to the instant wanted; `done` hears how many things
    happened since it last heard."""
    reached = min(feed.first_at, wanted.until) - timedelta(seconds=1)
    past, _ = at_instant(ctx, reached)
    with past.uow() as uow:
        _put_network(uow, dataset)
        facts.update(uow, facts.NETWORK, {"kind": Holds.REPLAY.value, "source": "olist"})
        facts.update(uow, FACT, {"directory": wanted.directory, "until": wanted.until.isoformat()})
    close = max(reached, wanted.until - _CLOSE_LOOK)
    go_on(ctx, feed, start=reached, until=close, done=done)
    while close < wanted.until:
        end = min(wanted.until, close + timedelta(hours=1))
        go_on(ctx, feed, start=close, until=end, done=done)
        close = end


def go_on(ctx: Context, feed: Feed, *, start: datetime, until: datetime, done: Callable[[int], None]) -> None:
    """Live through (start, until] in batches."""
    past, clock = at_instant(ctx, start)
    reached = start
    for end in _strides(feed, start, until):
        things = 0
        while reached < end:
            step = feed.whole_until(reached, end)
            clock.set(step)
            with past.uow() as uow:
                things += feed.apply(uow, after=reached, until=step)
            tick_until(past, step)
            reached = step
        with past.uow() as uow:
            samples.sample_network(uow)
        done(things)


def _strides(feed: Feed, start: datetime, until: datetime) -> Iterator[datetime]:
    """Yield the ends of the batches: a day each, or more while little happens."""
    end = start.replace(hour=3, minute=0, second=0, microsecond=0)  # about midnight in São Paulo
    while end < until:
        if end > start and feed.count(until=end) - feed.count(until=start) >= _BATCH:
            yield end
            start = end
        end += timedelta(days=1)
    yield until


def _put_network(uow: Uow, dataset: Dataset) -> None:
    put_locations(
        uow,
        [
            LocationInput(
                code=place.code,
                name=place.name,
                kind=LocationKind.DROPSHIP,
                time_zone=TIME_ZONE,
                methods=(Method.SHIP,),
                latitude=place.latitude,
                longitude=place.longitude,
                groups=(place.state,) if place.state else (),
                attributes={"city": place.city, "state": place.state},
            )
            for place in seller_places(dataset)
        ],
    )
    put_products(uow, _products(dataset))
    only_definitions(uow, DEFINITIONS)


def _products(dataset: Dataset) -> list[ProductInput]:
    known = set(dataset.products) | {item.product_id for item in dataset.items.values()}
    inputs: list[ProductInput] = []
    for sku in sorted(known):
        row = dataset.products.get(sku)
        category = row.category.replace("_", " ").capitalize() if row and row.category else "Product"
        inputs.append(ProductInput(sku=sku, name=f"{category} {sku[:6]}", weight_g=row.weight_g if row else 0))
    return inputs


def report(uow: Uow, *, as_of: datetime) -> dict[str, Any]:
    """Return totals, grades and every location that has had anything yet, from the tables. `grade` is the bare rule."""
    columns = [getattr(LocationHealth, word) for word in _WORDS]
    rows = uow.session.execute(
        sa.select(col(Location.code), *columns)
        .join(LocationHealth, col(LocationHealth.location_id) == col(Location.id))
        .order_by(col(Location.code))
    )
    locations: dict[str, dict[str, Any]] = {}
    for code, *numbers in rows:
        if any(numbers):
            counts = Counts(*numbers[:3])
            grade = grade_now(counts, Thresholds()).value
            locations[code] = {"open": counts.open, **dict(zip(_WORDS, numbers, strict=True)), "grade": grade}
    totals = {word: sum(item[word] for item in locations.values()) for word in ("open", *_WORDS)}
    grades: dict[str, int] = {}
    for item in locations.values():
        grades[item["grade"]] = grades.get(item["grade"], 0) + 1
    return {"as_of": as_of.isoformat(), "totals": totals, "grades": grades, "locations": locations}
