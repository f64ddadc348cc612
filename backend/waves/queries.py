"""Reading waves: lists, one with its stops and shipments, how far each is, what the location's pace is. SELECT only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from backend.auth.scope import visible
from backend.persistence.bulk import fetch_in, table_of
from backend.persistence.uow import Uow
from backend.promise.queries import Workplace
from backend.waves.pace import Walked
from backend.waves.pace import pace_factor as factor_of
from backend.waves.rules import OPEN
from backend.waves.settings import pace_of, settings_of
from models.enums import Compliance, Method, ShipmentStatus
from models.errors import not_found
from models.floor import WaveShare, WaveStatus
from models.tables import Location, Order, PickWave, Shipment, ShipmentLine, WaveShipment

_SHARE = table_of(WaveShipment)
_SHIPMENT = table_of(Shipment)
_LINE = table_of(ShipmentLine)
_WAVE = table_of(PickWave)

#: The pace is measured on so many of the last closed waves.
_WALKED = 50


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a wave is now: units to pick of the shipments in it, those picked, shipments that are done."""

    units: int = 0
    picked: int = 0
    shipments: int = 0
    done: int = 0


@dataclass(frozen=True, slots=True)
class WaveView:
    """A wave with its location's code and how far it is. `finish_at` is predicted from now on while it is open."""

    wave: PickWave
    location: str
    location_name: str
    time_zone: str
    progress: Progress
    finish_at: datetime | None

    @property
    def picked(self) -> int:
        """Return how many units are picked, or were when it ended."""
        return self.progress.picked if self.wave.status in OPEN else self.wave.picked

    @property
    def late(self) -> bool:
        """Return whether something in it will be picked too late, as it is expected now."""
        deadline = min((at for at in (self.wave.due_at, self.wave.cutoff_at) if at is not None), default=None)
        return deadline is not None and self.finish_at is not None and self.finish_at > deadline


@dataclass(frozen=True, slots=True)
class MemberLineView:
    """A line of a shipment in a wave."""

    sku: str
    quantity: int
    picked: int


@dataclass(frozen=True, slots=True)
class MemberView:
    """A shipment in a wave, as it is now."""

    shipment_id: int
    order_id: int
    order_external_id: str
    place: int
    slot: int | None
    share: WaveShare
    status: ShipmentStatus
    method: Method
    sla_status: Compliance | None
    sla_due_at: datetime | None
    claimed_by: str | None
    lines: tuple[MemberLineView, ...]


@dataclass(frozen=True, slots=True)
class WholeWave:
    """A wave with the shipments that are or were in it."""

    view: WaveView
    members: tuple[MemberView, ...]
    recovery: tuple[tuple[int, int], ...]  # (id, number) of the waves that recover it
    parent_number: int | None


def get(uow: Uow, wave_id: int) -> WholeWave:
    """Return one wave, or raise NOT_FOUND."""
    row = uow.session.execute(wave_rows(uow).where(col(PickWave.id) == wave_id)).one_or_none()
    if row is None:
        raise not_found("wave", wave_id)
    view = views_of(uow, [row])[0]
    later = sa.select(_WAVE.c.id, _WAVE.c.number).where(_WAVE.c.parent_id == wave_id).order_by(_WAVE.c.id)
    recovery = tuple((id_, number) for id_, number in uow.session.connection().execute(later))
    parent = sa.select(_WAVE.c.number).where(_WAVE.c.id == view.wave.parent_id)
    number = uow.session.connection().execute(parent).scalar_one_or_none() if view.wave.parent_id else None
    return WholeWave(view, tuple(_members(uow, wave_id)), recovery, number)


def these(uow: Uow, wave_ids: Collection[int]) -> list[WaveView]:
    """Return waves by their ids, in order of number."""
    statement = wave_rows(uow).where(col(PickWave.id).in_(sorted(wave_ids))).order_by(col(PickWave.number))
    return views_of(uow, list(uow.session.execute(statement)))


