"""What can be picked at a location now, as the planner takes it: few statements, however much. SELECT only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from backend.persistence.bulk import fetch_in, is_one_of, table_of
from backend.persistence.uow import Uow
from backend.promise import queries as promises
from backend.waves.departures import Departures
from backend.waves.facts import NOWHERE, LeftOut, PickLine, PickTask, Supply
from backend.waves.rules import OPEN, TO_PICK
from backend.waves.settings import WaveSettings
from backend.waves.walk import walking_order
from models.enums import LeftOutReason, Method
from models.tables import PickWave, Shipment, ShipmentLine, StockBin

_SHIPMENT = table_of(Shipment)
_LINE = table_of(ShipmentLine)
_BIN = table_of(StockBin)
_WAVE = table_of(PickWave)
_LEFT = _LINE.c.quantity - _LINE.c.picked - _LINE.c.awaited


@dataclass(frozen=True, slots=True)
class Bins:
    """Where products lie: the stop of those with one place, the supply of those counted in several."""

    stop: Mapping[int, str]
    zone_of: Mapping[int, str]
    zones: Mapping[str, str]
    supply: Supply | None = None

    def of(self, product: int) -> tuple[str | None, str]:
        """Return the stop of a product (None: any of its supply) and its zone."""
        return self.stop.get(product), self.zone_of.get(product, "")


@dataclass(frozen=True, slots=True)
class Work:
    """Open shipments that are in no wave; those that cannot be planned by anybody are left out already."""

    tasks: list[PickTask]
    left_out: list[LeftOut]
    skus: Mapping[int, str]
    zones: Mapping[str, str]
    supply: Supply | None = field(default=None)


def free() -> sa.ColumnElement[bool]:
    """Return whether a shipment (outer-joined to its wave) is to be picked and in no wave that is under way."""
    statuses = [status.value for status in TO_PICK]
    return sa.and_(
        _SHIPMENT.c.status.in_(statuses),
        sa.or_(_SHIPMENT.c.wave_id.is_(None), _WAVE.c.status.not_in([status.value for status in OPEN])),
    )


#: Shipments with the wave they are or were in.
SHIPMENTS = _SHIPMENT.outerjoin(_WAVE, _WAVE.c.id == _SHIPMENT.c.wave_id)


def load(uow: Uow, place: promises.Workplace, settings: WaveSettings, only: Collection[int] | None = None) -> Work:
    """Return the work at a location that the settings ask for; of `only` these shipments, when they are named."""
    among: list[sa.ColumnElement[bool]] = [_SHIPMENT.c.location_id == place.location_id, free()]
    if only is not None:
        among.append(is_one_of(uow.session, _SHIPMENT.c.id, sorted(set(only))))
    found = _load(uow, place, among)
    tasks: list[PickTask] = []
    left_out: list[LeftOut] = []
    for row, task in found.rows:
        if not _wanted(task, settings):
            continue
        reason = _cannot(row)
        if reason is None:
            tasks.append(task)
        else:
            left_out.append(LeftOut(row.id, *reason))
    return Work(tasks, left_out, found.skus, found.bins.zones, found.bins.supply)


def inside(uow: Uow, place: promises.Workplace, shipment_ids: Collection[int]) -> list[PickTask]:
    """Return what is left to pick of these shipments, whatever wave they are in and whoever has them in hand."""
    those = is_one_of(uow.session, _SHIPMENT.c.id, sorted(set(shipment_ids)))
    among = [those, _SHIPMENT.c.status.in_([status.value for status in TO_PICK])]
    return [task for _, task in _load(uow, place, among).rows]


@dataclass(frozen=True, slots=True)
class _Found:
    rows: list[tuple[Any, PickTask]]
    skus: Mapping[int, str]
    bins: Bins


def _load(uow: Uow, place: promises.Workplace, among: Sequence[sa.ColumnElement[bool]]) -> _Found:
    """Return the shipments of which something is left to pick, by id."""
    names = ("id", "method", "service_level", "held", "waiting_for", "claimed_by", "sla_due_at", "placed_at")
    rows = sa.select(*(_SHIPMENT.c[name] for name in names)).select_from(SHIPMENTS).where(*among)
    shipments = uow.session.connection().execute(rows.order_by(_SHIPMENT.c.id)).all()
    lines, skus = _lines(uow, among)
    bins = _bins(uow, place.location_id, lines)
    departures = Departures(place.hours, promises.network(uow).carriers, uow.now)
    tasks = [(row, _task(row, lines[row.id], bins, departures)) for row in shipments if row.id in lines]
    return _Found(tasks, skus, bins)


def _lines(
    uow: Uow, among: Sequence[sa.ColumnElement[bool]]
) -> tuple[dict[int, list[tuple[int, int]]], dict[int, str]]:
    """Return (product, units to pick) by shipment, and the products' SKUs."""
    statement = (
        sa.select(_LINE.c.shipment_id, _LINE.c.product_id, _LINE.c.sku, _LEFT)
        .select_from(SHIPMENTS.join(_LINE, _LINE.c.shipment_id == _SHIPMENT.c.id))
        .where(*among, _LEFT > 0)
        .order_by(_LINE.c.shipment_id, _LINE.c.id)
    )
    lines: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    skus: dict[int, str] = {}
    for shipment_id, product_id, sku, units in uow.session.connection().execute(statement):
        lines[shipment_id].append((product_id, units))
        skus[product_id] = sku
    return dict(lines), skus


