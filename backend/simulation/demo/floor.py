"""The floor of the demo network: where products lie in the buildings that ship, rules that plan waves there, and the
people who send waves to the floor and close what is left lying. Shipments are picked one by one, by their courses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col

from backend.persistence.uow import Uow
from backend.simulation.demo.network import THIRD_PARTY, WAREHOUSE, Site, assortment
from backend.simulation.demo.products import demo_products
from backend.simulation.demo.world import chance
from backend.waves import service, wave_rules
from backend.waves.bins import BinInput, ProductBins, put_bins
from backend.waves.service import CloseAsk
from backend.waves.settings import Schedule, WaveSettings
from backend.waves.wave_rules import WaveRuleInput
from models.enums import Method, WaveKey
from models.floor import WaveStatus
from models.tables import PickWave

_AISLES, _BAYS, _LEVELS = "ABCDEFGH", 12, 3
#: The best sellers lie in the golden zone, near the packing tables.
_GOLDEN = 60

RULES: dict[str, WaveRuleInput] = {
    "parcels": WaveRuleInput(
        "Parcels by carrier, every 20 minutes",
        WaveSettings(
            methods=(Method.SHIP,),
            group_by=(WaveKey.CARRIER, WaveKey.LINES),
            max_shipments=16,
            slots_per_cart=16,
            max_waves=3,
            schedule=Schedule(every_minutes=20),
        ),
    ),
    "replenishment": WaveRuleInput(
        "Transfers to stores, on the hour",
        WaveSettings(
            methods=(Method.TRANSFER,),
            max_shipments=24,
            max_waves=1,
            release=True,
            schedule=Schedule(every_minutes=60),
        ),
    ),
}
#: A manager looks at the board every so often, lets a few go, and closes what nobody finished.
_LOOKS_SECONDS = 60
_WAITS = timedelta(minutes=3)
_LYING = timedelta(minutes=75)
_AT_ONCE = 12


def has_floor(site: Site) -> bool:
    """Return whether waves are picked there: in buildings that ship in bulk."""
    return site.format in (WAREHOUSE, THIRD_PARTY)


def seed_floor(uow: Uow, sites: Sequence[Site], seed: int) -> None:
    """Give every such building its bins and its rules."""
    products = demo_products()
    for site in filter(has_floor, sites):
        dice = chance(seed, "bins", site.code)
        places = [f"{aisle}-{bay:02}-{level}" for aisle in _AISLES for bay in range(1, _BAYS + 1) for level in "123"]
        dice.shuffle(places)
        stocked = assortment(site, seed, products)
        golden = [place for place in places if place.endswith("2")][:_GOLDEN]
        others = [place for place in places if place not in set(golden)]
        where = dict(zip((item.sku for item in stocked), [*golden, *others], strict=False))
        put_bins(uow, site.code, [ProductBins(sku, (BinInput(code, code[0]),)) for sku, code in where.items()])
        for code, rule in RULES.items():
            wave_rules.put(uow, site.code, code, rule)


def look_after(uow: Uow, *, start: datetime, end: datetime) -> None:
    """Release planned waves that have waited, and close those that were left lying; what was not tried is recovered."""
    if int(start.timestamp()) // _LOOKS_SECONDS == int(end.timestamp()) // _LOOKS_SECONDS:
        return
    waiting = sa.and_(col(PickWave.status) == WaveStatus.PLANNED.value, col(PickWave.created_at) < end - _WAITS)
    going = col(PickWave.status).in_([WaveStatus.RELEASED.value, WaveStatus.PICKING.value])
    lying = sa.and_(going, col(PickWave.released_at) < end - _LYING)
    for wave_id in _some(uow, waiting):
        service.release(uow, wave_id)
    for wave_id in _some(uow, lying):
        service.close(uow, wave_id, CloseAsk())


def _some(uow: Uow, condition: sa.ColumnElement[bool]) -> list[int]:
    statement = sa.select(col(PickWave.id)).where(condition, col(PickWave.closed_at).is_(None))
    return [int(id_ or 0) for id_ in uow.session.scalars(statement.order_by(col(PickWave.id)).limit(_AT_ONCE))]
