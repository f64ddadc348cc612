"""Rows of waves: locked, changed, and who belongs to them. Decides nothing; new waves are written by `keeping.py`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from backend.auth.scope import visible
from backend.persistence.bulk import fetch_in, is_one_of, table_of
from backend.persistence.columnwise import update_columns
from backend.persistence.uow import Uow
from backend.waves.rules import Member, MemberLine
from models.enums import ShipmentStatus
from models.errors import DomainError, ErrorCode, not_found
from models.floor import WaveShare
from models.tables import PickWave, Shipment, ShipmentLine, WaveShipment

_WAVE = table_of(PickWave)
_SHIPMENT = table_of(Shipment)
_LINE = table_of(ShipmentLine)
_SHARE = table_of(WaveShipment)


def lock(uow: Uow, wave_id: int) -> PickWave:
    """Lock a wave and return it as it is now; NOT_FOUND outside the actor's scope."""
    statement = sa.select(PickWave).where(_WAVE.c.id == wave_id, visible(uow.actor.scope, _WAVE.c.location_id))
    fresh = statement.with_for_update().execution_options(populate_existing=True)
    wave = uow.session.scalars(fresh).one_or_none()
    if wave is None:
        raise not_found("wave", wave_id)
    return wave


def lock_all(uow: Uow, wave_ids: Collection[int]) -> list[PickWave]:
    """Lock waves, by ascending id, and return them as they are now, wherever they are: what was done to a shipment
    that the actor may change reaches its wave."""
    statement = sa.select(PickWave).where(is_one_of(uow.session, _WAVE.c.id, sorted(wave_ids))).order_by(_WAVE.c.id)
    fresh = statement.with_for_update().execution_options(populate_existing=True)
    return list(uow.session.scalars(fresh))


def change(uow: Uow, wave: PickWave, **values: Any) -> None:
    """Set values of a locked wave."""
    for name, value in values.items():
        setattr(wave, name, value)
    wave.version += 1
    wave.updated_at = uow.now
    uow.session.flush()


def members(uow: Uow, wave_id: int, share: WaveShare = WaveShare.TO_PICK) -> list[int]:
    """Return the ids of the shipments that belong to the wave and have this share in it, ascending."""
    statement = sa.select(_SHARE.c.shipment_id).where(_SHARE.c.wave_id == wave_id, _SHARE.c.share == share.value)
    return list(uow.session.connection().execute(statement.order_by(_SHARE.c.shipment_id)).scalars())


def member_facts(uow: Uow, shipment_ids: Collection[int]) -> list[Member]:
    """Return shipments with what is picked of them."""
    lines: dict[int, list[MemberLine]] = {}
    columns = sa.select(_LINE.c.shipment_id, _LINE.c.sku, _LINE.c.quantity - _LINE.c.awaited, _LINE.c.picked)
    for id_, sku, to_pick, picked in fetch_in(
        uow.session, columns.order_by(_LINE.c.id), _LINE.c.shipment_id, shipment_ids
    ):
        lines.setdefault(id_, []).append(MemberLine(sku, to_pick, picked))
    statuses = sa.select(_SHIPMENT.c.id, _SHIPMENT.c.status).order_by(_SHIPMENT.c.id)
    return [
        Member(id_, ShipmentStatus(status), tuple(lines.get(id_, ())))
        for id_, status in fetch_in(uow.session, statuses, _SHIPMENT.c.id, shipment_ids)
    ]


def settle(uow: Uow, wave_id: int, shares: Mapping[int, WaveShare], *, was: WaveShare = WaveShare.TO_PICK) -> None:
    """Write down what became of shipments; those that were removed belong to no wave any more."""
    rows = [
        {"wave_id": wave_id, "shipment_id": id_, "share": share.value, "was_share": was.value}
        for id_, share in sorted(shares.items())
    ]
    if update_columns(uow.session, WaveShipment, rows, key=("wave_id", "shipment_id")) != len(rows):
        raise DomainError(ErrorCode.STALE, "The wave changed at the same moment; read it again.")
    gone = [{"id": id_, "wave_id": None} for id_, share in sorted(shares.items()) if share is WaveShare.REMOVED]
    update_columns(uow.session, Shipment, gone)