def listing(
    uow: Uow,
    *,
    location: str | None = None,
    statuses: Collection[WaveStatus] = (),
    after: int | None = None,
    limit: int = 100,
) -> list[WaveView]:
    """Return waves, newest first, those older than `after`, at most `limit`."""
    statement = among(wave_rows(uow), location, statuses).order_by(col(PickWave.id).desc()).limit(limit)
    if after is not None:
        statement = statement.where(col(PickWave.id) < after)
    return views_of(uow, list(uow.session.execute(statement)))


def pace_factor(uow: Uow, place: Workplace) -> float:
    """Return how long this location's last closed waves took, beside what the stated seconds said."""
    names = ("started_at", "released_at", "closed_at", "units", "stops", "picked", "limits")
    statement = (
        sa.select(*(_WAVE.c[name] for name in names))
        .where(
            _WAVE.c.location_id == place.location_id,
            _WAVE.c.status == WaveStatus.CLOSED.value,
            _WAVE.c.started_at.is_not(None),
            _WAVE.c.picked > 0,
        )
        .order_by(_WAVE.c.id.desc())
        .limit(_WALKED)
    )
    rows = uow.session.connection().execute(statement).all()
    return factor_of(_walked(row, place) for row in rows)


def why_not_free(uow: Uow, location_id: int, shipment_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Return (code, words) for shipments that cannot be planned here; unknown and hidden ones look alike."""
    ids = set(shipment_ids)
    statement = (
        sa.select(_SHIPMENT.c.id, _SHIPMENT.c.location_id, _SHIPMENT.c.status, _WAVE.c.number, _WAVE.c.status)
        .select_from(_SHIPMENT.outerjoin(_WAVE, _WAVE.c.id == _SHIPMENT.c.wave_id))
        .where(visible(uow.actor.scope, _SHIPMENT.c.location_id))
    )
    found = {row[0]: row for row in fetch_in(uow.session, statement, _SHIPMENT.c.id, ids)}
    return {id_: _why(id_, found.get(id_), location_id) for id_ in ids}


def _why(id_: int, row: Any, location_id: int) -> tuple[str, str]:
    if row is None:
        return "unknown_shipment", f"There is no shipment {id_}."
    _, place, status, number, wave_status = row
    if place != location_id:
        return "other_location", f"Shipment {id_} is at another location."
    if wave_status in OPEN:
        return "in_wave", f"Shipment {id_} is in wave {number}."
    return "nothing_to_pick", f"Shipment {id_} is {status.replace('_', ' ')}: nothing of it is to be picked."


def _walked(row: Any, place: Workplace) -> Walked:
    stated = settings_of(row.limits).pace()
    share = min(1.0, row.picked / max(1, row.units))  # what was short was not walked for
    expected = stated.duration(row.units, row.stops).total_seconds() * share
    return Walked(place.hours.between(row.started_at, row.closed_at), expected)


def wave_rows(uow: Uow) -> Any:
    """Return a SELECT of the waves that the actor may see, with what their location is called."""
    return (
        sa.select(PickWave, col(Location.code), col(Location.name), col(Location.time_zone))
        .join(Location, col(Location.id) == col(PickWave.location_id))
        .where(visible(uow.actor.scope, col(PickWave.location_id)))
    )


def among(statement: Any, location: str | None, statuses: Collection[WaveStatus]) -> Any:
    """Return the SELECT narrowed to a location and to states."""
    if location is not None:
        statement = statement.where(col(Location.code) == location)
    if statuses:
        statement = statement.where(col(PickWave.status).in_([status.value for status in statuses]))
    return statement


def views_of(uow: Uow, rows: Sequence[Any]) -> list[WaveView]:
    """Return the rows of `wave_rows` with how far each wave is."""
    progress = _progress(uow, [wave.id for wave, *_ in rows if wave.status in OPEN])
    return [
        WaveView(wave, code, name, zone, now := progress.get(wave.id, Progress()), _finish(uow, wave, now))
        for wave, code, name, zone in rows
    ]


def _progress(uow: Uow, wave_ids: Collection[int]) -> dict[int, Progress]:
    """Return how far open waves are, counted from their shipments' lines."""
    to_pick = sa.func.sum(_LINE.c.quantity - _LINE.c.awaited)
    statement = (
        sa.select(_SHARE.c.wave_id, _SHARE.c.shipment_id, to_pick, sa.func.sum(_LINE.c.picked), _SHIPMENT.c.status)
        .join(_SHIPMENT, _SHIPMENT.c.id == _SHARE.c.shipment_id)
        .join(_LINE, _LINE.c.shipment_id == _SHARE.c.shipment_id)
        .where(_SHARE.c.share != WaveShare.REMOVED.value)
        .group_by(_SHARE.c.wave_id, _SHARE.c.shipment_id, _SHIPMENT.c.status)
    )
    found: dict[int, Progress] = {}
    for wave_id, _, units, picked, status in fetch_in(uow.session, statement, _SHARE.c.wave_id, wave_ids):
        whole = status not in (ShipmentStatus.OPEN, ShipmentStatus.ACCEPTED)
        have = int(units) if whole else int(picked)
        was = found.get(wave_id, Progress())
        found[wave_id] = Progress(
            was.units + int(units), was.picked + have, was.shipments + 1, was.done + (have >= int(units))
        )
    return found


def _finish(uow: Uow, wave: PickWave, now: Progress) -> datetime | None:
    """Return when an open wave will be picked if somebody goes on now, and when a closed one was."""
    if wave.status not in OPEN:
        return wave.closed_at
    if wave.status == WaveStatus.PLANNED.value and wave.predicted_finish_at and wave.predicted_finish_at > uow.now:
        return max(wave.predicted_finish_at, uow.now + _takes(wave, now))
    return uow.now + _takes(wave, now)


def _takes(wave: PickWave, now: Progress) -> timedelta:
    """Return how long what is left takes, by the pace the wave was planned with: its set-up while it has not begun, and
    of the way and the picking as much as there are units left."""
    pace = pace_of(wave.plan, wave.limits)
    set_up = pace.duration(0, 0)
    share = min(1.0, (now.units - now.picked) / max(1, wave.units))
    work = (pace.duration(wave.units, wave.stops) - set_up) * share
    return work if wave.started_at or not share else set_up + work


def _members(uow: Uow, wave_id: int) -> list[MemberView]:
    names = ("id", "order_id", "status", "method", "sla_status", "sla_due_at", "claimed_by")
    rows = uow.session.connection().execute(
        sa.select(
            *(_SHIPMENT.c[name] for name in names),
            _SHARE.c.place,
            _SHARE.c.slot,
            _SHARE.c.share,
            table_of(Order).c.external_id,
        )
        .join(_SHIPMENT, _SHIPMENT.c.id == _SHARE.c.shipment_id)
        .join(table_of(Order), table_of(Order).c.id == _SHIPMENT.c.order_id)
        .where(_SHARE.c.wave_id == wave_id)
        .order_by(_SHARE.c.place)
    )
    shipments = rows.all()
    columns = sa.select(_LINE.c.shipment_id, _LINE.c.sku, _LINE.c.quantity - _LINE.c.awaited, _LINE.c.picked)
    lines: dict[int, list[MemberLineView]] = {}
    wanted = [row.id for row in shipments]
    for id_, sku, units, picked in fetch_in(uow.session, columns.order_by(_LINE.c.id), _LINE.c.shipment_id, wanted):
        lines.setdefault(id_, []).append(MemberLineView(sku, units, picked))
    return [
        MemberView(
            shipment_id=row.id,
            order_id=row.order_id,
            order_external_id=row.external_id,
            place=row.place,
            slot=row.slot,
            share=WaveShare(row.share),
            status=ShipmentStatus(row.status),
            method=Method(row.method),
            sla_status=Compliance(row.sla_status) if row.sla_status else None,
            sla_due_at=row.sla_due_at,
            claimed_by=row.claimed_by,
            lines=tuple(lines.get(row.id, ())),
        )
        for row in shipments
    ]
