"""The one writer of carriers and transfer lanes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from backend.locations import queries as locations
from backend.persistence.bulk import insert_missing, table_of
from backend.persistence.uow import Uow
from backend.promise.carrier_faults import carrier_faults
from models.errors import DomainError, ErrorCode, Fault, invalid, not_found
from models.events import EventType
from models.tables import Carrier, TransferLane

_LANE = table_of(TransferLane)
MAX_LANE_MINUTES = 129_600

#: What an installation starts with: a parcel network over land, and a courier within the day.
DEFAULT_CARRIER: Mapping[str, Any] = {
    "services": {
        "standard": {
            "bands": [{"to_km": 250, "days": 1}, {"to_km": 800, "days": 2}, {"to_km": 1600, "days": 3}],
            "days": 5,
        },
        "express": {"bands": [{"to_km": 800, "days": 1}], "days": 2},
        "overnight": {"days": 1},
        "same_day": {"bands": [{"to_km": 50, "minutes": 240}]},
    },
    "calendar": {"pickup_days": ["mon", "tue", "wed", "thu", "fri", "sat"], "delivered_by": "20:00"},
}


@dataclass(frozen=True, slots=True)
class CarrierInput:
    """A carrier as its owner states it; `active` ones are promised with."""

    name: str
    document: Mapping[str, Any] = field(default_factory=dict)
    active: bool = True


@dataclass(frozen=True, slots=True)
class LaneInput:
    """How long goods take between two locations; None: there is no such lane any more."""

    source: str
    target: str
    minutes: int | None


def put_carrier(uow: Uow, code: str, given: CarrierInput, *, expected_version: int | None = None) -> Carrier:
    """Create or replace a carrier; one that is so already is left alone. INVALID names every fault, STALE if edited."""
    faults = carrier_faults(given.document, pointer="/document")
    if faults:
        raise invalid(faults)
    carrier = _load(uow, code)
    if expected_version is not None and (carrier is None or carrier.version != expected_version):
        raise DomainError(ErrorCode.STALE, f"The carrier {code} has changed since you read it.")
    if carrier is None:
        row = {"code": code, "name": given.name, "document": {}, "active": given.active}
        insert_missing(uow.session, Carrier, [{**row, "version": 0, "updated_at": uow.now}])
        carrier = _load(uow, code) or get_carrier(uow, code)
    # Also what another transaction created in this instant may be as stated already.
    if (carrier.name, carrier.document, carrier.active) == (given.name, dict(given.document), given.active):
        return carrier
    carrier.name, carrier.document, carrier.active = given.name, dict(given.document), given.active
    carrier.version += 1
    carrier.updated_at = uow.now
    uow.session.flush()
    data = {"carrier": code, "version": carrier.version, "active": carrier.active}
    uow.record(EventType.CARRIER_CHANGED, subject=f"carrier/{code}", data=data)
    return carrier


def get_carrier(uow: Uow, code: str) -> Carrier:
    """Return a carrier or raise NOT_FOUND."""
    carrier = uow.session.get(Carrier, code)
    if carrier is None:
        raise not_found("carrier", code)
    return carrier


def put_lanes(uow: Uow, lanes: Sequence[LaneInput]) -> int:
    """Set, replace or take away lanes, all or none; return how many are new. INVALID names every fault."""
    known = locations.by_code(uow, {code for lane in lanes for code in (lane.source, lane.target)})
    faults = [fault for index, lane in enumerate(lanes) for fault in _lane_faults(lane, known, f"/{index}")]
    pairs = [(lane.source, lane.target) for lane in lanes]
    faults += [
        Fault(f"/{index}", "duplicate", "This lane comes twice in this batch.")
        for index, pair in enumerate(pairs)
        if pair in pairs[:index]
    ]
    if faults:
        raise invalid(faults)
    ids = {code: location.id for code, location in known.items()}
    connection, new = uow.session.connection(), 0
    for lane in sorted(lanes, key=lambda lane: (lane.source, lane.target)):
        source, target = ids[lane.source], ids[lane.target]
        here = sa.and_(_LANE.c.from_location_id == source, _LANE.c.to_location_id == target)
        replaced = connection.execute(_LANE.delete().where(here)).rowcount
        if lane.minutes is not None:
            new += not replaced
            row = {"from_location_id": source, "to_location_id": target, "minutes": lane.minutes}
            insert_missing(uow.session, TransferLane, [row])
    told = [{"from": lane.source, "to": lane.target, "minutes": lane.minutes} for lane in lanes]
    uow.record(EventType.TRANSFER_LANES_CHANGED, subject="transfer_lanes", data={"lanes": told})
    return new


def ensure_defaults(uow: Uow) -> None:
    """Give a network without any carrier the one it starts with."""
    if uow.session.scalar(sa.select(col(Carrier.code)).limit(1)) is None:
        put_carrier(uow, "default", CarrierInput("Parcel carrier", DEFAULT_CARRIER))


def _lane_faults(lane: LaneInput, known: Mapping[str, Any], at: str) -> list[Fault]:
    faults = [
        Fault(f"{at}/{name}", "unknown_location", f"There is no location {code}.")
        for name, code in (("from", lane.source), ("to", lane.target))
        if code not in known
    ]
    if lane.source == lane.target:
        faults.append(Fault(f"{at}/to", "same_location", "A lane leads to another location."))
    if lane.minutes is not None and not 0 <= lane.minutes <= MAX_LANE_MINUTES:
        faults.append(Fault(f"{at}/minutes", "out_of_range", f"minutes lie between 0 and {MAX_LANE_MINUTES:,}."))
    return faults


def _load(uow: Uow, code: str) -> Carrier | None:
    statement = sa.select(Carrier).where(col(Carrier.code) == code).with_for_update()
    return uow.session.scalars(statement.execution_options(populate_existing=True)).one_or_none()