def _bins(uow: Uow, location_id: int, lines: Mapping[int, Sequence[tuple[int, int]]]) -> Bins:
    needed: defaultdict[int, int] = defaultdict(int)
    for shipment in lines.values():
        for product, units in shipment:
            needed[product] += units
    statement = sa.select(_BIN.c.product_id, _BIN.c.code, _BIN.c.zone, _BIN.c.units)
    statement = statement.where(_BIN.c.location_id == location_id)
    places: defaultdict[int, dict[str, int | None]] = defaultdict(dict)
    zones: dict[str, str] = {}
    for product, code, zone, units in fetch_in(uow.session, statement, _BIN.c.product_id, needed):
        places[product][code] = units
        zones[code] = zone
    stop = dict.fromkeys(needed.keys() - places.keys(), NOWHERE)
    supply: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for product, bins in places.items():
        counted = {code: units for code, units in bins.items() if units}
        if len(counted) > 1 and None not in bins.values() and sum(counted.values()) >= needed[product]:
            for code, units in counted.items():
                supply[code][product] = units
        else:  # one place, or nobody counts by place: the picker starts where he passes first
            stop[product] = walking_order(counted or bins)[0]
    zone_of = {product: zones[walking_order(bins)[0]] for product, bins in places.items()}
    return Bins(stop, zone_of, zones, dict(supply) or None)


def _task(row: Any, lines: Sequence[tuple[int, int]], bins: Bins, departures: Departures) -> PickTask:
    method = Method(row.method)
    carrier = departures.carrier(method, row.service_level)
    return PickTask(
        task_id=row.id,
        lines=tuple(PickLine(product, units, *bins.of(product)) for product, units in lines),
        due_at=row.sla_due_at,
        cut_off_at=departures.cut_off(method, carrier, row.sla_due_at),
        placed_at=row.placed_at,
        carrier=carrier,
        service_level=row.service_level,
        method=method,
        on_hold=row.held,
    )


def _wanted(task: PickTask, settings: WaveSettings) -> bool:
    """Return whether the settings ask for such a shipment."""
    return (
        (not settings.methods or task.method in settings.methods)
        and (not settings.service_levels or task.service_level in settings.service_levels)
        and (not settings.carriers or task.carrier in settings.carriers)
        and (not settings.zones or all(line.zone in settings.zones for line in task.lines))
    )


def _cannot(row: Any) -> tuple[LeftOutReason, str] | None:
    if row.waiting_for is not None:
        return LeftOutReason.WAITING, f"waits for a {row.waiting_for}"
    if row.claimed_by is not None:
        return LeftOutReason.CLAIMED, "somebody picks it by itself"
    return None
