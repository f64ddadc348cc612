"""The one writer of locations: create, replace, close, reopen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from backend.locations import queries
from backend.locations.rules import LocationInput, check_location
from backend.orders import waiting
from backend.persistence.bulk import chunks, insert_missing, insert_rows, table_of
from backend.persistence.uow import Uow
from models.errors import DomainError, ErrorCode, Fault, invalid, not_found
from models.events import EventType
from models.tables import Location, LocationGroupMember


def put_locations(
    uow: Uow, inputs: Sequence[LocationInput], *, expected: Mapping[str, int] | None = None
) -> list[Location]:
    """Create or replace locations, all or none; return them in the order of `inputs`.

    What is already as stated is left alone and tells no event. `expected` holds versions by code: STALE when another
    came first. Raises INVALID with every fault, pointers `/{index}/…`.
    """
    known = _load_for_update(uow, [item.code for item in inputs])
    _refuse(uow, inputs, known)
    _check_versions(expected or {}, known)
    created = [item for item in inputs if item.code not in known]
    if created:
        rows = sorted((_new_row(uow, item) for item in created), key=lambda row: str(row["code"]))
        insert_missing(uow.session, Location, rows)
        known |= _load_for_update(uow, [item.code for item in created])
    made = {item.code for item in created}
    # Also what another transaction created in this instant: it is there now, and is replaced like any other.
    changed = [item for item in inputs if _differs(known[item.code], item)]
    for item in changed:
        _replace(uow, known[item.code], item)
    uow.session.flush()
    touched = [*created, *(item for item in changed if item.code not in made)]
    _put_groups(uow, [(known[item.code], item) for item in touched])
    for item in touched:
        _record(uow, known[item.code], "created" if item.code in made else "replaced")
    return [known[item.code] for item in inputs]


def close_location(uow: Uow, code: str, *, reason: str, expected_version: int | None = None) -> Location:
    """Take a location out of routing until it is reopened; its open shipments stay where they are."""
    return _set_closed(uow, code, reason, expected_version)


def reopen_location(uow: Uow, code: str, *, expected_version: int | None = None) -> Location:
    """Let a closed location take orders again; those that found no place, or waited for this one, look again."""
    location = _set_closed(uow, code, None, expected_version)
    waiting.look_again(uow, int(location.id or 0))
    return location


def note(uow: Uow, codes: Sequence[str], *, text: str, until: datetime | None = None) -> None:
    """Put a remark on record at locations: why they are late, what is going on. It changes nothing else."""
    known = queries.by_code(uow, codes)
    for code in codes:
        if code not in known:
            raise not_found("location", code)
        data = {"location": code, "note": text, "until": until.isoformat() if until else None}
        uow.record(EventType.LOCATION_NOTED, subject=f"location/{code}", data=data, location_id=known[code].id)


def _set_closed(uow: Uow, code: str, reason: str | None, expected_version: int | None) -> Location:
    if code not in queries.by_code(uow, [code]):
        raise not_found("location", code)
    location = _load_for_update(uow, [code])[code]
    if expected_version is not None:
        _check_versions({code: expected_version}, {code: location})
    if location.closed_reason == reason:
        return location
    if reason is not None and location.closed_reason is not None:
        raise DomainError(ErrorCode.CONFLICT, f"{code} is already closed: {location.closed_reason}.")
    location.closed_reason = reason
    location.version += 1
    location.updated_at = uow.now
    uow.session.flush()
    _record(uow, location, "closed" if reason is not None else "reopened")
    return location


def _load_for_update(uow: Uow, codes: Sequence[str]) -> dict[str, Location]:
    found: dict[str, Location] = {}
    for chunk in chunks(sorted(set(codes))):
        statement = select(Location).where(col(Location.code).in_(chunk)).order_by(col(Location.code))
        fresh = statement.with_for_update().execution_options(populate_existing=True)
        found.update({location.code: location for location in uow.session.exec(fresh)})
    return found


def _refuse(uow: Uow, inputs: Sequence[LocationInput], known: Mapping[str, Location]) -> None:
    faults: list[Fault] = []
    seen: set[str] = set()
    scope = uow.actor.scope
    for index, item in enumerate(inputs):
        faults.extend(check_location(item, at=f"/{index}"))
        if item.code in seen:
            faults.append(Fault(f"/{index}/code", "duplicate", f"{item.code} comes twice in this batch."))
        seen.add(item.code)
        now = known.get(item.code)
        hidden = now is not None and not scope.covers(now.code, frozenset(now.groups))
        if hidden or not scope.covers(item.code, frozenset(item.groups)):
            faults.append(Fault(f"/{index}/code", "out_of_scope", f"You may not write the location {item.code}."))
    if faults:
        raise invalid(faults)


def _check_versions(expected: Mapping[str, int], known: Mapping[str, Location]) -> None:
    for code, version in expected.items():
        if code not in known or known[code].version != version:
            raise DomainError(ErrorCode.STALE, f"The location {code} has changed since you read it.")


def _stated(item: LocationInput) -> dict[str, Any]:
    return {
        "name": item.name,
        "kind": item.kind.value,
        "latitude": item.latitude,
        "longitude": item.longitude,
        "time_zone": item.time_zone,
        "methods": [method.value for method in item.methods],
        "hours": dict(item.hours),
        "daily_limit": dict(item.daily_limit),
        "processing": dict(item.processing),
        "capacity": dict(item.capacity),
        "groups": list(item.groups),
        "attributes": dict(item.attributes),
    }


def _new_row(uow: Uow, item: LocationInput) -> dict[str, Any]:
    return {"code": item.code, **_stated(item), "created_at": uow.now, "updated_at": uow.now}


def _differs(location: Location, item: LocationInput) -> bool:
    return any(getattr(location, name) != value for name, value in _stated(item).items())


def _replace(uow: Uow, location: Location, item: LocationInput) -> None:
    for name, value in _stated(item).items():
        setattr(location, name, value)
    location.version += 1
    location.updated_at = uow.now


def _put_groups(uow: Uow, pairs: Sequence[tuple[Location, LocationInput]]) -> None:
    members = table_of(LocationGroupMember)
    for chunk in chunks([location.id for location, _ in pairs]):
        uow.session.connection().execute(members.delete().where(members.c.location_id.in_(chunk)))
    rows = [{"location_id": location.id, "group_code": group} for location, item in pairs for group in item.groups]
    insert_rows(uow.session, LocationGroupMember, rows)


def _record(uow: Uow, location: Location, action: str) -> None:
    data = {
        "location": location.code,
        "action": action,
        "closed": location.closed_reason is not None,
        "closed_reason": location.closed_reason,
        "version": location.version,
    }
    uow.record(EventType.LOCATION_CHANGED, subject=f"location/{location.code}", data=data, location_id=location.id)
